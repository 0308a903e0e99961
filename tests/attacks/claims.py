"""What an attack says that it has proven, and whether it is so."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from consentkit.stats.model import Cell
from tests.attacks.world import Step, Truth


@dataclass(frozen=True, slots=True)
class Claim:
    """That in a time (epoch seconds; `since` excluded, `until` included) so many events had these values together."""

    since: float
    until: float
    metric: str
    events: int
    values: Mapping[str, str]

    def found_in(self, truth: Iterable[Truth]) -> int:
        """How many there were."""
        return sum(
            self.metric in view.metrics and all(view.values.get(name) == value for name, value in self.values.items())
            for view in truth
            if self.since < view.when <= self.until
        )


@dataclass(frozen=True, slots=True)
class Window:
    """What grew in a time that an attacker looks at: between two readings, or in a day."""

    since: float
    until: float
    cells: Mapping[Cell, int]

    def rows(self, metric: str) -> dict[str, dict[str, int]]:
        """The growth of a metric by breakdown and value."""
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for cell, count in self.cells.items():
            if cell.metric == metric:
                found[cell.breakdown][cell.value] = count
        return found


def by_release(steps: Sequence[Step]) -> Iterator[Window]:
    """The time between each two successive readings."""
    since = 0.0
    for step in steps:
        yield Window(since, step.when, step.cells)
        since = step.when


def by_day(steps: Sequence[Step]) -> Iterator[Window]:
    """Each day of releases."""
    since = 0.0
    for _, group in groupby(steps, key=lambda step: step.day):
        day = list(group)
        cells: Counter[Cell] = Counter()
        for step in day:
            cells.update(step.cells)
        yield Window(since, day[-1].when, cells)
        since = day[-1].when


def visits_in(claims: Iterable[Claim]) -> int:
    """How many events claims are of. Of one time, values of the same breakdowns are of different events; claims about
    other breakdowns may be of the same, so those that show most count."""
    found: defaultdict[float, defaultdict[tuple[str, ...], dict[tuple[str, ...], int]]]
    found = defaultdict(lambda: defaultdict(dict))
    for claim in claims:
        names, values = tuple(claim.values), tuple(claim.values.values())
        least = found[claim.until][names]
        least[values] = min(claim.events, least.get(values, claim.events))
    return sum(max(sum(least.values()) for least in shapes.values()) for shapes in found.values())
