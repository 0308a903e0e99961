"""From requests of the past that count alike to every breakdown, with the minutes in which they came.

The same as `spread` makes of numbers. What stands in breakdowns together has the same minutes: they are put in order
once, and are one list then, which tells what shares it that it counts alike.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from consentkit.stats.breakdowns import BREAKDOWNS, GOALS, OF_PERSONS, REQUESTS, Crossing, crossed
from consentkit.stats.model import OTHER, Cell, Facet

Metrics = tuple[str, ...]
Minutes = list[int]
"""In order."""
Runs = defaultdict[tuple[str, str], list[Minutes]]
Values = dict[str, str]
"""By breakdown."""


class Parts:
    """Takes the minutes of events by what they count for."""

    def __init__(self, crossings: Sequence[Crossing]) -> None:
        self._crossings = crossings
        self._totals: Runs = defaultdict(list)
        self._requests: Runs = defaultdict(list)
        """By breakdown and value, of requests of all classes."""
        self._facets: defaultdict[tuple[str, Facet], list[Minutes]] = defaultdict(list)
        """By metric and where events stand."""
        self._pairs: defaultdict[tuple[str, int, str, str], list[Minutes]] = defaultdict(list)
        """By metric, the number of a crossing, its two values."""
        self._merged: dict[tuple[int, ...], Minutes] = {}

    def add_requests(self, day: str, judged: tuple[str, str], status: int, minutes: Minutes) -> None:
        """Add requests of a class, for a reason, with a status (0 for what is none)."""
        request_class, reason = judged
        self._totals[day, REQUESTS].append(minutes)
        self._totals[day, f"class:{request_class}"].append(minutes)
        self._requests["status", str(status) if status else OTHER].append(minutes)
        self._requests["reason", f"{request_class}: {reason}"].append(minutes)

    def add_events(
        self, day: str, metrics: Metrics, facets: Sequence[Facet], software: Values, minutes: Minutes
    ) -> None:
        """Add events to the totals, and to where they stand; `software` is what of their browser is crossed."""
        for metric in metrics:
            self._totals[day, metric].append(minutes)
        self._stand(metrics, facets, minutes)
        values = values_of(facets, software)
        if GOALS in metrics and "goal" in values:
            self._totals[day, f"goal:{values['goal']}"].append(minutes)
        self._cross(metrics, values, {}, minutes)

    def add_apart(self, day: str, metrics: Metrics, facet: Facet, others: Values, minutes: Minutes) -> None:
        """Add some of these to another facet, where they stand each for itself; `others` they have in common."""
        self._stand(metrics, (facet,), minutes)
        if GOALS in metrics and "goal" in facet.values:
            self._totals[day, f"goal:{facet.values['goal']}"].append(minutes)
        self._cross(metrics, {**others, **facet.values}, others, minutes)

    def add_browser(self, metrics: Metrics, facet: Facet, minutes: Minutes) -> None:
        """Add events to where they stand by their browser."""
        self._stand(metrics, (facet,), minutes)

    def totals(self) -> dict[tuple[str, str], Minutes]:
        """The minutes by (ISO day, metric)."""
        return {key: self._in_order(runs) for key, runs in self._totals.items()}

    def requests(self) -> dict[tuple[str, str], Minutes]:
        """The minutes of requests of all classes, by breakdown and value."""
        return {key: self._in_order(runs) for key, runs in self._requests.items()}

    def cells(self) -> Iterator[tuple[Cell, Minutes]]:
        """The minutes to be added to a cell, which may come several times."""
        for (breakdown, value), minutes in self.requests().items():
            yield Cell(breakdown, value, REQUESTS), minutes
        for (metric, facet), runs in self._facets.items():
            minutes = self._in_order(runs)
            for name, value in facet.values.items():
                if metric in BREAKDOWNS[name]:
                    yield Cell(name, value, metric), minutes
        for (metric, number, first, second), runs in self._pairs.items():
            yield Cell(self._crossings[number].name, crossed(first, second), metric), self._in_order(runs)

    def _stand(self, metrics: Metrics, facets: Sequence[Facet], minutes: Minutes) -> None:
        for metric in metrics:
            for facet in facets:
                self._facets[metric, facet].append(minutes)

    def _cross(self, metrics: Metrics, values: Values, but: Mapping[str, str], minutes: Minutes) -> None:
        """Add events to the crossings of their values, but for those of which both stand in `but`."""
        if metrics[0] not in OF_PERSONS:
            return
        for number, crossing in enumerate(self._crossings):
            first, second = values.get(crossing.first), values.get(crossing.second)
            if first is None or second is None or (crossing.first in but and crossing.second in but):
                continue
            for metric in metrics:
                if metric in crossing.metrics:
                    self._pairs[metric, number, first, second].append(minutes)

    def _in_order(self, runs: Sequence[Minutes]) -> Minutes:
        if len(runs) == 1:
            return runs[0]
        key = tuple(map(id, runs))
        found = self._merged.get(key)
        if found is None:
            found = self._merged[key] = sorted(chain.from_iterable(runs))
        return found


def values_of(facets: Sequence[Facet], software: Values) -> Values:
    """The values of facets by breakdown, with those of a browser."""
    values = dict(software)
    for facet in facets:
        values.update(facet.values)
    return values
