"""Where a view came from: the registrable domain of its Referer. The one module that knows publicsuffixlist."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from consentkit.stats.model import OTHER

DIRECT: Final = "(direct)"
INTERNAL: Final = "(internal)"

CACHED_HOSTS = 1024

ADDRESS = re.compile(r"(https?|android-app)://(?:[^/?#@]*@)?([^/?#@:]+)(?::\d{0,5})?(?:[/?#]|\Z)", re.IGNORECASE)
HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
NUMERIC = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")


class Referrers:
    """Names the source of a view for a site that is reached under `hosts` (lower case, without port)."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(hosts)

    def source(self, referer: str, host: str) -> str:
        """`(direct)`, `(internal)`, a registrable domain, or `(other)` for addresses and what cannot be read.

        `host` is the one that the request asked for, lower case and without port. An app of Android names itself
        `android-app://com.linkedin.android`; its package name read backwards is a host name of its maker.
        """
        if not referer:
            return DIRECT
        match = ADDRESS.match(referer)
        if match is None:
            return OTHER
        name = match[2].lower().rstrip(".")
        if match[1].lower() == "android-app":
            return registrable(".".join(reversed(name.split("."))))
        if name == host or name in self._hosts:
            return INTERNAL
        return registrable(name)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # A top-level domain that is not on the list is a name inside somebody's network, or made up.
    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=CACHED_HOSTS)
def registrable(host: str) -> str:
    """The registrable domain of a lower-case host name by the public suffix list, or `(other)`."""
    if HOST.fullmatch(host) is None or NUMERIC.fullmatch(host):
        return OTHER
    return _suffixes().privatesuffix(host) or OTHER
