"""The report as one HTML page that asks nobody for anything: styles inside, screenshots inside or beside it."""

import base64
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from consentkit.audit.advice import KIND_WORDS, REQUEST_WORDS
from consentkit.audit.model import Seen
from consentkit.audit.text import where

HERE = Path(__file__).parent / "templates"


def write_page(data: dict[str, Any], states: Iterable[Seen], target: Path) -> Path:
    """Write the report; the answer is its file.

    A `target` that is a folder, or ends in `/` or has no ending, gets `index.html` with the screenshots beside it;
    any other is one file with the screenshots inside.
    """
    shots = {str(seen.state): seen.screenshot for seen in states if seen.screenshot}
    if target.is_dir() or not target.suffix:
        target.mkdir(parents=True, exist_ok=True)
        for state, shot in shots.items():
            (target / f"{state}.jpg").write_bytes(shot)
        file, sources = target / "index.html", {state: f"{state}.jpg" for state in shots}
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        file, sources = target, {state: _inside(shot) for state, shot in shots.items()}
    file.write_text(render(data, sources), "utf-8")
    return file


def render(data: dict[str, Any], shots: dict[str, str]) -> str:
    """The HTML of an audit (`report.as_data`); `shots` are the addresses of the screenshots by state."""
    return _template().render(audit=data, shots=shots, kinds=KIND_WORDS, requests=REQUEST_WORDS) + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["where"] = where
    return environment.get_template("report.html")


def _inside(shot: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(shot).decode()}"
