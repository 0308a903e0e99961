"""From requests of the past that count alike to every breakdown, with the minutes in which they came.

The same as `spread` makes of numbers: lists of minutes cannot be counted in C, but the requests of a whole day have so
much in common that what is alike is spread once for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.model import OTHER, Cell, EventKey, Facet, RequestKey

Metrics = tuple[str, ...]
Alike = tuple[str, Metrics, tuple[Facet, ...], tuple[tuple[str, str], ...]]
"""What events have in common, of any browser: ISO day, metrics, where they stand, and of it what is crossed."""
Minutes = list[int]


class Parts:
    """Minutes by what stands in breakdowns together, and `totals` by (ISO day, metric)."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        self.crossings = crossings
        self.totals: dict[tuple[str, str], Minutes] = defaultdict(list)
        self.requests: dict[tuple[str, str], Minutes] = defaultdict(list)
        """By breakdown and value, of requests of all classes."""
        self.facets: dict[tuple[Metrics, Facet], Minutes] = defaultdict(list)
        self.pairs: dict[tuple[Metrics, int, str, str], Minutes] = defaultdict(list)
        """By the number of a crossing and its two values."""

    def cells(self) -> Iterator[tuple[list[Cell], Minutes]]:
        """What is to be added to each of some cells; a cell may come several times."""
        for (breakdown, value), minutes in self.requests.items():
            yield [Cell(breakdown, value, REQUESTS)], minutes
        by_facet: dict[tuple[str, Facet], Minutes] = defaultdict(list)
        for (metrics, facet), minutes in self.facets.items():
            for metric in metrics:
                by_facet[metric, facet] += minutes
        for (metric, facet), minutes in by_facet.items():
            values = facet.values.items()
            yield [Cell(name, value, metric) for name, value in values if metric in BREAKDOWNS[name]], minutes
        by_pair: dict[tuple[str, int, str, str], Minutes] = defaultdict(list)
        for (metrics, number, first, second), minutes in self.pairs.items():
            for metric in metrics:
                if metric in self.crossings[number].metrics:
                    by_pair[metric, number, first, second] += minutes
        for (metric, number, first, second), minutes in by_pair.items():
            yield [Cell(self.crossings[number].name, crossed(first, second), metric)], minutes


def parts_of(
    requests: Iterable[tuple[RequestKey, Minutes]],
    events: Iterable[tuple[EventKey, Minutes]],
    crossings: Sequence[Crossing],
) -> Parts:
    """The minutes of requests and events by what stands together."""
    parts = Parts(crossings)
    _spread_requests(requests, parts)
    for alike, minutes in _spread_software(events, parts).items():
        _spread_rest(alike, minutes, parts)
    return parts


def _spread_requests(requests: Iterable[tuple[RequestKey, Minutes]], parts: Parts) -> None:
    alike: dict[tuple[str, tuple[str, str], int], Minutes] = defaultdict(list)
    for (day, agent, verdict, status), minutes in requests:
        alike[day, verdict.judged(agent), status] += minutes
    totals, cells = parts.totals, parts.requests
    for (day, (request_class, reason), status), minutes in alike.items():
        totals[day, REQUESTS] += minutes
        totals[day, f"class:{request_class}"] += minutes
        cells["status", str(status) if status else OTHER] += minutes
        cells["reason", f"{request_class}: {reason}"] += minutes


def _spread_software(events: Iterable[tuple[EventKey, Minutes]], parts: Parts) -> dict[Alike, Minutes]:
    """Spread what events say of browsers. What is left is alike for most browsers, so that it is done once for all."""
    crossed_by = {name for crossing in parts.crossings for name in (crossing.first, crossing.second)}
    rest: dict[Alike, Minutes] = defaultdict(list)
    values: dict[Facet, tuple[tuple[str, str], ...]] = {}
    for (day, agent, verdict, metrics, facets), minutes in events:
        if verdict.judged(agent)[0] not in BY_BROWSER:
            continue
        # A move, a search, a missing page stand in their own dimensions only.
        if metrics[0] not in OF_PERSONS:
            rest[day, metrics, facets, ()] += minutes
            continue
        facet = agent.facet
        if facet not in values:
            values[facet] = tuple(item for item in facet.values.items() if item[0] in crossed_by)
        parts.facets[metrics, facet] += minutes
        rest[day, metrics, facets, values[facet]] += minutes
    return rest


def _spread_rest(alike: Alike, minutes: Minutes, parts: Parts) -> None:
    day, metrics, facets, software = alike
    for metric in metrics:
        parts.totals[day, metric] += minutes
    values = dict(software)
    for facet in facets:
        parts.facets[metrics, facet] += minutes
        values.update(facet.values)
    if GOALS in metrics:
        parts.totals[day, f"goal:{values['goal']}"] += minutes
    if metrics[0] in OF_PERSONS:
        for number, crossing in enumerate(parts.crossings):
            first, second = values.get(crossing.first), values.get(crossing.second)
            if first is not None and second is not None:
                parts.pairs[metrics, number, first, second] += minutes
