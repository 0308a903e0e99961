"""Talks raw ASGI to an app, message by message."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = Iterable[tuple[bytes, bytes]]

HTML = (b"content-type", b"text/html; charset=utf-8")
DOCUMENT = b'<!doctype html><html lang="en"><head><title>t</title></head><body class="x"><p>hello</p></body></html>'


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app sent in answer to one request."""

    messages: list[Message]

    @property
    def start(self) -> Message:
        """The message that starts the response."""
        return next(message for message in self.messages if message["type"].endswith("response.start"))

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.start["status"])

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(bytes(message.get("body", b"")) for message in self.messages if "body" in message["type"])

    @property
    def text(self) -> str:
        """The whole body as text."""
        return self.body.decode()

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header, in order."""
        return [value for key, value in self.start.get("headers", ()) if key.lower() == name]

    def get(self, name: bytes) -> bytes | None:
        """The only value of a header, None if it is absent."""
        values = self.all(name)
        assert len(values) <= 1, values
        return values[0] if values else None


def http_scope(path: str = "/", *, method: str = "GET", headers: Headers = (), **more: Any) -> dict[str, Any]:
    """The scope of a request to www.example.com over https."""
    given = list(headers)
    if not any(name == b"host" for name, _ in given):
        given.insert(0, (b"host", b"www.example.com"))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": given,
        "client": ("203.0.113.9", 4711),
        "server": ("www.example.com", 443),
        **more,
    }


async def exchange(app: ASGIApp, scope: Scope, *chunks: bytes) -> list[Message]:
    """Send a request body in chunks (one, empty, if none are given) and collect every message that comes back."""
    bodies = list(chunks) or [b""]
    waiting = [
        {"type": "http.request", "body": body, "more_body": index < len(bodies) - 1}
        for index, body in enumerate(bodies)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def ask(
    app: ASGIApp, path: str = "/", *, method: str = "GET", headers: Headers = (), body: bytes = b"", **scope: Any
) -> Answer:
    """Send one request and read the whole answer."""
    return Answer(asyncio.run(exchange(app, http_scope(path, method=method, headers=headers, **scope), body)))


def answering(
    *chunks: bytes, status: int = 200, headers: Headers = (HTML,), seen: list[Scope] | None = None
) -> ASGIApp:
    """An app that answers every request with these chunks; `seen` collects the scopes it was called with."""
    fixed = list(headers)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if seen is not None:
            seen.append(scope)
        await send({"type": "http.response.start", "status": status, "headers": list(fixed)})
        bodies = chunks or (b"",)
        for index, chunk in enumerate(bodies):
            await send({"type": "http.response.body", "body": chunk, "more_body": index < len(bodies) - 1})

    return app
