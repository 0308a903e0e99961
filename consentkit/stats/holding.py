"""How many of the counts that may leave stay, so that what is published never tells of the few that wait.

Totals are exact, and a cell that leaves keeps nothing back of itself. So where all values of a breakdown but one have
just left, the total less what is published would be what waits of that one; likewise a country less its regions, a
page less its cells in a crossing. Therefore whatever is shown in parts shows at least k events fewer than its whole:
the largest of the parts keep back what is missing. Pure functions over values.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.families import WHOLE_BY_TEXT, wholes_of
from consentkit.stats.model import Cell

_BY_TOTAL = {"reason": re.compile(r"(.+?): ")}
"""Breakdowns of which parts have totals of their own, told by the beginning of the value."""


class Family(NamedTuple):
    """The parts of a whole: the cells of a breakdown and metric that are parts of a value of another breakdown.

    `whole` is "" where the whole is a total, and so published to the last event.
    """

    breakdown: str
    metric: str
    whole: str
    value: str


def families_of(cell: Cell) -> Iterator[Family]:
    """Every whole of which a cell is a part."""
    breakdown, value, metric = cell
    yield Family(breakdown, metric, "", "")
    if breakdown in _BY_TOTAL and (match := _BY_TOTAL[breakdown].match(value)):
        yield Family(breakdown, metric, "", match[1])
    for whole in wholes_of(cell):
        if whole.metric == metric:
            yield Family(breakdown, metric, whole.breakdown, whole.value)


def kept_back(leaving: Mapping[Cell, int], waiting: Mapping[Cell, int], *, threshold: int) -> dict[Cell, int]:
    """How many events of cells that may leave stay: fewer than all, so that `threshold` leave at least, or all of them.

    `leaving` are the events that may leave, at least `threshold` of each cell, and `waiting` those that stay in any
    case, of all cells of the metrics that leave.
    """
    parts: defaultdict[Family, list[Cell]] = defaultdict(list)
    for cell in leaving:
        for family in families_of(cell):
            parts[family].append(cell)
    stays = _sums(waiting, parts)
    kept: Counter[Cell] = Counter()
    for family in sorted(parts, key=_wholes_first):
        whole = Cell(family.whole, family.value, family.metric)
        missing = threshold + waiting.get(whole, 0) + kept[whole] - stays[family]
        for cell in sorted(parts[family], key=lambda cell: (kept[cell] - leaving[cell], cell.value)):
            left = leaving[cell] - kept[cell]
            if missing <= 0 or left <= 0:
                break
            more = missing if left - missing >= threshold else left
            kept[cell] += more
            missing -= more
            for other in families_of(cell):
                stays[other] += more
    return dict(+kept)


def _sums(waiting: Mapping[Cell, int], wanted: Iterable[Family]) -> Counter[Family]:
    """How much waits of families."""
    sums: Counter[Family] = Counter(dict.fromkeys(wanted, 0))
    for cell, count in waiting.items():
        for family in families_of(cell):
            if family in sums:
                sums[family] += count
    return sums


def _wholes_first(family: Family) -> tuple[int, Family]:
    """What of a value waits must be settled before its parts are."""
    name = family.breakdown
    return (1 if name in WHOLE_BY_TEXT else 0 if name in BREAKDOWNS else 2), family
