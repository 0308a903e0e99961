"""`make fuzz`: lets atheris search for bytes that break what the targets check, each for `FUZZ_SECONDS`.

What it learns is kept in `var/fuzz/` and built upon by the next run; so is an input that breaks a check. Put that into
the target's SEEDS, so that the tests hold it from then on.
"""

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

TARGETS = ("cookies", "rewriter", "return_address", "choice")
FOLDER = Path("var/fuzz")


def fuzz(name: str, seconds: int) -> None:
    """Search in this process, which atheris ends."""
    import atheris  # noqa: PLC0415  the tests import this module where there is no atheris

    with atheris.instrument_imports(include=["consentkit"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    logging.disable()
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = FOLDER / f"{name}.dict"
    pieces = {piece for seed in target.SEEDS for piece in seed.replace(b"\xff", b" ").split() if len(piece) < 40}
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in sorted(pieces)), "ascii")
    options = (
        f"max_total_time={seconds}",
        "max_len=1000",
        "len_control=10",
        f"artifact_prefix={FOLDER}/{name}-",
        f"dict={words}",
    )
    atheris.Setup([sys.argv[0], *(f"-{option}" for option in options), str(corpus)], target.check)
    atheris.Fuzz()


def _escaped(piece: bytes) -> str:
    return "".join(rf"\x{byte:02x}" for byte in piece)


def main() -> None:
    """Every target in turn, or the one that is named, in a process of its own."""
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed: it has wheels for Linux and Python up to 3.13 only")
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    if len(sys.argv) == 2:
        fuzz(sys.argv[1], seconds)
    failed = []
    for name in TARGETS:
        print(f"== {name}, {seconds} s", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.run", name], check=False, stderr=subprocess.PIPE, text=True
        )
        lines = done.stderr.splitlines()
        print("\n".join(lines[-40:] if done.returncode else [line for line in lines if line.startswith("Done ")]))
        failed += [name] if done.returncode else []
    if failed:
        sys.exit(f"broken: {', '.join(failed)}; the inputs are in {FOLDER}/")


if __name__ == "__main__":
    main()
