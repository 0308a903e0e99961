"""The dashboard in a real browser: it fits, and keeps to its own policy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from consentkit.dashboard import sign_in_link
from tests.dashboard.sinks import KEYS, NOW, desk, make_sink
from tests.dashboard.test_overview import RICH

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/?period=today&lang=es",
    "/?from=2026-10-01&to=2026-10-02&lang=nl",
    "/?period=7d&lang=es&pages=missing&sources=campaign&places=region&devices=browser_version",
    "/?only.page=%2Fproducts&compare=none&chart=visits",
    "/?period=7d&step=hour&lang=nl",
    "/list?card=page",
    "/list?card=classes",
    "/load?period=7d&step=hour&lang=es",
)


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_breaks_no_rule_of_its_policy(
    chromium: Browser, live_server: Callable[[ASGIApp], str], tmp_path: Path, width: int, scheme: str
) -> None:
    """No sideways scrolling, no message in the console, at any width, light and dark."""
    make_sink(tmp_path / "stats.db", days=60, values=RICH, sample="2026-10-01/2026-11-23")
    address = live_server(desk(tmp_path, root="/dash").app) + "/dash"
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(sign_in_link(KEYS, "ann", address, NOW))
    for path in PATHS:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        for summary in page.locator("summary").all():
            summary.click()
            summary.page.keyboard.press("Escape")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [] == messages
    context.close()


def test_a_chart_is_read_with_the_arrow_keys(
    chromium: Browser, live_server: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    """The value of each day is spoken as it is reached."""
    make_sink(tmp_path / "stats.db")
    address = live_server(desk(tmp_path).app)
    page = chromium.new_page()
    page.goto(sign_in_link(KEYS, "ann", address, NOW))
    page.locator(".lines").focus()
    page.keyboard.press("End")
    spoken = "Sun 22\u00a0Nov: 110 Views\nSun 25\u00a0Oct: 100 (+10%)"
    assert spoken == page.locator(".lead output").inner_text()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".lead output").inner_text().startswith("Sat 21\u00a0Nov")
    page.keyboard.press("Escape")
    assert page.locator(".lead output").is_hidden()
    page.close()


def test_everything_works_without_javascript(
    chromium: Browser, live_server: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    """Sign in by the form, choose a period, read the table, search a list, sign out."""
    make_sink(tmp_path / "stats.db")
    address = live_server(desk(tmp_path, root="/dash").app) + "/dash"
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(address + "/")
    page.fill("#name", "ann")
    page.fill("#password", "correct horse battery")
    page.click(".door button")
    page.click(".period .picker summary")
    page.click("text=Last 7 days")
    assert "16\u00a0Nov" in page.inner_text(".dates") or "16" in page.inner_text(".dates")
    page.click(".lead details.table summary")
    assert 7 == page.locator(".lead .plain tbody tr:visible").count()
    page.click(".card.page .actions .more")
    page.fill("#q", "products")
    page.click(".search button")
    assert 1 == page.locator(".bars tbody tr").count()
    page.click(".leave button")
    assert "You are signed out" in page.inner_text("main")
    context.close()
