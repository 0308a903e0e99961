"""The overview as a marketing user goes through it in Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from consentkit.dashboard import Role, sign_in_link
from tests.conftest import LiveServers
from tests.dashboard.sinks import KEYS, NOW, desk, make_sink
from tests.dashboard.test_filters import CROSSED

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard with crossings and a first annotation, at a real server."""
    folder = tmp_path_factory.mktemp("journey")
    make_sink(folder / "stats.db", values=CROSSED, sample="2026-10-01/2026-11-23")
    front = desk(folder, role=Role.EDITOR)
    servers = LiveServers()
    yield servers(front.app)
    servers.stop()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """Somebody signed in, in whose console nothing may appear."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
    tab = context.new_page()
    messages: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.goto(sign_in_link(KEYS, "ann", address, NOW))
    yield tab
    assert [] == messages
    context.close()


def big(page: Page, key: str) -> str:
    """A headline figure."""
    return page.locator(f".tile.{key} .big").inner_text()


def test_a_morning_with_the_figures(page: Page, address: str) -> None:
    """Filter by a click, draw another figure, compare, step through the days, go back, take the picture along."""
    page.locator("#pages").get_by_role("link", name="/products", exact=True).click()
    assert "840" == big(page, "views")
    assert "Page\n/products" in page.locator(".chips").inner_text().replace(" ", "\n").replace("\n\n", "\n")
    page.locator(".tile.visits > a").click()
    assert "Visits per day" in page.locator(".lead").inner_text()
    page.locator("#sources").get_by_role("link", name="Search engines").click()
    assert "280" == big(page, "visits")
    page.get_by_role("link", name="Remove the filter: Search engines").click()
    assert "420" == big(page, "visits")
    page.go_back()
    assert "280" == big(page, "visits")
    page.go_forward()
    bookmark = page.url
    page.goto(address)
    assert "3,080" == big(page, "views")
    page.goto(bookmark)
    assert "420" == big(page, "visits")
    page.locator(".compare summary").click()
    page.get_by_role("link", name="No comparison").click()
    expect(page.locator(".curve .was")).to_have_count(0)
    page.locator(".curve").focus()
    page.keyboard.press("Home")
    assert re.match(r"Mon 26\sOct: 15 Visits", page.locator(".lead output").inner_text())
    page.locator(".chart-tools summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Picture for slides (PNG)").click()
    assert "visits-2026-10-26-2026-11-22.png" == waiting.value.suggested_filename
    picture = waiting.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert (2560, 1440) == tuple(int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))


def test_an_annotation_is_written_changed_and_removed(page: Page, address: str) -> None:
    """In the form under the chart."""
    page.goto(f"{address}/?period=7d")
    page.get_by_text("Add an annotation").click()
    page.locator(".note-form [name=first]").fill("2026-11-18")
    page.get_by_label("What happened").fill("Autumn campaign")
    page.get_by_role("button", name="Save").click()
    assert page.url.endswith("?period=7d#lead")
    expect(page.locator(".pin")).to_have_count(1)
    page.locator(".curve").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "Autumn campaign" in page.locator(".lead output").inner_text()
    page.locator("summary", has_text=re.compile("^Change$")).click()
    page.locator(".rewrite [name=text]").fill("Autumn fair")
    page.locator(".rewrite button").click()
    expect(page.locator(".notes li")).to_contain_text("18 Nov 2026 Autumn fair (ann)".replace(" ", "\u00a0", 2))
    page.get_by_role("button", name="Remove: Autumn fair").click()
    expect(page.locator(".pin")).to_have_count(0)


def test_single_keys_choose_a_period_and_clear_the_filters_until_they_are_turned_off(page: Page, address: str) -> None:
    """Not while somebody writes, nor with another key; Escape closes what is open first (WCAG 2.1.4)."""
    page.goto(f"{address}/?only.page=%2Fproducts&only.channel=search")
    assert "d" == page.locator(".period .menu a").first.get_attribute("aria-keyshortcuts")
    page.keyboard.press("Control+d")
    page.keyboard.press("Shift+D")
    page.locator(".period summary").click()
    page.locator(".period [name=from]").focus()
    page.keyboard.press("d")
    page.keyboard.press("Escape")
    expect(page.locator(".period .menu")).to_be_hidden()
    assert page.url.endswith("/?only.page=%2Fproducts&only.channel=search")
    page.keyboard.press("w")
    page.wait_for_url("**/?only.page=%2Fproducts&only.channel=search&period=7d")
    page.keyboard.press("Escape")
    page.wait_for_url("**/?period=7d")
    page.goto(f"{address}/load")
    page.keyboard.press("y")
    page.wait_for_url("**/load?period=year*")
    page.locator(".period summary").click()
    assert page.locator(".period kbd").first.is_visible()
    page.get_by_role("button", name="Turn off keyboard shortcuts").click()
    assert page.locator(".period kbd").first.is_hidden()
    page.locator(".period summary").click()
    page.keyboard.press("d")
    page.goto(address)
    assert page.locator(".period .menu a").first.get_attribute("aria-keyshortcuts") is None
    page.keyboard.press("d")
    page.locator(".period summary").click()
    page.get_by_role("button", name="Turn on keyboard shortcuts").click()
    assert page.url.rstrip("/") == address
    page.locator(".period summary").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.wait_for_url("**/?period=today")
