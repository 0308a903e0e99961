"""consentkit: a cookie gate that obeys consent, and statistics that identify nobody."""

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
