"""A report as HTML that mail programs show and browsers print: inline styles, tables, nothing fetched."""

from functools import cache
from pathlib import Path

from jinja2 import Environment

from consentkit.reports.saying import Said
from consentkit.templates import environment


@cache
def _environment() -> Environment:
    return environment(Path(__file__).parent / "templates")


def as_html(said: Said) -> str:
    """The page."""
    return _environment().get_template("report.html").render(said=said)
