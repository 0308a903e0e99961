"""The ASGI edge: read, decide, gate, count; all work is done elsewhere."""

from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentkit.consent.consent import SCOPE_KEY, Consent
from consentkit.consent.decision import Decisions
from consentkit.exchange import BODY_BY_FILE, Exchange, Plan
from consentkit.html.page import PageRewriter, Unrewritten
from consentkit.incoming import Incoming, read, with_cookie
from consentkit.lifespan import run_lifespan

if TYPE_CHECKING:
    from consentkit.kit import ConsentKit


class ConsentMiddleware:
    """Wraps an ASGI 3 app: gates its cookies, asks for consent, counts its use.

    Handles `http` and `websocket`; every other scope type passes untouched (of `lifespan` it notes the end).
    """

    def __init__(self, app: ASGIApp, *, kit: "ConsentKit") -> None:
        self.app = app
        self.kit = kit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if isinstance(scope.get(SCOPE_KEY), Consent):
            # Wrapped twice: a second gate would hide the choice from the first, and count everything again.
            self.kit.note_wrapped_twice()
            await self.app(scope, receive, send)
        elif kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "lifespan":
            await run_lifespan(self.app, scope, receive, send, self.kit.close)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        kit = self.kit
        when = kit.clock()
        incoming = read(scope)
        decisions = kit.engine.decide(incoming, scope, when)
        own = await kit.engine.own_response(scope, incoming, decisions, receive, when)
        consent = kit.engine.consent(scope, decisions)
        plan = _passing_plan() if own else self._plan(scope, incoming, decisions, consent)

        def count(exchange: Exchange) -> None:
            if exchange.failure:
                kit.guard.note("changing a page", exchange.failure)
            is_own = own is not None or consent.is_own_page
            kit.guard.run(
                "counting", lambda: _count(kit, incoming, scope, exchange, when=when, own=is_own), lambda: None
            )

        exchange = Exchange(send, plan, count, kit.timer)
        try:
            if own is not None:
                await own(scope, receive, exchange.send)
            else:
                await self.app(self._scope_for_app(scope, incoming, decisions, consent, plan), receive, exchange.send)
        except Exception:
            exchange.status = exchange.status or 500
            raise
        finally:
            exchange.done()

    def _scope_for_app(
        self, scope: Scope, incoming: Incoming, decisions: Decisions, consent: Consent, plan: Plan
    ) -> dict[str, Any]:
        """A copy of the scope (ASGI specification, "Middleware") with gated cookies and the consent."""
        gated = None if incoming.cookie is None else self.kit.engine.gate_in(incoming.cookie, decisions)
        changes = plan.injector is not None and incoming.may_get_page
        copy = {**scope, SCOPE_KEY: consent}
        if gated != incoming.cookie or changes:
            copy["headers"] = with_cookie(scope, gated or b"", drop_conditions=changes)
        if changes and scope.get("extensions"):
            copy["extensions"] = {
                name: value for name, value in scope["extensions"].items() if name not in BODY_BY_FILE
            }
        return copy

    def _plan(self, scope: Scope, incoming: Incoming, decisions: Decisions, consent: Consent) -> Plan:
        kit = self.kit
        asks = incoming.wants_document and (decisions.asks or kit.engine.injects_link)
        seal = kit.engine.seal(scope, incoming, decisions)

        def injector(nonce: str) -> PageRewriter | Unrewritten | None:
            if consent.is_own_page:
                return None
            return kit.guard.run(
                "changing a page",
                lambda: kit.engine.rewriter(scope, incoming, decisions, seal, nonce),
                seal.unrewritten,
            )

        return Plan(
            gate=lambda headers: seal.headers(kit.engine.gate_out(headers, decisions), own=consent.is_own_page),
            deletions=kit.engine.deletions(scope, incoming, decisions),
            injector=injector if asks or seal.gates else None,
            personal=kit.engine.is_personal,
            was_read=lambda: consent.was_read,
            vary=(b"Cookie", b"Sec-GPC"),
            head=scope["method"] == "HEAD",
            hints=seal.hints,
        )

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = read(scope)
        decisions = self.kit.engine.decide(incoming, scope, self.kit.clock())
        consent = self.kit.engine.consent(scope, decisions)
        copy = {**scope, SCOPE_KEY: consent}
        if incoming.cookie is not None:
            gated = self.kit.engine.gate_in(incoming.cookie, decisions)
            copy["headers"] = with_cookie(scope, gated, drop_conditions=False)

        async def gated_send(message: Message) -> None:
            if message["type"] in ("websocket.accept", "websocket.http.response.start") and message.get("headers"):
                message = {**message, "headers": self.kit.engine.gate_out(list(message["headers"]), decisions)}
            await send(message)

        await self.app(copy, receive, gated_send)


def _passing_plan() -> Plan:
    """The plan for consentkit's own pages, which are made as they shall leave."""
    return Plan(gate=list, deletions=[], injector=None, personal=False, was_read=lambda: False, vary=(), head=False)


def _count(kit: "ConsentKit", incoming: Incoming, scope: Scope, exchange: Exchange, *, when: float, own: bool) -> None:
    kit.counting.count(
        incoming.headers,
        scope,
        status=exchange.status,
        content_type=exchange.content_type,
        size=exchange.size,
        when=when,
        took=exchange.took,
        own=own,
    )
