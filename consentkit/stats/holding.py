"""How many of the counts that may leave stay, so that what is published never tells of the few that wait.

Totals are exact, and a cell that leaves keeps nothing back of itself. So where all values of a breakdown but one have
just left, the total less what is published would be what waits of that one; likewise a country less its regions, a
page less its cells in a crossing. Therefore whatever is shown in parts shows at least k events fewer than its whole:
the largest of the parts keep back what is missing. Pure functions over values.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from consentkit.stats.breakdowns import BETWEEN, BREAKDOWNS, parents_of
from consentkit.stats.families import WHOLE_BY_TEXT
from consentkit.stats.model import OTHER, Cell, Counts

_BY_TEXT = {**WHOLE_BY_TEXT, "reason": ("", re.compile(r"(.+?): .*"))}
"""Breakdowns whose value tells of which value of another it is a part; the classes of requests have totals."""


Family = tuple[str, str, str, str]
"""The parts of a whole: breakdown and metric of the parts, breakdown and value of the whole.

The last two are "" where the whole is the metric's total, and the third where it is a total of its own. Totals are
published to the last event.
"""

Place = tuple[str, str, str]
"""Breakdown, value and metric, a cell."""
NONE: Mapping[str, int] = {}


def families_of(cell: Cell) -> list[Family]:
    """Every whole of which a cell is a part."""
    breakdown, value, metric = cell
    families = [(breakdown, metric, "", "")]
    for whole, part in _wholes_of(breakdown, value):
        families.append((breakdown, metric, whole, part))
    return families


def _wholes_of(breakdown: str, value: str) -> Iterable[tuple[str, str]]:
    """The breakdowns and values of which the value of a breakdown is a part, besides the breakdown's total."""
    if value == OTHER:
        return ()
    if parents := parents_of(breakdown):
        first, _, second = value.partition(BETWEEN)
        return (parents[0], first), (parents[1], second)
    if breakdown in _BY_TEXT:
        whole, form = _BY_TEXT[breakdown]
        match = form.fullmatch(value)
        return ((whole, match[1]),) if match else ()
    return ()


def kept_back(leaving: Mapping[Cell, int], waiting: Counts, *, threshold: int) -> dict[Cell, int]:
    """How many events of cells that may leave stay: fewer than all, so that `threshold` leave at least, or all of them.

    `leaving` are the events that may leave, at least `threshold` of each cell, and `waiting` those that stay in any
    case, of all cells of the metrics that leave. With a threshold of 1 there is nothing to hide, and nothing stays.
    """
    if threshold <= 1:
        return {}
    families = {cell: families_of(cell) for cell in leaving}
    parts: defaultdict[Family, list[Cell]] = defaultdict(list)
    for cell, found in families.items():
        for family in found:
            parts[family].append(cell)
    stays = _sums(waiting, parts)
    kept: defaultdict[Place, int] = defaultdict(int)
    # What of a value stays must be settled before its parts are; among others no family takes from another.
    for level in _wholes_first(parts):
        of_wholes = {family: threshold + _stays_of_whole(family, waiting, kept) for family in level}
        for family in sorted(family for family, least in of_wholes.items() if stays[family] < least):
            some = parts[family]
            if len(some) > 1:
                some = sorted(some, key=lambda cell: (kept.get(cell, 0) - leaving[cell], cell[1]))
            for cell in some:
                if (more := of_wholes[family] - stays[family]) <= 0:
                    break
                left = leaving[cell] - kept.get(cell, 0)
                more = more if left - more >= threshold else left
                kept[cell] += more
                for other in families[cell]:
                    stays[other] += more
    return {cell: kept[cell] for cell in leaving if kept.get(cell)}


def most_waiting(threshold: int) -> int:
    """The most events that may wait of a cell of which more than total and crossings are shown.

    Fewer than `threshold` would leave of it if it kept back as many.
    """
    return 2 * threshold - 1


def _stays_of_whole(family: Family, waiting: Counts, kept: Mapping[Place, int]) -> int:
    _, metric, whole, value = family
    if not whole:
        return 0
    return waiting.get((whole, metric), NONE).get(value, 0) + kept.get((whole, value, metric), 0)


def _sums(waiting: Counts, wanted: Iterable[Family]) -> Counter[Family]:
    """How much waits of families."""
    sums: Counter[Family] = Counter(dict.fromkeys(wanted, 0))
    for breakdown, metric in {family[:2] for family in sums}:
        values = waiting.get((breakdown, metric), {})
        sums[breakdown, metric, "", ""] = sum(values.values())
        for whole, count in _sums_of_parts(breakdown, values).items():
            family = (breakdown, metric, *whole)
            if family in sums:
                sums[family] = count
    return sums


def _sums_of_parts(breakdown: str, values: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """By whole, as breakdown and value, what of a breakdown's values are parts of it."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    if parents := parents_of(breakdown):
        # Of a busy site these are most of what waits: so it takes a third of the time.
        (rows, columns), partition = parents, str.partition
        for value, count in values.items():
            first, between, second = partition(value, BETWEEN)
            if between:
                found[rows, first] += count
                found[columns, second] += count
    elif breakdown in _BY_TEXT:
        for value, count in values.items():
            for whole in _wholes_of(breakdown, value):
                found[whole] += count
    return found


def _wholes_first(families: Iterable[Family]) -> list[list[Family]]:
    """Families of breakdowns, of those that are parts of these, and of crossings of either."""
    levels: list[list[Family]] = [[], [], []]
    for family in families:
        name = family[0]
        levels[1 if name in _BY_TEXT else 0 if name in BREAKDOWNS else 2].append(family)
    return levels
