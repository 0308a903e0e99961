"""The site that is measured: a page, the requests that a browser sends for it, and kits to put around it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from consentkit import ConsentKit
from consentkit.config import parse
from consentkit.stats.breakdowns import BREAKDOWNS
from tests.benchmarks.places import ADDRESSES, database

App = Callable[..., Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SECRET = "a secret of the benchmark with 40 characters"
HEAD = "<!doctype html><html lang=en><head><title>Page</title></head><body>"
PAGE = HEAD + "<p>Words of a page.</p>" * 120 + "</body></html>"
SERVICES = 10
AGENTS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36"
    for version in range(120, 140)
]


TWELVE = (
    *("page", "referrer", "channel", "campaign", "country", "network", "browser", "os", "device", "language", "host"),
    "goal",
)
"""What a site of moderate wishes counts by; all six default crossings are among them."""


def settings(
    *,
    link: str = "template",
    origins: bool = False,
    exemption: str = "none",
    places: bool = True,
    breakdowns: Sequence[str] = tuple(BREAKDOWNS),
) -> dict[str, Any]:
    """A site with a sign-in and ten services that need consent; `origins`: each has one, so pages are looked at."""
    return {
        "site": {
            "name": "Bench", "controller": "Bench", "contact": "x@example.com", "hosts": ["example.com"],
            "languages": ["en"], "privacy_policy": "/privacy", "timezone": "Europe/Amsterdam",
        },
        "consent": {"link": link},
        "stats": {
            "exemption": exemption, "geoip": ["var/places.mmdb"] if places else [], "breakdowns": list(breakdowns),
        },
        "services": [
            {
                "id": "session", "name": "Sign-in", "purpose": "necessary", "exemption": "requested_service",
                "justification": "Keeps you signed in.",
                "storage": [{"name": "session", "kind": "cookie", "duration": "14 days"}],
            },
            *(
            {
                "id": f"service{number}", "name": "Service", "purpose": "marketing", "description": "Bench.",
                "storage": [{"name": f"_s{number}_*", "kind": "cookie", "duration": "1 day"}],
                **({"origins": [f"https://service{number}.example.net"]} if origins else {}),
            }
            for number in range(SERVICES)
            ),
        ],
    }  # fmt: skip


def kit_in(folder: Path, *, clock: Callable[[], float] = time.time, **options: Any) -> ConsentKit:
    """A kit whose databases are in a folder of its own, one of places among them."""
    if not (folder / "var/places.mmdb").exists():
        database(folder / "var/places.mmdb")
    return ConsentKit(parse(settings(**options), base=folder), [SECRET], clock=clock)


def starlette_app(*middleware: Middleware) -> Starlette:
    """The site as people write it: a router, a page, middleware."""

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(PAGE)

    async def data(_: Request) -> JSONResponse:
        return JSONResponse({"a": 1})

    routes = [Route("/products/{slug}", page), Route("/data/{name}", data)]
    return Starlette(routes=routes, middleware=list(middleware))


def answering(content_type: bytes) -> App:
    """The least an app can do, so that what is measured beside it does not drown."""
    body = PAGE.encode()
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", content_type)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return app


def request(number: int, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    """A page request as a browser sends it: 50 paths, 20 browsers, 80 addresses."""
    headers = [
        (b"host", b"example.com"),
        (b"user-agent", AGENTS[number % len(AGENTS)].encode()),
        (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"),
        (b"accept-language", b"nl-NL,nl;q=0.9,en;q=0.8"),
        (b"accept-encoding", b"gzip, deflate, br"),
        (b"referer", b"https://www.example.org/page"),
        (b"sec-fetch-site", b"cross-site"),
        (b"sec-fetch-mode", b"navigate"),
        (b"sec-fetch-dest", b"document"),
    ]
    # A browser sends each of them once.
    headers = list({**dict(headers), **dict(more)}.items())
    path = f"/products/item-{number % 50}"
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": (ADDRESSES[number % len(ADDRESSES)], 1234), "server": ("127.0.0.1", 80),
    }  # fmt: skip


async def receive() -> dict[str, Any]:
    """The empty body of a request."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def swallow(_: object) -> None:
    """Takes a response."""


def cookies_set(app: App, scope: dict[str, Any], body: bytes = b"") -> list[bytes]:
    """The cookies, as `name=value`, that an app sets in answer to a request."""
    found: list[bytes] = []

    async def keep(message: dict[str, Any]) -> None:
        found.extend(value for name, value in message.get("headers", ()) if name == b"set-cookie")

    async def body_once() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def run() -> None:
        await app(scope, body_once, keep)

    asyncio.run(run())
    return [line.partition(b";")[0] for line in found]


def consent_cookie(kit: ConsentKit) -> bytes:
    """The cookie of a visitor who agreed to everything."""
    scope = request(0) | {"method": "POST", "path": "/consent/", "raw_path": b"/consent/"}
    scope["headers"] = [(b"host", b"example.com"), (b"sec-fetch-site", b"same-origin")]
    return cookies_set(kit.wrap(starlette_app()), scope, b"choice=accept_all")[0]
