"""What keeps closed origins closed in one response: its headers, its early hints, and the gate for its tags."""

from collections.abc import Iterable
from functools import cached_property, lru_cache

from starlette.types import Scope

from consentkit.config import Config
from consentkit.consent.caching import Headers
from consentkit.consent.decision import Decisions
from consentkit.consent.policy import (
    ADVERTISING,
    DOCUMENTS,
    OWN_SOURCES,
    content_security_policy,
    open_hints,
    without_closed_links,
)
from consentkit.guard import Guard
from consentkit.html.origins import Closed, closed_origins
from consentkit.html.page import Defused, Placeholder, TagGate, Unrewritten, Withheld
from consentkit.html.tags import Addresses

CSP = b"content-security-policy"


class Sealer:
    """Makes the seals of one configuration."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self.guard = guard
        self.enforces = config.consent.mode == "enforce"
        self.has_csp = config.consent.csp
        self._declaration = config.declaration
        self._hosts = config.site.hosts
        self._closed = lru_cache(maxsize=256)(self._find)

    def _find(self, granted: frozenset[str]) -> tuple[Closed, bytes]:
        closed = closed_origins(self._declaration, granted.__contains__)
        return closed, content_security_policy(self._hosts, closed)

    def closed(self, decisions: Decisions) -> tuple[Closed, bytes]:
        """What is closed to a visitor, and the policy that says so."""
        return self._closed(decisions.granted)

    def seal(self, scope: Scope, host: str, decisions: Decisions) -> "Seal":
        """The seal of one response."""
        return Seal(self, scope, host, decisions)


class Seal:
    """One response. In the modes `observe` and `warn` it changes nothing."""

    def __init__(self, sealer: Sealer, scope: Scope, host: str, decisions: Decisions) -> None:
        self._sealer = sealer
        self._scope = scope
        self._host = host
        self._decisions = decisions
        self._closed, self._policy = sealer.closed(decisions)
        self.gates = sealer.enforces and bool(self._closed)

    @cached_property
    def _addresses(self) -> Addresses:
        page = f"{self._scope.get('scheme', 'https')}://{self._host}{self._scope['path']}"
        return Addresses(self._closed, page)

    def gate(self, placeholder: Placeholder) -> TagGate | None:
        """The gate for the tags of the page, None if nothing is closed."""
        return TagGate(self._addresses, placeholder, sealed=self._sealer.has_csp) if self.gates else None

    def unrewritten(self) -> Unrewritten | None:
        """What takes a page whose rewriter could not be made, None if it may pass as it is."""
        if not self.gates:
            return None
        return Unrewritten(Defused(self._addresses) if self._sealer.has_csp else Withheld())

    def hints(self, links: Iterable[bytes]) -> list[bytes]:
        """The links of an early hint that may leave; an error lets none out."""
        if not self.gates:
            return list(links)
        return self._sealer.guard.run("gating early hints", lambda: open_hints(links, self._addresses), list)

    def headers(self, headers: Headers, *, own: bool) -> Headers:
        """The response headers with what closes; an error closes more. `own`: a page of consentkit's own, as it is."""
        if own or not self._sealer.enforces:
            return headers

        def closing() -> Headers:
            return [pair for pair in headers if pair[0].lower() != b"link"] + [
                (CSP, f"default-src {OWN_SOURCES}".encode())
            ]

        return self._sealer.guard.run("gating headers", lambda: self._sealed(headers), closing)

    def _sealed(self, headers: Headers) -> Headers:
        out = without_closed_links(headers, self._addresses) if self.gates else headers
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        if kind.partition(b";")[0].strip().lower().decode("latin-1") not in DOCUMENTS:
            return out
        if self._sealer.has_csp:
            out = [*out, (CSP, self._policy)]
        if not self._decisions.of("marketing"):
            out = [*out, (b"permissions-policy", ADVERTISING)]
        return out
