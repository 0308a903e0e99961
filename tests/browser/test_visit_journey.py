"""A visitor's own state in a real Chromium behind a real server: agreed to, counted, refused, withdrawn."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from consentkit.own_visit import VISIT
from consentkit.stats.tally import Tally
from tests.browser.support import listening, served
from tests.stats.page_requests import CHROME
from tests.support.sites import KEY, config_of
from tests.support.small_site import page_app, tables

pytestmark = pytest.mark.browser


class Measured:
    """The small site with consentkit's own measurement, and what was counted of it."""

    def __init__(self, folder: Path, **stats: object) -> None:
        self.kit = ConsentKit(config_of(tables("https://elsewhere.example", stats=stats, services=[]), folder), (KEY,))
        self.kit.proof.ledger = Ledger(None)
        self.tally = Tally(self.kit.counting.observer.observe_all)
        self.kit.counting.recorder.tally = self.tally
        self.socket = listening()
        self.home = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def counts(self) -> Counter[str]:
        """The totals since the last time."""
        found: Counter[str] = Counter()
        for (_, metric), count in self.tally.take().totals.items():
            found[metric] += count
        return found


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Measured, Measured]]:
    """One that asks for consent, and one under an exemption."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("measured")
        found = Measured(folder / "asks", visitor_state=True), Measured(folder / "exempt", exemption="fr")
        for site in found:
            stack.enter_context(served(site.kit.wrap(page_app("https://elsewhere.example")), site.socket))
            stack.callback(site.kit.close)
        yield found


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab of a person's browser: one that does not call itself headless."""
    context = chromium.new_context(user_agent=CHROME, extra_http_headers={"Sec-CH-UA": '"Chromium";v="142"'})
    yield context.new_page()
    context.close()


def visit_cookies(context: BrowserContext) -> list[str]:
    """The visit cookies that a browser holds."""
    return [cookie["value"] for cookie in context.cookies() if cookie["name"] == VISIT]


def walk(page: Page, *links: str) -> None:
    """Click from page to page."""
    for name in links:
        with page.expect_navigation():
            page.get_by_role("link", name=name).first.click()


def test_a_visit_by_consent(sites: tuple[Measured, Measured], page: Page) -> None:
    """Nothing before the choice; three pages after it are one engaged visit; a withdrawal deletes the cookie."""
    site = sites[0]
    page.goto(f"{site.home}/")
    assert [] == visit_cookies(page.context)
    page.locator("#consentkit button[value=accept_all]").click()
    expect(page.locator("#consentkit")).to_have_count(0)
    walk(page, "About", "Small site", "About")
    [value] = visit_cookies(page.context)
    assert value not in page.evaluate("document.cookie")
    found = site.counts()
    expected = {"consent_shown": 1, "consent_accepted": 1, "new_ever": 1, "measured": 1, "engaged": 1}
    assert expected == {metric: found[metric] for metric in expected}
    page.goto(f"{site.home}/consent/")
    page.locator("form[action$=withdraw] button").click()
    expect(page.locator("form[action$=withdraw]")).to_have_count(0)
    page.goto(f"{site.home}/")
    assert [] == visit_cookies(page.context)
    assert 1 == site.counts()["consent_withdrawn"]


def test_a_refusal_leaves_nothing(sites: tuple[Measured, Measured], page: Page) -> None:
    """Neither on the page of the choice nor on the next."""
    page.goto(f"{sites[0].home}/")
    page.locator("#consentkit button[value=refuse_all]").click()
    expect(page.locator("#consentkit")).to_have_count(0)
    page.goto(f"{sites[0].home}/about")
    assert [] == visit_cookies(page.context)


def test_a_visit_under_an_exemption_until_it_is_refused(sites: tuple[Measured, Measured], page: Page) -> None:
    """No banner; three clicks are one visit; clearing the box on the preferences page deletes the cookie for good."""
    site = sites[1]
    page.goto(f"{site.home}/")
    expect(page.locator("#consentkit")).to_have_count(0)
    walk(page, "About", "Small site")
    assert 1 == len(visit_cookies(page.context))
    found = site.counts()
    expected = {"measured": 1, "engaged": 1, "reached_2_pages": 1, "reached_3_pages": 1, "reached_5_pages": 0}
    assert expected == {metric: found[metric] for metric in expected}
    page.goto(f"{site.home}/consent/")
    expect(page.get_by_text("This is on until you refuse it")).to_be_visible()
    page.locator(f"input[value={VISIT}]").uncheck()
    page.locator("button[value=selection]").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert [] == visit_cookies(page.context)
    page.goto(f"{site.home}/")
    assert [] == visit_cookies(page.context)
    assert 0 == site.counts()["measured"]
