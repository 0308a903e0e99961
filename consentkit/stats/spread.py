"""From requests that count alike to every breakdown: done once for all that are equal.

An amount is how many there were, or the minutes in which they came; both add up by `+=`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.load import load_of
from consentkit.stats.model import OTHER, Cell, EventKey, Facet, Increments, Observation, RequestKey

MAX_CELLS = 50_000
"""Distinct cells that one worker holds; about 10 MB when full."""
Metrics = tuple[str, ...]
Alike = tuple[str, Metrics, tuple[Facet, ...], tuple[tuple[str, str], ...]]
"""What events have in common, of any browser: ISO day, metrics, where they stand, and of it what is crossed."""
Amount = TypeVar("Amount", int, list[int])


class Parts(Generic[Amount]):
    """Amounts by what stands in breakdowns together, and `totals` by (ISO day, metric).

    `nothing` makes the amount that there is without requests.
    """

    def __init__(self, crossings: Sequence[Crossing], nothing: Callable[[], Amount]) -> None:
        self.crossings = crossings
        self.nothing: Callable[[], Amount] = nothing
        self.totals: dict[tuple[str, str], Amount] = defaultdict(nothing)
        self.requests: dict[tuple[str, str], Amount] = defaultdict(nothing)
        """By breakdown and value, of requests of all classes."""
        self.facets: dict[tuple[Metrics, Facet], Amount] = defaultdict(nothing)
        self.pairs: dict[tuple[Metrics, int, str, str], Amount] = defaultdict(nothing)
        """By the number of a crossing and its two values."""

    def cells(self) -> Iterator[tuple[list[Cell], Amount]]:
        """What is to be added to each of some cells; a cell may come several times."""
        for (breakdown, value), amount in self.requests.items():
            yield [Cell(breakdown, value, REQUESTS)], amount
        by_facet: dict[tuple[str, Facet], Amount] = defaultdict(self.nothing)
        for (metrics, facet), amount in self.facets.items():
            for metric in metrics:
                by_facet[metric, facet] += amount
        for (metric, facet), amount in by_facet.items():
            values = facet.values.items()
            yield [Cell(name, value, metric) for name, value in values if metric in BREAKDOWNS[name]], amount
        by_pair: dict[tuple[str, int, str, str], Amount] = defaultdict(self.nothing)
        for (metrics, number, first, second), amount in self.pairs.items():
            for metric in metrics:
                if metric in self.crossings[number].metrics:
                    by_pair[metric, number, first, second] += amount
        for (metric, number, first, second), amount in by_pair.items():
            yield [Cell(self.crossings[number].name, crossed(first, second), metric)], amount


def parts_of(
    requests: Iterable[tuple[RequestKey, Amount]],
    events: Iterable[tuple[EventKey, Amount]],
    crossings: Sequence[Crossing],
    nothing: Callable[[], Amount],
) -> Parts[Amount]:
    """The amounts of requests and events by what stands together."""
    parts: Parts[Amount] = Parts(crossings, nothing)
    _spread_requests(requests, parts)
    for alike, amount in _spread_software(events, parts).items():
        _spread_rest(alike, amount, parts)
    return parts


def spread(
    observations: Sequence[Observation], *, crossings: Sequence[Crossing] = (), max_cells: int = MAX_CELLS
) -> Increments:
    """The increments of observations; a cell beyond `max_cells` is its breakdown's `(other)`."""
    requests, events, load = zip(*observations, strict=True)
    parts = parts_of(Counter(requests).items(), Counter(chain.from_iterable(events)).items(), crossings, int)
    cells: Counter[Cell] = Counter()
    for some, count in parts.cells():
        for cell in some:
            cells[cell] += count
    found = Increments(cells, Counter(parts.totals), load_of(load))
    found.bound(max_cells)
    return found


def _spread_requests(requests: Iterable[tuple[RequestKey, Amount]], parts: Parts[Amount]) -> None:
    alike: dict[tuple[str, tuple[str, str], int], Amount] = defaultdict(parts.nothing)
    for (day, agent, verdict, status), amount in requests:
        alike[day, verdict.judged(agent), status] += amount
    totals, cells = parts.totals, parts.requests
    for (day, (request_class, reason), status), amount in alike.items():
        totals[day, REQUESTS] += amount
        totals[day, f"class:{request_class}"] += amount
        cells["status", str(status) if status else OTHER] += amount
        cells["reason", f"{request_class}: {reason}"] += amount


def _spread_software(events: Iterable[tuple[EventKey, Amount]], parts: Parts[Amount]) -> dict[Alike, Amount]:
    """Spread what events say of browsers. What is left is alike for most browsers, so that it is done once for all."""
    crossed_by = {name for crossing in parts.crossings for name in (crossing.first, crossing.second)}
    rest: dict[Alike, Amount] = defaultdict(parts.nothing)
    values: dict[Facet, tuple[tuple[str, str], ...]] = {}
    for (day, agent, verdict, metrics, facets), amount in events:
        if verdict.judged(agent)[0] not in BY_BROWSER:
            continue
        # A move, a search, a missing page stand in their own dimensions only.
        if metrics[0] not in OF_PERSONS:
            rest[day, metrics, facets, ()] += amount
            continue
        facet = agent.facet
        if facet not in values:
            values[facet] = tuple(item for item in facet.values.items() if item[0] in crossed_by)
        parts.facets[metrics, facet] += amount
        rest[day, metrics, facets, values[facet]] += amount
    return rest


def _spread_rest(alike: Alike, amount: Amount, parts: Parts[Amount]) -> None:
    day, metrics, facets, software = alike
    for metric in metrics:
        parts.totals[day, metric] += amount
    values = dict(software)
    for facet in facets:
        parts.facets[metrics, facet] += amount
        values.update(facet.values)
    if GOALS in metrics:
        parts.totals[day, f"goal:{values['goal']}"] += amount
    if metrics[0] in OF_PERSONS:
        for number, crossing in enumerate(parts.crossings):
            first, second = values.get(crossing.first), values.get(crossing.second)
            if first is not None and second is not None:
                parts.pairs[metrics, number, first, second] += amount
