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
from tests.support.logs import W3C_FIELDS, WRITERS, requests

LOGS = {
    "combined, 1,000,000 lines of a day": ("COMBINED", 1_000_000, 1),
    "combined, 200,000 lines of a day": ("COMBINED", 200_000, 1),
    "combined, 300,000 lines of 30 days": ("COMBINED", 300_000, 30),
    "W3C extended, 200,000 lines of a day": ("W3C", 200_000, 1),
    "AWS load balancer, 200,000 lines of a day": ("AWSALB", 200_000, 1),
    "Caddy's JSON, 40,000 lines of a day": ("CADDY", 40_000, 1),
}
"""GoAccess's name of the format, lines and days."""
ROUNDS = 3
OURS, THEIRS, RATIO = "import-log, lines/s of CPU", "goaccess, lines/s of CPU", "ratio"
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
    columns = OURS, THEIRS, RATIO
    if shutil.which("goaccess") is None:
        return [Report("reading access logs", columns, notes=("goaccess is missing; apt-get install goaccess",))]
    rows = {}
    with tempfile.TemporaryDirectory() as compiled:
        for name, (log_format, lines, days) in LOGS.items():
            with tempfile.TemporaryDirectory() as folder:
                rows[name] = _compared(Path(folder), Path(compiled), log_format, lines, days)
    notes = (
        f"255 addresses, 48 user agents, 3 referrers; medians of {ROUNDS} rounds, the start of the process included, "
        "Python's modules compiled in a round before.",
        "GoAccess counts 10 panels; consentkit 18 breakdowns and 4 crossings (of what these logs tell), releases day "
        "by day and stores.",
    )
    return [Report("reading access logs", columns, rows, notes)]


def _compared(folder: Path, compiled: Path, log_format: str, lines: int, days: int) -> dict[str, float]:
    log = folder / "access.log"
    with log.open("w", encoding="ascii") as file:
        file.write(W3C_FIELDS if log_format == "W3C" else "")
        file.writelines(map(WRITERS[log_format], requests(random.Random(2026), lines, days)))
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        theirs.append(_speed(_goaccess(log, log_format, folder / "out.json"), folder, compiled, lines))
        ours.append(_speed(_ours(log, folder / f"round{number}"), folder, compiled, lines))
    # The first compiles what an installed package has compiled already.
    del theirs[0], ours[0]
    speeds = statistics.median(ours), statistics.median(theirs)
    return {OURS: round(speeds[0]), THEIRS: round(speeds[1]), RATIO: round(speeds[0] / speeds[1], 2)}


def _goaccess(log: Path, log_format: str, out: Path) -> list[str]:
    return ["goaccess", str(log), f"--log-format={log_format}", "--no-global-config", "--no-progress", "-o", str(out)]


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


def _speed(command: list[str], folder: Path, compiled: Path, lines: int) -> float:
    """Lines a second of processor time of a finished process; its Python modules are kept compiled in `compiled`."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or (said.startswith(b"{") and json.loads(said)["requests"] != lines):
        raise RuntimeError(f"{command[0]} did not read the log")
    return lines / (used.ru_utime + used.ru_stime)
