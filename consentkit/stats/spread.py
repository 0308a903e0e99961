"""From requests to every breakdown: one breakdown after the other, for all requests of a second at once.

So all that is done for each request is counting in C, a dimension or two at a time: what stands in them is looked at
once for each value. What the past adds is spread in `arrivals`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress

from consentkit.stats.breakdowns import BETWEEN, BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.load import load_of
from consentkit.stats.model import OTHER, Agent, Facet, Increments, Metrics, Verdict, add_counts
from consentkit.stats.observed import Events, Observed

MAX_CELLS = 50_000
"""Distinct cells that one worker holds; about 10 MB when full."""

Column = Sequence[Facet]


def spread(observed: Iterable[Observed], crossings: Sequence[Crossing] = (), max_cells: int = MAX_CELLS) -> Increments:
    """What requests add; a cell beyond `max_cells` is its breakdown's `(other)`."""
    found = Increments()
    for requests in observed:
        found.load.update(load_of(requests.served))
        _spread_requests(requests, found)
        for events in requests.events:
            _spread_events(requests.day, events, crossings, found)
    found.bound(max_cells)
    return found


def _spread_requests(observed: Observed, found: Increments) -> None:
    totals, day = found.totals, observed.day
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    requests = Counter(zip(observed.agents, observed.verdicts, observed.served.statuses, strict=True))
    for (agent, verdict, status), count in requests.items():
        request_class, reason = verdict.judged(agent)
        totals[day, REQUESTS] += count
        totals[day, f"class:{request_class}"] += count
        statuses[str(status) if status else OTHER] += count
        reasons[f"{request_class}: {reason}"] += count
    add_counts(found.counts, "status", REQUESTS, statuses)
    add_counts(found.counts, "reason", REQUESTS, reasons)


def _spread_events(day: str, events: Events, crossings: Sequence[Crossing], found: Increments) -> None:
    """Count events in each dimension in which they stand, those that a person's browser brought."""
    metrics = events.metrics
    counts = _counts(events)
    count = sum(counts)
    if not count:
        return
    for metric in metrics:
        found.totals[day, metric] += count
    columns: list[Column] = list(events.columns)
    agents = events.agents
    if count < len(counts):
        agents = list(compress(agents, counts))
        columns = [list(compress(column, counts)) for column in columns]
    # A move, a search, a missing page stand in their own dimensions only.
    if metrics[0] in OF_PERSONS:
        columns.append([agent.facet for agent in agents])
    sums = [Counter(column) for column in columns]
    for facets in sums:
        _spread_facets(facets, metrics, found)
        if GOALS in metrics:
            for facet, reached in facets.items():
                if "goal" in facet.values:
                    found.totals[day, f"goal:{facet.values['goal']}"] += reached
    if metrics[0] in OF_PERSONS:
        _spread_crossings(list(zip(columns, sums, strict=True)), metrics, crossings, found)


class _Judged(dict[Agent, bool]):
    """Whether events count that stand under a verdict, by their user agents."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self._verdict = verdict

    def __missing__(self, agent: Agent) -> bool:
        found = self[agent] = self._verdict.judged(agent)[0] in BY_BROWSER
        return found


def _counts(events: Events) -> list[bool]:
    """Which events count: those that a person's browser brought."""
    judged = {verdict: _Judged(verdict) for verdict in set(events.verdicts)}
    return [judged[verdict][agent] for verdict, agent in zip(events.verdicts, events.agents, strict=True)]


def _spread_facets(facets: Mapping[Facet, int], metrics: Metrics, found: Increments) -> None:
    by_name: dict[str, dict[str, int]] = {}
    for facet, count in facets.items():
        for name, value in facet.values.items():
            sums = by_name.get(name)
            if sums is None:
                sums = by_name[name] = {}
            sums[value] = sums.get(value, 0) + count
    for name, sums in by_name.items():
        for metric in metrics:
            if metric in BREAKDOWNS[name]:
                add_counts(found.counts, name, metric, sums)


def _spread_crossings(
    columns: Sequence[tuple[Column, Mapping[Facet, int]]],
    metrics: Metrics,
    crossings: Sequence[Crossing],
    found: Increments,
) -> None:
    """Count pairs of values; beside each column stand the facets that are in it."""
    counted = [crossing for crossing in crossings if not set(metrics).isdisjoint(crossing.metrics)]
    names = {name for crossing in counted for name in (crossing.first, crossing.second)}
    values = {name: _values(name, columns) for name in names}
    for crossing in counted:
        pairs = Counter(zip(values[crossing.first], values[crossing.second], strict=False))
        sums = dict(zip(map(BETWEEN.join, pairs), pairs.values(), strict=True))
        for metric in metrics:
            if sums and metric in crossing.metrics:
                add_counts(found.counts, crossing.name, metric, sums)


def _values(name: str, columns: Sequence[tuple[Column, Mapping[Facet, int]]]) -> list[str]:
    """The values of events in a dimension; none if they have none there."""
    for column, facets in columns:
        if name in column[0].values:
            values = {facet: facet.values[name] for facet in facets}
            return list(map(values.__getitem__, column))
    return []
