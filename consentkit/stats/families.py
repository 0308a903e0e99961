"""Which cells are parts of others, and whether the parts fit into the whole.

Each event of a part is an event of the whole as well: a view of `/a` by e-mail (a cell of a crossing) is a view of `/a`
and a view by e-mail. What was ever counted of the parts is therefore at most what was ever counted of the whole, be it
published or waiting. The two are released at different moments, and what is over a bound or waits too long moves to
`(other)`, each for itself. So what the parts are ahead of their wholes is, all wholes together, at most what the
wholes' breakdown has in `(other)`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from consentkit.stats.breakdowns import BETWEEN, CONVERSIONS, GOALS, VIEWS, VISITS, metrics_of, parents_of
from consentkit.stats.finding import Finding
from consentkit.stats.model import OTHER, Cell

WHOLE_BY_TEXT = {
    "browser_version": ("browser", re.compile(r"(.+?)(?: \d{1,4})?")),
    "region": ("country", re.compile(r"([A-Z]{2})-.*")),
    "move": ("page", re.compile(r"(.*) → .*")),
    "missing_from": ("missing", re.compile(r"(.*) ← .*")),
    "outbound_from": ("outbound", re.compile(r"(.*) ← .*")),
}
"""Breakdowns whose value tells that of another one, and where in the text."""

_WHOLE_BY_METRIC = {VISITS: VIEWS}
"""Metrics whose events are events of another metric too, with the same values."""


class Series(NamedTuple):
    """All cells of a breakdown and a metric."""

    breakdown: str
    metric: str


def wholes_of(cell: Cell) -> Iterator[Cell]:
    """The cells of which a cell is a part."""
    breakdown, value, metric = cell
    if value == OTHER:
        return
    whole = GOALS if (breakdown, metric) == ("goal", CONVERSIONS) else _WHOLE_BY_METRIC.get(metric)
    if whole in metrics_of(breakdown):
        yield Cell(breakdown, value, str(whole))
    parents = parents_of(breakdown)
    if parents:
        first, _, second = value.partition(BETWEEN)
        yield Cell(parents[0], first, metric)
        yield Cell(parents[1], second, metric)
    elif breakdown in WHOLE_BY_TEXT:
        parent, form = WHOLE_BY_TEXT[breakdown]
        if match := form.fullmatch(value):
            yield Cell(parent, match[1], metric)


def family_findings(
    held: Mapping[Cell, int], *, removed: Mapping[tuple[str, str], int], waiting: int, known: Iterable[Cell]
) -> Iterator[Finding]:
    """Parts that are more than their wholes.

    `held` is all that is known to have been counted, and of each cell at most `waiting` events more may wait that
    nobody told; `removed` is what retention removed by (breakdown, metric); only `known` values are named.
    """
    may_be_named = set(known)
    for (part, whole), sums in _sums_of_parts(held).items():
        more = {value: count - _most(held, whole, value, waiting) for value, count in sums.items()}
        ahead = {value: events for value, events in more.items() if events > 0}
        covered = _most(held, whole, OTHER, waiting) + removed.get((whole.breakdown, whole.metric), 0)
        if sum(ahead.values()) > covered:
            value = max(ahead, key=lambda value: (ahead[value], value))
            has_name = Cell(whole.breakdown, value, whole.metric) in may_be_named
            yield Finding(
                "family",
                f"{part.metric} by {part.breakdown} within {whole.metric} by {whole.breakdown}"
                + (f" {value!r}" if has_name else ""),
                f"the parts are ahead of their wholes by {sum(ahead.values())} events, "
                f"of which {covered} can be in {OTHER}",
                "somebody changed the figures: restore them from a backup",
            )


def _sums_of_parts(held: Mapping[Cell, int]) -> Mapping[tuple[Series, Series], Counter[str]]:
    """By the series of the parts and of the wholes, the events of all parts of each whole, which has that value."""
    sums: defaultdict[tuple[Series, Series], Counter[str]] = defaultdict(Counter)
    for cell, count in held.items():
        for whole in wholes_of(cell):
            pair = Series(cell.breakdown, cell.metric), Series(whole.breakdown, whole.metric)
            sums[pair][whole.value] += count
    return sums


def _most(held: Mapping[Cell, int], series: Series, value: str, waiting: int) -> int:
    return held.get(Cell(series.breakdown, value, series.metric), 0) + waiting
