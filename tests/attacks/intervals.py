"""Attack: narrow down how many events each cell had by any reading, from all readings, all wholes and the rule at once.

What was counted of a cell is at least what is shown of it, at most that and what may wait; it never falls; the cells of
a breakdown add up to the total, those of a row or column of a crossing to the cell of its dimension. Each of these
bounds is carried to all others, over and over, until none moves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from consentkit.stats.breakdowns import crossed
from consentkit.stats.holding import families_of
from consentkit.stats.model import Cell
from tests.attacks.keeping import releases_of, waits_after
from tests.attacks.world import CROSSINGS, Step

Counts = NDArray[np.int32]
"""By cell, or family, and reading."""
Wholes = Mapping[Cell, Sequence[Cell]]
"""Cells that are what other cells make together, which their texts do not tell."""
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class _Family:
    """Cells, by their places, that make the cell at `whole` together, or all that was counted if it is -1."""

    parts: NDArray[np.intp]
    whole: int


class Bounds:
    """What is known of a metric's cells, each with the `values` of the dimensions, after each of its releases.

    `least` and `most` were counted of each cell by then, `grown_least` and `grown_most` since the release before.
    """

    def __init__(
        self, steps: Sequence[Step], metric: str, values: Mapping[str, Sequence[str]], threshold: int, known: Wholes
    ) -> None:
        self.releases = releases_of(steps, metric)
        self.cells = list(_cells_of(values, metric))
        self._places = {cell: place for place, cell in enumerate(self.cells)}
        self.shown = self._shown()
        waits = waits_after(steps, metric, threshold)
        may_wait = np.array([[wait.most(cell) for wait in waits] for cell in self.cells], dtype=np.int32)
        self._total = _totals_at(steps, metric, self.releases)
        self.least, self.most = self.shown.copy(), np.minimum(self.shown + may_wait, self._total)
        self.grown_least = np.zeros_like(self.shown)
        self.grown_most = np.broadcast_to(np.diff(self._total, prepend=0), self.shown.shape).astype(np.int32)
        self._families = list(self._families_of(known))
        self._narrow()

    def _shown(self) -> Counts:
        shown = np.zeros((len(self.cells), len(self.releases)), dtype=np.int32)
        for number, step in enumerate(self.releases):
            for cell, count in step.cells.items():
                if cell in self._places:
                    shown[self._places[cell], number] = count
        return np.cumsum(shown, axis=1, dtype=np.int32)

    def _families_of(self, known: Wholes) -> Iterator[_Family]:
        members: dict[tuple[str, int], list[int]] = {}
        for place, cell in enumerate(self.cells):
            for _, metric, breakdown, value in families_of(cell):
                whole = self._places.get(Cell(breakdown, value, metric), -1) if breakdown else -1
                # Which channel a referrer's views have is only what somebody knows besides.
                told = cell.breakdown != "referrer" and whole >= 0
                if told or not breakdown:
                    members.setdefault((cell.breakdown, whole), []).append(place)
        for whole_cell, parts in known.items():
            members["", self._places[whole_cell]] = [self._places[cell] for cell in parts]
        for (_, whole), places in members.items():
            yield _Family(np.array(places), whole)

    def _narrow(self) -> None:
        for _ in range(MOST_ROUNDS):
            before = int(self.most.sum() - self.least.sum() + self.grown_most.sum() - self.grown_least.sum())
            self._over_time()
            for family in self._families:
                _within(family, self.least, self.most, self._total)
                _within(family, self.grown_least, self.grown_most, np.diff(self._total, prepend=0))
            if before == int(self.most.sum() - self.least.sum() + self.grown_most.sum() - self.grown_least.sum()):
                return
        raise AssertionError("the bounds still move")

    def _over_time(self) -> None:
        """What was counted by a release is what was by the one before, and what came since."""
        least, most, grown_least, grown_most = self.least, self.most, self.grown_least, self.grown_most
        for now in range(least.shape[1]):
            before = now - 1
            least_before, most_before = (least[:, before], most[:, before]) if now else (0, 0)
            np.maximum(least[:, now], least_before + grown_least[:, now], out=least[:, now])
            np.minimum(most[:, now], most_before + grown_most[:, now], out=most[:, now])
            np.maximum(grown_least[:, now], least[:, now] - most_before, out=grown_least[:, now])
            np.minimum(grown_most[:, now], most[:, now] - least_before, out=grown_most[:, now])
        for now in range(least.shape[1] - 1, 0, -1):
            before = now - 1
            np.maximum(least[:, before], least[:, now] - grown_most[:, now], out=least[:, before])
            np.minimum(most[:, before], most[:, now] - grown_least[:, now], out=most[:, before])


def _within(family: _Family, least: Counts, most: Counts, total: Counts) -> None:
    """A part is the whole less the others, and the whole is what its parts make."""
    parts, whole = family.parts, family.whole
    least_parts, most_parts = least[parts], most[parts]
    least_sum, most_sum = least_parts.sum(axis=0), most_parts.sum(axis=0)
    if whole >= 0:
        np.maximum(least[whole], least_sum, out=least[whole])
        np.minimum(most[whole], most_sum, out=most[whole])
    least_whole, most_whole = (least[whole], most[whole]) if whole >= 0 else (total, total)
    least[parts] = np.maximum(least_parts, least_whole - (most_sum - most_parts))
    most[parts] = np.minimum(most_parts, most_whole - (least_sum - least_parts))


def _cells_of(values: Mapping[str, Sequence[str]], metric: str) -> Iterator[Cell]:
    for name, some in values.items():
        yield from (Cell(name, value, metric) for value in some)
    for crossing in CROSSINGS:
        if crossing.first in values and crossing.second in values and metric in crossing.metrics:
            for first, second in product(values[crossing.first], values[crossing.second]):
                yield Cell(crossing.name, crossed(first, second), metric)


def _totals_at(steps: Sequence[Step], metric: str, releases: Sequence[Step]) -> Counts:
    total, found, numbers = 0, [], {id(step) for step in releases}
    for step in steps:
        total += sum(count for (_, name), count in step.totals.items() if name == metric)
        if id(step) in numbers:
            found.append(total)
    return np.array(found, dtype=np.int32)


def told(bounds: Bounds, threshold: int) -> list[tuple[Cell, int]]:
    """The cells of which at least 1 and fewer than k events are known to wait, with the number of the release."""
    least, most = bounds.least - bounds.shown, bounds.most - bounds.shown
    places = zip(*np.nonzero((least >= 1) & (most < threshold)), strict=True)
    return [(bounds.cells[cell], int(number)) for cell, number in places]
