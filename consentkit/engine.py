"""What consentkit does with one request: decide, gate, delete, change the page, answer its own addresses."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from consentkit.assets import Assets
from consentkit.config import Config
from consentkit.consent.changes import Announcer
from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.consent import Consent, Snippets
from consentkit.consent.consent_mode import SCRIPT, ConsentModeTag
from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.deletions import deletion_lines
from consentkit.consent.edge import Hints
from consentkit.consent.embeds import Embeds
from consentkit.consent.gate import GATED_HEADERS, Gate
from consentkit.consent.ledger.receipt import KEY_ADDRESS
from consentkit.consent.nonces import Nonces
from consentkit.consent.observed import Sightings
from consentkit.consent.pages import ConsentPages, gpc_response
from consentkit.consent.proof import Proof
from consentkit.consent.render import Renderer
from consentkit.consent.seal import Closure, Seal, Sealer
from consentkit.consent.signals import gpc_is_on
from consentkit.consent.visit import COOKIE, SECURE_COOKIE, SECURE_SCHEMES, Visit
from consentkit.delivery import Audience, Delivery, EdgeDelivery, ServerDelivery
from consentkit.guard import Guard
from consentkit.html.page import PageRewriter, Unrewritten
from consentkit.html.rewriter import Node
from consentkit.html.tags import Found
from consentkit.incoming import Incoming
from consentkit.texts import pick_language

REMEMBERED = 4096
"""Verified consent cookies whose decisions are remembered, 2 kB or so each: a signature is checked once."""


GPC_ADDRESS = "/.well-known/gpc.json"

Headers = list[tuple[bytes, bytes]]


class Engine:
    """Applies one configuration to requests. No error of its own leaves it: then nothing is granted.

    `keys`: the first signs, all verify. `delivery`: for whom pages are made. `injects_link`: pages get the link that
    reopens the preferences. `tells_tags`: they get the script of consent mode.
    """

    def __init__(
        self,
        config: Config,
        keys: Sequence[str],
        assets: Assets,
        guard: Guard,
        make_id: Callable[[], str],
        *,
        proof: Proof,
        announcer: Announcer,
        sightings: Sightings,
    ) -> None:
        self.config = config
        self.declaration = config.declaration
        self.guard = guard
        self._proof = proof
        self._sightings = sightings
        self.gate = Gate(self.declaration, config.consent.mode)
        self.injects_link = config.consent.link == "inject"
        consent_mode = _consent_mode_tag(config, assets)
        self.tells_tags = consent_mode is not None
        self._codec = ChoiceCodec(self.declaration, keys, config.consent.validity_days)
        self._renderer = Renderer(config, assets, lambda: sightings.checked)
        self._embeds = Embeds(config, self._renderer)
        self._sealer = Sealer(config, guard)
        hints = Hints(self.declaration) if config.consent.delivery == "edge" else None
        self.delivery: Delivery = EdgeDelivery(config, self._sealer, assets, hints) if hints else ServerDelivery(config)
        self._own = (config.consent.path, GPC_ADDRESS, KEY_ADDRESS)
        self._address = f"{config.consent.path}/"
        self._snippets = Snippets(config.site.languages, consent_mode, self._renderer.module)
        self._pages = ConsentPages(
            self._renderer,
            self._codec,
            self.gate,
            embeds=self._embeds,
            proof=proof,
            announcer=announcer,
            make_id=make_id,
            hints=hints,
        )
        self.nobody = decide(self.declaration, None, gpc=False)
        self._undecided = {gpc: decide(self.declaration, None, gpc=gpc) for gpc in (True, False)}
        self._remembered: OrderedDict[tuple[bytes, int, bool], Decisions] = OrderedDict()

    def declaration_html(self, language: str) -> Markup:
        """The storage declaration and the statistics paragraph, for the site's privacy page."""
        return self._renderer.declaration(language)

    def decide(self, incoming: Incoming, scope: Scope, when: float) -> Decisions:
        """The decisions for a request; an error means that nothing is granted."""
        gpc = gpc_is_on(incoming.signals)
        cookies = incoming.cookies
        if cookies is None:
            return self._undecided[gpc]
        try:
            found = cookies.values(SECURE_COOKIE if scope.get("scheme") in SECURE_SCHEMES else COOKIE)
            if not found:
                return self._undecided[gpc]
            day = int(when // 86_400)
            chosen = self._verified(found[0], day, gpc) if len(found) == 1 else self._common(found, day, gpc)
            return chosen or self._undecided[gpc]
        except Exception as problem:
            self.guard.note("reading the choice", problem)
            return self._undecided[gpc]

    def _common(self, found: list[bytes], day: int, gpc: bool) -> Decisions | None:
        """The decisions that follow from several consent cookies.

        consentkit's own cookie is host-only, so without the `__Host-` prefix a second valid one may have been put there
        by another host of the same domain: only what all of them grant is granted.
        """
        all_of_them = [decisions for value in set(found) if (decisions := self._verified(value, day, gpc))]
        if len(all_of_them) < 2:
            return all_of_them[0] if all_of_them else None
        choices = [decisions.choice for decisions in all_of_them if decisions.choice]
        common = replace(
            max(choices, key=lambda choice: choice.decided),
            answered=frozenset().union(*(choice.answered for choice in choices)),
            granted=frozenset.intersection(*(choice.granted for choice in choices)),
            gpc=all(choice.gpc for choice in choices),
        )
        return decide(self.declaration, common, gpc=gpc)

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
        root = scope.get("root_path")
        return f"{root}{self._address}" if root else self._address

    def closure(self, decisions: Decisions) -> Closure:
        """What is closed to a visitor."""
        return self._sealer.closure(decisions.granted)

    def consent(self, scope: Scope, decisions: Decisions, *, page: Decisions) -> Consent:
        """What handlers find under `scope["consentkit"]`; `page` are the decisions that the page is made for."""
        closed = self.closure(decisions).closed
        return Consent(decisions, self._snippets, address=self.base(scope), page=page, closed=closed)

    def seal(self, scope: Scope, incoming: Incoming, closure: Closure) -> Seal:
        """What keeps the origins of services that are not granted out of a response."""
        return self._sealer.seal(scope, incoming[b"host"], closure)

    def gate_in(self, cookies: Cookies, decisions: Decisions) -> bytes:
        """The Cookie header for the app; an error lets nothing in."""
        try:
            return self.gate.gate_in(cookies, decisions)
        except Exception as problem:
            self.guard.note("gating a request", problem)
            return b""

    def gate_out(self, headers: Headers, decisions: Decisions, path: str) -> Headers:
        """The response headers for the browser; an error lets no cookie out. `path` is that of the request."""

        def note(line: bytes, name: str | None) -> None:
            try:
                self._sightings.note_set(line, name, path)
            except Exception as problem:
                self.guard.note("noting a cookie", problem)

        try:
            return self.gate.gate_out(headers, decisions, note)
        except Exception as problem:
            self.guard.note("gating a response", problem)
            return [pair for pair in headers if pair[0].lower() not in GATED_HEADERS]

    def deletions(self, scope: Scope, host: str, cookies: Cookies, decisions: Decisions) -> Headers:
        """Headers that delete the refused cookies that a request brought; an error deletes none."""
        try:
            refused = self.gate.refused(cookies, decisions)
            if not refused:
                return []
            lines = deletion_lines(refused, host=host.partition(":")[0], path=scope["path"])
            return [(b"set-cookie", line) for line in lines]
        except Exception as problem:
            self.guard.note("deleting refused cookies", problem)
            return []

    def rewriter(
        self, audience: Audience, closure: Closure, nonces: Nonces, *, consent: Consent
    ) -> PageRewriter | Unrewritten | None:
        """The rewriter for one page; if it cannot be made, what lets nothing through that is closed."""
        seal = self.seal(audience.scope, audience.incoming, closure)
        try:
            return self._rewriter(audience, seal, nonces, consent=consent)
        except Exception as problem:
            self.guard.note("changing a page", problem)
            return seal.unrewritten()

    def _rewriter(self, audience: Audience, seal: Seal, nonces: Nonces, *, consent: Consent) -> PageRewriter:
        """Closed tags out; in the banner if it is due, the link and the script of consent mode if templates lack it."""
        decisions, scope, incoming = audience
        delivery = self.delivery
        base, here = self.base(scope), _here(scope)
        placed: list[str] = []

        def language(page: str) -> str:
            return page or pick_language(incoming[b"accept-language"], self.config.site.languages) or ""

        def head(_: str) -> str:
            return f"{consent.consent_mode_to_add(nonces.script)}{delivery.head(audience, base, nonces)}"

        def banner(page: str) -> str:
            html = self._renderer.banner(decisions, language(page), base, return_to=here, nonces=nonces)
            return delivery.banner(html)

        def link(page: str) -> str:
            return self._renderer.link(decisions, language(page), base, nonces)

        def placeholder(node: Node, found: Found, in_form: bool, page: str) -> str:
            first = not placed
            placed.append(node.name)
            return self._embeds.placeholder(
                node,
                found,
                in_form=in_form,
                first=first,
                language=language(page),
                base=base,
                here=here,
                nonces=nonces,
                later=delivery.later,
            )

        document = incoming.wants_document
        return PageRewriter(
            at_head=head if document and (self.tells_tags or delivery.has_head) else None,
            at_start=banner if document and decisions.asks else None,
            at_end=link if document and self.injects_link else None,
            gate=delivery.gate(seal, placeholder),
        )

    def is_own(self, scope: Scope) -> bool:
        """Whether a request may be for one of consentkit's own addresses; `own_response` knows."""
        path: str = scope["path"]
        return path.removeprefix(scope.get("root_path", "")).startswith(self._own)

    async def own_response(
        self, scope: Scope, incoming: Incoming, decisions: Decisions, receive: Receive, when: float
    ) -> Response | None:
        """The response to a request for one of consentkit's own addresses, None for any other."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == GPC_ADDRESS:
            return gpc_response()
        if path == KEY_ADDRESS:
            return JSONResponse(self._proof.public_keys(), headers={"Cache-Control": "public, max-age=3600"})
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


def _consent_mode_tag(config: Config, assets: Assets) -> ConsentModeTag | None:
    """What makes the script of consent mode, None where nobody is told."""
    mode = config.consent.consent_mode
    if not mode:
        return None
    return ConsentModeTag(mode, config.declaration, script=assets.text(SCRIPT), address=assets.url(SCRIPT))


def _here(scope: Scope) -> str:
    """Path and query of a request, to come back to."""
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    return (f"{path}?{query}" if query else path)[:2000]


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * 86_400, UTC).date()
