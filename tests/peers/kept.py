"""Where the figures of the run are kept: as data for the dashboard's page, and as tables in the documentation."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.peers.differences import Difference

ROOT = Path(__file__).parents[2]
DATA = ROOT / "consentkit" / "dashboard" / "differences.json"
PAGE = ROOT / "docs" / "differences.md"
BEGIN, END = "<!-- figures of the run: `python -m tests.peers` writes them -->\n", "<!-- end of the figures -->\n"
TOOLS = {"goaccess": "GoAccess", "plausible": "Plausible", "cloudflare": "Cloudflare Web Analytics"}
FIGURES = {
    "requests": "requests (our views)",
    "views": "views",
    "visits": "visits",
    "visitors": "visitors of four weeks",
}
REASONS = {
    "programs": "programs that it counts and we do not",
    "static": "images, styles, scripts",
    "api": "calls of the site's own scripts",
    "own": "answers to the banner",
    "prefetch": "pages fetched in advance and not shown",
    "no_page": "forms sent, pages not found",
    "blocked": "its script is blocked or not run",
    "hosted": "programs in a browser's guise, which it knows by their addresses",
    "restored": "pages from the browser's memory, which no server sees",
    "silence": "went on after more than half an hour",
    "again": "came again within half an hour",
    "shared": "several people behind one address",
    "moved": "the address changed under way",
    "reload": "reloads of a visit's first page",
    "no_referrer": "browsers that send no referrer",
    "days": "the same people on another day",
    "split": "one person with several addresses in a day",
    "estimate": "our estimate is off by",
}


def as_data(found: Sequence[Difference]) -> str:
    """For the dashboard."""
    return json.dumps([one.as_json() for one in found], indent=1) + "\n"


def as_tables(found: Sequence[Difference]) -> str:
    """For the documentation."""
    lines = ["| tool | figure | its | ours | its / ours |", "|---|---|---|---|---|"]
    lines += [
        f"| {TOOLS[one.tool]} | {FIGURES[one.figure]} | {one.theirs:,} | {one.ours:,} | {one.theirs / one.ours:.2f} |"
        for one in found
    ]
    lines += ["", "| tool, figure | difference | of it |", "|---|---|---|"]
    lines += [
        f"| {TOOLS[one.tool]}, {FIGURES[one.figure]} | {one.theirs - one.ours:+,} | "
        + "; ".join(f"{count:+,} {REASONS[reason]}" for reason, count in one.reasons)
        + " |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def kept_tables() -> str:
    """The tables as the documentation has them."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]


def keep(found: Sequence[Difference]) -> None:
    """Write both."""
    DATA.write_text(as_data(found), "utf-8")
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + as_tables(found) + END + rest.partition(END)[2], "utf-8")
