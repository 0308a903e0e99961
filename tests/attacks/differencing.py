"""Attack: subtract one reading of the sink from another, any two of them, in search of a difference below k."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations

from consentkit.stats.load import ALL_ROUTES, DAY, HOUR, SERVED, LoadCell
from consentkit.stats.model import Cell
from tests.attacks.claims import Claim
from tests.attacks.world import K, Step


def isolated_events(steps: Sequence[Step], metric: str) -> list[Claim]:
    """Differences of a cell, of crossings too, between any two readings that are of 1 to k − 1 events of a metric.

    Tried for a cell of a day, and for its sum over all days so far, as the report of a period shows it.
    """
    series: defaultdict[Hashable, list[tuple[float, int, Cell | None]]] = defaultdict(list)
    for step in steps:
        for cell, count in step.cells.items():
            if cell.metric == metric:
                for place in ((step.day, cell), cell):
                    before = series[place][-1][1] if series[place] else 0
                    series[place].append((step.when, before + count, cell))
    claims = []
    for readings in series.values():
        for (since, before, _), (until, after, cell) in _pairs_near([(0.0, 0, None), *readings]):
            if cell is not None:
                claims.append(Claim(since, until, metric, after - before, {cell.breakdown: cell.value}))
    return claims


def _pairs_near(
    readings: list[tuple[float, int, Cell | None]],
) -> Iterable[tuple[tuple[float, int, Cell | None], tuple[float, int, Cell | None]]]:
    """The pairs of readings that differ by 1 to k − 1. A count never falls, so one k readings later is no nearer."""
    for first in range(len(readings)):
        for one, other in combinations(readings[first : first + K], 2):
            if one is readings[first] and 0 < other[1] - one[1] < K:
                yield one, other


def isolated_requests(steps: Sequence[Step]) -> int:
    """Requests of times, of all or of one route, whose bytes, status and duration came in groups of 1 to k − 1."""
    return sum(count for step in steps for cell, count in step.load.items() if cell.metric == SERVED and 0 < count < K)


def untold_routes(loads: Iterable[Mapping[LoadCell, int]]) -> dict[str, int]:
    """The hours in which all requests are 1 to k − 1 more, or fewer, than those of the routes that are told."""
    of_all: Counter[str] = Counter()
    of_routes: Counter[str] = Counter()
    for load in loads:
        for cell, count in load.items():
            if cell.metric == SERVED and len(cell.begin) > DAY + 1:
                (of_all if cell.route == ALL_ROUTES else of_routes)[cell.begin[:HOUR]] += count
    return {hour: abs(left) for hour, count in of_all.items() if 0 < abs(left := count - of_routes[hour]) < K}


def smallest_totals(steps: Sequence[Step]) -> dict[str, int]:
    """The least by which each total, and the requests of a minute, grew: they are under no threshold, by design."""
    found: dict[str, int] = {}
    for step in steps:
        for (_, metric), count in step.totals.items():
            found[metric] = min(count, found.get(metric, count))
        for cell, count in step.load.items():
            if cell.metric == "requests" and cell.route == ALL_ROUTES:
                found["requests of a minute"] = min(count, found.get("requests of a minute", count))
    return found
