"""Response headers that make a browser keep something or send more than it would (ePrivacy Directive Art. 5(3)).

No script of a page sets them, so nothing in the page can hold them back. A site that needs one declares it, as an item
of kind `response_header`; what nobody declared is held back like an undeclared cookie.
"""

import logging

from consentkit.consent.decision import Decisions
from consentkit.declaration import Declaration

log = logging.getLogger("consentkit.gate")

INSTRUCTIONS = frozenset({
    b"accept-ch",
    b"critical-ch",
    b"nel",
    b"report-to",
    b"observe-browsing-topics",
    b"shared-storage-write",
    b"attribution-reporting-register-source",
    b"attribution-reporting-register-trigger",
    b"attribution-reporting-register-os-source",
    b"attribution-reporting-register-os-trigger",
})  # fmt: skip
"""Client hints (RFC 8942, kept for the origin), network error logging with its groups (kept for `max_age`), topics,
shared storage and attribution reporting. Source for why they fall under the article: EDPB Guidelines 2/2023 §3."""


class Instructions:
    """Lets such headers pass whose services are granted. `mode`: only `enforce` holds any back."""

    def __init__(self, declaration: Declaration, mode: str) -> None:
        self._mode = mode
        self._told: set[bytes] = set()
        self._owners: dict[bytes, list[str]] = {}
        for service in declaration.services.values():
            for item in service.storage:
                if item.kind == "response_header":
                    self._owners.setdefault(item.name.lower().encode(), []).append(service.id)

    def may_leave(self, name: bytes, decisions: Decisions) -> bool:
        """Whether a header of this name (one of INSTRUCTIONS) may leave."""
        owners = self._owners.get(name, [])
        if owners and all(decisions.of(id_) for id_ in owners):
            return True
        if not owners:
            self._tell(name)
        return self._mode != "enforce"

    def _tell(self, name: bytes) -> None:
        """Log once that the app sends a header which nobody declared."""
        if self._mode == "observe" or name in self._told:
            return
        self._told.add(name)
        did = "was held back" if self._mode == "enforce" else "would be held back in mode enforce"
        log.warning(
            "the app sent the header %s, which makes browsers keep or send data and is not declared, so it %s. "
            'To declare it, add to a service: storage = [{ name = "%s", kind = "response_header", '
            'duration = "session" }]',
            *(name.decode(), did, name.decode()),
        )
