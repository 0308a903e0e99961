"""The canary test: what identifies a visitor goes in ten thousand times and must come out nowhere."""

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from consentkit import ConsentKit
from consentkit.config import parse

VISITORS = 10_000
OTHERS = (b"authorization", b"if-none-match", b"origin", b"x-requested-with")
"""More headers in which a mark is sent."""

SECRET = "a secret for tests only with 40 characters"


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor's identifying marks, each unique."""

    address: str
    token: str

    @property
    def agent(self) -> str:
        """A user agent as of a browser with a marking of its own."""
        system = f"X11; Linux x86_64; {self.token}ua"
        return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 {self.token}ub/1.0 Chrome/130.0.0.0 Safari/537.36"

    @property
    def mail(self) -> str:
        """An e-mail address."""
        return f"{self.token}mail@example.com"


def visitors() -> Iterator[Visitor]:
    """Visitors with IPv4 and IPv6 addresses of their own."""
    for number in range(VISITORS):
        address = (
            f"10.{number // 65536}.{number // 256 % 256}.{number % 256}" if number % 2 else f"2001:db8::{number:x}:77"
        )
        yield Visitor(address, f"canary{secrets.token_hex(6)}q")


def settings(folder: Path) -> dict[str, Any]:
    """A site with a broken place database, so that its errors are looked at too."""
    (folder / "broken.mmdb").write_bytes(b"not a database")
    return {
        "site": {
            "name": "Canary", "controller": "Canary", "contact": "x@example.com", "hosts": ["www.example.com"],
            "privacy_policy": "/privacy", "timezone": "Europe/Amsterdam",
        },
        "stats": {"geoip": ["broken.mmdb"], "threshold": 2, "exemption": "fr"},
        "services": [
            {
                "id": "ads", "name": "Ads", "purpose": "marketing", "description": "Ads.",
                "storage": [{"name": "_ads_*", "kind": "cookie", "duration": "1 day"}],
            }
        ],
    }  # fmt: skip


def request_of(visitor: Visitor, number: int) -> dict[str, Any]:
    """A request that carries the visitor's marks wherever a request can."""
    paths = (
        f"/page/{number % 7}",
        f"/account/{visitor.mail}/orders",
        f"/unsubscribe/{visitor.token}",
        "/error",
        f"/consent/{visitor.token}",
        f"/.env/{visitor.token}",
    )
    path = paths[number % len(paths)]
    headers = [
        (b"host", b"www.example.com" if number % 3 else f"{visitor.token}.example.com".encode()),
        (b"user-agent", visitor.agent.encode()),
        (b"referer", f"https://{visitor.token}ref.example.org/{visitor.token}?m={visitor.mail}".encode()),
        (b"accept-language", f"en-{visitor.token}".encode()),
        (
            b"cookie",
            f"_ads_{visitor.token}=1; session={visitor.token}cookie; consentkit={visitor.token}; "
            f"consentkit_visit={visitor.token}".encode(),
        ),
        (b"x-forwarded-for", visitor.address.encode()),
        (b"accept", b"text/html"),
        (b"sec-ch-ua", f'"Chromium";v="130", "{visitor.token}";v="1"'.encode()),
        *((name, visitor.token.encode()) for name in OTHERS),
        *((b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document"), (b"sec-fetch-site", b"cross-site")),
    ]
    query = f"token={visitor.token}query&mail={visitor.mail}"
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "root_path": "", "headers": headers, "client": (visitor.address, 40000), "server": ("127.0.0.1", 80),
    }  # fmt: skip


async def page(request: Request) -> Response:
    """A page that sets a cookie by the visitor's token, as careless sites do."""
    response = HTMLResponse("<!doctype html><html><body>page</body></html>")
    response.set_cookie(f"_id_{request.query_params['token']}", request.query_params["token"])
    return response


async def error(_: Request) -> Response:
    """A page that fails."""
    raise ValueError("the site's own error")


async def visit_all(kit: ConsentKit, everybody: list[Visitor]) -> list[str]:
    """Send every visitor's request; returns the texts of the errors that came out."""
    site = Starlette(routes=[Route("/error", error), Route("/{rest:path}", page)])
    app = kit.wrap(site)
    errors: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        """Takes the response."""

    for number, visitor in enumerate(everybody):
        try:
            await app(request_of(visitor, number), receive, send)
        except ValueError as problem:
            errors.append(repr(problem))
    return errors


def digests(text: str) -> Iterator[bytes]:
    """The first bytes of the hashes that somebody might make of a mark, raw and in hexadecimal."""
    for algorithm in ("md5", "sha1", "sha256", "blake2b"):
        raw = hashlib.new(algorithm, text.encode()).digest()[:8]
        yield raw
        yield raw.hex().encode()


def test_nothing_that_identifies_a_visitor_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Unique addresses, user agents, query tokens, e-mail addresses and cookies are in no file, log or error."""
    caplog.set_level(logging.DEBUG)
    everybody = list(visitors())
    kit = ConsentKit(parse(settings(tmp_path), base=tmp_path), [SECRET])
    (tmp_path / "var").mkdir()
    errors = asyncio.run(visit_all(kit, everybody))
    kit.close()

    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    logs = "\n".join([*(record.getMessage() + str(record.exc_text) for record in caplog.records), *errors])
    everything = b"\n".join(
        [*files.values(), logs.encode(), repr(kit.guard.failures).encode(), repr(kit.engine.gate.dropped).encode()]
    )

    assert b"/page/" in files["private.db"], "the counts did arrive, so there was something to look through"
    assert b"_id_*" in files["observed.db"], "the cookies that the app set were observed"
    assert [] == re.findall(rb"canary[0-9a-f]{6,}", everything.lower())
    addresses = set(re.findall(rb"\b10\.\d+\.\d+\.\d+\b|2001:db8[0-9a-f:]*", everything))
    assert set() == addresses & {visitor.address.encode() for visitor in everybody}
    sample = everybody[:: VISITORS // 200]
    assert [] == [
        mark
        for visitor in sample
        for text in (visitor.address, visitor.agent)
        for mark in digests(text)
        if mark in everything
    ]


def test_nothing_that_is_said_with_a_choice_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The ledger holds what was chosen, and none of the fields, cookies and headers that came along."""
    caplog.set_level(logging.DEBUG)
    kit = ConsentKit(parse(settings(tmp_path), base=tmp_path), [SECRET])
    app = kit.wrap(Starlette())
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def choose(visitor: Visitor, choice: str) -> None:
        fields = (
            f"choice={choice}&return=/{visitor.token}&lang={visitor.token}&shown={visitor.token}.en.{visitor.token}"
        )
        body = f"{fields}&{visitor.token}={visitor.mail}".encode()
        scope = {**request_of(visitor, 0), "method": "POST", "path": "/consent/"}
        scope["headers"] += [
            (b"sec-fetch-site", b"same-origin"), (b"content-type", b"application/x-www-form-urlencoded"),
        ]  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, receive, send)

    async def choose_all() -> None:
        for visitor, choice in zip(visitors(), ("accept_all", "refuse_all", "no choice"), strict=False):
            await choose(visitor, choice)

    asyncio.run(choose_all())
    kit.close()
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    logs = "\n".join(record.getMessage() + str(record.exc_text) for record in caplog.records)
    everything = b"\n".join([*files.values(), logs.encode(), repr(kit.guard.failures).encode()])
    assert [303, 303, 400] == statuses
    assert b"marketing" in files["consent.db"], "the choices did arrive"
    assert [] == re.findall(rb"canary[0-9a-f]{6,}", everything.lower())


async def thanks(request: Request) -> Response:
    """The answer to a form, which sends on with all that came."""
    return RedirectResponse(f"/thanks/{request.query_params['token']}?{request.url.query}", 303)


async def ask(app: ASGIApp, scope: dict[str, Any], body: bytes = b"") -> bytes:
    """The body of the answer to one request."""
    bodies: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        bodies.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(bodies)


async def load_ahead_and_show(app: ASGIApp, visitor: Visitor, number: int) -> None:
    """A page is loaded ahead, tells that it is shown, and a form in it is sent."""
    scope = request_of(visitor, number)
    scope["headers"] = [
        *(pair for pair in scope["headers"] if pair[0] not in (b"sec-fetch-site", b"cookie")),
        (b"sec-fetch-site", b"same-origin"),
    ]
    marked = await ask(app, {**scope, "headers": [*scope["headers"], (b"sec-purpose", b"prefetch;prerender")]})
    found = re.search(rb'data-consentkit-ahead="([^"]+)"', marked)
    assert found is not None
    await ask(app, {**scope, "method": "POST", "path": "/consent/shown"}, found[1])
    await ask(app, {**scope, "method": "POST"})


def test_nothing_of_a_page_that_was_loaded_ahead_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor of a form's answer: what the page brought comes back, is counted, and none of it stays."""
    caplog.set_level(logging.DEBUG)
    kit = ConsentKit(parse(settings(tmp_path), base=tmp_path), [SECRET])
    app = kit.wrap(Starlette(routes=[Route("/{rest:path}", thanks, methods=["POST"]), Route("/{rest:path}", page)]))

    async def show_all() -> None:
        for number, visitor in zip(range(0, 1200, 6), visitors(), strict=False):
            await load_ahead_and_show(app, visitor, number)

    asyncio.run(show_all())
    kit.close()
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    logs = "\n".join(record.getMessage() + str(record.exc_text) for record in caplog.records)
    everything = b"\n".join([*files.values(), logs.encode(), repr(kit.guard.failures).encode()])
    assert b"/page/" in files["private.db"], "the pages did count"
    assert [] == re.findall(rb"canary[0-9a-f]{6,}", everything.lower())


def test_the_canary_would_be_found(tmp_path: Path) -> None:
    """The search that finds nothing does find a mark that was kept: the control of the test above."""
    visitor = next(visitors())
    (tmp_path / "leak.log").write_text(f"GET / {visitor.token} {visitor.address}")
    everything = (tmp_path / "leak.log").read_bytes()
    assert [visitor.token.removesuffix("q").encode()] == re.findall(rb"canary[0-9a-f]{6,}", everything.lower())
    assert visitor.address.encode() in everything
