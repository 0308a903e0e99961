"""What consentkit does with one request: decide, gate, delete, change the page, answer its own addresses."""

from collections.abc import Callable, Sequence

from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive

from consentkit.asgi import Headers, Scope
from consentkit.assets import Assets
from consentkit.config import Config
from consentkit.consent.ahead import Ahead
from consentkit.consent.changes import Announcer
from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.consent import Consent, Snippets
from consentkit.consent.consent_mode import SCRIPT, ConsentModeTag
from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import Decisions
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
from consentkit.consent.visit import Visit, choice_line
from consentkit.delivery import Audience, Delivery, EdgeDelivery, ServerDelivery
from consentkit.guard import Guard
from consentkit.html.page import PageRewriter, Placeholder, Unrewritten
from consentkit.html.rewriter import Node
from consentkit.html.tags import Found
from consentkit.html.tail import Tail
from consentkit.incoming import Incoming
from consentkit.standing import Standing, Standings, date_of
from consentkit.texts import pick_language

GPC_ADDRESS = "/.well-known/gpc.json"


class Engine:
    """Applies one configuration to requests. No error of its own leaves it: then nothing is granted.

    `keys`: the first signs, all verify. `delivery`: how pages are made, for `everybody` where all get the same (else
    None). `injects_link`: pages get the link that reopens the preferences. `tells_tags`: they get the script of consent
    mode. `puts_in`: either. `is_personal`: a page is for one
    visitor.
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
        self.puts_in = self.injects_link or self.tells_tags
        self._codec = ChoiceCodec(self.declaration, keys, config.consent.validity_days)
        self._renderer = Renderer(config, assets, lambda: sightings.checked)
        self._embeds = Embeds(config, self._renderer)
        self._ahead = Ahead(keys, assets, whose=config.stats.loaded_ahead)
        self._sealer = Sealer(config, guard)
        hints = Hints(self.declaration) if config.consent.delivery == "edge" else None
        self.delivery: Delivery = EdgeDelivery(config, self._sealer, assets, hints) if hints else ServerDelivery(config)
        self.is_personal = self.delivery.is_personal
        self._own: tuple[str, ...] = (config.consent.path, GPC_ADDRESS, KEY_ADDRESS)
        self._address = f"{config.consent.path}/"
        self._snippets = Snippets(config.site.languages, consent_mode, self._renderer.modules.beside_link)
        self._pages = self._make_pages(announcer, make_id, hints)
        self.standings = Standings(self.declaration, self._codec, self.gate, self._sealer, guard)
        self.everybody = self.standings.nobody if hints else None

    def _make_pages(self, announcer: Announcer, make_id: Callable[[], str], hints: Hints | None) -> ConsentPages:
        return ConsentPages(
            self._renderer,
            self._codec,
            self.gate,
            embeds=self._embeds,
            ahead=self._ahead,
            proof=self._proof,
            announcer=announcer,
            make_id=make_id,
            hints=hints,
        )

    def declaration_html(self, language: str) -> Markup:
        """The storage declaration and what is said about the statistics, for the site's privacy page."""
        return self._renderer.declaration(language)

    def base(self, scope: Scope) -> str:
        """The address of the consent pages as the browser sees it, ending in `/`."""
        root = scope.get("root_path")
        return f"{root}{self._address}" if root else self._address

    def consent(self, scope: Scope, standing: Standing, page: Standing) -> Consent:
        """What handlers find under `scope["consentkit"]`; `page` is the standing of whom the page is made for."""
        address = self.base(scope) if scope.get("root_path") else self._address
        return Consent(standing.decisions, self._snippets, address, page.decisions, standing.closure.closed)

    def seal(self, scope: Scope, incoming: Incoming, closure: Closure) -> Seal:
        """What keeps the origins of services that are not granted out of a response."""
        return self._sealer.seal(scope, incoming[b"host"], closure)

    def gate_in(self, cookies: Cookies, standing: Standing) -> bytes:
        """The Cookie header for the app; an error lets nothing in."""
        try:
            return self.gate.gate_in(cookies, standing.verdicts)
        except Exception as problem:
            self.guard.note("gating a request", problem)
            return b""

    def gate_out(self, headers: Headers, decisions: Decisions, path: str) -> Headers:
        """The response headers for the browser; an error lets no cookie out. `path` is that of the request."""

        def note(line: bytes, label: str) -> int:
            try:
                return self._sightings.note_set(line, label, path)
            except Exception as problem:
                self.guard.note("noting a cookie", problem)
                return 0

        try:
            return self.gate.gate_out(headers, decisions, note)
        except Exception as problem:
            self.guard.note("gating a response", problem)
            return [pair for pair in headers if pair[0].lower() not in GATED_HEADERS]

    def deletions(self, scope: Scope, incoming: Incoming, cookies: Cookies, standing: Standing) -> Headers:
        """Headers that delete the refused cookies that a request brought, and of a choice that is over what is needed
        no more; an error deletes none."""
        try:
            lines = []
            refused = self.gate.refused(cookies, standing.verdicts)
            if refused:
                host = incoming[b"host"].partition(":")[0]
                lines = deletion_lines(refused, host=host, path=scope["path"])
            # With a page alone: what it fetches may be answered after its visitor has chosen anew.
            if standing.remains and incoming.traits.wants_document:
                text, days = standing.remains
                lines.append(choice_line(scope, text, days=days))
            return [(b"set-cookie", line) for line in lines]
        except Exception as problem:
            self.guard.note("deleting refused cookies", problem)
            return []

    def rewriter(
        self, audience: Audience, closure: Closure, nonces: Nonces, *, consent: Consent, last: str = ""
    ) -> PageRewriter | Tail | Unrewritten | None:
        """The rewriter for one page; if it cannot be made, what lets nothing through that is closed.

        `last` is HTML that goes behind all else.
        """
        seal = self.seal(audience.scope, audience.incoming, closure)
        try:
            return self._rewriter(audience, seal, nonces, consent=consent, last=last)
        except Exception as problem:
            self.guard.note("changing a page", problem)
            return seal.unrewritten()

    def mark_ahead(self, scope: Scope, audience: Audience, when: float, nonces: Nonces) -> str:
        """What tells that a page which is loaded ahead is shown, "" where nobody is to be told of this visitor.

        Not where all get the same page, which would bring another's request with it. `scope` is the one that the app
        got; a router leaves its route there, and may have changed what stands before the path.
        """
        decisions, asked, incoming = audience
        if not (self.is_personal and self._ahead.counts(decisions)):
            return ""
        today, base = date_of(int(when // 86_400)), self.base(asked)
        try:
            return self._ahead.tag(scope, incoming, today, base=base, nonce=nonces.script, asks=decisions.asks)
        except Exception as problem:
            self.guard.note("marking a page that is loaded ahead", problem)
            return ""

    def _rewriter(
        self, audience: Audience, seal: Seal, nonces: Nonces, *, consent: Consent, last: str
    ) -> PageRewriter | Tail:
        """Closed tags out; in the banner if it is due, the link and the script of consent mode if templates lack it."""
        decisions, scope, incoming = audience
        delivery = self.delivery
        base = self.base(scope)

        def language(page: str) -> str:
            return page or pick_language(incoming[b"accept-language"], self.config.site.languages) or ""

        def head(_: str) -> str:
            return f"{consent.consent_mode_to_add(nonces.script)}{delivery.head(audience, base, nonces)}"

        def banner(page: str) -> str:
            html = self._renderer.banner(decisions, language(page), base, return_to=_here(scope), nonces=nonces)
            return delivery.banner(html)

        def end(page: str) -> str:
            link = self._renderer.link(decisions, language(page), base, nonces) if self.injects_link else ""
            return f"{link}{last}"

        document = incoming.traits.wants_document
        at_head = head if document and (self.tells_tags or delivery.has_head) else None
        at_start = banner if document and decisions.asks else None
        at_end = end if document and (self.injects_link or last) else None
        gate = delivery.gate(seal, self._placeholder(scope, base, nonces, language))
        if at_end and not (at_head or at_start or gate):
            return Tail(at_end, lambda: PageRewriter(at_end=at_end))
        return PageRewriter(at_head=at_head, at_start=at_start, at_end=at_end, gate=gate)

    def _placeholder(self, scope: Scope, base: str, nonces: Nonces, language: Callable[[str], str]) -> Placeholder:
        """What makes the placeholders of a page; the first is told that it is. `language` takes the page's own."""
        placed: list[str] = []

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
                here=_here(scope),
                nonces=nonces,
                later=self.delivery.later,
            )

        return placeholder

    def is_own(self, scope: Scope) -> bool:
        """Whether a request may be for one of consentkit's own addresses; `own_response` knows."""
        path: str = scope["path"]
        root = scope.get("root_path")
        return (path.removeprefix(root) if root else path).startswith(self._own)

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
            today=date_of(int(when // 86_400)),
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
