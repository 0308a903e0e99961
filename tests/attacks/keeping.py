"""What may wait of a cell after a release, for somebody who knows the rule: also of one that has just left."""

from collections import Counter
from collections.abc import Mapping, Sequence

from consentkit.stats.breakdowns import parents_of
from consentkit.stats.families import WHOLE_BY_TEXT
from consentkit.stats.holding import Family, families_of
from consentkit.stats.model import Cell
from tests.attacks.world import Step


class Waits:
    """The most that may wait of each cell of a metric after a release of it.

    The largest that may leave of the parts of a whole may keep some back, or be kept whole where fewer than k would
    leave. So what left and is smaller than another that left by more than it may have kept has kept nothing; and what
    did not leave, where something left that is larger than what may be kept whole, has not gathered enough. `rests` is
    how much waits of each breakdown: where that is neither k nor one more than so many values may have waiting, nothing
    was kept of what left.
    """

    def __init__(self, left: Mapping[Cell, int], rests: Mapping[str, int], metric: str, threshold: int) -> None:
        self._left = {cell: count for cell, count in left.items() if cell.metric == metric}
        self._rests = rests
        self._threshold = threshold
        self._largest: dict[Family, int] = {}
        for cell, count in self._left.items():
            for family in families_of(cell):
                self._largest[family] = max(count, self._largest.get(family, 0))

    def most(self, cell: Cell) -> int:
        """At most so many wait; 0 without the rule, under a threshold of 1."""
        if self._threshold == 1:
            return 0
        families, missing = families_of(cell), self._missing(cell.breakdown)
        largest = [self._largest.get(family, 0) for family in families]
        if cell in self._left:
            if len(families) == 1 and not self._seen_to(self._rests[cell.breakdown]):
                return 0
            return missing if any(self._left[cell] + missing >= others for others in largest) else 0
        gathered = self._threshold - 1
        return gathered + missing if any(gathered + missing >= others for others in largest) else gathered

    def _seen_to(self, rest: int) -> bool:
        """Whether so much may wait because something was kept back."""
        return rest == self._threshold or rest % (self._threshold - 1) == 1 % (self._threshold - 1)

    def _missing(self, breakdown: str) -> int:
        """What the parts of a whole may have to keep: k, and what waits of the whole."""
        wholes = [*parents_of(breakdown), *([WHOLE_BY_TEXT[breakdown][0]] if breakdown in WHOLE_BY_TEXT else [])]
        return self._threshold + max((self._threshold - 1 + self._missing(whole) for whole in wholes), default=0)


def releases_of(steps: Sequence[Step], metric: str) -> list[Step]:
    """The steps in which events of a metric were released."""
    return [step for step in steps if metric in step.fresh]


def waits_after(steps: Sequence[Step], metric: str, threshold: int) -> list[Waits]:
    """What may wait after each of the releases of a metric."""
    total, published, found = 0, Counter[str](), []
    for step in steps:
        total += sum(count for (_, name), count in step.totals.items() if name == metric)
        for cell, count in step.cells.items():
            published[cell.breakdown] += count if cell.metric == metric else 0
        if metric in step.fresh:
            rests = {breakdown: total - count for breakdown, count in published.items()}
            found.append(Waits(step.cells, rests, metric, threshold))
    return found
