"""How many distinct values a breakdown may have in a day, for the past; the private store bounds them so too."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from consentkit.stats.model import OTHER, Cell, storable

Runs = Mapping[Cell, list[list[int]]]
"""By cell the minutes of its events, in several lists, each in order."""


class Admission:
    """Admits at most `most` values of a breakdown a day, those that came first; the others count as `(other)`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day = ""
        self._admitted: defaultdict[str, set[str]] = defaultdict(set)

    def within(self, cell: Cell, day: str) -> Cell:
        """The cell under which one of a day counts, which is not before the day asked for last."""
        if day > self._day:
            self._day = day
            self._admitted.clear()
        admitted = self._admitted[cell.breakdown]
        if cell.value in admitted or cell.value == OTHER:
            return cell
        if len(admitted) < self._most and storable(cell.value):
            admitted.add(cell.value)
            return cell
        return cell._replace(value=OTHER)

    def within_days(self, runs: Runs, begins: Sequence[tuple[int, str]]) -> Runs:
        """The same of what came in on some days; `begins` are they, each with its first minute, in order."""
        crowded = self._crowded(runs)
        found: defaultdict[Cell, list[list[int]]] = defaultdict(list)
        last, _ = begins[-1]
        today: list[Cell] = []
        for cell, some in runs.items():
            if cell.breakdown not in crowded:
                found[cell if storable(cell.value) else cell._replace(value=OTHER)] += some
                if any(minutes[-1] >= last for minutes in some):
                    today.append(cell)
        for (begin, day), (end, _) in zip(begins, [*begins[1:], (max(last, _latest(runs)) + 1, "")], strict=True):
            came = [(cell, _between(some, begin, end)) for cell, some in runs.items() if cell.breakdown in crowded]
            for cell, some in sorted([one for one in came if one[1]], key=_first):
                found[self.within(cell, day)] += some
        for cell in today:
            self.within(cell, begins[-1][1])
        return found

    def _crowded(self, runs: Runs) -> set[str]:
        """The breakdowns that may have too many values on one of the days."""
        values: defaultdict[str, set[str]] = defaultdict(set)
        for cell in runs:
            values[cell.breakdown].add(cell.value)
        return {name for name, some in values.items() if len(some) + len(self._admitted[name]) > self._most}


def _latest(runs: Runs) -> int:
    return max((minutes[-1] for some in runs.values() for minutes in some), default=0)


def _between(some: list[list[int]], begin: int, end: int) -> list[list[int]]:
    cut = [minutes[bisect_left(minutes, begin) : bisect_left(minutes, end)] for minutes in some]
    return [minutes for minutes in cut if minutes]


def _first(one: tuple[Cell, list[list[int]]]) -> int:
    return min(minutes[0] for minutes in one[1])
