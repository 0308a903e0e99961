"""Automatic refusers refuse our banner by its words alone: DuckDuckGo's autoconsent, with no rule for us."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from starlette.types import Receive, Scope, Send

from consentkit import ConsentKit
from consentkit.texts import texts
from tests.conftest import LiveServers
from tests.prepare import NPM
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]

SCRIPT = NPM / "node_modules/@duckduckgo/autoconsent/dist/autoconsent.playwright.js"
DRIVER = Path(__file__).with_name("autoconsent_driver.js")
UNDERSTOOD = ("en", "nl", "de", "fr", "es", "it", "pl")
"""The languages of ours for which autoconsent's heuristic knows both a banner and a refusal."""


@pytest.fixture(scope="module")
def content_script() -> str:
    """What the extension puts into a page."""
    if not SCRIPT.is_file():
        reason = "autoconsent is not there; `tests/prepare.py` brings it where npm is (as root on Debian, npm too)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SCRIPT.read_text("utf-8")


def site_in(kit: ConsentKit, language: str, *, instead: str = "") -> Any:
    """A page in a language with the kit's banner; `instead` replaces the words of its button to refuse."""
    banner = kit.wrap(page_in(language))
    if not instead:
        return banner
    label = texts(language)["banner"]["refuse"].encode()

    async def relabelled(scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": message["body"].replace(label, instead.encode().ljust(len(label)))}
            await send(message)

        await banner(scope, receive, changed)

    return relabelled


def page_in(language: str) -> Any:
    """An app whose every page is in a language."""
    html = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>x</title><body><h1>x</h1></body></html>'
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/html; charset=utf-8")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": html.encode()})

    return app


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh profile's tab, with the stand-in for the extension."""
    context = chromium.new_context()
    context.add_init_script(path=DRIVER)
    yield context.new_page()
    context.close()


ENDED = """() => autoconsentMessages.map(message => message.state?.lifecycle)
  .find(state => ["done", "optOutFailed", "nothingDetected"].includes(state))"""
"""The state in which autoconsent came to its end, in what it reported."""


def refuser_runs(page: Page, address: str, script: str) -> str:
    """Open a page with the refuser in it and tell its state when it is done or has tried in vain."""
    page.goto(address)
    page.locator("#consentkit").wait_for()
    page.evaluate(script)
    ended = page.wait_for_function(ENDED)
    return str(ended.json_value())


def choice_of(page: Page, home: str) -> tuple[bool, list[str]]:
    """Whether the server holds a decision of this visitor, and the choosable purposes that it takes as granted."""
    state = page.request.get(f"{home}/consent/state").json()
    granted = [
        id_ for id_, purpose in state["purposes"].items() if purpose["state"] == "granted" and id_ != "necessary"
    ]
    return state["decided"] is not None, granted


@pytest.mark.parametrize("language", UNDERSTOOD)
def test_autoconsent_refuses_for_the_visitor(
    page: Page, live_server: LiveServers, content_script: str, language: str
) -> None:
    """The heuristic finds the banner, presses "refuse all" and the server has a refusal of every purpose."""
    kit = kit_of(settings(site={"languages": [language]}))
    home = live_server(site_in(kit, language))
    assert "done" == refuser_runs(page, home, content_script)
    page.locator("#consentkit").wait_for(state="detached")
    decided, granted = choice_of(page, home)
    assert decided
    assert [] == granted


def test_words_that_it_does_not_know_are_not_refused(page: Page, live_server: LiveServers, content_script: str) -> None:
    """The control: with another label on the same button the refuser finds nothing, and nothing is decided."""
    home = live_server(site_in(kit_of(), "nl", instead="Nu even niet"))
    assert "nothingDetected" == refuser_runs(page, home, content_script)
    assert page.locator("#consentkit").is_visible()
    decided, _ = choice_of(page, home)
    assert not decided
