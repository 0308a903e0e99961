"""The minutes in which requests of the past came, held by what counts alike, not one by one."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from consentkit.stats.breakdowns import OF_PERSONS, Crossing
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.kinds import Kind
from consentkit.stats.model import Agent, Verdict
from consentkit.stats.parts import Metrics, Parts

ON_TIME = ""
"""In the place of the day of what came on its own day."""

ByAgent = defaultdict[Agent, list[int]]


class Profile:
    """What user agents of a kind of request have in common, as far as they count alike but for the browser.

    `judged` is the class of the request and its reason, `counts` whether each of its happenings counts, `software` what
    of the browser is crossed. Equal only to itself.
    """

    __slots__ = ("counts", "judged", "software")

    def __init__(
        self, judged: tuple[str, str], counts: tuple[bool, ...], software: tuple[tuple[str, str], ...]
    ) -> None:
        self.judged = judged
        self.counts = counts
        self.software = software


class Group(NamedTuple):
    """Requests of a kind and a profile: `add` takes the minute of one; `by_agent` takes it for its browser as well."""

    minutes: list[int]
    add: Callable[[int], None]
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
        """All that came since the last take; every list of minutes is in order."""
        parts = Parts(self._crossings)
        for day, of_day in self._days.items():
            of_day.spread(day, parts)
        for forgotten in (self._days, self._profiles, self._known):
            forgotten.clear()
        for minutes in parts.totals.values():
            minutes.sort()
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
    """The minutes of requests that count under one day."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._profiles: dict[Kind, dict[Agent, Profile]] = {}
        self._groups: dict[tuple[Kind, Profile], Group] = {}
        self._by_agent: defaultdict[tuple[Metrics, ...], ByAgent] = defaultdict(_by_agent)

    def add(self, kind: Kind, agent: Agent, minute: int) -> None:
        """Take a request."""
        profiles = self._profiles.get(kind)
        if profiles is None:
            profiles = self._profiles[kind] = self._arrivals.profiles(kind)
        profile = profiles[agent]
        group = self._groups.get((kind, profile))
        if group is None:
            group = self._groups[kind, profile] = self._group(kind, profile)
        group.add(minute)
        if group.by_agent is not None:
            group.by_agent[agent].append(minute)

    def spread(self, day: str, parts: Parts) -> None:
        """Add what these requests count for."""
        for (kind, profile), group in self._groups.items():
            parts.add_requests(day, profile.judged, kind.status, group.minutes)
            for (_, metrics, facets), counts in zip(kind.happened, profile.counts, strict=True):
                if counts:
                    software = profile.software if metrics[0] in OF_PERSONS else ()
                    parts.add_events((day, metrics, facets, software), group.minutes)
        for several, by_agent in self._by_agent.items():
            for agent, minutes in by_agent.items():
                for metrics in several:
                    parts.add_browser(metrics, agent.facet, minutes)

    def _group(self, kind: Kind, profile: Profile) -> Group:
        happened = zip(kind.happened, profile.counts, strict=True)
        seen = tuple([metrics for (_, metrics, _), counts in happened if counts and metrics[0] in OF_PERSONS])
        minutes: list[int] = []
        return Group(minutes, minutes.append, self._by_agent[seen] if seen else None)


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
