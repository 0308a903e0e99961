"""What may wait of a cell after a release, for somebody who knows the rule: also of one that has just left."""

from collections import Counter
from collections.abc import Mapping, Sequence

from consentkit.stats.holding import Family, families_of, whole_breakdowns
from consentkit.stats.model import Cell
from tests.attacks.world import Step

UNSURE = ("channel", "direct")
"""A whole of which somebody cannot be sure that he knows all parts: addresses give views without a referrer another."""


class Waits:
    """The most that may wait of each cell of a metric after a release of it.

    The largest that may leave of the parts of a whole may keep some back, or be kept whole where fewer than k would
    leave. So what left and is smaller than another that left by more than it may have kept has kept nothing; and what
    did not leave, where something left that is larger than what may be kept whole, has not gathered enough.

    `rests` is how much more waits of the parts of each whole than of the whole. As what is kept is what is missing,
    nothing was kept where the rest is another; but the breakdown's other wholes, if they come later, may have added.
    """

    def __init__(self, left: Mapping[Cell, int], rests: Mapping[Family, int], metric: str, threshold: int) -> None:
        self._left = {cell: count for cell, count in left.items() if cell.metric == metric}
        self._rests = rests
        self._threshold = threshold
        self._largest: dict[Family, int] = {}
        for cell, count in self._left.items():
            for family in families_of(cell):
                self._largest[family] = max(count, self._largest.get(family, 0))
        self._added_by = {
            (family[0], family[2])
            for family, rest in rests.items()
            if any(family[2:]) and (threshold <= rest < 2 * threshold or family[2:] == UNSURE)
        }

    def most(self, cell: Cell) -> int:
        """At most so many wait; 0 without the rule, under a threshold of 1."""
        if self._threshold == 1:
            return 0
        families, missing = families_of(cell), self._missing(cell.breakdown)
        if cell in self._left:
            kept = [
                self._threshold if number == 0 else missing
                for number, family in enumerate(families)
                if self._may_have_kept(cell, number, family)
            ]
            return min(sum(kept), missing)
        largest = [self._largest.get(family, 0) for family in families]
        gathered = self._threshold - 1
        return gathered + missing if any(gathered + missing >= others for others in largest) else gathered

    def _may_have_kept(self, cell: Cell, number: int, family: Family) -> bool:
        later = any((cell.breakdown, whole) in self._added_by for whole in whole_breakdowns(cell.breakdown)[number:])
        most = self._threshold if number == 0 else self._missing(cell.breakdown)
        return (later or self._is_seen_to(family)) and self._left[cell] + most >= self._largest[family]

    def _is_seen_to(self, family: Family) -> bool:
        """Whether so much may wait because something was kept back."""
        k, rest = self._threshold, self._rests[family]
        if not any(family[2:]):
            return rest == k or (k > 1 and rest % (k - 1) == 1 % (k - 1))
        return rest == k or family[2:] == UNSURE

    def _missing(self, breakdown: str) -> int:
        """What the parts of a whole may have to keep: k, and what waits of the whole."""
        wholes = whole_breakdowns(breakdown)
        return self._threshold + max((self._threshold - 1 + self._missing(whole) for whole in wholes), default=0)


def releases_of(steps: Sequence[Step], metric: str) -> list[Step]:
    """The steps in which events of a metric were released."""
    return [step for step in steps if metric in step.fresh]


def waits_after(steps: Sequence[Step], metric: str, threshold: int) -> list[Waits]:
    """What may wait after each of the releases of a metric."""
    total, wholes, parts, found = 0, Counter[Cell](), Counter[Family](), []
    for step in steps:
        total += sum(count for (_, name), count in step.totals.items() if name == metric)
        for cell, count in step.cells.items():
            if cell.metric == metric:
                wholes[cell] += count
                parts.update(dict.fromkeys(families_of(cell), count))
        if metric in step.fresh:
            rests = {
                family: (wholes[Cell(family[2], family[3], metric)] if family[2] else total) - count
                for family, count in parts.items()
            }
            found.append(Waits(step.cells, rests, metric, threshold))
    return found
