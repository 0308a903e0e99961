"""From requests that count alike to increments of every breakdown: done at the flush, once for all that are equal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.load import load_of
from consentkit.stats.model import OTHER, Cell, EventKey, Facet, Increments, Observation, RequestKey

MAX_CELLS = 50_000
"""Distinct cells that one worker holds; about 10 MB when full."""
Metrics = tuple[str, ...]


def spread(
    observations: Sequence[Observation], *, crossings: Sequence[Crossing] = (), max_cells: int = MAX_CELLS
) -> Increments:
    """The increments of observations; a cell beyond `max_cells` is its breakdown's `(other)`."""
    requests, events, load = zip(*observations, strict=True)
    found = Increments()
    _spread_requests(Counter(requests), found)
    _spread_events(Counter(chain.from_iterable(events)), crossings, found)
    found.load = load_of(load)
    found.bound(max_cells)
    return found


def _spread_requests(requests: Mapping[RequestKey, int], found: Increments) -> None:
    for (day, agent, verdict, status), count in requests.items():
        request_class, reason = verdict.judged(agent)
        found.totals[day, REQUESTS] += count
        found.totals[day, f"class:{request_class}"] += count
        found.cells[Cell("status", str(status) if status else OTHER, REQUESTS)] += count
        found.cells[Cell("reason", f"{request_class}: {reason}", REQUESTS)] += count


def _spread_events(events: Mapping[EventKey, int], crossings: Sequence[Crossing], found: Increments) -> None:
    by_facet: Counter[tuple[Metrics, Facet]] = Counter()
    by_pair: Counter[tuple[Metrics, int, str, str]] = Counter()
    totals = found.totals
    for (day, agent, verdict, metrics, facets), count in events.items():
        if verdict.judged(agent)[0] not in BY_BROWSER:
            continue
        for metric in metrics:
            totals[day, metric] += count
        # A move, a search, a missing page stand in their own dimensions only.
        seen = metrics[0] in OF_PERSONS
        standing = (*facets, agent.facet) if seen else facets
        values: dict[str, str] = {}
        for facet in standing:
            by_facet[metrics, facet] += count
            values.update(facet.values)
        if GOALS in metrics:
            totals[day, f"goal:{values['goal']}"] += count
        if seen:
            for place, crossing in enumerate(crossings):
                first, second = values.get(crossing.first), values.get(crossing.second)
                if first is not None and second is not None:
                    by_pair[metrics, place, first, second] += count
    _add_facets(by_facet, found.cells)
    _add_pairs(by_pair, crossings, found.cells)


def _add_facets(by_facet: Mapping[tuple[Metrics, Facet], int], cells: Counter[Cell]) -> None:
    for (metrics, facet), count in by_facet.items():
        for breakdown, value in facet.values.items():
            counted_by = BREAKDOWNS[breakdown]
            for metric in metrics:
                if metric in counted_by:
                    cells[Cell(breakdown, value, metric)] += count


def _add_pairs(
    by_pair: Mapping[tuple[Metrics, int, str, str], int], crossings: Sequence[Crossing], cells: Counter[Cell]
) -> None:
    for (metrics, place, first, second), count in by_pair.items():
        crossing = crossings[place]
        for metric in metrics:
            if metric in crossing.metrics:
                cells[Cell(crossing.name, crossed(first, second), metric)] += count
