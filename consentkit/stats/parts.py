"""From requests of the past that count alike to every breakdown, with the minutes in which they came.

The same as `spread` makes of numbers: lists of minutes cannot be counted in C, but the requests of many days have so
much in common that what is alike is spread once for all of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.model import OTHER, Cell, Facet

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

    def add_requests(self, day: str, judged: tuple[str, str], status: int, minutes: Minutes) -> None:
        """Add requests of a class, for a reason, with a status (0 for what is none)."""
        request_class, reason = judged
        self.totals[day, REQUESTS] += minutes
        self.totals[day, f"class:{request_class}"] += minutes
        self.requests["status", str(status) if status else OTHER] += minutes
        self.requests["reason", f"{request_class}: {reason}"] += minutes

    def add_events(self, alike: Alike, minutes: Minutes) -> None:
        """Add events to all that they count for but for their browser."""
        day, metrics, facets, software = alike
        for metric in metrics:
            self.totals[day, metric] += minutes
        values = dict(software)
        for facet in facets:
            self.facets[metrics, facet] += minutes
            values.update(facet.values)
        if GOALS in metrics:
            self.totals[day, f"goal:{values['goal']}"] += minutes
        if metrics[0] in OF_PERSONS:
            for number, crossing in enumerate(self.crossings):
                first, second = values.get(crossing.first), values.get(crossing.second)
                if first is not None and second is not None:
                    self.pairs[metrics, number, first, second] += minutes

    def add_browser(self, metrics: Metrics, facet: Facet, minutes: Minutes) -> None:
        """Add events to what they count for by their browser."""
        self.facets[metrics, facet] += minutes

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
