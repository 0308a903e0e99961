"""Runs `consentkit audit` as a CI job would."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("consentkit")


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the command: its exit status, what it printed, and the JSON that it wrote."""

    status: int
    text: str
    data: dict[str, Any]


def audit(folder: Path, *arguments: str) -> Ran:
    """Run the command as a CI job would."""
    file = folder / "audit.json"
    command = [
        str(COMMAND),
        "audit",
        *arguments,
        "--wait",
        "0",
        "--json",
        str(file),
        "--html",
        str(folder / "audit.html"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    return Ran(done.returncode, done.stdout + done.stderr, json.loads(file.read_text()) if file.exists() else {})
