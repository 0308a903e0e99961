"""What real browsers send, and what of it counts as a view, a visit, a move: reloads, history, tabs, forms, frames."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Route

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from consentkit.stats.tally import Tally
from tests.browser.drivers import Driver, InChromium, InFirefox
from tests.browser.support import listening, served
from tests.browser.watched_site import Watched, other_page, page
from tests.stats.page_requests import CHROME
from tests.support.firefox import firefox
from tests.support.sites import KEY, config_of
from tests.support.small_site import tables

pytestmark = pytest.mark.browser


@contextmanager
def watched(folder: Path, **stats: object) -> Iterator[Watched]:
    """Our site at 127.0.0.1, the other one at localhost: for browsers two sites."""
    ours, theirs = listening(), listening()
    home, elsewhere = (
        f"http://{name}:{sock.getsockname()[1]}" for name, sock in (("127.0.0.1", ours), ("localhost", theirs))
    )
    app = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    other = Starlette(routes=[Route("/{path:path}", other_page)])
    app.state.elsewhere, other.state.elsewhere = elsewhere, home
    kit = ConsentKit(config_of(tables(elsewhere, stats=stats, services=[]), folder), (KEY,))
    kit.proof.ledger = Ledger(None)
    tally = Tally(kit.counting.observer.observe_all)
    kit.counting.recorder.tally = tally
    with ExitStack() as stack:
        stack.enter_context(served(kit.wrap(app), ours))
        stack.enter_context(served(other, theirs))
        stack.callback(kit.close)
        yield Watched(kit, home, elsewhere, tally)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A site whose visitors carry the state of their visit."""
    with watched(tmp_path_factory.mktemp("visits"), exemption="fr", outbound=True) as site:
        yield site


@pytest.fixture(scope="module")
def stateless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A site that headers alone tell of visits."""
    with watched(tmp_path_factory.mktemp("stateless")) as site:
        yield site


def to(path: str) -> str:
    """The link to a page."""
    return f'a[href="{path}"]'


def walk(site: Watched, driver: Driver, *, marks_reloads: bool) -> None:
    """What both browsers do alike, but for what the argument says."""
    site.tally.take()
    driver.open(f"{site.home}/")
    site.expect("an address typed", views=1, visits=1)
    driver.reload_by_script("/")
    site.expect("a page that reloads itself", views=1)
    driver.reload()
    site.expect("a reload of the entry", views=1)
    driver.follow(to("/next"), "/next")
    site.expect("a link", views=1, moves=1)
    driver.reload()
    site.expect("a reload within the visit", views=1, **({} if marks_reloads else {"moves": 1}))
    driver.travel(-1, "/")
    driver.travel(1, "/next")
    driver.follow(to("/moved"), "/landed")
    site.expect("back and forward, from the cache, then a redirect", views=1, moves=1)
    driver.follow("form button", "/thanks")
    site.expect("a form", views=1, moves=1)
    driver.reload()
    site.expect("a reload of the page that it led to", views=1, **({} if marks_reloads else {"moves": 1}))
    driver.follow(to("/framed"), "/framed")
    site.expect("a page with a frame", views=1, moves=1)
    driver.click(to("/file.pdf"))
    site.expect("a download", downloads=1)
    driver.click("#save")
    site.expect("a download that the link asks for", downloads=1)
    driver.click("#tab")
    site.expect("a new tab", views=1, moves=1)


def from_elsewhere(site: Watched, driver: Driver) -> None:
    """Entries by another site, and what it does with ours that is none."""
    driver.open(f"{site.elsewhere}/links")
    driver.follow("#in", "/")
    site.expect("a link on another site", views=1, visits=1)
    driver.reload()
    site.expect("a reload of that entry", views=1)
    driver.open(f"{site.elsewhere}/frames")
    driver.open(f"{site.elsewhere}/sends")
    driver.arrived("/sent")
    site.expect("another site's frame, then its script", views=1, visits=1)
    driver.follow("#out", "/")
    site.expect("a link to another site", outbound=1)


def history_without_cache(site: Watched, driver: Driver) -> None:
    """Back to an entry that no cache may keep."""
    driver.open(f"{site.home}/kept-not")
    driver.follow(to("/next"), "/next")
    site.expect("an entry and a link", views=2, visits=1, moves=1)
    driver.travel(-1, "/kept-not")
    site.expect("back to the entry", views=1)


def by_headers_alone(site: Watched, driver: Driver, *, marks_reloads: bool) -> None:
    """What the state of a visit tells elsewhere; without a cookie Chromium keeps also what no cache may."""
    site.tally.take()
    driver.open(f"{site.home}/kept-not")
    driver.reload()
    site.expect("an entry, reloaded", views=2, visits=1 if marks_reloads else 2)
    driver.follow(to("/next"), "/next")
    driver.travel(-1, "/kept-not")
    back = {} if marks_reloads else {"visits": 1}
    site.expect("a link, then back to the entry", views=1 + len(back), moves=1, **back)


@pytest.fixture(scope="module")
def chromium_as_it_is(chromium_path: str) -> Iterator[Browser]:
    """Chromium with its back-forward cache, which Playwright switches off."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or chromium_path,  # the headless shell has no such cache
            args=["--no-sandbox", "--disable-gpu"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture
def in_chromium(chromium_as_it_is: Browser) -> Iterator[InChromium]:
    """A tab of a person's browser: one that does not call itself headless."""
    context = chromium_as_it_is.new_context(user_agent=CHROME, extra_http_headers={"Sec-CH-UA": '"Chromium";v="142"'})
    yield InChromium(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def in_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InFirefox]:
    """Firefox, with a profile of its own; it prefetches links, as it does where nobody has changed that."""
    with firefox(tmp_path_factory.mktemp("firefox"), **{"network.prefetch-next": True}) as browser:
        browser.size(1000, 800)
        yield InFirefox(browser)


def test_in_chromium(site: Watched, stateless: Watched, in_chromium: InChromium) -> None:
    """It marks reloads, and in the same way what comes after a form; a return to a page without cache bears no mark."""
    walk(site, in_chromium, marks_reloads=True)
    from_elsewhere(site, in_chromium)
    history_without_cache(site, in_chromium)
    by_headers_alone(stateless, in_chromium, marks_reloads=True)


def test_in_firefox(site: Watched, stateless: Watched, in_firefox: InFirefox) -> None:
    """A person's reload looks as what had opened the page; only what nobody asked for is told by the missing mark."""
    walk(site, in_firefox, marks_reloads=False)
    from_elsewhere(site, in_firefox)
    history_without_cache(site, in_firefox)
    by_headers_alone(stateless, in_firefox, marks_reloads=False)


def test_what_firefox_prefetches_is_asked_for_again(site: Watched, in_firefox: InFirefox) -> None:
    """It knows no speculation rules; what links prefetch counts as a view when it is shown, also if it may be kept."""
    site.tally.take()
    in_firefox.open(f"{site.home}/spec")
    site.expect("links", views=1, visits=1, class_prefetch=2)
    in_firefox.follow(to("/kept"), "/kept")
    site.expect("what a link prefetched", views=1, moves=1)


def test_what_chromium_loads_ahead_counts_when_it_is_shown(site: Watched, in_chromium: InChromium) -> None:
    """Each a prefetch first; by rules it is a view when it is shown, once; what links prefetch is asked for again."""
    in_chromium.open(f"{site.home}/spec")
    site.expect("rules and links", views=1, visits=1, class_prefetch=4)
    in_chromium.follow(to("/pre"), "/pre")
    site.expect("the prerendered page", views=1, moves=1)
    in_chromium.reload()
    site.expect("its reload", views=1)
    in_chromium.travel(-1, "/spec")
    in_chromium.follow(to("/fetched"), "/fetched")
    site.expect("the prefetched page", views=1, moves=1)
    in_chromium.travel(-1, "/spec")
    in_chromium.travel(1, "/fetched")
    in_chromium.travel(-1, "/spec")
    in_chromium.follow(to("/linked"), "/linked")
    site.expect("the history, then what a link prefetched", views=1, moves=1)
    in_chromium.travel(-1, "/spec")
    in_chromium.follow(to("/kept"), "/kept")
    site.expect("and what a cache may keep", views=1, moves=1)
