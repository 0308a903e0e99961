"""Messages that are not known, and start messages of every legal shape."""

import asyncio
from collections import UserDict
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.support.asgi import DOCUMENT, HTML, Answer, exchange, http_scope
from tests.support.sites import kit_of

BANNER = b'<section id="consentkit"'
KIT = kit_of()


def run(app: Any, **scope: Any) -> list[Message]:
    """Every message that leaves for one request to an app."""
    return asyncio.run(exchange(KIT.wrap(app), {**http_scope(), **scope}))


def sending(*messages: Message) -> Any:
    """An app that sends exactly these messages."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


TEXT: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"X-Case", b"Kept")],
    "trailers": True,
}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "http.response.trailers", "headers": [(b"x", b"y")], "more_trailers": False},
        {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]},
        {"type": "http.response.push", "path": "/a.css", "headers": []},
        {"type": "http.response.debug", "info": {"template": object()}},
        {"type": "http.response.pathsend", "path": "/srv/a.html"},
        {"type": "http.response.zerocopysend", "file": 3, "offset": 0},
        {"type": "http.response.something_new", "value": 1},
    ],
    ids=lambda message: message["type"],
)
@pytest.mark.parametrize("before", [True, False])
def test_message_that_is_not_known_passes_untouched(message: Message, before: bool) -> None:
    """The very object, in its place, before or after the start; the start keeps its other keys and header case."""
    body = {"type": "http.response.body", "body": b"x", "more_body": False}
    messages = [message, TEXT, body] if before else [TEXT, message, body]
    out = run(sending(*messages))
    assert messages == out
    assert any(message is sent for sent in out)


@pytest.mark.parametrize(("more", "last"), [(1, 0), (b"x", None)])
def test_whatever_is_true_says_that_more_is_to_come(more: Any, last: Any) -> None:
    """Although ASGI asks for a bool: of a page that is changed, too, and in the compiled build."""
    start = {"type": "http.response.start", "status": 200, "headers": [HTML]}
    body = {"type": "http.response.body", "body": b"<body>a", "more_body": more}
    out = run(sending(start, body, {**body, "body": b"b", "more_body": last}))
    page = b"".join(message.get("body", b"") for message in out)
    assert BANNER in page
    assert page.index(b"a") < page.rindex(b"b")


def test_file_handed_over_instead_of_bytes_keeps_its_headers() -> None:
    """A page sent by pathsend, although the extension was hidden, leaves with the length that the app told."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [HTML, (b"content-length", b"5"), (b"etag", b'"1"')],
    }
    out = run(sending(start, {"type": "http.response.pathsend", "path": "/srv/a.html"}))
    assert ["http.response.start", "http.response.pathsend"] == [message["type"] for message in out]
    assert (b"5", b'"1"') == (Answer(out).get(b"content-length"), Answer(out).get(b"etag"))


def test_message_between_start_and_body_keeps_the_order() -> None:
    """The start that waits for the first bytes goes before anything else that comes."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [HTML, (b"content-length", b"%d" % len(DOCUMENT))],
    }
    out = run(sending(start, {"type": "http.response.new"}, {"type": "http.response.body", "body": DOCUMENT}))
    assert ["http.response.start", "http.response.new", "http.response.body"] == [message["type"] for message in out]
    assert Answer(out).get(b"content-length") is None
    assert BANNER in Answer(out).body


@pytest.mark.parametrize(
    "kind",
    [
        tuple,
        list,
        iter,
        lambda pairs: (list(pair) for pair in pairs),
        lambda pairs: ((bytearray(a), memoryview(b)) for a, b in pairs),
    ],
    ids=["tuple", "list", "iter", "lists", "buffers"],
)
def test_headers_of_any_shape_are_read(kind: Any) -> None:
    """Tuples, iterators and generators of pairs are legal; each is read once."""
    start = {"type": "http.response.start", "status": 200, "headers": kind([HTML, (b"x", b"y")])}
    answer = Answer(run(sending(start, {"type": "http.response.body", "body": DOCUMENT})))
    assert b"y" == answer.get(b"x")
    assert BANNER in answer.body


@pytest.mark.parametrize("headers", [[HTML], [(b"content-type", b"application/json")]], ids=["page", "data"])
def test_scopes_and_messages_may_be_any_mapping(headers: list[tuple[bytes, bytes]]) -> None:
    """Servers and apps mostly give dictionaries, and need not."""
    start = UserDict({"type": "http.response.start", "status": 200, "headers": headers})
    app = sending(start, UserDict({"type": "http.response.body", "body": DOCUMENT}))
    answer = Answer(asyncio.run(exchange(KIT.wrap(app), UserDict(http_scope()))))
    assert 200 == answer.status
    assert (BANNER in answer.body) == (headers == [HTML])


def test_start_without_headers_is_legal() -> None:
    """A message may lack its headers and its body."""
    answer = Answer(run(sending({"type": "http.response.start", "status": 200}, {"type": "http.response.body"})))
    assert (200, b"") == (answer.status, answer.body)
