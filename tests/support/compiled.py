"""The compiled build, unpacked beside the tests, so that they can be run against it."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "var" / "compiled"
BESIDE = ("tests", "static", "examples", "docs")
FILES = ("pyproject.toml", "pytest_consentkit.py", "README.md", "CHANGELOG.md", "Makefile")


class NoCompilerError(Exception):
    """Something is missing here that compiling needs."""


def modules() -> list[str]:
    """The modules that are compiled, as they are imported."""
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    return [path.removesuffix(".py").replace("/", ".") for path in hook["hooks"]["custom"]["modules"]]


def tree(*, level: str) -> Path:
    """A folder with the compiled package, and with the tests as they are now; compiled anew when a source changed.

    `level` is the compiler's: "0" is made in a third of the time, "3" is what users get. NoCompilerError says what is
    missing.
    """
    _needs_compiler()
    folder = KEPT / f"{_source()}-O{level}"
    if not folder.exists():
        for old in KEPT.glob(f"*-O{level}"):
            shutil.rmtree(old)
        _build(folder, level)
    for name in BESIDE:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that is to import the compiled package."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON"))}
    return {**clean, "PYTHONPATH": str(folder)}


def _build(folder: Path, level: str) -> None:
    made = folder.with_suffix(".new")
    shutil.rmtree(made, ignore_errors=True)
    wheels = made / "wheels"
    command = [Path(sys.executable).parent / "uv", "build", "--quiet", "--wheel", "--out-dir", wheels, ROOT]
    options = {"HATCH_BUILD_HOOKS_ENABLE": "1", "MYPYC_OPT_LEVEL": level}
    subprocess.run(command, check=True, env={**os.environ, **options})
    (wheel,) = wheels.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(made)
    shutil.rmtree(wheels)
    made.rename(folder)


def _source() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([*ROOT.glob("consentkit/**/*"), ROOT / "pyproject.toml", ROOT / "hatch_build.py"]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _needs_compiler() -> None:
    compiler = sysconfig.get_config_var("CC").split()[0]
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    missing = [what for what, there in ((compiler, shutil.which(compiler)), (headers, headers.exists())) if not there]
    if missing:
        raise NoCompilerError(f"nothing can be compiled here: {missing[0]} is missing")
