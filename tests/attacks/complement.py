"""Attack: subtract what is shown in parts from their whole: a breakdown from the exact total, regions from their
country, the cells of a crossing from that of its dimension.

The rest is what waits of the parts. It takes for granted that there is no value which the sink has never shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consentkit.stats.holding import Family, families_of
from consentkit.stats.model import Cell
from tests.attacks.claims import Claim
from tests.attacks.world import K, Step


@dataclass
class _Seen:
    """All that was ever published of a metric: by cell, in all, when each cell was last, the cells of each family."""

    metric: str
    total: int = 0
    published: Counter[Cell] = field(default_factory=Counter)
    last: dict[Cell, float] = field(default_factory=dict)
    families: defaultdict[Family, dict[Cell, None]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, step: Step) -> None:
        """Take a release in."""
        self.total += sum(count for (_, name), count in step.totals.items() if name == self.metric)
        for cell, count in step.cells.items():
            if cell.metric == self.metric:
                self.published[cell] += count
                self.last[cell] = step.when
                for family in families_of(cell):
                    self.families[family][cell] = None

    def rest(self, family: Family) -> int | None:
        """How much a whole shows more than its parts; None while it is not shown."""
        _, metric, breakdown, value = family
        whole = self.published.get(Cell(breakdown, value, metric)) if breakdown else self.total
        return whole and whole - sum(self.published[cell] for cell in self.families[family])

    def claim(self, step: Step, cell: Cell, count: int) -> Claim:
        """That so many came since the cell was last published."""
        return Claim(self.last[cell], step.when, cell.metric, count, {cell.breakdown: cell.value})


def _releases(steps: Sequence[Step], metric: str) -> Iterator[tuple[Step, _Seen]]:
    """Each release of a metric, and all that was seen by then."""
    seen = _Seen(metric)
    for step in steps:
        seen.add(step)
        if metric in step.fresh:
            yield step, seen


def remainders(steps: Sequence[Step], metric: str) -> list[Claim]:
    """The values of which 1 to k − 1 events are known to wait, as all others of a whole have just left."""
    claims = []
    for step, seen in _releases(steps, metric):
        for family, cells in seen.families.items():
            unsettled = [cell for cell in cells if cell not in step.cells]
            _, _, breakdown, value = family
            known = not breakdown or Cell(breakdown, value, metric) in step.cells
            if len(unsettled) == 1 and known and 0 < (rest := seen.rest(family) or 0) < K:
                claims.append(seen.claim(step, unsettled[0], rest))
    return claims


def least(steps: Sequence[Step], metric: str) -> list[Claim]:
    """The values of which at least 1 and fewer than k events are known to wait, as no more may wait of all others.

    Only of breakdowns that are parts of nothing but the total, as of others more may be kept; and for somebody who
    knows how many values there are, once the sink has shown them all.
    """
    claims = []
    values = Counter(family for cell in {cell for step in steps for cell in step.cells} for family in families_of(cell))
    for step, seen in _releases(steps, metric):
        for family, cells in seen.families.items():
            alone = not any(family[2:]) and all(len(families_of(cell)) == 1 for cell in cells)
            if alone and len(cells) == values[family]:
                claims += _least(step, seen, family)
    return claims


def _least(step: Step, seen: _Seen, family: Family) -> Iterator[Claim]:
    """What left may have kept something only where as much waits as is seen to, and then it is k at most.

    One of those that did not leave may have stayed whole instead, unless a larger one left.
    """
    cells = seen.families[family]
    left = [step.cells[cell] for cell in cells if cell in step.cells]
    waits = [cell for cell in cells if cell not in step.cells]
    rest, at_most = seen.rest(family) or 0, len(waits) * (K - 1)
    kept = K if left and rest in (K, at_most + 1) else 0
    stays_whole = 2 * K - 1 >= max(left, default=0)
    if not stays_whole and (events := rest - kept - at_most + K - 1) > 0:
        yield from (seen.claim(step, cell, events) for cell in waits)
