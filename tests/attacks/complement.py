"""Attack: subtract what a breakdown shows from the exact total, or what a crossing shows from a cell of its dimension.

After a release nothing waits in the cells that it published. Where all values but one are among them, the rest is of
that one. It takes for granted that there is no value which the sink has never shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consentkit.stats.breakdowns import BETWEEN
from consentkit.stats.model import Cell
from tests.attacks.claims import Claim
from tests.attacks.reconstruction import releases_of
from tests.attacks.world import CROSSINGS, K, Step


@dataclass
class _Seen:
    """All that was ever published of a metric: by cell, in all, and when each cell was last."""

    total: int = 0
    published: Counter[Cell] = field(default_factory=Counter)
    last: dict[Cell, float] = field(default_factory=dict)

    def add(self, step: Step, metric: str) -> set[Cell]:
        """Take a release in; the cells in which nothing waits now."""
        cells = {cell: count for cell, count in step.cells.items() if cell.metric == metric}
        self.published.update(cells)
        self.last.update(dict.fromkeys(cells, step.when))
        return set(cells)


def remainders(steps: Sequence[Step], metric: str) -> list[Claim]:
    """The values of which 1 to k − 1 events are known to wait, after each release."""
    seen, claims, released = _Seen(), [], {id(step) for step in releases_of(steps, metric)}
    for step in steps:
        seen.total += sum(count for (_, name), count in step.totals.items() if name == metric)
        settled = seen.add(step, metric)
        if id(step) in released:
            claims += [_claim(step, seen, cell, count) for cell, count in _rests(seen, settled) if 0 < count < K]
    return claims


def _claim(step: Step, seen: _Seen, cell: Cell, count: int) -> Claim:
    return Claim(seen.last[cell], step.when, cell.metric, count, {cell.breakdown: cell.value})


def _rests(seen: _Seen, settled: set[Cell]) -> Iterator[tuple[Cell, int]]:
    """Each cell that alone is not settled of a whole that is known, and how much of the whole is not shown."""
    families: defaultdict[Cell | str, list[Cell]] = defaultdict(list)
    parents = {crossing.name: (crossing.first, crossing.second) for crossing in CROSSINGS}
    for cell in seen.published:
        if cell.breakdown not in parents:
            families[cell.breakdown].append(cell)
        elif BETWEEN in cell.value:
            for name, value in zip(parents[cell.breakdown], cell.value.split(BETWEEN), strict=True):
                families[Cell(name, value, cell.metric)].append(cell)
    for whole, found in families.items():
        if isinstance(whole, str):
            yield from _rest(seen, settled, found, seen.total)
        elif whole in settled:
            for name in {cell.breakdown for cell in found}:
                yield from _rest(seen, settled, [c for c in found if c.breakdown == name], seen.published[whole])


def _rest(seen: _Seen, settled: set[Cell], cells: list[Cell], whole: int) -> Iterator[tuple[Cell, int]]:
    unsettled = [cell for cell in cells if cell not in settled]
    if len(unsettled) == 1:
        yield unsettled[0], whole - sum(seen.published[cell] for cell in cells)
