"""The ASGI edge: what it lets alone, what the app sees, and what happens when something breaks."""

import asyncio
import copy
import logging
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from consentkit import ConsentKit, consent_of
from tests.support.asgi import DOCUMENT, HTML, Answer, answering, ask, exchange, http_scope
from tests.support.sites import consent_cookie, kit_of, settings

ALL_COOKIES = b"session=s; _fbp=f; theme=t; junk=j"


def seen_by(kit: ConsentKit, *headers: tuple[bytes, bytes], **scope: Any) -> Scope:
    """The scope that the app gets."""
    seen: list[Scope] = []
    ask(kit.wrap(answering(seen=seen)), headers=headers, **scope)
    return seen[0]


def test_unknown_scope_type_passes_untouched(kit: ConsentKit) -> None:
    """What we do not know is none of our business: the very objects are handed on."""
    got: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        got.extend((scope, receive, send))

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        return None

    scope = {"type": "webtransport", "headers": [(b"cookie", ALL_COOKIES)]}
    asyncio.run(kit.wrap(app)(scope, receive, send))
    assert scope is got[0]
    assert receive is got[1]
    assert send is got[2]


def test_app_sees_gated_cookies_and_the_consent(kit: ConsentKit) -> None:
    """Refused cookies are gone, everything else is as it came, and the consent can be asked."""
    extra = [(b"User-Agent", b"x"), (b"accept", b"a"), (b"accept", b"b")]
    scope = seen_by(kit, *extra, (b"cookie", ALL_COOKIES + b"; " + consent_cookie(kit, "theme")))
    assert [(b"host", b"www.example.com"), *extra, (b"cookie", b"session=s; theme=t")] == scope["headers"]
    assert (True, False) == (consent_of(scope).granted("theme"), consent_of(scope).granted("ads"))


def test_scope_of_the_server_is_not_changed(kit: ConsentKit) -> None:
    """The app gets a copy; changes never leak to the server (ASGI specification, "Middleware")."""
    scope = http_scope(headers=[(b"cookie", ALL_COOKIES)], extensions={"http.response.pathsend": {}}, state={"a": 1})
    before = copy.deepcopy(scope)
    asyncio.run(exchange(kit.wrap(answering(DOCUMENT)), scope))
    assert before == scope


def test_state_is_shared_and_extensions_stay_but_for_files() -> None:
    """The app's own state object comes through; a page that may be changed is not handed over as a file."""
    state: dict[str, object] = {}
    extensions = {
        "http.response.pathsend": {},
        "http.response.zerocopysend": {},
        "http.response.trailers": {},
        "tls": {},
    }
    scope = seen_by(kit_of(), state=state, extensions=extensions)
    assert state is scope["state"]
    assert {"http.response.trailers": {}, "tls": {}} == scope["extensions"]
    plain = kit_of(settings(consent={"link": "template"}))
    scope = seen_by(plain, (b"cookie", consent_cookie(plain, "marketing")), extensions=extensions)
    assert extensions == scope["extensions"]


def test_cookie_headers_split_by_http2_are_gated_together(kit: ConsentKit) -> None:
    """No field is overlooked, and frameworks that read only the first see all that is granted."""
    scope = seen_by(kit, (b"cookie", b"session=s"), (b"cookie", b"_fbp=f"), (b"cookie", b"csrftoken=c"))
    assert [b"session=s; csrftoken=c"] == [value for name, value in scope["headers"] if name == b"cookie"]


def test_headers_are_the_same_object_when_nothing_changes() -> None:
    """A request whose cookies are all granted is not rebuilt, even when they came in several fields."""
    kit = kit_of(settings(consent={"link": "template"}))
    scope = http_scope(headers=[(b"cookie", b"session=s"), (b"cookie", b"csrftoken=c"), (b"sec-fetch-dest", b"empty")])
    seen: list[Scope] = []
    asyncio.run(exchange(kit.wrap(answering(seen=seen)), scope))
    assert scope["headers"] is seen[0]["headers"]


@pytest.mark.parametrize(
    "conditions", [[(b"if-none-match", b'"1"')], [(b"if-modified-since", b"Mon, 01 Jan 2024 00:00:00 GMT")]]
)
def test_stored_page_without_the_due_banner_is_not_confirmed(
    kit: ConsentKit, conditions: list[tuple[bytes, bytes]]
) -> None:
    """The app cannot answer 304 for a page that is to be changed; for anything else it can."""
    assert [(b"host", b"www.example.com")] == seen_by(kit, *conditions)["headers"]
    assert conditions[0] in seen_by(kit, *conditions, (b"sec-fetch-dest", b"image"))["headers"]


def test_response_follows_the_choice_and_deletes_what_was_refused(kit: ConsentKit) -> None:
    """The app's cookies pass or not, and a refused one that arrives is deleted on the way out."""
    app = kit.wrap(answering(b"x", headers=[(b"set-cookie", b"_fbp=1"), (b"set-cookie", b"session=1")]))
    assert [b"session=1"] == ask(app).all(b"set-cookie")
    assert [b"_fbp=1", b"session=1"] == ask(app, headers=[(b"cookie", consent_cookie(kit, "ads"))]).all(b"set-cookie")
    lines = ask(app, "/a/b", headers=[(b"cookie", b"_fbp=f; " + consent_cookie(kit))]).all(b"set-cookie")
    assert b"session=1" == lines[0]
    assert b"_fbp=; Path=/; Domain=example.com; Max-Age=0" in lines
    assert b"_fbp=; Path=/a; Max-Age=0" in lines


@pytest.mark.parametrize("when", ["before", "after"])
def test_exception_of_the_app_passes_through(kit: ConsentKit, when: str) -> None:
    """The server learns of the app's own error, and the request is counted."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if when == "after":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(kit.wrap(app))
    (counted,) = kit.counting.requests  # type: ignore[attr-defined]
    assert (500 if when == "before" else 200) == counted["status"]


def test_client_that_leaves_ends_the_request_as_the_server_says(kit: ConsentKit) -> None:
    """An error of `send` reaches the app, `http.disconnect` too, and the request is counted once."""
    got: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        got.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": [HTML]})
        await send({"type": "http.response.body", "body": DOCUMENT})

    async def receive() -> Message:
        return (
            {"type": "http.request"}
            if not got and not calls.append(1) and len(calls) == 1
            else {"type": "http.disconnect"}
        )

    async def send(message: Message) -> None:
        raise OSError("connection lost")

    calls: list[int] = []
    with pytest.raises(OSError, match="connection lost"):
        asyncio.run(kit.wrap(app)(http_scope(), receive, send))
    assert ["http.disconnect"] == got
    assert 1 == len(kit.counting.requests)  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", ["_owners", "_declared_name"])
def test_error_in_the_gate_grants_nothing_and_serves_the_page(
    kit: ConsentKit, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Principle 7: not granted, the page is served, one line in the log, without a visitor's value."""

    def fail(*_: object) -> None:
        raise LookupError("secret-value in the message")

    monkeypatch.setattr(kit.engine.gate, broken, fail)
    seen: list[Scope] = []
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"set-cookie", b"_fbp=secret-value")], seen=seen))
    for _ in range(3):
        answer = ask(app, headers=[(b"cookie", b"_fbp=secret-value; " + consent_cookie(kit, "theme"))])
        assert 200 == answer.status
        assert b"hello" in answer.body
        assert [] == [line for line in answer.all(b"set-cookie") if b"secret" in line]
        assert not [value for name, value in seen[-1]["headers"] if name == b"cookie"]
    assert "LookupError" in caplog.text
    assert "secret-value" not in caplog.text
    assert len(caplog.records) <= 3


def test_error_in_reading_the_choice_means_no_choice(kit: ConsentKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken verification grants nothing and asks again."""

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(kit.engine._codec, "decode", fail)
    answer = ask(kit.wrap(answering(DOCUMENT)), headers=[(b"cookie", consent_cookie(kit, "ads"))])
    assert b'id="consentkit"' in answer.body


def test_error_in_the_statistics_serves_the_page(
    kit: ConsentKit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An uncounted request, one line in the log, and a page that knows nothing of it."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full at 203.0.113.9")

    monkeypatch.setattr(kit.counting, "count", fail)
    for _ in range(2):
        assert b"hello" in ask(kit.wrap(answering(DOCUMENT))).body
    assert 1 == len(caplog.records)
    assert "203.0.113.9" not in caplog.text


def test_response_that_asked_for_the_consent_is_private(kit: ConsentKit) -> None:
    """JSON that depends on the decision is kept from shared caches; other JSON is not touched."""

    async def asked(request: Request) -> Response:
        return JSONResponse(
            {"ads": consent_of(request).granted("ads")}, headers={"cache-control": "public, max-age=60"}
        )

    async def plain(request: Request) -> Response:
        return JSONResponse({}, headers={"cache-control": "public, max-age=60"})

    app = kit.wrap(Starlette(routes=[Route("/asked", asked), Route("/plain", plain)]))
    assert b"private, max-age=60" == ask(app, "/asked").get(b"cache-control")
    assert b"Cookie, Sec-GPC, Sec-Fetch-Dest" == ask(app, "/asked").get(b"vary")
    assert b"public, max-age=60" == ask(app, "/plain").get(b"cache-control")


def test_streams_of_two_visitors_do_not_mix(kit: ConsentKit) -> None:
    """Requests that run at once keep their own decisions and banners."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [HTML]})
        for at in range(0, len(DOCUMENT), 11):
            await asyncio.sleep(0)
            await send(
                {"type": "http.response.body", "body": DOCUMENT[at : at + 11], "more_body": at + 11 < len(DOCUMENT)}
            )

    async def both() -> list[list[Message]]:
        wrapped = kit.wrap(app)
        chosen = http_scope(headers=[(b"cookie", consent_cookie(kit))])
        return await asyncio.gather(
            exchange(wrapped, http_scope()), exchange(wrapped, chosen), exchange(wrapped, http_scope())
        )

    first, second, third = (Answer(messages).body for messages in asyncio.run(both()))
    assert first == third
    assert b'id="consentkit"' in first
    assert b'id="consentkit"' not in second


def test_log_of_a_request_holds_nothing_of_the_visitor(kit: ConsentKit, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level no address, agent, path, query, referrer or cookie is written."""
    marks = {
        b"user-agent": b"agent-mark",
        b"referer": b"https://x/ref-mark",
        b"cookie": b"c-mark=v-mark; _fbp=fbp-mark",
    }
    with caplog.at_level(logging.DEBUG):
        ask(
            kit.wrap(answering(DOCUMENT, headers=[HTML, (b"set-cookie", b"new=set-mark")])), "/path-mark",
            headers=list(marks.items()), query_string=b"q=query-mark",
        )  # fmt: skip
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("consentkit"))
    assert "-mark" not in ours
    assert "203.0.113.9" not in ours
    assert "'new'" in ours
