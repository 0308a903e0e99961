"""The dashboard in a real browser: its chart by keyboard, and all of it without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from consentkit.dashboard import sign_in_link
from tests.dashboard.sinks import KEYS, NOW, desk, make_sink

pytestmark = pytest.mark.browser


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
