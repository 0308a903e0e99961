"""For whom a page is made: for its visitor, or, so that a shared cache may store it, for everybody alike."""

from typing import NamedTuple, Protocol

from consentkit.asgi import Headers, Scope
from consentkit.assets import Assets
from consentkit.config import Config
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.edge import SCRIPT, EdgeTag, Hints, waiting
from consentkit.consent.nonces import Nonces
from consentkit.consent.seal import Closure, Seal, Sealer
from consentkit.html.inert import LATER
from consentkit.html.page import Placeholder, TagGate
from consentkit.incoming import Incoming


class Audience(NamedTuple):
    """All that a page may depend on: decisions and a request."""

    decisions: Decisions
    scope: Scope
    incoming: Incoming


class Delivery(Protocol):
    """How pages reach their visitors.

    `is_personal`: a page is for one visitor; `has_head`: something goes into the head of each; `later`: what
    placeholders hold where an element is to wait.
    """

    is_personal: bool
    has_head: bool
    later: str

    def audience(self, decisions: Decisions, scope: Scope, incoming: Incoming) -> Audience:
        """For whom the page is made that answers a request."""

    def lines(self, closure: Closure) -> Headers:
        """The headers of a page whose tags are gated."""

    def gate(self, seal: Seal, placeholder: Placeholder) -> TagGate | None:
        """What gates the tags of a page, None if nothing is closed."""

    def head(self, audience: Audience, base: str, nonces: Nonces) -> str:
        """What goes first into the head of a page."""

    def banner(self, html: str) -> str:
        """The banner as it stands in a page."""


class ServerDelivery:
    """Each visitor gets pages of their own, which no shared cache may store."""

    has_head = False
    later = ""

    def __init__(self, config: Config) -> None:
        self.is_personal = bool(config.declaration.choosable)

    def audience(self, decisions: Decisions, scope: Scope, incoming: Incoming) -> Audience:
        """The visitor."""
        return Audience(decisions, scope, incoming)

    def lines(self, closure: Closure) -> Headers:
        """Those of every document."""
        return closure.lines

    def gate(self, seal: Seal, placeholder: Placeholder) -> TagGate | None:
        """Takes out what is not granted."""
        return seal.gate(placeholder)

    def head(self, *_: object) -> str:
        """Nothing."""
        return ""

    def banner(self, html: str) -> str:
        """There to be seen."""
        return html


class EdgeDelivery:
    """Every visitor gets the same page: what needs consent is inert there until a script has read the choice."""

    is_personal = False
    has_head = True
    later = LATER

    def __init__(self, config: Config, sealer: Sealer, assets: Assets, hints: Hints) -> None:
        self._nobody = decide(config.declaration, None, gpc=False)
        closed = sealer.closure(self._nobody.granted)
        opened = sealer.closure(frozenset(self._nobody.by_id))
        # The script cannot open what a header closes, so the policy leaves all services open, and the script closes.
        self._lines = [*opened.lines, *(line for line in closed.lines if line[0] == b"permissions-policy")]
        self._tag = EdgeTag(
            config.declaration,
            hints,
            address=assets.url(SCRIPT),
            hosts=config.site.hosts,
            closed=closed.closed,
            csp=config.consent.csp and config.consent.mode == "enforce",
        )

    def audience(self, _: Decisions, scope: Scope, incoming: Incoming) -> Audience:
        """Somebody of whom nothing is known, who asks for the page as if by typing its address, without a query.

        What a cache knows a page by is all that may be in it: some leave the query or a part of it aside.
        """
        host = incoming.get(b"host")
        hosts = [(b"host", host)] if host else []
        anonymous = {**scope, "query_string": b"", "headers": hosts}
        return Audience(self._nobody, anonymous, Incoming(anonymous))

    def lines(self, _: Closure) -> Headers:
        """Open for the origins of all services."""
        return self._lines

    def gate(self, seal: Seal, placeholder: Placeholder) -> TagGate | None:
        """Makes inert what needs consent."""
        return seal.inert(placeholder)

    def head(self, audience: Audience, base: str, nonces: Nonces) -> str:
        """The script, which runs before anything else of the page."""
        return self._tag.html(audience.scope, base=base, nonce=nonces.script)

    def banner(self, html: str) -> str:
        """Waiting until the script finds it due."""
        return waiting(html)
