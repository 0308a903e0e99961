"""What counting needs of those who send the same headers, found once for all of them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from consentkit.stats.classes import Verdict, judge, needs_path
from consentkit.stats.enrich.agent import agent_of
from consentkit.stats.enrich.channel import DIRECT, INTERNAL
from consentkit.stats.enrich.language import language_of
from consentkit.stats.enrich.referrer import Referrers, Source
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import HOST_CAP, RequestFacts, at_row
from consentkit.stats.model import OTHER
from consentkit.stats.shown import may_show_page, shows_page, streams, tells_type
from consentkit.stats.visits import reloaded, told_by_headers
from consentkit.traits import LONGEST_VALUES, Marks, Traits

WITHIN_SITE = frozenset({b"same-origin", b"same-site"})
MOST_SENDERS = 4096
MOST_MARKS = 512
MOST_MANNERS = 32
CACHED_HOSTS = 256


FROM: Final = 3
TO: Final = 9
"""Where the facts are that tell in what manner a request was sent and answered."""


class Manner:
    """What is the same for all requests that were sent and answered alike, whatever their path.

    `verdict` and `is_view` are None where the path tells; `status` is 0 for what is none. `streams`: the answer has no
    end that tells how long it took.
    """

    __slots__ = ("is_view", "status", "streams", "verdict")

    def __init__(self, verdict: Verdict | None, is_view: bool | None, status: int, *, streams: bool) -> None:
        self.verdict = verdict
        self.is_view = is_view
        self.status = status
        self.streams = streams


Manners = dict[tuple[object, ...], Manner]
"""By the facts that tell."""


class Sender:
    """Those who send the same headers: their user agent, language, and the host they asked for.

    `begins`: whether a page view of theirs is an entry, None if the Referer has to tell; `within`: their browser says
    that it comes from the site; `reloads`: it marked the request as a reload. `settings` is the facet of language and
    host together; `manners` are those that were met.
    """

    __slots__ = ("agent", "begins", "host", "language", "manners", "reloads", "settings", "within")

    def __init__(self, traits: Traits, hosts: "Hosts", facets: Facets, manners: "Manners") -> None:
        get = traits.headers.get
        self.agent = agent_of(get(b"user-agent", b""), get(b"sec-ch-ua"), facets)
        language = language_of(get(b"accept-language"))
        self.language = facets.shared(language=language)
        self.host = host_name(get(b"host", b""))
        self.settings = facets.shared(language=language, host=hosts.named(self.host))
        self.reloads = reloaded(traits.headers)
        self.begins = told_by_headers(traits.headers)
        self.within = get(b"sec-fetch-site") in WITHIN_SITE
        self.manners = manners

    def manner(self, facts: RequestFacts) -> Manner:
        """In what manner one of their requests was sent and answered."""
        key = facts[FROM:TO]
        manner = self.manners.get(key)
        if manner is None:
            if len(self.manners) >= MOST_MANNERS:
                self.manners.clear()
            manner = self.manners[key] = _manner(facts)
        return manner


class Hosts:
    """The hosts of a site; all others are `(other)`."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self.names = frozenset(host.lower() for host in hosts)

    def named(self, host: str) -> str:
        """The host as it is counted; `host` in lower case, without port."""
        return host if host in self.names else OTHER


class Senders:
    """The senders of a site's requests, by what they send; bounded. Their facets are of `facets`."""

    def __init__(self, hosts: Hosts, facets: Facets = EVERYTHING) -> None:
        self._hosts = hosts
        self._facets = facets
        self._known: dict[Traits, Sender] = {}
        self._before: dict[Traits, Sender] = {}
        self._manners: dict[Marks, Manners] = {}

    def of(self, traits: Traits) -> Sender:
        """Who sends headers of these traits."""
        return self._known.get(traits) or self._met(traits)

    def of_each(self, traits: Sequence[Traits]) -> list[Sender]:
        """Who sends headers of each of these traits."""
        known, of = self._known, self.of
        return [known.get(one) or of(one) for one in traits]

    def _met(self, traits: Traits) -> Sender:
        if sum(map(len, traits.headers.values())) > LONGEST_VALUES:
            # Of such headers no traits are kept, so they never come again.
            return self._new(traits)
        if len(self._known) >= MOST_SENDERS // 2:
            self._before, self._known = self._known, {}
        sender = self._before.get(traits) or self._new(traits)
        self._known[traits] = sender
        return sender

    def _new(self, traits: Traits) -> Sender:
        return Sender(traits, self._hosts, self._facets, self._manners_of(traits.marks))

    def _manners_of(self, marks: Marks) -> Manners:
        manners = self._manners.get(marks)
        if manners is None:
            if len(self._manners) >= MOST_MARKS:
                self._manners.clear()
            manners = self._manners[marks] = {}
        return manners


def manners_of(senders: Sequence[Sender], columns: Any) -> list[Manner]:
    """In what manner each of their requests was sent and answered, whose facts stand in columns."""
    told = zip(*columns[FROM:TO], strict=True)
    return [
        sender.manners.get(key) or sender.manner(at_row(columns, row))
        for row, (sender, key) in enumerate(zip(senders, told, strict=True))
    ]


def came(senders: Sequence[Sender], sources: Sequence[Source], referrers: Referrers) -> tuple[list[bool], list[Source]]:
    """Which page views of theirs that come from there are entries, and the sources to count.

    A visit never comes from the site itself, and a move within it never from nowhere.
    """
    entries = [
        source.referrer != INTERNAL if sender.begins is None else sender.begins
        for sender, source in zip(senders, sources, strict=True)
    ]
    nowhere, within = referrers.nowhere, referrers.within
    return entries, [
        (nowhere if source.referrer == INTERNAL else source)
        if is_entry
        else (within if source.referrer == DIRECT and sender.within else source)
        for is_entry, sender, source in zip(entries, senders, sources, strict=True)
    ]


def _manner(facts: RequestFacts) -> Manner:
    shows: bool | None = shows_page(facts)
    if may_show_page(facts) and not tells_type(facts):
        shows = None
    verdict = judge(facts) if facts.own or not needs_path(facts) else None
    return Manner(verdict, shows, facts.status if 100 <= facts.status <= 599 else 0, streams=streams(facts))


@lru_cache(maxsize=CACHED_HOSTS)
def _host_name(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0].rstrip(".")


def host_name(host: bytes) -> str:
    """A Host header in lower case, without port and without the dot of the root."""
    return _host_name(host[:HOST_CAP])
