"""One choice, every tab: pages that are open elsewhere, or come back from the back-forward cache, follow it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.conftest import LiveServers
from tests.support.asgi import answering
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]

SHOP = b"""<!doctype html><html lang="en"><head><title>Shop</title></head><body><h1>Shop</h1>
<iframe src="https://ads.example.net/clip" width="300" height="200" title="Clip"></iframe></body></html>"""

TAGGED = b"""<!doctype html><html lang="en"><head><title>Shop</title>
<script src="https://ads.example.net/tag.js"></script></head><body><h1>Shop</h1></body></html>"""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The address of a site with an embed that waits for consent."""
    servers = LiveServers()
    yield servers(kit_of(settings()).wrap(answering(SHOP)))
    servers.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, with an advertising company that answers."""
    context = chromium.new_context()
    context.route("https://ads.example.net/**", lambda route: route.fulfill(body="clip", content_type="text/html"))
    yield context
    context.close()


@pytest.mark.parametrize("delivery", ["server", "edge"])
def test_tags_begin_on_the_page_where_they_were_agreed_to(context: BrowserContext, delivery: str) -> None:
    """The page on which a visitor arrived is loaded anew with its tag and its campaign; nothing asks again."""
    seen: list[str] = []

    def tag(route: Route) -> None:
        seen.append(route.request.url)
        route.fulfill(body="window.arrived = location.search", content_type="text/javascript")

    servers = LiveServers()
    try:
        site = servers(kit_of(settings(consent={"delivery": delivery})).wrap(answering(TAGGED)))
        context.route("https://ads.example.net/tag.js", tag)
        page = context.new_page()
        page.goto(f"{site}/shop?utm_source=letter")
        banner = page.locator("#consentkit")
        banner.get_by_role("button", name="Accept all").click()
        page.wait_for_function("window.arrived")
        assert "?utm_source=letter" == page.evaluate("window.arrived")
        assert (["https://ads.example.net/tag.js"], 0) == (seen, banner.count())
    finally:
        servers.stop()


def test_a_choice_in_one_tab_holds_in_the_others(context: BrowserContext, shop: str) -> None:
    """The banner leaves, what waited is loaded, and what was granted leaves again on withdrawal."""
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"{shop}/shop")
    one.bring_to_front()
    one.locator("#consentkit").get_by_role("button", name="Refuse all").click()
    expect(two.locator("#consentkit")).to_have_count(0)
    loads: list[str] = []
    two.on("load", lambda page: loads.append(page.url))
    assert two.locator(".consentkit-embed").is_visible()

    one.get_by_role("link", name="Cookie settings").click()
    one.get_by_role("dialog").get_by_role("button", name="Accept all").click()
    expect(two.frame_locator("iframe").locator("body")).to_have_text("clip")
    expect(one.frame_locator("iframe").locator("body")).to_have_text("clip")

    two.bring_to_front()
    two.get_by_role("link", name="Cookie settings").click()
    two.get_by_role("dialog").get_by_role("button", name="Withdraw everything").click()
    for page in (one, two):
        expect(page.locator(".consentkit-embed")).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)


def test_an_open_preferences_page_follows_and_tells(context: BrowserContext, shop: str) -> None:
    """Its switches are those of now, whether it is a page or a dialog, and two such pages come to rest."""
    one, two, three = (context.new_page() for _ in range(3))
    one.goto(f"{shop}/consent/?lang=en")
    two.goto(f"{shop}/consent/?lang=en")
    three.goto(f"{shop}/shop")
    three.get_by_role("link", name="Cookie settings").click()
    three.get_by_role("dialog").get_by_role("checkbox", name="Allow Video").check()
    two.get_by_role("checkbox", name="Allow Video").check()

    one.bring_to_front()
    one.get_by_role("checkbox", name="Allow Theme").check()
    one.get_by_role("button", name="Save my choice").click()
    expect(one.get_by_role("status")).to_have_text("Your choice is saved.")
    for page in (two, three):
        expect(page.get_by_role("checkbox", name="Allow Theme")).to_be_checked()
        expect(page.get_by_role("checkbox", name="Allow Video")).not_to_be_checked()
    expect(three.locator("#consentkit")).to_have_count(0)
    assert one.url.endswith("/consent/?lang=en")
    loads: list[str] = []
    one.on("load", lambda page: loads.append(page.url))
    two.bring_to_front()
    with one.expect_event("load"):
        two.get_by_role("button", name="Refuse all").click()
    expect(one.get_by_role("checkbox", name="Allow Theme")).not_to_be_checked()
    expect(two.get_by_role("status")).to_have_text("Your choice is saved.")
    one.wait_for_load_state("load")
    assert 1 == len(loads)


def test_always_load_at_a_placeholder_needs_no_page_of_its_own(context: BrowserContext, shop: str) -> None:
    """The embed takes its place, the banner still asks for the rest, and other tabs show the embed too."""
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"{shop}/shop")
    one.bring_to_front()
    one.get_by_role("button", name="Always load").click()
    for page in (one, two):
        expect(page.frame_locator("iframe").locator("body")).to_have_text("clip")
        assert 1 == page.locator("#consentkit").count()


def test_a_page_from_the_back_forward_cache_asks_how_things_stand(chromium: Browser, shop: str) -> None:
    """Chromium brings a page back as it was left; a choice made since then is followed there as well."""
    # Chromium drops a page that misses a message of another tab; so this choice is made where no tab hears of it.
    with chromium.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    ) as browser:
        page = browser.new_page()
        page.add_init_script("addEventListener('pageshow', (event) => { globalThis.cached = event.persisted })")
        page.goto(f"{shop}/one")
        page.goto(f"{shop}/two")
        page.context.request.post(f"{shop}/consent/", form={"choice": "refuse_all"})
        page.evaluate("history.back()")
        page.wait_for_function("globalThis.cached")
        expect(page.locator("#consentkit")).to_have_count(0)
        page.evaluate("history.forward()")
        expect(page).to_have_url(f"{shop}/two")
        expect(page.locator("#consentkit")).to_have_count(0)
