"""By which kind of road a view came: search, social network, AI assistant, e-mail, paid, link, the site itself, none.

Told by the referring host and by what the address itself says (utm values, the presence of a click id).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from consentkit.stats.enrich.sources import (
    AI,
    EMAIL,
    ENGINES,
    HOSTS,
    MAIL_LABELS,
    MEDIA,
    PAID,
    PORTALS,
    REFERRAL,
    SEARCH,
    SEARCH_LABELS,
    SOCIAL,
    SOCIAL_LABELS,
    SOURCES,
)
from consentkit.stats.model import NONE, OTHER

DIRECT: Final = "(direct)"
INTERNAL: Final = "(internal)"
"""Referrers that are no domain."""

INTERNAL_CHANNEL = "internal"
DIRECT_CHANNEL = "direct"

CHANNELS = (SEARCH, SOCIAL, AI, EMAIL, PAID, REFERRAL, INTERNAL_CHANNEL, DIRECT_CHANNEL)

_OWN = {DIRECT: DIRECT_CHANNEL, INTERNAL: INTERNAL_CHANNEL}

WORD = re.compile(r"[^\W_]+")


def channel_of_host(host: str, domain: str) -> str:
    """The channel of a referring host; `domain` is its registrable domain, or `(other)`."""
    if domain == OTHER:
        return REFERRAL
    known = next((HOSTS[name] for name in _upwards(host, domain) if name in HOSTS), None)
    first, name = host.partition(".")[0], domain.partition(".")[0]
    # A mail program of a portal is told by its own label: mail.google.com, but not the mail.com that is a domain.
    if first in MAIL_LABELS and host != domain:
        return known or EMAIL
    if known is not None:
        return known
    if name in ENGINES or (name in PORTALS and _is_searched(host, domain)):
        return SEARCH
    return SOCIAL if name in SOCIAL_LABELS else REFERRAL


@lru_cache(maxsize=4096)
def usual_channel(referrer: str) -> str | None:
    """The channel that most views of a referrer have, as its name tells; None for `(other)`, which may have any."""
    return None if referrer == OTHER else _OWN.get(referrer) or channel_of_host(referrer, referrer)


def _upwards(host: str, domain: str) -> Iterator[str]:
    """A host, the name above it, and so on up to the registrable domain."""
    while host != domain and host:
        yield host
        host = host.partition(".")[2]
    yield domain


def _is_searched(host: str, domain: str) -> bool:
    """Whether a portal's host is one for searching: docs.google.com is a link like any other."""
    below = host.removesuffix(domain).rstrip(".")
    return not below or not SEARCH_LABELS.isdisjoint(below.split("."))


def channel_of(referred: str, *, medium: str, source: str, clicked: str = "") -> str:
    """The channel of a view; `referred` is that of its referrer, the rest is what the address says of itself.

    `clicked` is the channel that a click id proves, "" without one.
    """
    named = _of_medium(medium) if medium != NONE else ""
    if named:
        return named
    if referred == INTERNAL_CHANNEL:
        return referred
    if clicked == PAID or (clicked and referred == DIRECT_CHANNEL):
        return clicked
    return _of_source(source) if source != NONE and referred == DIRECT_CHANNEL else referred


def _of_medium(medium: str) -> str:
    words = set(WORD.findall(medium.lower()))
    return next((channel for channel, known in MEDIA if not known.isdisjoint(words)), "")


def _of_source(source: str) -> str:
    """The channel that a utm_source names where nothing else does: a link with one never comes from nowhere.

    It is the name of a host, or words: `facebook_ads` is paid, as the last word that is known tells the most.
    """
    lower = source.lower()
    if "." in lower:
        domain = ".".join(lower.split(".")[-2:])
        known = channel_of_host(lower, domain)
        if known != REFERRAL:
            return known
    return next((SOURCES[word] for word in reversed(WORD.findall(lower)) if word in SOURCES), REFERRAL)
