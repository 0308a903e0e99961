"""consentkit: a cookie gate that obeys consent, and statistics that identify nobody."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consentkit.consent.changes import ConsentChange
    from consentkit.consent.consent import Consent, consent_of
    from consentkit.consent.egress import guard_egress
    from consentkit.errors import ConfigError, ConsentKitError, ConsentRequired, NotWrappedError, SecretError
    from consentkit.kit import ConsentKit
    from consentkit.middleware import ConsentMiddleware
    from consentkit.stats.goals import count_goal

__all__ = [
    "ConfigError",
    "Consent",
    "ConsentChange",
    "ConsentKit",
    "ConsentKitError",
    "ConsentMiddleware",
    "ConsentRequired",
    "NotWrappedError",
    "SecretError",
    "consent_of",
    "count_goal",
    "guard_egress",
]

_HOMES = {
    "ConsentChange": "consent.changes",
    "Consent": "consent.consent",
    "consent_of": "consent.consent",
    "guard_egress": "consent.egress",
    "ConsentKit": "kit",
    "ConsentMiddleware": "middleware",
    "count_goal": "stats.goals",
}
"""The modules of the public names; those that are not here are errors."""


if not TYPE_CHECKING:  # a type checker would take every name for one that is there

    def __getattr__(name: str) -> Any:
        """A public name, loaded when it is first asked for: most commands need no server."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
        globals()[name] = value
        return value
