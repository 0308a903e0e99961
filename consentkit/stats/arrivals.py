"""From requests of the past to every breakdown, counted by what counts alike, not one by one.

The same as `spread` makes of observations. All that is done for each request is counting in C, by its kind and by its
user agent; what they add is looked at once a day for each of these.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.kinds import Happening, Kind, Rows, Standing
from consentkit.stats.model import OTHER, Agent, Increments

REMEMBERED = 50_000
MOST_HELD = 50_000
"""What is counted apart before it is to be taken: some 10 MB."""

Items = tuple[tuple[str, str], ...]
"""Breakdowns, and the value in each."""
Series = tuple[str, str]
"""A breakdown and a metric."""

_standing = attrgetter("standing")


class Profile:
    """What user agents of a kind of request have in common, as far as they count alike but for the browser.

    `judged` is the class of the request and its reason, `counts` whether each of its happenings counts, `software` what
    of the browser is crossed. Equal only to itself.
    """

    __slots__ = ("counts", "judged", "software")

    def __init__(self, judged: tuple[str, str], counts: tuple[bool, ...], software: Items) -> None:
        self.judged = judged
        self.counts = counts
        self.software = software


class Added:
    """What something adds: one to each of some totals (metrics), and to each of some values. Equal only to itself."""

    __slots__ = ("totals", "values")

    def __init__(self, totals: Sequence[str], values: Sequence[tuple[Series, str]]) -> None:
        self.totals = totals
        self.values = values


class Arrivals:
    """Takes requests, and gives what they add; `crossings` are counted too."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        self._adding = _Adding(crossings)
        self._profiles = _Profiles({name for crossing in crossings for name in (crossing.first, crossing.second)})
        self._days: defaultdict[str, _OfDay] = defaultdict(_OfDay)

    def extend(self, day: str, rows: Rows) -> None:
        """Take requests that count under an ISO day."""
        of_day = self._days[day]
        pairs = list(zip(map(_standing, rows.kinds), rows.agents, strict=True))
        of_day.agents.update(pairs)
        of_day.kinds.update(zip(rows.kinds, map(self._profiles.__getitem__, pairs), strict=True))

    @property
    def is_full(self) -> bool:
        """Whether so much is held that it should be taken."""
        return sum(len(of_day.kinds) + len(of_day.agents) for of_day in self._days.values()) >= MOST_HELD

    def take(self) -> Increments:
        """What all adds that came since the last take; of load nothing."""
        found = Increments()
        sums: defaultdict[Series, dict[str, int]] = defaultdict(dict)
        for day, of_day in self._days.items():
            self._spread(day, of_day, sums, found.totals)
        found.counts = dict(sums)
        self._days.clear()
        self._adding.forget()
        self._profiles.forget()
        return found

    def _spread(
        self, day: str, of_day: "_OfDay", sums: Mapping[Series, dict[str, int]], totals: Counter[tuple[str, str]]
    ) -> None:
        counted: defaultdict[Added, int] = defaultdict(int)
        for pair, count in of_day.kinds.items():
            for added in self._adding[pair]:
                counted[added] += count
        for (standing, agent), count in of_day.agents.items():
            for added in self._adding.by_browser(standing, agent, self._profiles[standing, agent]):
                counted[added] += count
        for added, count in counted.items():
            for metric in added.totals:
                totals[day, metric] += count
            for series, value in added.values:
                of_series = sums[series]
                of_series[value] = of_series.get(value, 0) + count


class _OfDay:
    """What came that counts under one day."""

    __slots__ = ("agents", "kinds")

    def __init__(self) -> None:
        self.kinds: Counter[tuple[Kind, Profile]] = Counter()
        self.agents: Counter[tuple[Standing, Agent]] = Counter()


class _Profiles(dict[tuple[Standing, Agent], Profile]):
    """The profiles of user agents, looked up once each; `crossed` are the dimensions that are crossed."""

    def __init__(self, crossed: set[str]) -> None:
        super().__init__()
        self._crossed = crossed
        self._known: dict[tuple[object, ...], Profile] = {}

    def __missing__(self, pair: tuple[Standing, Agent]) -> Profile:
        standing, agent = pair
        judged, *happened = [verdict.judged(agent) for verdict in standing.verdicts]
        counts = tuple([request_class in BY_BROWSER for request_class, _ in happened])
        values = agent.facet.values.items() if any(counts) else ()
        key = judged, counts, tuple([item for item in values if item[0] in self._crossed])
        found = self[pair] = self._known.setdefault(key, Profile(*key))
        return found

    def forget(self) -> None:
        """Make room, if much is remembered."""
        if len(self) > REMEMBERED:
            self.clear()
            self._known.clear()


class _Adding(dict[tuple[Kind, Profile], tuple[Added, ...]]):
    """What requests of a kind and a profile add, but by their browser; what several of them add is but one."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        super().__init__()
        self._crossings = crossings
        self._known: dict[tuple[object, ...], Added] = {}

    def __missing__(self, pair: tuple[Kind, Profile]) -> tuple[Added, ...]:
        kind, profile = pair
        found = [self._request(profile.judged, kind.status)]
        for happening, counts in zip(kind.happened, profile.counts, strict=True):
            if counts:
                found += self._events(happening, profile.software)
        self[pair] = tuple(found)
        return self[pair]

    def by_browser(self, standing: Standing, agent: Agent, profile: Profile) -> Iterator[Added]:
        """What requests add by their browser."""
        for metrics, counts in zip(standing.metrics, profile.counts, strict=True):
            # A move, a search, a missing page stand in their own dimensions only.
            if counts and metrics[0] in OF_PERSONS:
                key = metrics, agent.facet
                if key not in self._known:
                    self._known[key] = Added((), _values(metrics, agent.facet.values))
                yield self._known[key]

    def forget(self) -> None:
        """Make room, if much is remembered."""
        if len(self) + len(self._known) > REMEMBERED:
            self.clear()
            self._known.clear()

    def _request(self, judged: tuple[str, str], status: int) -> Added:
        key = judged, status
        if key not in self._known:
            request_class, reason = judged
            values = {"status": str(status) if status else OTHER, "reason": f"{request_class}: {reason}"}
            self._known[key] = Added((REQUESTS, f"class:{request_class}"), _values((REQUESTS,), values))
        return self._known[key]

    def _events(self, happening: Happening, software: Items) -> Iterator[Added]:
        """What events add where they stand first, mostly their page, and beside that: most of the latter is shared."""
        _, metrics, facets = happening
        software = software if metrics[0] in OF_PERSONS else ()
        beside = dict(software)
        for facet in facets[1:]:
            beside.update(facet.values)
        key = metrics, facets[1:], software
        if key not in self._known:
            values = [one for facet in facets[1:] for one in _values(metrics, facet.values)]
            crossed = self._crossed(metrics, beside, {})
            self._known[key] = Added((*metrics, *_goal(metrics, beside)), [*values, *crossed])
        yield self._known[key]
        if facets:
            first = facets[0].values
            crossed = self._crossed(metrics, {**beside, **first}, beside)
            yield Added(_goal(metrics, first), [*_values(metrics, first), *crossed])

    def _crossed(
        self, metrics: Sequence[str], values: Mapping[str, str], but: Mapping[str, str]
    ) -> Iterator[tuple[Series, str]]:
        """Where events stand in crossings, but for those of which both values stand in `but`."""
        if metrics[0] not in OF_PERSONS:
            return
        for crossing in self._crossings:
            first, second = values.get(crossing.first), values.get(crossing.second)
            if first is None or second is None or (crossing.first in but and crossing.second in but):
                continue
            for metric in metrics:
                if metric in crossing.metrics:
                    yield (crossing.name, metric), crossed(first, second)


def _values(metrics: Sequence[str], values: Mapping[str, str]) -> list[tuple[Series, str]]:
    """The values in which events count, by what is counted there."""
    return [
        ((name, metric), value) for name, value in values.items() for metric in metrics if metric in BREAKDOWNS[name]
    ]


def _goal(metrics: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    return (f"goal:{values['goal']}",) if GOALS in metrics and "goal" in values else ()
