"""The ASGI edge: read, decide, gate, count; all work is done elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentkit.asgi import Headers
from consentkit.consent.consent import SCOPE_KEY, Consent
from consentkit.engine import Engine
from consentkit.errors import NotWrappedError
from consentkit.exchange import Exchange
from consentkit.incoming import Incoming
from consentkit.lifespan import run_lifespan
from consentkit.own_visit import SECURE_VISIT, VISIT
from consentkit.sent import Sent
from consentkit.stats.shown_later import LOADED_KEY

if TYPE_CHECKING:
    from consentkit.kit import ConsentKit


class ConsentMiddleware:
    """Wraps an ASGI 3 app: gates its cookies, asks for consent, counts its use.

    Handles `http` and `websocket`; every other scope type passes untouched (of `lifespan` it notes the end).
    NotWrappedError where it would see a part of the requests only: in Litestar's list of middleware.
    """

    def __init__(self, app: ASGIApp, *, kit: "ConsentKit") -> None:
        if type(app).__module__.startswith("litestar.middleware."):
            raise NotWrappedError(
                "Litestar calls the middleware that it is given for its own routes only, so nobody could answer the "
                f"banner: {kit.config.consent.path}/ would not be found; use app = kit.wrap(Litestar(...)) instead"
            )
        self.app = app
        self.kit = kit
        self._engine: Engine = kit.engine
        # Found here once, and not in each request.
        self._clock, self._timer, self._counting = kit.clock, kit.timer, kit.counting
        self._on_done: Callable[[Sent], None] = self._count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (SCOPE_KEY in scope and isinstance(scope[SCOPE_KEY], Consent)):
            await self._other(scope, receive, send)
            return
        if not isinstance(scope, dict):
            scope = dict(scope)
        engine = self._engine
        when, began = self._clock(), self._timer()
        incoming = Incoming(scope)
        standing = engine.standings.of(incoming, when)
        own = None
        if engine.is_own(scope):
            own = await engine.own_response(scope, incoming, standing.decisions, receive, when)
        if own is not None:
            answer = Sent(scope, incoming, when, began, send, self._on_done)
            if standing.is_measured and LOADED_KEY in scope:
                own.raw_headers += self._carry(answer)
        else:
            answer = exchange = Exchange(engine, scope, incoming, standing, when, began, send, self._on_done)
            scope = exchange.scope_for_app()
            if standing.is_measured and incoming.traits.opens_page:
                exchange.on_start = self._carry
        if not self._counting.began():
            await self._begin_to_count()
        try:
            await (own or self.app)(scope, receive, answer.send)
        except Exception:
            answer.status = answer.status or 500
            raise
        finally:
            if not answer.is_done:
                answer.done()

    async def _begin_to_count(self) -> None:
        """Make this worker known before it answers anything: no lifespan event has told that the server started."""
        await run_sync(self.kit.open)
        self._counting.began()

    def _count(self, sent: Sent) -> None:
        try:
            now: float = self._timer()
            self._counting.count(sent, now - sent.began)
        except Exception as problem:
            self.kit.guard.note("counting", problem)

    def _carry(self, sent: Sent) -> Headers:
        """The header that carries the visit on, when a page that its visitor lets be measured begins to leave."""
        try:
            name = SECURE_VISIT if sent.incoming.is_secure else VISIT
            sent.step = self._counting.carry(sent, sent.incoming.values(name))
        except Exception as problem:
            self.kit.guard.note("carrying a visit on", problem)
        return [(b"set-cookie", sent.step.line)] if sent.step else []

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if isinstance(scope.get(SCOPE_KEY), Consent):
            # Wrapped twice: a second gate would hide the choice from the first, and count everything again.
            self.kit.note_wrapped_twice()
            await self.app(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "lifespan":
            await run_lifespan(self.app, scope, receive, send, on_start=self.kit.open, on_stop=self.kit.close)
        else:
            await self.app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        engine, scope = self._engine, dict(scope)
        incoming = Incoming(scope)
        standing = engine.standings.of(incoming, self._clock())
        copy = {**scope, SCOPE_KEY: engine.consent(scope, standing, standing)}
        if incoming.cookies is not None:
            copy["headers"] = incoming.changed(engine.gate_in(incoming.cookies, standing), False)

        async def gated_send(message: Message) -> None:
            if message["type"] in ("websocket.accept", "websocket.http.response.start") and message.get("headers"):
                headers = engine.gate_out(list(message["headers"]), standing.decisions, scope["path"])
                message = {**message, "headers": headers}
            await send(message)

        await self.app(copy, receive, gated_send)
