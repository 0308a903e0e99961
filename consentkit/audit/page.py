"""The report as one HTML page that asks nobody for anything: styles inside, screenshots inside or beside it."""

import base64
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from consentkit.audit.advice import KIND_WORDS, REQUEST_WORDS
from consentkit.audit.model import Seen
from consentkit.audit.text import apart, by_service, where
from consentkit.html.urls import origin
from consentkit.templates import environment

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
    told, unseen = apart(data["notes"])
    return _template().render(
        audit=data, notes=told, unseen=unseen, unseen_names=by_service(unseen), shots=shots, kinds=KIND_WORDS,
        requests=REQUEST_WORDS, home=origin(data["url"]) or "", things=overview(data),
    ) + "\n"  # fmt: skip


def overview(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Each different thing that was found, with the rule it breaks in each state, "" where it breaks none."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in data["findings"]:
        if each["what"] not in ("state", "page"):
            row = rows.setdefault((each["what"], each["name"], each["place"]), {**each, "rules": {}})
            row["rules"][each["state"]] = each["rule"]
    return list(rows.values())


def sentence(text: str) -> str:
    """The text as a sentence: a capital at the beginning, a full stop at the end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…")) else ".")


@cache
def _template() -> Template:
    templates = environment(HERE)
    templates.filters["where"] = where
    templates.filters["sentence"] = sentence
    return templates.get_template("report.html")


def _inside(shot: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(shot).decode()}"
