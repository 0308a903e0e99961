"""ConsentKit: builds everything from one configuration, wraps an app and gives the dashboard."""

import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope

from consentkit.assets import Assets
from consentkit.config import Config, load
from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.consent import Consent, own_pages
from consentkit.consent.cookies import pairs
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.deletions import deletion_lines
from consentkit.consent.gate import Gate
from consentkit.consent.pages import ConsentPages, Visit, cookie_name, gpc_response
from consentkit.consent.render import Renderer
from consentkit.consent.signals import gpc_is_on
from consentkit.exchange import Exchange
from consentkit.guard import Guard
from consentkit.html.inject import Injector
from consentkit.incoming import Incoming
from consentkit.keys import keys_from
from consentkit.middleware import ConsentMiddleware
from consentkit.stats.counting import Counting
from consentkit.texts import pick_language

REMEMBERED = 4096
"""Verified consent cookies whose decisions are remembered, 2 kB or so each: a signature is checked once."""

Headers = list[tuple[bytes, bytes]]


class ConsentKit:
    """Everything that one configuration makes. `keys`: the first signs, all verify."""

    def __init__(
        self,
        config: Config,
        keys: Sequence[str],
        *,
        make_id: Callable[[], str] = lambda: secrets.token_urlsafe(12),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self.declaration = config.declaration
        self.clock = clock
        self.guard = Guard()
        self.gate = Gate(self.declaration, config.consent.mode)
        self.injects_link = config.consent.link == "inject"
        self.is_personal = bool(self.declaration.choosable)
        self.counting = Counting(config, clock)
        self._keys = tuple(keys)
        self._codec = ChoiceCodec(self.declaration, keys, config.consent.validity_days)
        self._assets = Assets()
        self._renderer = Renderer(config, self._assets)
        self._pages = ConsentPages(self._renderer, self._codec, self.gate, make_id=make_id)
        self._undecided = {gpc: decide(self.declaration, None, gpc=gpc) for gpc in (True, False)}
        self._remembered: OrderedDict[tuple[bytes, int, bool], Decisions] = OrderedDict()

    @classmethod
    def from_file(cls, path: str | Path, *, environ: Mapping[str, str] = os.environ) -> "ConsentKit":
        """The kit of a configuration file; ConfigError and SecretError say what to mend."""
        return cls(load(Path(path)), keys_from(environ))

    def wrap(self, app: ASGIApp) -> ConsentMiddleware:
        """The app with the gate, the banner and the counting around it."""
        return ConsentMiddleware(app, kit=self)

    @cached_property
    def dashboard(self) -> ASGIApp:
        """The dashboard as an ASGI app, to mount anywhere or to run alone; it reads only the sink."""
        from consentkit.dashboard import build_dashboard  # noqa: PLC0415 -- a site without dashboard need not load it

        return own_pages(build_dashboard(self.config, self._keys, self._assets))

    def sign_in_link(self, name: str, dashboard: str) -> str:
        """An address that signs a dashboard user in, for one hour; `dashboard` is the dashboard's own address."""
        from consentkit.dashboard.sessions import sign_in_link  # noqa: PLC0415 -- as above

        return sign_in_link(self._keys, name, dashboard, self.clock())

    def declaration_html(self, language: str) -> Markup:
        """The storage declaration and the statistics paragraph, for the site's privacy page."""
        return self._renderer.declaration(language)

    def close(self) -> None:
        """Write what has been counted; called when the server stops."""
        self.guard.run("writing the last counts", self.counting.close, lambda: None)

    def decide(self, incoming: Incoming, scope: Scope, when: float) -> Decisions:
        """The decisions for a request; an error means that nothing is granted."""
        gpc = gpc_is_on(incoming.gpc_values)
        undecided = self._undecided[gpc]
        cookie = incoming.cookie
        if cookie is None:
            return undecided
        day = int(when // 86_400)
        return self.guard.run(
            "reading the choice", lambda: self._chosen(cookie, scope, day, gpc) or undecided, lambda: undecided
        )

    def _chosen(self, cookie: bytes, scope: Scope, day: int, gpc: bool) -> Decisions | None:
        """The decisions that follow from the newest choice among the consent cookies of a request."""
        prefix = cookie_name(scope).encode() + b"="
        values = {pair[len(prefix) :] for pair in pairs(cookie) if pair.startswith(prefix)}
        found = [decisions for value in values if (decisions := self._verified(value, day, gpc))]
        return max(found, key=_weight, default=None)

    def _verified(self, value: bytes, day: int, gpc: bool) -> Decisions | None:
        key = (value, day, gpc)
        decisions = self._remembered.get(key)
        if decisions is not None:
            return decisions
        choice = self._codec.decode(value.decode("latin-1"), _date(day))
        if choice is None:
            return None
        decisions = self._remembered[key] = decide(self.declaration, choice, gpc=gpc)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return decisions

    def base(self, scope: Scope) -> str:
        """The address of the consent pages as the browser sees it, ending in `/`."""
        return f"{scope.get('root_path', '')}{self.config.consent.path}/"

    def consent(self, scope: Scope, decisions: Decisions) -> Consent:
        """What handlers find under `scope["consentkit"]`."""
        return Consent(decisions, address=self.base(scope), languages=self.config.site.languages)

    def gate_in(self, cookie: bytes, decisions: Decisions) -> bytes:
        """The Cookie header for the app; an error lets nothing in."""
        return self.guard.run("gating a request", lambda: self.gate.gate_in(cookie, decisions), lambda: b"")

    def gate_out(self, headers: Headers, decisions: Decisions) -> Headers:
        """The response headers for the browser; an error lets no cookie out."""

        def without_cookies() -> Headers:
            return [pair for pair in headers if pair[0].lower() != b"set-cookie"]

        return self.guard.run("gating a response", lambda: self.gate.gate_out(headers, decisions), without_cookies)

    def deletions(self, scope: Scope, incoming: Incoming, decisions: Decisions) -> list[bytes]:
        """Lines that delete the refused cookies that a request brought."""
        cookie = incoming.cookie
        if cookie is None or not decisions.denies:
            return []

        def lines() -> list[bytes]:
            refused = self.gate.refused(cookie, decisions)
            return (
                deletion_lines(refused, host=incoming[b"host"].partition(":")[0], path=scope["path"]) if refused else []
            )

        return self.guard.run("deleting refused cookies", lines, list)

    def injector(self, scope: Scope, incoming: Incoming, decisions: Decisions, nonce: str) -> Injector:
        """The rewriter for one page: the banner if it is due, the link if templates do not place it."""
        base = self.base(scope)

        def language(page: str) -> str:
            return page or pick_language(incoming[b"accept-language"], self.config.site.languages) or ""

        def banner(page: str) -> str:
            query = scope.get("query_string", b"").decode("latin-1")
            path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
            return_to = f"{path}?{query}" if query else path
            return self._renderer.banner(language(page), base, return_to=return_to[:2000], nonce=nonce)

        def link(page: str) -> str:
            return self._renderer.link(language(page), base, nonce)

        return Injector(at_start=banner if decisions.asks else None, at_end=link if self.injects_link else None)

    async def own_response(
        self, scope: Scope, incoming: Incoming, decisions: Decisions, receive: Receive, when: float
    ) -> Response | None:
        """The response to a request for one of consentkit's own addresses, None for any other."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == "/.well-known/gpc.json":
            return gpc_response()
        prefix = self.config.consent.path
        if path == prefix:
            query = bytes(scope.get("query_string", b"")).decode("latin-1")
            return RedirectResponse(f"{self.base(scope)}?{query}" if query else self.base(scope), 307)
        if not path.startswith(f"{prefix}/"):
            return None
        visit = Visit(
            scope=scope,
            headers=incoming.headers,
            route=path[len(prefix) + 1 :],
            base=self.base(scope),
            decisions=decisions,
            today=_date(int(when // 86_400)),
        )
        return await self._pages.respond(visit, receive)

    def count(self, scope: Scope, exchange: Exchange, when: float, *, own: bool) -> None:
        """Count one request; an error leaves it uncounted."""
        self.counting.count(
            scope,
            status=exchange.status,
            content_type=exchange.content_type,
            size=exchange.size,
            when=when,
            own=own,
        )


def _weight(decisions: Decisions) -> tuple[date, int]:
    """Of several choices the newest counts, and of those of one day the one that grants least."""
    choice = decisions.choice
    return (choice.decided, -len(choice.granted)) if choice else (date.min, 0)


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * 86_400, UTC).date()
