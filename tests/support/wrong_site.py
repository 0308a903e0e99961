"""A deliberately wrong site: the small site with one sin laid around it, so that a check can be seen to fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

DropOrChange = Callable[[str, str], str | None]
"""Given a header's name and value, the new value; None drops the header."""


AskedOrNot = Callable[[bytes, bytes], bytes | None]
"""The same for a header of a request."""


@dataclass(frozen=True, slots=True)
class Sin:
    """One way to be wrong.

    `breaks`: the rules that must find it, the intended one first. `head` and `script` are put into every page of the
    site, `style` into every page, `swaps` replaces text in HTML and JSON; `cookie` is a Set-Cookie line of the pages.
    All this happens only in the phases `when` (before a choice, after a refusal, after consent, after a withdrawal) and
    at addresses that begin with `at`. `ask` changes the headers of requests, `answer` those of responses; `missing`
    lists paths that answer 404; `sections` changes the configuration; `language` is that of the pages.
    """

    name: str
    breaks: tuple[str, ...]
    head: str = ""
    script: str = ""
    style: str = ""
    swaps: tuple[tuple[str, str], ...] = ()
    cookie: str = ""
    when: tuple[str, ...] = ("before", "refused", "accepted", "withdrawn")
    at: str = "/"
    ask: AskedOrNot | None = None
    answer: DropOrChange | None = None
    missing: tuple[str, ...] = ()
    sections: dict[str, Any] = field(default_factory=dict)
    language: str = "en"


class WrongSite:
    """Lays a sin around an app. Knows one visitor at a time, by what they posted last."""

    def __init__(self, app: ASGIApp, sin: Sin) -> None:
        self.app = app
        self.sin = sin
        self.phase = "before"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, changed by the sin."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] in self.sin.missing:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        if b"consentkit=" not in b"".join(value for name, value in scope["headers"] if name == b"cookie"):
            self.phase = "before"
        scope = {**scope, "headers": [*self._asked(scope["headers"])]}
        if scope["method"] == "POST":
            receive = await self._listening(scope["path"], receive)
        await self.app(scope, receive, _Rewriter(self, scope["path"], send))

    def _asked(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        if self.sin.ask is None:
            return headers
        changed = [(name, self.sin.ask(name, value)) for name, value in headers]
        return [(name, value) for name, value in changed if value is not None]

    async def _listening(self, path: str, receive: Receive) -> Receive:
        """Learn from a form what the visitor chose."""
        message = await receive()
        body = message.get("body", b"")
        if path.endswith("/withdraw"):
            self.phase = "withdrawn"
        elif b"refuse_all" in body:
            self.phase = "refused"
        elif b"accept_all" in body:
            self.phase = "accepted"
        waiting = [message]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        return again


class _Rewriter:
    """Changes one response: holds it until it is whole."""

    def __init__(self, site: WrongSite, path: str, send: Send) -> None:
        self._sin = site.sin
        self._acts = site.phase in site.sin.when and path.startswith(site.sin.at)
        self._is_page = not path.startswith("/consent")
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if not self._acts:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish()

    async def _finish(self) -> None:
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self._start["headers"]]
        kind = dict(headers).get("content-type", "")
        if kind.startswith(("text/html", "application/json")):
            self._body = self._changed(self._body.decode(), is_html=kind.startswith("text/html")).encode()
            headers = [(name, value) for name, value in headers if name != "content-length"]
            headers.append(("content-length", str(len(self._body))))
        if self._sin.cookie and (self._is_page or self._sin.at != "/"):
            headers.append(("set-cookie", self._sin.cookie))
        if self._sin.answer is not None:
            changed = [(name, self._sin.answer(name, value)) for name, value in headers]
            headers = [(name, value) for name, value in changed if value is not None]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({**self._start, "headers": raw})
        await self._send({"type": "http.response.body", "body": self._body})

    def _changed(self, text: str, *, is_html: bool) -> str:
        for old, new in self._sin.swaps:
            text = text.replace(old, new)
        if not is_html:
            return text
        if self._sin.style:
            text = text.replace("</body>", f"<style>{self._sin.style}</style></body>")
        if self._is_page:
            text = text.replace("<head>", f"<head>{self._sin.head}")
            script = f"<script type=module>{self._sin.script}</script>" if self._sin.script else ""
            text = text.replace("</body>", f"{script}</body>")
        return text
