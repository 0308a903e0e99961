"""Both layouts of the banner: how they lie over a page, small, large, zoomed, dark, in forced colours and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from consentkit.config import LAYOUTS
from tests.conftest import LiveServers
from tests.support.asgi import answering
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]

PAGE = b"""<!doctype html><html lang="en"><head><title>Shop</title><meta name="viewport" content="width=device-width">
<style>body { margin: 0; min-height: 100vh; display: flex; flex-direction: column;
justify-content: space-between }</style>
</head><body><h1>One short line</h1><footer><a href="/imprint">Imprint</a></footer></body></html>"""

OBSERVE = """
globalThis.seen = { largest: [], shifts: [] };
new PerformanceObserver((list) => seen.largest.push(...list.getEntries().map(({ element }) => element?.tagName)))
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => seen.shifts.push(...list.getEntries().map(({ value }) => value)))
  .observe({ type: "layout-shift", buffered: true });
"""

SIZES = ((320, 568), (320, 256), (568, 320), (640, 400), (1280, 800))
"""Phones upright and lying, 1280 by 800 pixels at 200 % zoom, and 1280 by 1024 at 400 % (WCAG 1.4.10)."""


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    """The address of a nearly empty site for each layout, in Ukrainian, whose banner is the longest."""
    servers = LiveServers()
    yield {
        layout: servers(kit_of(settings(site={"languages": ["uk"]}, consent={"layout": layout})).wrap(answering(PAGE)))
        for layout in LAYOUTS
    }
    servers.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def settled(page: Page) -> None:
    """Wait for the banner to have faded in, and for the paint after it."""
    page.locator("#consentkit").evaluate(
        "async (e) => { await Promise.all(e.getAnimations().map((a) => a.finished));"
        "  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))) }"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_is_never_the_largest_paint_and_shifts_nothing(
    context: BrowserContext, sites: dict[str, str], layout: str
) -> None:
    """Not even on a page of one short line, neither when it comes nor when it goes; motion reduced or not."""
    context.add_init_script(OBSERVE)
    page = context.new_page()
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.goto(f"{sites[layout]}/shop")
        settled(page)
        page.evaluate("document.querySelector('#consentkit button').focus()")
        assert {"H1"} == set(page.evaluate("seen.largest"))
        assert [] == page.evaluate("seen.shifts")
    page.evaluate("fetch('/consent/state')")
    page.locator("#consentkit button").first.click()
    page.locator("#consentkit").wait_for(state="detached")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert [] == page.evaluate("seen.shifts")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shows_both_buttons_and_leaves_the_page_usable_at_any_size(
    context: BrowserContext, sites: dict[str, str], layout: str
) -> None:
    """C4, C7, C16, C27, C28: alike and in sight, all words within reach, and the foot of the page can be uncovered."""
    page = context.new_page()
    page.goto(f"{sites[layout]}/shop")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        boxes = [box for button in page.locator("#consentkit button").all() if (box := button.bounding_box())]
        assert 2 == len(boxes)
        assert 1 == len({(box["width"], box["height"]) for box in boxes}), (width, height)
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes), (width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        links = page.locator("#consentkit a")
        links.last.focus()
        words = page.locator(".consentkit-words").bounding_box()
        last = links.last.bounding_box()
        assert words
        assert last
        assert words["y"] <= last["y"]
        assert last["y"] + last["height"] <= words["y"] + words["height"] + 1, (width, height)
        page.get_by_role("link", name="Imprint").focus()
        imprint, banner = (page.locator(name).bounding_box() for name in ("footer a", "#consentkit"))
        assert imprint
        assert banner
        assert imprint["y"] + imprint["height"] <= banner["y"] or imprint["x"] >= banner["x"] + banner["width"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_follows_the_colours_of_the_page(context: BrowserContext, sites: dict[str, str], layout: str) -> None:
    """Dark where the page is, light where the page knows no dark, themed where it says so, and never on paper.

    So does the dialog.
    """
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    page.goto(f"{sites[layout]}/shop")
    banner = page.locator("#consentkit")

    def back() -> str:
        return str(banner.evaluate("e => getComputedStyle(e).backgroundColor"))

    assert "rgb(255, 255, 255)" == back()
    page.add_style_tag(content=":root { color-scheme: light dark }")
    assert "rgb(24, 28, 35)" == back()
    page.add_style_tag(content=":root { --consentkit-background: light-dark(white, rgb(1, 2, 3)) }")
    assert "rgb(1, 2, 3)" == back()
    page.locator("#consentkit a").first.click()
    purpose = page.locator("dialog .purpose").first
    assert "rgb(1, 2, 3)" == purpose.evaluate("e => getComputedStyle(e).backgroundColor")
    assert "rgb(236, 239, 244)" == purpose.evaluate("e => getComputedStyle(e).color")
    page.keyboard.press("Escape")
    page.emulate_media(forced_colors="active")
    edges = page.locator("#consentkit button").evaluate_all("all => all.map(b => getComputedStyle(b).borderTopStyle)")
    assert ["solid", "solid"] == edges
    assert all(
        float(width.removesuffix("px")) >= 1
        for width in page.locator("#consentkit button").evaluate_all(
            "all => all.map(b => getComputedStyle(b).borderTopWidth)"
        )
    )
    page.emulate_media(media="print")
    assert not banner.is_visible()
    assert "0px" == page.evaluate("getComputedStyle(document.documentElement).paddingBottom")


def test_tables_are_whole_on_a_phone(context: BrowserContext, sites: dict[str, str]) -> None:
    """Nothing of what a service stores is cut off at 320 pixels, and each value keeps its column's name."""
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{sites['bar']}/consent/declaration")
    hidden = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert page.locator(".scroll").count() > 1
    assert 0 == page.evaluate(hidden)
    value = page.locator("td").first
    heading = page.locator("thead th").nth(1).text_content()
    assert heading
    assert heading in value.evaluate("e => getComputedStyle(e, '::before').content")
    value.evaluate("e => e.style.paddingInline = '200px'")
    assert 1 == page.evaluate(hidden)
