"""Attack: rebuild the records behind the figures by integer programming, and see which of them must have been.

The unknowns are how many events had each combination of values. Whatever the sink and the rule tell is a bound on a
sum of them; what has the same value in every solution is proven.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from consentkit.stats.breakdowns import crossed
from consentkit.stats.model import Cell
from tests.attacks.claims import Claim
from tests.attacks.keeping import Waits
from tests.attacks.world import CROSSINGS, K, Step

UNSEEN = "(unseen)"
"""Stands for all values that the attacker has never seen."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an attacker knows of the events of a metric in a time: how many, and by cell the least and the most.

    `values` are those that he considers; UNSEEN among them where there may be others. `before` is None at the
    beginning, when nothing waits.
    """

    since: float
    until: float
    metric: str
    events: int
    grown: Mapping[Cell, int]
    before: Waits | None
    after: Waits
    values: Mapping[str, Sequence[str]]

    def bounds(self, breakdown: str, value: str) -> tuple[int, int]:
        """The least and the most events of a value: what it grew by may have waited before, and more may wait now."""
        cell = Cell(breakdown, value, self.metric)
        shown = self.grown.get(cell, 0)
        before = self.before.most(cell) if self.before else 0
        return max(0, shown - before), min(self.events, shown + self.after.most(cell))


def known_from(
    steps: Sequence[Step],
    waits: Sequence[Waits],
    first: int,
    last: int,
    metric: str,
    *,
    values: Mapping[str, Sequence[str]],
    others: bool = True,
) -> Known:
    """What the releases of a metric from number `first` to `last` (of `releases_of`) tell of the events in between.

    `waits` is what may wait after each, `others` whether there may be values that the attacker does not know.
    """
    grown: Counter[Cell] = Counter()
    for step in steps[first : last + 1]:
        grown.update({cell: count for cell, count in step.cells.items() if cell.metric == metric})
    unseen = (UNSEEN,) if others else ()
    return Known(
        since=steps[first - 1].when if first else 0.0,
        until=steps[last].when,
        metric=metric,
        events=sum(step.fresh[metric] for step in steps[first : last + 1]),
        grown=grown,
        before=waits[first - 1] if first else None,
        after=waits[last],
        values={name: (*found, *unseen) for name, found in values.items()},
    )


def values_in(steps: Iterable[Step], dimensions: Iterable[str]) -> dict[str, list[str]]:
    """Every value of some dimensions that the sink ever showed."""
    found = {(cell.breakdown, cell.value) for step in steps for cell in step.cells}
    return {name: sorted(value for breakdown, value in found if breakdown == name) for name in dimensions}


def reconstructed(known: Known) -> list[Claim]:
    """The combinations of which there must have been at least 1 and fewer than k events, with the least there were.

    A combination that is absent from any solution is not proven; so each solution is asked for with as few as possible
    of those that all solutions before it had.
    """
    problem = _Problem(known)
    candidates = np.ones(len(problem.records), dtype=bool)
    while candidates.any():
        remaining = candidates & (problem.solve(candidates.astype(float)) > 0)
        if (remaining == candidates).all():
            break
        candidates = remaining
    return [claim for number in np.flatnonzero(candidates) if (claim := problem.claim(int(number)))]


class _Problem:
    """The records that may be, and what their sums must be."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.records = list(product(*known.values.values()))
        sums = [(range(len(self.records)), known.events, known.events)]
        for breakdown, value, members in self._cells():
            sums.append((members, *known.bounds(breakdown, value)))
        rows = np.zeros((len(sums), len(self.records)))
        for row, (members, _, _) in zip(rows, sums, strict=True):
            row[list(members)] = 1
        lower, upper = ([bounds[which] for bounds in sums] for which in (1, 2))
        self._constraints = LinearConstraint(csr_array(rows), lower, upper)

    def _cells(self) -> Iterator[tuple[str, str, list[int]]]:
        """Every cell, shown or not, of values that can be named, with the records in it."""
        members: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number, record in enumerate(self.records):
            named = {name: value for name, value in zip(self._known.values, record, strict=True) if value != UNSEEN}
            for name, value in named.items():
                members[name, value].append(number)
            for crossing in CROSSINGS:
                if crossing.first in named and crossing.second in named:
                    members[crossing.name, crossed(named[crossing.first], named[crossing.second])].append(number)
        return ((breakdown, value, numbers) for (breakdown, value), numbers in members.items())

    def solve(self, cost: np.ndarray) -> np.ndarray:
        """The records, as counts, of least cost."""
        count = np.ones(len(self.records))
        solution = milp(cost, integrality=count, bounds=Bounds(0, np.inf), constraints=self._constraints)
        assert solution.success, solution.message
        return np.round(solution.x)

    def claim(self, number: int) -> Claim | None:
        """What follows for one record, None when there need not be one or may be k."""
        one = np.zeros(len(self.records))
        one[number] = 1
        least, most = int(self.solve(one)[number]), int(self.solve(-one)[number])
        record = dict(zip(self._known.values, self.records[number], strict=True))
        if not 0 < least <= most < K or UNSEEN in record.values():
            return None
        return Claim(self._known.since, self._known.until, self._known.metric, least, record)
