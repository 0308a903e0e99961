"""C25 and C26 in a real browser: what tags are told, in which order, and that Global Privacy Control is honoured."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentkit import consent_of
from consentkit.consent.consent_mode import SIGNALS
from tests.browser.support import listening, served
from tests.support.sites import kit_of, settings

pytestmark = pytest.mark.browser

TAG = """
const plain = (entry) => (Object.prototype.toString.call(entry) === "[object Arguments]" ? [...entry] : entry);
window.heard = () => ({
  google: (window.dataLayer || []).map(plain),
  uet: [...(window.uetq || [])],
  clarity: ((window.clarity || {}).q || []).map(plain),
});
window.atFirst = window.heard();
"""
"""Stands in for the tags: notes what it was told before it ran, and what it is told later."""

DENIED = dict.fromkeys(SIGNALS, "denied")
GRANTED = dict.fromkeys(SIGNALS, "granted")
ONLY_SECURITY = {**DENIED, "security_storage": "granted"}

STRICT = "script-src 'nonce-r4nd0m' 'strict-dynamic'; object-src 'none'; base-uri 'none'"
PAGES = {
    "/plain": ("<head><meta charset=utf-8>{tag}</head><body>", ""),
    "/nonce": ("<head><title>t</title>{nonced}</head><body>", STRICT),
    "/self": ("<head>{tag}</head><body>", "script-src 'self'"),
    "/headless": ("{tag}<p>", ""),
    "/template": ("<head>{placed}{nonced}</head><body>", STRICT),
}


async def page(request: Request) -> Response:
    """A page with a tag in it, under the policy of its kind."""
    html, policy = PAGES[request.url.path]
    placed = consent_of(request).consent_mode_tag(nonce="r4nd0m") if "{placed}" in html else ""
    script = "<script{} src=/tag.js></script>"
    content = html.format(tag=script.format(""), nonced=script.format(" nonce=r4nd0m"), placed=placed)
    headers = {"Content-Security-Policy": policy} if policy else {}
    return HTMLResponse(f"<!doctype html><html lang=en>{content}<p>Hello.</p>", headers=headers)


async def tag(_: Request) -> Response:
    """The script of the tag."""
    return Response(TAG, media_type="text/javascript")


@contextmanager
def telling(**consent: str) -> Iterator[str]:
    """The address of a site whose tags are told, for as long as the block lasts."""
    receivers = ["google", "microsoft_uet", "clarity"]
    tables = settings(consent={"consent_mode": receivers, **consent}, site={"hosts": ["127.0.0.1"]})
    routes = [
        Route("/tag.js", tag),
        Route("/favicon.ico", lambda _: Response(status_code=204)),
        *(Route(path, page) for path in PAGES),
    ]
    with ExitStack() as stack:
        listener = listening()
        # The clock of this kit stands still on a day of its own, so that its cookies are never out of date.
        stack.enter_context(served(kit_of(tables).wrap(Starlette(routes=routes)), listener))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a site whose pages are made for each visitor."""
    with telling() as address:
        yield address


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A visitor's tab, which must not have complained in its console when the test is over."""
    context = chromium.new_context(locale="en-GB")
    visited = context.new_page()
    said: list[str] = []
    visited.on("console", lambda message: said.append(message.text))
    visited.on("pageerror", lambda error: said.append(str(error)))
    yield visited
    context.close()
    # Chromium says that it dropped the pages which it had loaded ahead of the choice, as it was told to.
    assert [] == [text for text in said if not text.startswith("Clear-Site-Data header on ")]


def told(states: dict[str, str]) -> dict[str, Any]:
    """What the three tags hear of these states in an update."""
    return {
        "google": ["consent", "update", states],
        "uet": ["consent", "update", {"ad_storage": states["ad_storage"]}],
        "clarity": [
            "consentv2",
            {"ad_Storage": states["ad_storage"], "analytics_Storage": states["analytics_storage"]},
        ],
    }


def check(heard: dict[str, Any], *updates: dict[str, str]) -> None:
    """First the default, all denied, then these updates and nothing else."""
    first = told(DENIED)
    expected = [told(states) for states in updates]
    assert [["consent", "default", DENIED], *(update["google"] for update in expected)] == heard["google"]
    flat = [word for update in expected for word in update["uet"]]
    assert ["consent", "default", {"ad_storage": "denied"}, *flat] == heard["uet"]
    assert [first["clarity"], *(update["clarity"] for update in expected)] == heard["clarity"]


def choose(tab: Page, label: str) -> None:
    """Press a button of the banner and wait until it is gone."""
    tab.get_by_role("button", name=label).click()
    tab.locator("#consentkit").wait_for(state="detached")


@pytest.mark.parametrize("path", PAGES)
def test_defaults_come_first_and_every_change_follows(tab: Page, site: str, path: str) -> None:
    """C26: denied before the tag runs, granted after the choice in the open page, known at once in the next one."""
    tab.goto(site + path)
    assert 1 == tab.locator("script[data-to]").count()
    check(tab.evaluate("atFirst"))
    choose(tab, "Accept all")
    check(tab.evaluate("heard()"), GRANTED)
    tab.reload()
    check(tab.evaluate("atFirst"), GRANTED)


def test_a_withdrawal_in_the_open_page_is_told(tab: Page, site: str) -> None:
    """C14: the page that is left behind says so before it is loaded anew; the next one begins with it."""
    tab.goto(f"{site}/nonce")
    choose(tab, "Accept all")
    # Keeps the page, so that it can still be asked what it was told.
    tab.evaluate("""window.changed = new Promise((done) => {
        document.addEventListener("consentkit:change", (event) => done(event.preventDefault()));
    }); 0""")
    tab.get_by_role("link", name="Cookie settings").click()
    tab.get_by_role("button", name="Withdraw everything").click()
    tab.evaluate("changed")
    check(tab.evaluate("heard()"), GRANTED, ONLY_SECURITY)
    tab.reload()
    check(tab.evaluate("atFirst"), ONLY_SECURITY)


def test_a_refusal_is_told_too(tab: Page, site: str) -> None:
    """Only what is necessary is granted."""
    tab.goto(f"{site}/self")
    choose(tab, "Refuse all")
    check(tab.evaluate("heard()"), ONLY_SECURITY)


def test_policies_of_ours_name_nothing_that_the_browser_does_not_know(tab: Page, site: str) -> None:
    """C2: the advertising interfaces are closed until marketing is granted, and the console stays quiet."""
    tab.goto(f"{site}/plain")
    allowed = "document.featurePolicy.allowsFeature('{}')"
    features = ("browsing-topics", "private-state-token-issuance", "private-state-token-redemption")
    assert [False] * 3 == [tab.evaluate(allowed.format(feature)) for feature in features]
    choose(tab, "Accept all")
    tab.reload()
    assert [True] * 3 == [tab.evaluate(allowed.format(feature)) for feature in features]


def test_global_privacy_control_is_honoured_until_the_visitor_chooses(chromium: Browser, site: str) -> None:
    """C25: no banner, nothing granted, said beside the link and on the preferences page; a choice goes before it."""
    context = chromium.new_context(locale="en-GB", extra_http_headers={"Sec-GPC": "1"})
    tab = context.new_page()
    tab.goto(f"{site}/plain")
    assert 0 == tab.locator("#consentkit").count()
    check(tab.evaluate("atFirst"))
    assert "Your browser’s privacy signal is honoured." in tab.locator(".consentkit-link").inner_text()
    tab.goto(f"{site}/consent/")
    assert tab.get_by_text("Global Privacy Control").is_visible()
    tab.get_by_role("button", name="Accept all").click()
    tab.get_by_text("Your choice is saved.").wait_for()
    tab.goto(f"{site}/plain")
    check(tab.evaluate("atFirst"), GRANTED)
    assert "signal" not in tab.locator(".consentkit-link").inner_text()
    context.close()


def test_pages_that_are_the_same_for_everybody_tell_what_their_visitor_chose(tab: Page) -> None:
    """C26 with `delivery = "edge"`: denied for everybody, then what the script in the page has read."""
    with telling(delivery="edge") as site:
        tab.goto(f"{site}/plain")
        check(tab.evaluate("atFirst"))
        choose(tab, "Accept all")
        tab.goto(f"{site}/plain")
        check(tab.evaluate("atFirst"), GRANTED)
