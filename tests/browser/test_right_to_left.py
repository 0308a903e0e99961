"""Arabic: the banner and the preferences page run from right to left."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_autoconsent import page_in
from tests.conftest import LiveServers
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(params=[320, 1280])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh profile's tab, on a phone and on a desk."""
    context = chromium.new_context(viewport={"width": request.param, "height": 568})
    yield context.new_page()
    context.close()


def test_the_banner_is_mirrored(page: Page, live_server: LiveServers) -> None:
    """The first button stands right of the second, both in sight, nothing overflows, and a name keeps its full stop."""
    kit = kit_of(settings(site={"languages": ["ar"]}))
    page.goto(live_server(kit.wrap(page_in("ar"))))
    refuse, accept = (button.bounding_box() for button in page.locator("#consentkit button").all())
    assert refuse
    assert accept
    assert refuse["x"] > accept["x"]
    assert (refuse["y"], refuse["width"]) == (accept["y"], accept["width"])
    assert refuse["y"] + refuse["height"] <= 568
    assert page.viewport_size
    assert page.viewport_size["width"] == page.evaluate("document.documentElement.scrollWidth")
    assert "\u2068Example Telecom B.V.\u2069" in page.locator("#consentkit-text").inner_text()


def test_the_preferences_page_is_mirrored(page: Page, live_server: LiveServers) -> None:
    """Switches stand left of their words, names of cookies read from the left, and nothing overflows."""
    kit = kit_of(settings(site={"languages": ["ar"]}))
    page.goto(live_server(kit.wrap(page_in("ar"))) + "/consent/")
    assert "rtl" == page.locator("html").get_attribute("dir")
    tick, words = (page.locator(f"label.service {part}").first.bounding_box() for part in ("input", "span"))
    assert tick
    assert words
    assert tick["x"] + tick["width"] <= words["x"]
    assert "ltr" == page.locator("code").first.evaluate("code => getComputedStyle(code).direction")
    assert page.viewport_size
    assert page.viewport_size["width"] == page.evaluate("document.documentElement.scrollWidth")
