"""A page that the browser itself stored is shown again only to whom, and for what, it was made."""

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.conftest import LiveServers
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_what_a_script_fetched_is_not_shown_as_the_page(live_server: LiveServers, chromium: Browser) -> None:
    """Pages that are fetched in the background get no banner, and the browser keeps them as long as the app says."""

    async def page(_: Request) -> Response:
        html = '<!doctype html><html lang="en"><head><title>page</title></head><body><p>a page</p></body></html>'
        return HTMLResponse(html, headers={"Cache-Control": "max-age=600"})

    kit = kit_of(settings(site={"hosts": ["127.0.0.1"]}))
    address = live_server(kit.wrap(Starlette(routes=[Route("/", page), Route("/next", page)])))
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(address)
    assert "consentkit-link" not in tab.evaluate("fetch('/next').then((answer) => answer.text())")
    tab.goto(f"{address}/next")
    assert tab.locator("#consentkit").is_visible()
    tab.get_by_role("button", name="Refuse all").click()
    tab.locator("#consentkit").wait_for(state="detached")
    tab.goto(address)
    tab.goto(f"{address}/next")
    assert 0 == tab.locator("#consentkit").count()
    context.close()
