"""Compiles what every request goes through, for those who ask for it: see docs/performance.md, "Compiled"."""

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompilingHook(BuildHookInterface[Any]):
    """Puts the modules named in pyproject.toml into the wheel as machine code, beside their sources.

    Runs only with `HATCH_BUILD_HOOKS_ENABLE=1`; it needs a C compiler and Python's headers. `MYPYC_OPT_LEVEL` is the
    compiler's level.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that the wheel is for this Python and machine."""
        if version == "editable":
            raise RuntimeError("an editable install runs the sources; build a wheel to compile consentkit")
        # Not beside the sources: an extension that is left there would hide later changes to them.
        self._folder = tempfile.TemporaryDirectory()
        level = os.environ.get("MYPYC_OPT_LEVEL", "3")
        found = compiled(Path(self.root), self.config["modules"], Path(self._folder.name), level)
        for name, path in found.items():
            build_data["force_include"][str(path)] = name
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Forget what has gone into the wheel."""
        self._folder.cleanup()


def compiled(root: Path, modules: list[str], folder: Path, level: str) -> dict[str, Path]:
    """The extensions of modules (paths below `root`), made in `folder`: by the place that each has in the wheel.

    `level` is the C compiler's: "0" compiles fast, "3" makes what runs fast.
    """
    from mypyc.build import mypycify  # noqa: PLC0415 -- there only where somebody compiles
    from setuptools import Distribution  # noqa: PLC0415

    before = Path.cwd()
    os.chdir(root)
    try:
        # What is not compiled is called as Python calls it, so its types, and other packages, need not be there.
        types = [
            "--config-file=",
            "--follow-imports=skip",
            "--ignore-missing-imports",
            f"--cache-dir={folder / 'types'}",
        ]
        extensions = mypycify(
            [*types, *modules], target_dir=str(folder / "c"), group_name="consentkit", opt_level=level
        )
        build = Distribution({"name": "consentkit", "ext_modules": extensions}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = str(folder / "lib"), str(folder / "objects")
        build.ensure_finalized()
        build.run()
    finally:
        os.chdir(before)
    found = (folder / "lib").rglob("*.*")
    return {path.relative_to(folder / "lib").as_posix(): path for path in found if path.is_file()}
