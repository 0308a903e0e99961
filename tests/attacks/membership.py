"""Attack: somebody knows all about a visit, its values and its minute, and wants to see in the sink that it was made.

He knows neither the other visits nor whether this one was made. Two ways: one time that he can tell for certain, and
the guess that it was made because its cells grew with the next release.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consentkit.stats.model import Cell
from tests.attacks.claims import Claim
from tests.attacks.keeping import Waits, releases_of, waits_after
from tests.attacks.world import Step, Truth


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a release says about a view that may be in it: whether there certainly was one with all its values, and
    which share of its cells grew."""

    certain: bool
    grown: float


def suspicions(steps: Sequence[Step], views: Iterable[Truth], metric: str, *, threshold: int) -> list[Suspicion]:
    """For views that were made, or could have been made, what the first release after their moment says."""
    releases, waits = releases_of(steps, metric), waits_after(steps, metric, threshold)
    ends = [step.when for step in releases]
    found = []
    for view in views:
        number = bisect_left(ends, view.when)
        if number < len(releases):
            before = waits[number - 1] if number else None
            found.append(_suspicion(releases[number], before, view, metric))
    return found


def _suspicion(release: Step, before: Waits | None, view: Truth, metric: str) -> Suspicion:
    """Certain is what the sums leave no way around: of `events`, those without a value are so few that even if each
    lacks only one of the values, one event has them all."""
    events = release.fresh[metric]
    cells = [cell for name, value in view.values.items() if (cell := Cell(name, value, metric))]
    lacking = sum(events - min(events, _least(release, before, cell)) for cell in cells)
    return Suspicion(lacking < events, sum(cell in release.cells for cell in cells) / len(cells))


def _least(release: Step, before: Waits | None, cell: Cell) -> int:
    """How many events of a release are of a cell at least: the others may have waited in it before."""
    return max(0, release.cells.get(cell, 0) - (before.most(cell) if before else 0))


def shared_by_all(steps: Sequence[Step], metric: str, breakdown: str, *, threshold: int) -> list[Claim]:
    """The releases of which every event must have had the same value: whoever knows of one learns the value of it."""
    releases, waits = releases_of(steps, metric), waits_after(steps, metric, threshold)
    claims = []
    for number, release in enumerate(releases):
        before = releases[number - 1] if number else None
        for cell in release.cells:
            if (cell.breakdown, cell.metric) == (breakdown, metric):
                least = _least(release, waits[number - 1] if number else None, cell)
                if least >= release.fresh[metric]:
                    since = before.when if before else 0.0
                    claims.append(Claim(since, release.when, metric, release.fresh[metric], {breakdown: cell.value}))
    return claims


def advantage(made: Sequence[Suspicion], not_made: Sequence[Suspicion]) -> float:
    """How much oftener (0 to 1) the best guess "it was made, as so many of its cells grew" is right than wrong."""
    marks = {suspicion.grown for suspicion in (*made, *not_made)}
    return max(_share(made, mark) - _share(not_made, mark) for mark in marks)


def _share(suspicions: Sequence[Suspicion], mark: float) -> float:
    return sum(suspicion.grown >= mark for suspicion in suspicions) / len(suspicions)


def told_apart(with_it: Iterable[Step], without: Iterable[Step]) -> dict[Cell, tuple[int, int]]:
    """The cells that differ between the sink as it is and as it would be without one view, summed over all days."""
    one, other = (_sums(steps) for steps in (with_it, without))
    return {cell: (one[cell], other[cell]) for cell in one.keys() | other.keys() if one[cell] != other[cell]}


def _sums(steps: Iterable[Step]) -> Counter[Cell]:
    sums: Counter[Cell] = Counter()
    for step in steps:
        sums.update(step.cells)
    return sums
