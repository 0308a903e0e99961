"""The report in a real browser: nothing scrolls sideways, axe finds nothing, nothing is asked for."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consentkit.reports.html import as_html
from tests.dashboard.sinks import VALUES, make_sink
from tests.reports.making import said
from tests.support.accessibility import violations

pytestmark = pytest.mark.browser


def test_the_report_fits_and_can_be_read_by_everybody(chromium: Browser, axe: str, tmp_path: Path) -> None:
    """On a phone and in a window, with paths longer than either."""
    long = {"/" + "a-long-name-" * 12: 60, "/products": 40}
    make_sink(
        tmp_path / "stats.db", values={**VALUES, "page": long, "goal": {"contact": 20}}, sample="2026-11-01/2026-11-22"
    )
    html = as_html(said(tmp_path / "stats.db", link="https://www.example.com/statistics/"))
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for width in (320, 720):
        page.set_viewport_size({"width": width, "height": 800})
        page.set_content(html)
        assert width == page.evaluate("document.documentElement.scrollWidth")
        assert [] == violations(page, axe, "light")
    context.close()
    assert [] == asked
