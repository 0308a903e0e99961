"""A report as HTML that mail programs show and browsers print: inline styles, tables, nothing fetched."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from consentkit.reports.saying import Said


@cache
def _environment() -> Environment:
    # Every value in the sink is a visitor's, so that autoescape is on.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def as_html(said: Said) -> str:
    """The page."""
    return _environment().get_template("report.html").render(said=said)
