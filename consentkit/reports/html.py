"""A report as HTML that mail programs show and browsers print: inline styles, tables, nothing fetched."""

from pathlib import Path

from consentkit.reports.saying import Said
from consentkit.templates import environment

TEMPLATES = Path(__file__).parent / "templates"


def as_html(said: Said) -> str:
    """The page."""
    return environment(TEMPLATES).get_template("report.html").render(said=said)
