"""The main behaviours once over a real server."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.conftest import LiveServers
from tests.support.asgi import DOCUMENT
from tests.support.sites import Counted, kit_of

pytestmark = pytest.mark.server


async def page(request: Request) -> Response:
    """A page that sets a cookie of each kind."""
    response = Response(DOCUMENT, media_type="text/html")
    response.set_cookie("session", "s")
    response.set_cookie("_fbp", "f")
    return response


async def seen(request: Request) -> Response:
    """The cookies that the app is shown."""
    return JSONResponse(request.cookies)


async def stream(request: Request) -> Response:
    """A page in pieces."""

    async def pieces() -> Any:
        for at in range(0, len(DOCUMENT), 17):
            yield DOCUMENT[at : at + 17]

    return StreamingResponse(pieces(), media_type="text/html")


class Browser:
    """Keeps cookies and speaks to one server."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}

    def open(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request: status, headers, body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        data = answer.read()
        for line in answer.headers.get_all("set-cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, data


@pytest.fixture
def counted() -> list[Counted]:
    """What the served kit counted."""
    return []


@pytest.fixture
def browser(live_server: LiveServers, counted: list[Counted]) -> Browser:
    """A browser at the door of a site with consentkit in front."""
    kit = kit_of()
    counted.append(kit.counting)  # type: ignore[arg-type]
    return Browser(
        live_server(kit.wrap(Starlette(routes=[Route("/", page), Route("/seen", seen), Route("/stream", stream)])))
    )


def choose(browser: Browser, body: str, path: str = "/consent/") -> tuple[int, dict[str, str], bytes]:
    """Submit a choice from a page of this site."""
    return browser.open(path, "POST", body, origin=f"http://{browser.host}", referer=f"http://{browser.host}/")


def test_visit_refuse_agree_withdraw(browser: Browser) -> None:
    """The whole way of a visitor: nothing, refusal, consent, withdrawal."""
    status, headers, body = browser.open("/")
    assert (200, {"session": "s"}, len(body)) == (status, browser.cookies, int(headers["content-length"]))
    assert b'<section id="consentkit"' in body
    assert 303 == choose(browser, "choice=refuse_all")[0]
    assert b'<section id="consentkit"' not in browser.open("/")[2]
    assert {"session", "consentkit"} == set(browser.cookies)
    assert 303 == choose(browser, "choice=accept_all")[0]
    browser.open("/")
    assert b'{"session":"s","_fbp":"f"}' == browser.open("/seen")[2]
    assert 303 == choose(browser, "", "/consent/withdraw")[0]
    assert {"session", "consentkit"} == set(browser.cookies)
    assert b'{"session":"s"}' == browser.open("/seen")[2]


def test_streamed_page_and_single_page_get_the_same(browser: Browser) -> None:
    """Chunked transfer carries the same page."""
    status, headers, body = browser.open("/stream")
    assert (200, "chunked") == (status, headers["transfer-encoding"])
    assert browser.open("/")[2].replace(b'value="/"', b'value="/stream"') == body


def test_head_has_headers_and_no_body(browser: Browser) -> None:
    """HEAD of a page that would be changed is answered by a real server without a complaint."""
    status, headers, body = browser.open("/", "HEAD")
    assert (200, b"") == (status, body)
    assert "private" == headers["cache-control"]


def test_grant_from_elsewhere_is_refused(browser: Browser) -> None:
    """Over the wire too."""
    assert 403 == browser.open("/consent/", "POST", "choice=accept_all", origin="https://evil.test")[0]
    assert {} == browser.cookies


def test_assets_of_the_page_are_served(browser: Browser) -> None:
    """The addresses that the page names exist and may be kept for ever."""
    body = browser.open("/")[2].decode()
    for address in {part.partition('"')[0] for part in body.split('="')[1:] if part.startswith("/consent/static/")}:
        status, headers, _ = browser.open(address)
        assert (200, True) == (status, "immutable" in headers["cache-control"])


def test_stopping_the_server_closes_the_kit(live_server: LiveServers, counted: list[Counted]) -> None:
    """The lifespan tells the kit, for an app that knows nothing of lifespans too."""
    kit = kit_of()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await Response(b"x")(scope, receive, send)

    assert b"x" == Browser(live_server(kit.wrap(app))).open("/")[2]
    live_server.stop()
    assert 1 == kit.counting.closed  # type: ignore[attr-defined]
