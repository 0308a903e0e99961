"""Attack: subtract what is shown in parts from their whole: a breakdown from the exact total, regions from their
country, the cells of a crossing from that of its dimension.

The rest is what waits of the parts. It takes for granted that there is no value which the sink has never shown.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from consentkit.stats.holding import Family, families_of
from consentkit.stats.model import NONE, Cell
from tests.attacks.claims import Claim
from tests.attacks.keeping import Waits, waits_after
from tests.attacks.world import K, Step

Most = Callable[[Cell], int]
"""How much may wait of a cell at most."""


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


def _releases(steps: Sequence[Step], metric: str) -> Iterator[tuple[Step, _Seen, Waits]]:
    """Each release of a metric, all that was seen by then, and what may wait after it."""
    seen, waits = _Seen(metric), iter(waits_after(steps, metric, K))
    for step in steps:
        seen.add(step)
        if metric in step.fresh:
            yield step, seen, next(waits)


def remainders(steps: Sequence[Step], metric: str) -> list[Claim]:
    """The values of which 1 to k − 1 events are known to wait, as all others of a whole have just left."""
    claims = []
    for step, seen, _ in _releases(steps, metric):
        for family, cells in seen.families.items():
            unsettled = [cell for cell in cells if cell not in step.cells]
            _, _, breakdown, value = family
            known = not breakdown or Cell(breakdown, value, metric) in step.cells
            if len(unsettled) == 1 and known and 0 < (rest := seen.rest(family) or 0) < K:
                claims.append(seen.claim(step, unsettled[0], rest))
    return claims


def least(steps: Sequence[Step], metric: str) -> list[Claim]:
    """The values of which at least 1 and fewer than k events are known to wait, as no more may wait of all others.

    Only of breakdowns, whose wholes are totals: what waits of a crossing's wholes is not known either.
    """
    claims = []
    for step, seen, waits in _releases(steps, metric):
        for family in [family for family in seen.families if not any(family[2:])]:
            claims += _least(step, seen, family, waits.most)
    return claims


def least_by_alike(steps: Sequence[Step], metric: str, breakdowns: Sequence[str]) -> list[Claim]:
    """The same for breakdowns in which `(none)` stands for the same events.

    What it shows less in one than in another waits there; so in the other so much less of it may wait.
    """
    claims = []
    for step, seen, waits in _releases(steps, metric):
        families = {Cell(name, NONE, metric): (name, metric, "", "") for name in breakdowns}
        may_wait = {none: waits.most(none) for none in families}
        for none, family in families.items():
            of_none = min(count - seen.published[none] + seen.published[other] for other, count in may_wait.items())
            claims += _least(step, seen, family, partial(_most_but, none, of_none, waits.most))
    return claims


def _most_but(known: Cell, count: int, most: Most, cell: Cell) -> int:
    return count if cell == known else most(cell)


def _least(step: Step, seen: _Seen, family: Family, most: Most) -> Iterator[Claim]:
    rest = seen.rest(family) or 0
    may_wait = {cell: most(cell) for cell in seen.families[family]}
    for cell, count in may_wait.items():
        if cell not in step.cells and count < K and (events := rest - (sum(may_wait.values()) - count)) > 0:
            yield seen.claim(step, cell, events)
