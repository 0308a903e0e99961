"""From requests to every breakdown: one breakdown after the other, for all requests of a second at once.

So all that is done for each request is counting in C, a dimension or two at a time: what stands in them is looked at
once for each value. What the past adds is spread in `parts`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from consentkit.stats.breakdowns import BETWEEN, BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing
from consentkit.stats.classes import BY_BROWSER
from consentkit.stats.load import Entry, load_of
from consentkit.stats.model import (
    OTHER,
    Agent,
    Facet,
    Increments,
    Observation,
    RequestKey,
    Verdict,
    add_counts,
)

MAX_CELLS = 50_000
"""Distinct cells that one worker holds; about 10 MB when full."""
NO_BROWSER = Facet()

Metrics = tuple[str, ...]
Column = list[Facet]
Group = tuple[str, Metrics, int]
"""What events have in common whose facets make columns: ISO day, metrics, how many facets."""


class Gathered:
    """Observations taken apart, and put together with what counts alike.

    None of them stays: as tuples of tuples they would be what Python's collector of cycles mostly looks through.
    """

    __slots__ = ("_facets", "_judged", "_load", "_requests")

    def __init__(self) -> None:
        self._requests: defaultdict[RequestKey, int] = defaultdict(int)
        self._facets: defaultdict[Group, list[Facet]] = defaultdict(list)
        """Those of one event after those of another; that of the browser is the last of each."""
        self._judged: defaultdict[Verdict, dict[Agent, bool]] = defaultdict(dict)
        self._load: list[Entry] = []

    def __bool__(self) -> bool:
        return bool(self._requests)

    def add(self, observation: Observation) -> None:
        """Take in what one request adds."""
        request, events, load = observation
        for day, agent, verdict, metrics, facets in events:
            judged = self._judged[verdict]
            counts = judged.get(agent)
            if counts is None:
                counts = judged[agent] = verdict.judged(agent)[0] in BY_BROWSER
            if counts:
                # A move, a search, a missing page stand in their own dimensions only.
                browser = agent.facet if metrics[0] in OF_PERSONS else NO_BROWSER
                group = self._facets[day, metrics, len(facets)]
                group += facets
                group.append(browser)
        self._load.append(load)
        self._requests[request] += 1

    def spread(self, crossings: Sequence[Crossing] = (), max_cells: int = MAX_CELLS) -> Increments:
        """The increments of all of them; a cell beyond `max_cells` is its breakdown's `(other)`."""
        found = Increments(load=load_of(self._load))
        _spread_requests(self._requests, found)
        for (day, metrics, width), facets in self._facets.items():
            columns = [facets[number :: width + 1] for number in range(width + 1)]
            for metric in metrics:
                found.totals[day, metric] += len(columns[-1])
            for column in columns:
                _spread_facets(Counter(column), metrics, found)
            if GOALS in metrics:
                for goal, count in Counter(_values("goal", columns)).items():
                    found.totals[day, f"goal:{goal}"] += count
            if metrics[0] in OF_PERSONS:
                _spread_crossings(columns, metrics, crossings, found)
        found.bound(max_cells)
        return found


def _spread_requests(requests: Mapping[RequestKey, int], found: Increments) -> None:
    totals = found.totals
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for (day, agent, verdict, status), count in requests.items():
        request_class, reason = verdict.judged(agent)
        totals[day, REQUESTS] += count
        totals[day, f"class:{request_class}"] += count
        statuses[str(status) if status else OTHER] += count
        reasons[f"{request_class}: {reason}"] += count
    add_counts(found.counts, "status", REQUESTS, statuses)
    add_counts(found.counts, "reason", REQUESTS, reasons)


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
    columns: Sequence[Column], metrics: Metrics, crossings: Sequence[Crossing], found: Increments
) -> None:
    names = {name for crossing in crossings for name in (crossing.first, crossing.second)}
    values = {name: _values(name, columns) for name in names}
    for crossing in crossings:
        counted = [metric for metric in metrics if metric in crossing.metrics]
        pairs = Counter(zip(values[crossing.first], values[crossing.second], strict=False))
        if counted and pairs:
            sums = dict(zip(map(BETWEEN.join, pairs), pairs.values(), strict=True))
            for metric in counted:
                add_counts(found.counts, crossing.name, metric, sums)


def _values(name: str, columns: Sequence[Column]) -> list[str]:
    """The values of events in a dimension; none if they have none there."""
    for column in columns:
        if name in column[0].values:
            return [facet.values[name] for facet in column]
    return []
