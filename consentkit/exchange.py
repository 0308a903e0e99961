"""One response on its way out: Set-Cookie lines gated, private kept private, the banner put in, the size counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.types import Message, Send

from consentkit.consent.caching import Headers, keep_private
from consentkit.html.inject import can_be_rewritten
from consentkit.html.page import PageRewriter, Unrewritten

BODY_BY_FILE = ("http.response.pathsend", "http.response.zerocopysend")
"""Extensions by which an app hands over a file instead of bytes: nothing can be put into such a page."""

VALIDATORS = (b"etag", b"last-modified", b"content-md5", b"digest", b"repr-digest", b"content-digest")
"""Headers that vouch for a body which is not the one that is sent."""

NO_BODY = (204, 205, 206, 304)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with a response.

    `gate` filters headers; `deletions` are Set-Cookie lines to add; `injector` makes the rewriter for a page that has
    the given CSP nonce, None if no page needs a change; `personal` says that HTML differs by visitor; `was_read`
    whether the app asked for the consent; `vary` the request headers that it differs by.
    """

    gate: Callable[[Headers], Headers]
    deletions: list[bytes]
    injector: Callable[[str], PageRewriter | Unrewritten | None] | None
    personal: bool
    was_read: Callable[[], bool]
    vary: tuple[bytes, ...]
    head: bool
    hints: Callable[[Iterable[bytes]], list[bytes]] = list
    """Filters the links of early hints."""


class Exchange:
    """Wraps `send` for one request.

    `status`, `content_type` and `size` (bytes of the body) tell what was sent, `took` in how many seconds,
    `failure` why a page was not changed.
    """

    def __init__(
        self, send: Send, plan: Plan, on_done: Callable[["Exchange"], None], timer: Callable[[], float]
    ) -> None:
        self.took = 0.0
        self._timer = timer
        self._began = timer()
        self.status = 0
        self.content_type = ""
        self.size = 0
        self._send = send
        self._plan = plan
        self._on_done = on_done
        self._held: Message | None = None
        self._injector: PageRewriter | Unrewritten | None = None
        self._is_done = False

    async def send(self, message: Message) -> None:
        """Pass one message on; types that are not known pass as they are."""
        kind = message["type"]
        if kind == "http.response.start":
            await self._start(message)
            return
        if kind == "http.response.body":
            await self._body(message)
            return
        if kind == "http.response.early_hint":
            given = list(message.get("links", ()))
            kept = self._plan.hints(given)
            await self._send(message if kept == given else {**message, "links": kept})
            return
        if kind in BODY_BY_FILE and self._injector is not None:
            self._injector.close()
            self._injector = None
        await self._release(changed=self._injector is not None)
        await self._send(message)

    @property
    def failure(self) -> Exception | None:
        """What went wrong when the page was changed; it passed unchanged then."""
        return self._injector.failure if self._injector else None

    def done(self) -> None:
        """Tell, once, that the response is over."""
        if not self._is_done:
            self._is_done = True
            self.took = self._timer() - self._began
            if self._injector is not None:
                self._injector.close()
            self._on_done(self)

    async def _start(self, message: Message) -> None:
        self.status = message["status"]
        headers: Headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
        self.content_type = _first(headers, b"content-type").decode("latin-1")
        headers = self._plan.gate(headers)
        headers += [(b"set-cookie", line) for line in self._plan.deletions]
        is_html = self.content_type.partition(";")[0].strip().lower() == "text/html"
        is_page = is_html and self.status not in (204, 304)
        sets = any(name.lower() == b"set-cookie" for name, _ in headers)
        if sets or self._plan.was_read() or (is_page and self._plan.personal):
            headers = keep_private(headers, self._plan.vary)
        message = {**message, "headers": headers}
        if self._plan.injector is not None and is_page and self._can_change(headers):
            if self._plan.head:
                message = {**message, "headers": _changed(headers)}
            else:
                self._injector = self._plan.injector(_nonce(headers))
        if self._injector is not None:
            # Held until the first bytes come: if they are all, their new length can be told.
            self._held = message
        else:
            await self._send(message)

    def _can_change(self, headers: Headers) -> bool:
        """Whether the body is a whole, plain HTML document that the visitor will see as a page."""
        charset = self.content_type.lower().partition("charset=")[2].strip(' "').partition(";")[0]
        return (
            self.status not in NO_BODY
            and not _first(headers, b"content-encoding").strip(b" ").replace(b"identity", b"")
            and not _first(headers, b"content-range")
            and not _first(headers, b"content-disposition").lower().startswith(b"attachment")
            and can_be_rewritten(charset)
        )

    async def _body(self, message: Message) -> None:
        body = message.get("body", b"")
        more = message.get("more_body", False)
        if self._injector is not None:
            new = self._injector.feed(bytes(body))
            if not more:
                new += self._injector.finish()
            await self._release(changed=more or new != body, length=None if more else len(new))
            body = new
            message = {**message, "body": body}
        self.size += len(body)
        await self._send(message)
        if not more:
            self.done()

    async def _release(self, *, changed: bool, length: int | None = None) -> None:
        """Send the start that is held back; of a changed body it tells the `length` in bytes, None if not known yet."""
        if self._held is None:
            return
        message, self._held = self._held, None
        if changed:
            headers = _changed(message["headers"])
            if length is not None:
                headers.append((b"content-length", str(length).encode()))
            message = {**message, "headers": headers}
        await self._send(message)


def _changed(headers: Headers) -> Headers:
    """The headers without those that describe the body as the app made it."""
    return [pair for pair in headers if pair[0].lower() not in (*VALIDATORS, b"content-length")]


def _first(headers: Headers, name: bytes) -> bytes:
    return next((value for key, value in headers if key.lower() == name), b"")


def _nonce(headers: Headers) -> str:
    """The nonce of the page's Content-Security-Policy, "" if it has none."""
    policy = _first(headers, b"content-security-policy").decode("latin-1")
    start = policy.find("'nonce-")
    nonce = policy[start + 7 : policy.find("'", start + 7)] if start >= 0 else ""
    return (
        nonce if nonce.replace("+", "").replace("/", "").replace("-", "").replace("_", "").rstrip("=").isalnum() else ""
    )
