"""Where a view came from: the registrable domain of its Referer. The one module that knows publicsuffixlist."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from publicsuffixlist import PublicSuffixList

from consentkit.stats.enrich.channel import DIRECT, DIRECT_CHANNEL, INTERNAL, INTERNAL_CHANNEL, channel_of_host
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import REFERER_CAP
from consentkit.stats.model import OTHER, Facet

CACHED_HOSTS = 1024
REMEMBERED = 4096

ADDRESS = re.compile(
    r"(https?|android-app)://(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#@:]+)(?::\d{0,5})?(/[^?#]*)?([?#].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
ORIGIN = re.compile(rb"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?/")
HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
NUMERIC = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")


class Source:
    """Where a view came from: its referrer as it is counted, the channel of that, and a page of this site, or "".

    `facet` is that of referrer and channel.
    """

    __slots__ = ("channel", "facet", "page", "referrer", "spam")

    def __init__(self, referrer: str, channel: str, page: str, facet: Facet, *, spam: bool) -> None:
        self.referrer = referrer
        self.channel = channel
        self.page = page
        self.facet = facet
        self.spam = spam


NOTHING: Final[dict[bytes, Source]] = {}
"""What is remembered of a host that was not asked for yet; stays empty."""


class Referrers:
    """Names the source of a view for a site that is reached under `hosts` (lower case, without port).

    `page_of` names a page of the site by its decoded path. `spam` are the domains, and all below them, that send people
    nowhere and only want to be seen in statistics; `sets_apart`: there are any. `nowhere` is the source of what came
    from nowhere, `within` of what came from the site itself.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        page_of: Callable[[str], str],
        spam: Iterable[str] = (),
        facets: Facets = EVERYTHING,
    ) -> None:
        self._facets = facets
        self.nowhere = self._source(DIRECT, DIRECT_CHANNEL)
        self.within = self._source(INTERNAL, INTERNAL_CHANNEL)
        self._hosts = frozenset(hosts)
        self._page_of = page_of
        self._spam = frozenset(spam)
        self.sets_apart = bool(self._spam)
        self._remembered: dict[str, dict[bytes, Source]] = {}
        """By the host that was asked for, then by the header or its origin."""
        self._room = REMEMBERED

    def is_ours(self, host: str) -> bool:
        """Whether the site is reached under a host name."""
        return host in self._hosts

    def source(self, referer: bytes | None, host: str) -> Source:
        """The source that a Referer header names; `host` is the one that was asked for, lower case, without port.

        The referrer is `(direct)`, `(internal)`, a registrable domain, or `(other)` for what has none: addresses,
        `localhost`, names inside a network. An app of Android names itself `android-app://com.linkedin.android`; its
        package name read backwards is a host name of its maker.
        """
        if not referer:
            return self.nowhere
        remembered = self._remembered.get(host, NOTHING)
        source = remembered.get(referer)
        if source is None:
            # Of another site only the origin counts, so that alone is remembered.
            origin = referer[: referer.find(b"/", 8) + 1]
            source = remembered.get(origin)
            if source is None or source.referrer == INTERNAL:
                source, shared = self._read(referer[:REFERER_CAP].decode("latin-1"), host)
                if source.referrer != INTERNAL and ORIGIN.fullmatch(origin):
                    self._remember(origin, host, source)
                elif shared and b"@" not in referer and len(referer) < REFERER_CAP:
                    self._remember(referer, host, source)
        return source

    def sources(self, referers: Sequence[bytes], hosts: Sequence[str]) -> list[Source]:
        """The sources that Referer headers name, each with the host that was asked for."""
        known, source, nowhere = self._remembered, self.source, self.nowhere
        return [
            known.get(host, NOTHING).get(referer) or source(referer, host) if referer else nowhere
            for referer, host in zip(referers, hosts, strict=True)
        ]

    def _remember(self, text: bytes, host: str, source: Source) -> None:
        self._room -= 1
        if self._room <= 0:
            self._remembered.clear()
            self._room = REMEMBERED
        self._remembered.setdefault(host, {})[text] = source

    def _read(self, referer: str, host: str) -> tuple[Source, bool]:
        """A source, and whether the header's text is one that many visitors send, so that it may be remembered."""
        match = ADDRESS.match(referer)
        if match is None:
            return self._source(OTHER, channel_of_host("", OTHER)), False
        scheme, name, path, rest = match[1].lower(), match[2].lower().rstrip("."), match[3] or "/", match[4]
        if scheme == "android-app":
            name, path = ".".join(reversed(name.split("."))), "/"
        elif name == host or name in self._hosts:
            decoded = unquote(path)
            page = self._page_of(decoded)
            return self._source(INTERNAL, INTERNAL_CHANNEL, page), not rest and page == decoded
        domain = registrable(name)
        return self._source(domain, channel_of_host(name, domain), spam=self._is_spam(name)), not rest and path == "/"

    def _is_spam(self, host: str) -> bool:
        """Whether a host, or a domain that it lies under, is on the list."""
        while host and self._spam:
            if host in self._spam:
                return True
            host = host.partition(".")[2]
        return False

    def _source(self, referrer: str, channel: str, page: str = "", *, spam: bool = False) -> Source:
        return Source(referrer, channel, page, self._facets.shared(referrer=referrer, channel=channel), spam=spam)


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
