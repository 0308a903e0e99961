"""One request on its way in and its response on the way out: cookies gated, private kept private, the page changed."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Message, Send

from consentkit.asgi import Headers, Scope, Sending
from consentkit.consent.caching import PRIVATE, forbids_sharing, keep_private
from consentkit.consent.consent import SCOPE_KEY
from consentkit.consent.gate import GATED_HEADERS
from consentkit.consent.nonces import nonces
from consentkit.consent.policy import LINKING
from consentkit.consent.seal import Closure
from consentkit.consent.visit import SHOWN
from consentkit.engine import Engine
from consentkit.html.page import PageRewriter, Unrewritten
from consentkit.html.tail import Tail
from consentkit.incoming import Incoming
from consentkit.outgoing import Kind, Outgoing, plain_kind
from consentkit.sent import Sent
from consentkit.standing import Standing
from consentkit.stats.facts import SENT_ON_KEY

BODY_BY_FILE = ("http.response.pathsend", "http.response.zerocopysend")
"""Extensions by which an app hands over a file instead of bytes: nothing can be put into such a page."""

VALIDATORS = (b"etag", b"last-modified", b"content-md5", b"digest", b"repr-digest", b"content-digest")
"""Headers that vouch for a body which is not the one that is sent."""

DESCRIBING = frozenset({*VALIDATORS, b"content-length"})
"""Those, and what tells its length."""

NO_BODY = (204, 205, 206, 304)


class Exchange(Sent):
    """A request to the app, and its response as the visitor's decisions let it leave.

    `scope` is the one that the app gets. `on_start` is asked, when the response starts, for headers that it is to have
    besides.
    """

    __slots__ = (
        *("_asked", "_changes", "_deletions", "_engine", "_held", "_lines", "_page", "_rewriter", "_scope"),
        *("_standing", "consent", "on_start"),
    )

    def __init__(  # noqa: PLR0917 -- as above
        self,
        engine: Engine,
        scope: Scope,
        incoming: Incoming,
        standing: Standing,
        when: float,
        began: float,
        send: Send,
        on_done: Callable[[Sent], None],
    ) -> None:
        super().__init__(scope, incoming, when, began, send, on_done)
        self.is_own = False
        self._scope = scope
        self._engine = engine
        self._standing = standing
        self._deletions: Headers | None = None
        self._lines: Headers | None = None
        self._held: Sending | None = None
        self._rewriter: PageRewriter | Tail | Unrewritten | None = None
        self.on_start: Callable[[Sent], Headers] | None = None
        self._page, self._asked = page, asked = standing, incoming
        if engine.everybody:
            self._page = page = engine.everybody
            self._asked = asked = engine.delivery.audience(page.decisions, scope, incoming).incoming
        puts_in = page.decisions.asks or engine.puts_in or asked.traits.loads_ahead
        self._changes = page.closure.gates or (puts_in and asked.traits.wants_document)
        self.consent = engine.consent(scope, standing, page)

    def scope_for_app(self) -> dict[str, Any]:
        """A copy of the scope (ASGI specification, "Middleware") with gated cookies and the consent."""
        incoming, scope = self.incoming, self._scope
        self.scope = copy = {**scope, SCOPE_KEY: self.consent}
        drops = self._changes and incoming.traits.is_conditional and incoming.traits.may_get_page
        cookies, gated = incoming.cookies, b""
        if cookies is not None:
            gated = self._engine.gate_in(cookies, self._standing)
            if self._standing.decisions.denied:
                self._deletions = self._engine.deletions(scope, incoming, cookies, self._standing)
        if drops or (cookies is not None and gated is not cookies.header):
            copy["headers"] = incoming.changed(gated, drops)
        if self._changes and self._asked.traits.may_get_page and scope.get("extensions"):
            copy["extensions"] = {
                name: value for name, value in scope["extensions"].items() if name not in BODY_BY_FILE
            }
        return copy

    def send(self, message: Message) -> Awaitable[None]:
        """Pass one message on; types that are not known pass as they are."""
        sending: Sending = message if isinstance(message, dict) else dict(message)
        if self._rewriter is not None:
            return self._rewriting(sending, self._rewriter)
        kind: str = sending["type"]
        if kind == "http.response.body":
            self._note(sending)
            return self._send(sending)
        if kind == "http.response.early_hint":
            return self._send(self._hinted(sending))
        if kind != "http.response.start":
            return self._send(sending)
        sending = self._start(sending)
        if self.on_start is not None and not self.consent.is_own_page:
            self.goals = self.consent.goals
            sending["headers"] += self.on_start(self)
        return self._started(sending)

    def _started(self, message: Sending) -> Awaitable[None]:
        """Send the message that starts the response, or hold it, of a page that is changed, until its first bytes come:
        if they are all, their new length can be told."""
        if self._rewriter is None:
            return self._send(message)
        self._held = message
        return _nothing()

    async def _rewriting(self, message: Sending, rewriter: PageRewriter | Tail | Unrewritten) -> None:
        """Pass on one message of a page that is changed."""
        kind = message["type"]
        if kind == "http.response.body":
            message = await self._rewritten(message, rewriter)
        elif kind == "http.response.early_hint":
            message = self._hinted(message)
        else:
            if kind in BODY_BY_FILE:
                self._lines = self._page.closure.lines
                self._give_up()
            await self._release(changed=self._rewriter is not None)
        if kind == "http.response.body":
            self._note(message)
        await self._send(message)

    def _hinted(self, message: Sending) -> Sending:
        given = list(message.get("links", ()))
        kept = self._engine.seal(self._scope, self.incoming, self._page.closure).hints(given)
        return message if kept == given else {**message, "links": kept}

    def done(self) -> None:
        """Tell, once, that the response is over."""
        if self._rewriter is not None:
            self._give_up()
        if not self.is_done:
            self.is_done = True
            consent = self.consent
            if consent.goals:
                self.goals = consent.goals
            if consent.is_own_page:
                self.is_own = True
            self._on_done(self)

    def _give_up(self) -> None:
        """Close the rewriter, on the thread that made it, and note what went wrong: the page passed unchanged then."""
        rewriter, self._rewriter = self._rewriter, None
        if rewriter is not None:
            rewriter.close()
            if rewriter.failure:
                self._engine.guard.note("changing a page", rewriter.failure)

    def _start(self, message: Sending) -> Sending:
        """The message that starts the response, as it leaves."""
        self.status = message["status"]
        headers = message.get("headers", ())
        given: list[Any] = headers if isinstance(headers, list) else list(headers)
        if 300 < self.status < 304 and self._scope["method"] == "POST":
            self.scope[SENT_ON_KEY] = Outgoing(given)[b"location"]
        consent = self.consent
        if not (self._changes or self._deletions or consent.was_read or consent.is_own_page):
            kind = plain_kind(given)
            if kind is not None:
                self.content_type = kind.content_type
                return {**message, "headers": given + self._plain_lines(kind)}
        out = Outgoing(given)
        kind = out.kind
        self.content_type = kind.content_type
        rewrites = self._changes and kind.is_html and self._has_to_change() and self._can_change(out)
        closure, headers = self._gated(out)
        is_gated = rewrites
        if rewrites and self._scope["method"] == "HEAD":
            headers = _changed(headers)
        elif rewrites:
            self._rewriter = self._made_rewriter(out)
            is_gated = isinstance(self._rewriter, PageRewriter)
        if kind.is_document and not consent.is_own_page:
            self._lines = self._engine.delivery.lines(closure) if is_gated else closure.lines
            if self._rewriter is None:
                headers = headers + self._lines
        return {**message, "headers": headers}

    def _plain_lines(self, kind: Kind) -> Headers:
        """What is added to headers in which nothing has to be looked at, of an answer that stays as it is."""
        if kind.is_page and self._engine.is_personal and self.status not in (204, 304):
            return self._standing.closure.private_lines
        return self._engine.standings.nobody.closure.lines if kind.is_document else []

    def _gated(self, out: Outgoing) -> tuple[Closure, Headers]:
        """What is closed in the response, and the headers that may leave: what caches may share is for nobody alone.

        A response is for one visitor if it was to set a cookie, even where the gate keeps that back.
        """
        engine = self._engine
        is_personal = engine.is_personal
        is_page = out.kind.is_page and self.status not in (204, 304)
        private = (is_personal and is_page) or self.consent.was_read or b"set-cookie" in out.first
        # Where pages are for everybody, a deletion must not be what keeps one out of the caches.
        deletes = self._deletions and (private or is_personal or forbids_sharing(out.headers))
        nobody = engine.standings.nobody
        standing, closure = (self._standing, self._page.closure) if private or deletes else (nobody, nobody.closure)
        headers = out.headers
        if not GATED_HEADERS.isdisjoint(out.first):
            headers = engine.gate_out(headers, standing.decisions, self._scope["path"])
        if not LINKING.isdisjoint(out.first) and not self.consent.is_own_page:
            headers = engine.seal(self._scope, self.incoming, closure).headers(headers)
        if deletes and self._deletions:
            headers = headers + self._deletions
        if not (private or deletes):
            return closure, headers
        return closure, headers + PRIVATE if out.kind.is_plain else keep_private(headers)

    def _made_rewriter(self, out: Outgoing) -> PageRewriter | Tail | Unrewritten | None:
        engine, page = self._engine, self._page
        audience = engine.delivery.audience(page.decisions, self._scope, self.incoming)
        page_nonces = nonces(out.all(b"content-security-policy"))
        last = ""
        if self._asked.traits.loads_ahead and self.status < 300:
            last = engine.mark_ahead(self.scope, audience, self.when, page_nonces)
        rewriter = engine.rewriter(audience, page.closure, page_nonces, consent=self.consent, last=last)
        asks = page.decisions.asks and self._asked.traits.wants_document
        # A page that is the same for everybody has its banner always, and its script knows whom to show it.
        if asks and engine.is_personal and isinstance(rewriter, PageRewriter):
            self.answer = SHOWN
        return rewriter

    def _has_to_change(self) -> bool:
        """Whether anything is left to do for a page, now that the app has made it."""
        consent = self.consent
        if not consent.placed_consent_mode:
            return not consent.is_own_page
        page, ahead = self._page, self._asked.traits.loads_ahead
        return page.closure.gates or page.decisions.asks or self._engine.injects_link or ahead

    def _can_change(self, out: Outgoing) -> bool:
        """Whether the body is a whole, plain HTML document that the visitor will see as a page."""
        return (
            self.status not in NO_BODY
            and not out[b"content-encoding"].strip(b" ").replace(b"identity", b"")
            and not out[b"content-range"]
            and not out[b"content-disposition"].lower().startswith(b"attachment")
            and out.kind.can_be_rewritten
        )

    async def _rewritten(self, message: Sending, rewriter: PageRewriter | Tail | Unrewritten) -> Sending:
        """The message with the bytes of the page as it leaves; the start that is held goes out before it."""
        body = message.get("body", b"")
        more = bool(message.get("more_body", False))
        new = rewriter.feed(bytes(body))
        if not more:
            new += rewriter.finish()
        await self._release(changed=more or new != body, length=None if more else len(new))
        return {**message, "body": new}

    async def _release(self, *, changed: bool, length: int | None = None) -> None:
        """Send the start that is held back; of a changed body it tells the `length` in bytes, None if not known yet."""
        if self._held is None:
            return
        message, self._held = self._held, None
        headers = message["headers"] + (self._lines or [])
        if changed:
            headers = _changed(headers)
            if length is not None:
                headers.append((b"content-length", str(length).encode()))
        await self._send({**message, "headers": headers})


def _changed(headers: Headers) -> Headers:
    """The headers without those that describe the body as the app made it."""
    return [pair for pair in headers if pair[0].lower() not in DESCRIBING]


async def _nothing() -> None:
    """Nothing is to be sent yet."""
