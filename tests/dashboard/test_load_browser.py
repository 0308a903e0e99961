"""The pages about load and counting in a real browser: by keyboard, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext
from starlette.types import ASGIApp

from consentkit.dashboard import sign_in_link
from tests.conftest import LiveServers
from tests.dashboard.sinks import KEYS, NOW, desk
from tests.dashboard.test_load_page import busy_sink

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard over a busy site, for all tests of this module."""
    folder = tmp_path_factory.mktemp("busy")
    busy_sink(folder)
    servers = LiveServers()
    app: ASGIApp = desk(folder, root="/dash").app
    yield servers(app) + "/dash"
    servers.stop()


def signed_in(chromium: Browser, address: str, **options: object) -> BrowserContext:
    """A browser in which somebody is signed in."""
    context = chromium.new_context(locale="en-GB", **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(sign_in_link(KEYS, "ann", address, NOW))
    page.close()
    return context


def test_an_explanation_opens_and_closes_by_keyboard_without_scripts(chromium: Browser, address: str) -> None:
    """It lies within the window wherever its button is, and Escape gives the focus back."""
    context = signed_in(chromium, address, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(address + "/load")
    for key in ("requests", "most_at_once", "routes"):
        button, text = page.locator(f"[popovertarget=why-{key}]"), page.locator(f"#why-{key}")
        button.focus()
        page.keyboard.press("Enter")
        box = text.bounding_box()
        assert box is not None
        assert 0 <= box["x"]
        assert box["x"] + box["width"] <= 320
        assert -1 <= box["y"]
        assert box["y"] + box["height"] <= 701
        page.keyboard.press("Escape")
        assert not text.is_visible()
    page.keyboard.press("Enter")
    page.click("#why-routes a")
    assert page.url.endswith("/explained#routes")
    assert page.locator("#routes").bounding_box() is not None
    context.close()


def test_without_scripts_the_page_is_steered_by_its_links(chromium: Browser, address: str) -> None:
    """By the hour, sorted by failing, another period, and back."""
    context = signed_in(chromium, address, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/load?period=7d")
    page.click("text=by hour")
    assert 7 * 24 == page.locator(".lead .band").count()
    page.click("#routes >> text=failing")
    assert "/slow/{id}" in page.inner_text(".routes tbody")
    assert 1 == page.locator(".routes tbody tr").count()
    assert 7 * 24 == page.locator(".lead .band").count()
    page.click(".picker summary >> nth=0")
    page.click("text=Yesterday")
    assert "22 Nov 2026" in page.inner_text(".dates").replace("\u00a0", " ")
    context.close()


def test_the_charts_are_read_with_the_arrow_keys(chromium: Browser, address: str) -> None:
    """Requests, times and the forecast say what each place holds."""
    context = signed_in(chromium, address)
    page = context.new_page()
    page.goto(address + "/load?period=yesterday")
    for canvas, spoken in (
        ("#lead", "Sun 22\u00a0Nov 23:00: 0 requests, 0 server errors; campaign spring: 30 views"),
        ("#times-part", "Sun 22\u00a0Nov 23:00: too few requests to tell a time"),
        ("#forecast", "Sun 20\u00a0Dec: 200 requests expected, 200 to 200"),
    ):
        page.locator(f"{canvas} .chart").focus()
        page.keyboard.press("End")
        assert spoken == page.inner_text(f"{canvas} output")
    context.close()
