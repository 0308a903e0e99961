"""How many of the counts that may leave stay, so that what is published never tells of the few that wait.

Totals are exact, and a cell that leaves keeps nothing back of itself. So where all values of a breakdown but one have
just left, the total less what is published would be what waits of that one; likewise a country less its regions, a
page less its cells in a crossing. Therefore whatever is shown in parts shows at least k events fewer than its whole:
the largest of the parts keep back what is missing.

What waits of all values of a breakdown together is known all the same. Where it is nearly as much as may wait of all
that do not leave, some must be of each: of two values 11 to 18, as either has 9 at most. Then the largest keeps so much
back that as much would wait if nothing of one of them did. Pure functions over values.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat

from consentkit.stats.breakdowns import BETWEEN, BREAKDOWNS, TOLD, parents_of
from consentkit.stats.enrich.channel import usual_channel
from consentkit.stats.families import WHOLE_BY_TEXT
from consentkit.stats.model import OTHER, Cell, Counts

REMEMBERED = 40
"""How many values of a breakdown are remembered as shown: of more, some always wait of so few that nothing is told."""

_Naming = Callable[[str], str | None]


def _named_in(form: re.Pattern[str]) -> _Naming:
    """Reads the whole's value in the text of a part's, None for `(other)`, which tells none."""
    return lambda value: match[1] if value != OTHER and (match := form.fullmatch(value)) else None


_BY_VALUE: dict[str, tuple[str, _Naming]] = {
    **{name: (whole, _named_in(form)) for name, (whole, form) in WHOLE_BY_TEXT.items()},
    "reason": ("", _named_in(re.compile(r"(.+?): .*"))),
    "referrer": ("channel", usual_channel),
}
"""Breakdowns whose value tells of which value of another it is a part; the classes of requests have totals.

A view of a referrer has another than its usual channel where the address tells one. But where none does, a channel
less its referrers would be what waits of one; and what is kept back hides it in any case (for nothing, on a site that
counts referrers and no channels).
"""

Family = tuple[str, str, str, str]
"""The parts of a whole: breakdown and metric of the parts, breakdown and value of the whole.

The last two are "" where the whole is the metric's total, and the third where it is a total of its own. Totals are
published to the last event.
"""

NONE: Mapping[str, int] = {}


def families_of(cell: Cell) -> list[Family]:
    """Every whole of which a cell is a part, unless more is told of the cell itself."""
    breakdown, value, metric = cell
    if (breakdown, metric) == TOLD:
        return []
    wholes = zip(whole_breakdowns(breakdown), _wholes_of(breakdown, [value]), strict=True)
    told = [(breakdown, metric, name, whole) for name, [whole] in wholes if whole is not None]
    return [(breakdown, metric, "", ""), *told]


def kept_back(leaving: Counts, waiting: Counts, *, threshold: int) -> Counts:
    """How many events of cells that may leave stay: fewer than all, so that `threshold` leave at least, or all of them.

    `leaving` are the events that may leave, at least `threshold` of each cell, and `waiting` those that stay in any
    case, of all cells of the metrics that leave: 0 of a value that was shown before and of which nothing waits. With a
    threshold of 1 there is nothing to hide, and nothing stays.
    """
    kept: Counts = {}
    if threshold > 1:
        # What of a value stays must be settled before its parts are.
        for series in sorted(leaving.keys() - {TOLD}, key=_wholes_first):
            breakdown, metric = series
            parts = _Parts(breakdown, leaving[series], waiting.get(series, NONE), threshold)
            for number, whole in enumerate(("", *whole_breakdowns(breakdown))):
                parts.keep(number, waiting.get((whole, metric), NONE), kept.get((whole, metric), NONE))
            kept[series] = parts.kept
    return kept


def most_waiting(threshold: int) -> int:
    """The most events that may wait of a cell of which more than total and crossings are shown.

    Fewer than `threshold` would leave of it if it kept back as many.
    """
    return 2 * threshold - 1


class _Parts:
    """The values of a breakdown and metric that may leave, by the wholes of which they are parts; `kept` is what stays.

    The first whole of each is the total, the others are values of other breakdowns, in the same order of all.
    """

    def __init__(self, breakdown: str, leaving: Mapping[str, int], waiting: Mapping[str, int], threshold: int) -> None:
        self.kept: dict[str, int] = {}
        self._leaving = leaving
        self._threshold = threshold
        columns = _wholes_of(breakdown, leaving)
        self._wholes = dict(zip(leaving, zip(repeat("", len(leaving)), *columns, strict=True), strict=True))
        self._families = [{"": list(leaving)}, *[_grouped(leaving, column) for column in columns]]
        self._stays = _sums(breakdown, waiting, self._families)
        self._at_most = (threshold - 1) * len(waiting)

    def keep(self, number: int, waiting: Mapping[str, int], kept: Mapping[str, int]) -> None:
        """Keep what is missing of the parts of each whole of this number, of which so much waits or was kept."""
        stays, threshold = self._stays[number], self._threshold
        least = {whole: threshold + waiting.get(whole, 0) + kept.get(whole, 0) for whole in stays}
        if number == 0 and stays[""] > self._at_most - threshold:
            least[""] = max(threshold, self._at_most + 1)
        for whole in sorted([whole for whole, count in stays.items() if count < least[whole]]):
            self._keep_of(self._families[number][whole], least[whole] - stays[whole])

    def _keep_of(self, values: list[str], missing: int) -> None:
        kept, leaving = self.kept, self._leaving
        if len(values) > 1:
            values = sorted(values, key=lambda value: (kept.get(value, 0) - leaving[value], value))
        for value in values:
            if missing <= 0:
                break
            held = kept.get(value, 0)
            left = leaving[value] - held
            more = missing if left - missing >= self._threshold else left
            kept[value] = held + more
            missing -= more
            for stays, whole in zip(self._stays, self._wholes[value], strict=True):
                if whole is not None:
                    stays[whole] += more


def _sums(breakdown: str, waiting: Mapping[str, int], families: Sequence[Iterable[str]]) -> list[dict[str, int]]:
    """How much waits of the parts of each whole, in the order of wholes."""
    total, *others = sums = [dict.fromkeys(some, 0) for some in families]
    total[""] = sum(waiting.values())
    if others:
        for some, column in zip(others, _wholes_of(breakdown, waiting), strict=True):
            for whole, count in zip(column, waiting.values(), strict=True):
                if whole in some:
                    some[whole] += count
    return sums


def _grouped(values: Iterable[str], wholes: Iterable[str | None]) -> dict[str, list[str]]:
    """Values by their wholes."""
    groups: dict[str, list[str]] = {}
    for value, whole in zip(values, wholes, strict=True):
        if whole is not None:
            groups.setdefault(whole, []).append(value)
    return groups


def whole_breakdowns(breakdown: str) -> tuple[str, ...]:
    """The breakdowns of which the values of a breakdown are parts, besides the total; "" for totals of their own."""
    return (_BY_VALUE[breakdown][0],) if breakdown in _BY_VALUE else parents_of(breakdown)


def _wholes_of(breakdown: str, values: Iterable[str]) -> list[list[str | None]]:
    """For each of these their values of which the values are parts, one after the other, None if one tells none."""
    if breakdown in _BY_VALUE:
        named = _BY_VALUE[breakdown][1]
        return [[named(value) or None for value in values]]
    if breakdown in BREAKDOWNS:
        return []
    cut = [value.partition(BETWEEN) for value in values]
    return [[whole[place] if whole[1] else None for whole in cut] for place in (0, 2)]


def _wholes_first(series: tuple[str, str]) -> tuple[int, str, str]:
    """Breakdowns, those that are parts of these, and crossings of either."""
    breakdown, metric = series
    return 1 if breakdown in _BY_VALUE else 0 if breakdown in BREAKDOWNS else 2, breakdown, metric
