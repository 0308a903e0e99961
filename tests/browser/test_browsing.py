"""What the look into a browser sees: each kind of storage, each contact, and where it came from."""

import time

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentkit.testing.browsing import Contact, Item, Watcher, origin_of
from tests.conftest import LiveServers

pytestmark = [pytest.mark.browser, pytest.mark.server]

WRITER = """
localStorage.setItem("kept", "1"); sessionStorage.setItem("passing", "1");
document.cookie = "scripted=1; Max-Age=600";
indexedDB.open("base"); caches.open("store").then(() => document.title = "done");
"""


async def page(request: Request) -> Response:
    """A page that stores one thing of each kind, with a picture from the same server under another name."""
    elsewhere = str(request.base_url).replace("127.0.0.1", "localhost")
    html = f'<!doctype html><title>x</title><img src="{elsewhere}x.gif" alt=""><script src="/writer.js"></script>'
    response = HTMLResponse(html)
    response.set_cookie("served", "1", httponly=True)
    return response


async def writer(_: Request) -> Response:
    """The script of the page."""
    return Response(WRITER, media_type="text/javascript")


def test_every_kind_of_storage_is_seen_with_its_source(chromium: Browser, live_server: LiveServers) -> None:
    """Cookies of responses and of scripts, both storages, a database and a cache; and the request to another origin."""
    home = live_server(Starlette(routes=[Route("/", page), Route("/writer.js", writer)]))
    context = chromium.new_context()
    watcher = Watcher(context)
    tab = context.new_page()
    tab.goto(home)
    tab.wait_for_function("document.title === 'done'")
    items = {item.name: item for item in watcher.items(time.time())}
    context.close()
    script = f"{home}/writer.js"
    assert Item("cookie", "served", "127.0.0.1", f"{home}/", None) == items["served"]
    assert ("cookie", script) == (items["scripted"].kind, items["scripted"].source)
    assert 500 < (items["scripted"].lifetime or 0) <= 600
    assert Item("local_storage", "kept", home, script) == items["kept"]
    assert Item("session_storage", "passing", home, script) == items["passing"]
    assert {("indexed_db", "base"), ("cache", "store")} <= {(item.kind, item.name) for item in items.values()}
    picture = home.replace("127.0.0.1", "localhost")
    assert [Contact(f"{picture}/x.gif", picture, "image", f"{home}/")] == watcher.elsewhere(home)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example:8/x?y", "https://a.example:8"),
        ("data:,x", ""),
        ("about:blank", ""),
        ("blob:https://a/1", ""),
    ],
)
def test_origin_of_an_address(url: str, expected: str) -> None:
    """Only http and https addresses have an origin that one can contact."""
    assert expected == origin_of(url)
