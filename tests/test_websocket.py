"""Websocket handshakes are gated as requests are."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from consentkit import ConsentKit, consent_of
from tests.support.asgi import http_scope
from tests.support.sites import consent_cookie

ALL_COOKIES = b"session=s; _fbp=f; theme=t; junk=j"


def websocket(kit: ConsentKit, *messages: Message, cookie: bytes) -> tuple[Scope, list[Message]]:
    """A handshake: the scope that the app gets, and what leaves when it sends these messages."""
    seen: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        for message in messages:
            await send(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {**http_scope(headers=[(b"cookie", cookie)]), "type": "websocket", "scheme": "wss"}
    asyncio.run(kit.wrap(app)(scope, receive, send))
    return seen[0], sent


@pytest.mark.parametrize("kind", ["websocket.accept", "websocket.http.response.start"])
def test_websocket_handshake_is_gated_both_ways(kit: ConsentKit, kind: str) -> None:
    """The app sees only granted cookies, and sets only granted ones, whether it accepts or denies."""
    message = {
        "type": kind,
        "status": 403,
        "subprotocol": "x",
        "headers": iter([(b"Set-Cookie", b"_fbp=1"), (b"set-cookie", b"session=1")]),
    }
    scope, (sent,) = websocket(kit, message, cookie=ALL_COOKIES + b"; " + consent_cookie(kit, "theme"))
    assert (b"cookie", b"session=s; theme=t") in scope["headers"]
    assert consent_of(scope).granted("theme")
    assert {**message, "headers": [(b"set-cookie", b"session=1")]} == sent


def test_other_websocket_messages_are_the_same_objects(kit: ConsentKit) -> None:
    """Data, close and whatever comes later pass as they are."""
    messages = [
        {"type": "websocket.accept"},
        {"type": "websocket.send", "text": "Set-Cookie: x"},
        {"type": "websocket.new"},
        {"type": "websocket.close"},
    ]
    _, sent = websocket(kit, *messages, cookie=b"")
    assert all(one is other for one, other in zip(messages, sent, strict=True))
