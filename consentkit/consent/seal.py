"""What keeps closed origins closed in one response: its headers, its early hints, and the gate for its tags."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from consentkit.asgi import Headers, Scope
from consentkit.config import Config
from consentkit.consent.caching import PRIVATE
from consentkit.consent.policy import (
    ADVERTISING,
    LINKING,
    OWN_SOURCES,
    content_security_policy,
    open_hints,
    without_closed_links,
)
from consentkit.guard import Guard
from consentkit.html.inert import InertGate
from consentkit.html.origins import Closed, closed_origins
from consentkit.html.page import Placeholder, TagGate, Unrewritten
from consentkit.html.scan import Scan
from consentkit.html.tags import Addresses

CSP = b"content-security-policy"


@dataclass(frozen=True, slots=True)
class Closure:
    """What is closed to all who granted the same; in the modes `observe` and `warn` nothing is.

    `gates`: something is to be kept out of responses; `lines` are the headers that documents get, `private_lines` those
    of documents for one visitor of which the app told caches nothing.
    """

    closed: Closed
    gates: bool
    lines: Headers
    private_lines: Headers


class Sealer:
    """Makes the seals of one configuration."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self.guard = guard
        self.has_csp = config.consent.csp
        self._enforces = config.consent.mode == "enforce"
        self._declaration = config.declaration
        self._hosts = config.site.hosts
        self.closure = lru_cache(maxsize=256)(self._closure)

    def _closure(self, granted: frozenset[str]) -> Closure:
        closed = closed_origins(self._declaration, granted.__contains__)
        lines: Headers = []
        if self._enforces and self.has_csp:
            lines.append((CSP, content_security_policy(self._hosts, closed)))
        if self._enforces and "marketing" not in granted:
            lines.append((b"permissions-policy", ADVERTISING))
        return Closure(closed, self._enforces and bool(closed), lines, [*PRIVATE, *lines])

    def seal(self, scope: Scope, host: str, closure: Closure) -> "Seal":
        """The seal of one response."""
        return Seal(self, scope, host, closure)


class Seal:
    """One response to a visitor to whom something is closed."""

    def __init__(self, sealer: Sealer, scope: Scope, host: str, closure: Closure) -> None:
        self._sealer = sealer
        self._scope = scope
        self._host = host
        self._closure = closure

    @cached_property
    def _addresses(self) -> Addresses:
        page = f"{self._scope.get('scheme', 'https')}://{self._host}{self._scope['path']}"
        return Addresses(self._closure.closed, page)

    def gate(self, placeholder: Placeholder) -> TagGate | None:
        """The gate for the tags of the page, None if nothing is closed."""
        return TagGate(self._addresses, placeholder, sealed=self._sealer.has_csp) if self._closure.gates else None

    def inert(self, placeholder: Placeholder) -> TagGate | None:
        """The gate that leaves closed tags in the page as inert ones, None if nothing is closed."""
        return InertGate(self._addresses, placeholder) if self._closure.gates else None

    def unrewritten(self) -> Unrewritten | None:
        """What takes a page whose rewriter could not be made, None if it may pass as it is."""
        if not self._closure.gates:
            return None
        return Unrewritten(Scan(self._addresses, everything=not self._sealer.has_csp))

    def hints(self, links: Iterable[bytes]) -> list[bytes]:
        """The links of an early hint that may leave; an error lets none out."""
        if not self._closure.gates:
            return list(links)
        try:
            return open_hints(links, self._addresses)
        except Exception as problem:
            self._sealer.guard.note("gating early hints", problem)
            return []

    def headers(self, headers: Headers) -> Headers:
        """The headers without links to closed origins; an error closes more."""
        if not self._closure.gates:
            return headers
        try:
            return without_closed_links(headers, self._addresses)
        except Exception as problem:
            self._sealer.guard.note("gating headers", problem)
            kept = [pair for pair in headers if pair[0].lower() not in LINKING]
            return [*kept, (CSP, f"default-src {OWN_SOURCES}".encode())]
