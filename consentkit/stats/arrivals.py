"""The minutes in which requests of the past came, held by what counts alike, not one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from consentkit.stats.breakdowns import OF_PERSONS, Crossing
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.kinds import Kind
from consentkit.stats.model import Agent, Facet, Verdict
from consentkit.stats.parts import Metrics, Parts, values_of

ON_TIME = ""
"""In the place of the day of what came on its own day."""

ByAgent = defaultdict[Agent, list[int]]
Software = tuple[tuple[str, str], ...]
"""Breakdowns and values of a browser."""


class Profile:
    """What user agents of a kind of request have in common, as far as they count alike but for the browser.

    `judged` is the class of the request and its reason, `counts` whether each of its happenings counts, `software` what
    of the browser is crossed. Equal only to itself.
    """

    __slots__ = ("counts", "judged", "software")

    def __init__(self, judged: tuple[str, str], counts: tuple[bool, ...], software: Software) -> None:
        self.judged = judged
        self.counts = counts
        self.software = software


class Group(NamedTuple):
    """Requests of a kind and a profile: the minute of one is put to each of `adds`, and to that of its browser.

    `minutes` are those of this group alone; the other lists are shared.
    """

    minutes: list[int]
    adds: tuple[Callable[[int], None], ...]
    by_agent: ByAgent | None


class Arrivals:
    """Takes the minutes of requests, and gives them as the parts of what they count for."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        self._crossings = crossings
        self._crossed = {name for crossing in crossings for name in (crossing.first, crossing.second)}
        self._profiles: dict[tuple[Verdict, ...], dict[Agent, Profile]] = {}
        self._known: dict[tuple[object, ...], Profile] = {}
        self._days: dict[str, OfDay] = {}

    def of_day(self, day: str) -> "OfDay":
        """Where the requests of a day are put."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = OfDay(self)
        return found

    def take(self) -> Parts:
        """All that came since the last take."""
        parts = Parts(self._crossings)
        for day, of_day in self._days.items():
            of_day.spread(day, parts)
        for forgotten in (self._days, self._profiles, self._known):
            forgotten.clear()
        return parts

    def profiles(self, kind: Kind) -> dict[Agent, Profile]:
        """The profiles of user agents for requests of a kind."""
        verdicts = (kind.verdict, *[verdict for verdict, _, _ in kind.happened])
        found = self._profiles.get(verdicts)
        if found is None:
            found = self._profiles[verdicts] = _Profiles(self._profile, verdicts)
        return found

    def _profile(self, agent: Agent, verdicts: Sequence[Verdict]) -> Profile:
        judged, *happened = [verdict.judged(agent) for verdict in verdicts]
        counts = tuple([request_class in BY_BROWSER for request_class, _ in happened])
        values = agent.facet.values.items() if any(counts) else ()
        key = judged, counts, tuple([item for item in values if item[0] in self._crossed])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Profile(*key)
        return found


class OfDay:
    """The minutes of requests that count under one day, each list of them in the order in which they came."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._groups: dict[Kind, tuple[dict[Agent, Profile], dict[Profile, Group]]] = {}
        self._by_agent: defaultdict[tuple[Metrics, ...], ByAgent] = defaultdict(_by_agent)
        self._requests: defaultdict[tuple[tuple[str, str], int], list[int]] = defaultdict(list)
        self._events: defaultdict[tuple[Metrics, tuple[Facet, ...], Software], list[int]] = defaultdict(list)
        """But for where they stand first, mostly their page: so most of that is held a few times only."""

    def extend(self, requests: Iterable[tuple[Kind, Agent, int]]) -> None:
        """Take requests of a kind, a user agent and a minute."""
        known = self._groups
        for kind, agent, minute in requests:
            if kind not in known:
                known[kind] = self._arrivals.profiles(kind), {}
            profiles, groups = known[kind]
            profile = profiles[agent]
            if profile not in groups:
                groups[profile] = self._group(kind, profile)
            _, adds, by_agent = groups[profile]
            for add in adds:
                add(minute)
            if by_agent is not None:
                by_agent[agent].append(minute)

    def spread(self, day: str, parts: Parts) -> None:
        """Add what these requests count for."""
        for (judged, status), minutes in self._requests.items():
            parts.add_requests(day, judged, status, minutes)
        for (metrics, facets, software), minutes in self._events.items():
            parts.add_events(day, metrics, facets, dict(software), minutes)
        for kind, (_, groups) in self._groups.items():
            for profile, group in groups.items():
                for metrics, facets, software in _counted(kind, profile):
                    if facets:
                        others = values_of(facets[1:], dict(software))
                        parts.add_apart(day, metrics, facets[0], others, group.minutes)
        for several, by_agent in self._by_agent.items():
            for agent, minutes in by_agent.items():
                for metrics in several:
                    parts.add_browser(metrics, agent.facet, minutes)

    def _group(self, kind: Kind, profile: Profile) -> Group:
        events = list(_counted(kind, profile))
        seen = tuple([metrics for metrics, _, _ in events if metrics[0] in OF_PERSONS])
        minutes: list[int] = []
        shared = [self._requests[profile.judged, kind.status]]
        shared += [self._events[metrics, facets[1:], software] for metrics, facets, software in events]
        adds = tuple([one.append for one in (*shared, *([minutes] if events else ()))])
        return Group(minutes, adds, self._by_agent[seen] if seen else None)


def _counted(kind: Kind, profile: Profile) -> Iterator[tuple[Metrics, tuple[Facet, ...], Software]]:
    """What requests count for, with what of their browser is crossed."""
    for (_, metrics, facets), counts in zip(kind.happened, profile.counts, strict=True):
        if counts:
            # A move, a search, a missing page stand in their own dimensions only.
            yield metrics, facets, profile.software if metrics[0] in OF_PERSONS else ()


class _Profiles(dict[Agent, Profile]):
    """The profiles of user agents, looked up once each."""

    def __init__(self, read: Callable[[Agent, Sequence[Verdict]], Profile], verdicts: Sequence[Verdict]) -> None:
        super().__init__()
        self._read = read
        self._verdicts = verdicts

    def __missing__(self, agent: Agent) -> Profile:
        found = self[agent] = self._read(agent, self._verdicts)
        return found


def _by_agent() -> ByAgent:
    return defaultdict(list)
