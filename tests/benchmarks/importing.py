"""How fast access logs are read, beside GoAccess, which counts less of them but is written in C."""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import Report
from tests.support.logs import combined_lines

LINES = 200_000
ROUNDS = 3
CONFIG = """\
[site]
name = "Bench"
controller = "Bench"
contact = "x@example.com"
hosts = ["www.example.com"]
languages = ["en"]
privacy_policy = "/privacy"
timezone = "Europe/Amsterdam"
"""


def reports() -> list[Report]:
    """Lines a second of processor time, of whole processes, in turns."""
    if shutil.which("goaccess") is None:
        return [
            Report("reading an access log", (), notes=("goaccess is missing; on Debian: apt-get install goaccess",))
        ]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.log"
        log.write_text("".join(combined_lines(random.Random(2026), LINES)), "ascii")
        found: dict[str, list[float]] = {"consentkit import-log": [], "goaccess": []}
        for number in range(ROUNDS):
            found["goaccess"].append(_speed(_goaccess(log, Path(folder) / "out.json"), folder))
            found["consentkit import-log"].append(_speed(_ours(log, Path(folder) / f"round{number}"), folder))
    speeds = {name: statistics.median(values) for name, values in found.items()}
    rows = {
        name: {"lines/s of CPU": round(speed), "÷ goaccess": round(speed / speeds["goaccess"], 2)}
        for name, speed in speeds.items()
    }
    notes = (
        f"{LINES:,} lines of a day in the combined format, medians of {ROUNDS} rounds, start of the process included.",
        "GoAccess counts 10 panels; consentkit 27 breakdowns and 6 crossings, releases minute by minute and stores.",
    )
    return [Report("reading an access log", ("lines/s of CPU", "÷ goaccess"), rows, notes)]


def _goaccess(log: Path, out: Path) -> list[str]:
    return ["goaccess", str(log), "--log-format=COMBINED", "--no-global-config", "-o", str(out)]


def _ours(log: Path, folder: Path) -> list[str]:
    folder.mkdir()
    (folder / "var").mkdir()
    (folder / "consentkit.toml").write_text(CONFIG, "utf-8")
    program = "from consentkit.cli import main; main()"
    return [
        sys.executable,
        "-c",
        program,
        "import-log",
        str(log),
        "--config",
        str(folder / "consentkit.toml"),
        "--json",
    ]


def _speed(command: list[str], folder: str) -> float:
    """Lines a second of processor time of a finished process."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or (said.startswith(b"{") and json.loads(said)["requests"] != LINES):
        raise RuntimeError(f"{command[0]} did not read the log")
    return LINES / (used.ru_utime + used.ru_stime)
