"""Lists of values with their counts, narrowed by filters: figures as values, without words and markup."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from consentkit.dashboard.figures import CLASS
from consentkit.dashboard.groups import (
    ALWAYS,
    CLASSES,
    EXIT,
    GROUPS,
    MAY_KNOW_NOTHING,
    breakdown_of,
    is_told,
    measure_of,
    metrics_of,
)
from consentkit.dashboard.periods import Period
from consentkit.dashboard.state import Filter
from consentkit.stats.breakdowns import BREAKDOWNS, CONVERSIONS, MOVES, REQUESTS, VIEWS, crossed
from consentkit.stats.model import NONE, OTHER
from consentkit.stats.report import share_of
from consentkit.stats.stores import SinkReader
from consentkit.stats.stores.protocol import Sums

LAST = (NONE, OTHER)
"""Shown after the values of a list whatever their counts."""
NO_ANSWER = (*LAST, "(unknown)")
BEGINNINGS = frozenset({"page", "channel", "campaign"})
"""How visits begin. The view that reaches a goal seldom has the campaign or the channel that brought its visitor, so
goals are told by these of measured visits, which carry how they began."""
PARTS = {"move": ("page", " → "), "region": ("country", "-"), "browser_version": ("browser", " ")}
"""Lists whose values begin with the value of another breakdown, which need no crossing with it; what stands between."""


Rows = list[tuple[str, int]]
Order = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is searched for, in any case: in its values as they are stored and, where they have names, in what
    `said` makes of them."""

    text: str = ""
    said: Callable[[str], str] | None = None

    @property
    def in_names(self) -> bool:
        """Whether it looks at names, which only the reader's language has."""
        return bool(self.text) and self.said is not None

    def finds(self, value: str) -> bool:
        """Whether a value is looked for."""
        wanted = self.text.casefold()
        return wanted in value.casefold() or (self.said is not None and wanted in self.said(value).casefold())


ALL = Search()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The head of a list. `total` is what the shares are of; `shown` (0–1) the share of it that has a value by now;
    `count` is how many values there are in all; `missing` names the breakdowns of which no crossing is stored."""

    key: str
    metric: str
    rows: tuple[tuple[str, int], ...]
    total: int
    shown: float
    count: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the first page: the lists that are offered, and the one that is shown; `asked` by the address."""

    group: str
    offered: tuple[str, ...]
    ranking: Ranking
    asked: bool
    is_own: bool = False
    """Whether the list is of what is filtered by: one value, which the chips and the headline figures tell."""

    @property
    def stands(self) -> bool:
        """Whether it has its card: under filters only where there is a list to read, or somebody asked for this one."""
        return self.asked or not (self.ranking.missing or self.is_own)


@dataclass(frozen=True, slots=True)
class Scope:
    """What lists are read of: a period, and in it what the filters let through. `shown` is of all of the period;
    `threshold` holds for what is computed of two counts too."""

    reader: SinkReader
    period: Period
    filters: tuple[Filter, ...]
    totals: Mapping[str, int]
    shown: Sums
    threshold: int


def read_scope(reader: SinkReader, period: Period, filters: tuple[Filter, ...], threshold: int | None) -> Scope:
    """The totals that the lists of a page share."""
    shown = reader.shown(period.first, period.last)
    if not filters:
        return Scope(reader, period, (), reader.totals(period.first, period.last), shown, threshold or 1)
    cell = cell_of(reader, filters)
    totals = reader.value_totals(*cell, period.first, period.last) if cell else {}
    return Scope(reader, period, filters, totals, shown, threshold or 1)


def cell_of(reader: SinkReader, filters: Sequence[Filter]) -> tuple[str, str] | None:
    """The breakdown and the value of all that the filters let through; None where no crossing of them is stored."""
    if len(filters) == 1:
        return filters[0].breakdown, filters[0].value
    stored = reader.crossing(filters[0].breakdown, filters[1].breakdown)
    if stored is None:
        return None
    values = {one.breakdown: one.value for one in filters}
    return stored.name, crossed(values[stored.first], values[stored.second])


def metrics_in(scope: Scope, key: str) -> tuple[str, ...]:
    """What a list may be counted by under the filters, its own first."""
    if key == "goal" and not BEGINNINGS.isdisjoint(one.breakdown for one in scope.filters):
        return (CONVERSIONS,)
    return metrics_of(key)


def metric_in(scope: Scope, key: str, asked: str) -> str:
    """The metric asked for if the list may be counted by it, else its own."""
    metrics = metrics_in(scope, key)
    return asked if asked in metrics else metrics[0]


def read_places(
    scope: Scope, by: str, lists: Mapping[str, str], limit: int, counted: Collection[str] = tuple(BREAKDOWNS)
) -> tuple[Place, ...]:
    """The heads of the first page's lists; `lists` names the one of each place, `counted` what is counted by now."""
    always = [key for key in ALWAYS if is_told(key, counted)]
    places = []
    for group, keys in GROUPS.items():
        offered = tuple(key for key in keys if key in always or _answers(scope, key))
        if not offered or (group == "hosts" and not _several(scope, "host")):
            continue
        asked = lists.get(group, "")
        wanted = (asked,) if asked in offered else offered
        keys_left = [key for key in wanted if not is_own(scope, key)] or [wanted[0]]
        heads = (read_head(scope, key, measure_of(key, by), limit) for key in keys_left)
        first = next(heads)
        head = next((head for head in heads if not head.missing), first) if first.missing else first
        places.append(Place(group, offered, head, asked in offered, is_own(scope, head.key)))
    return tuple(places)


def is_own(scope: Scope, key: str) -> bool:
    """Whether a list is of what is filtered by."""
    return any(one.breakdown == breakdown_of(key) for one in scope.filters)


def read_head(scope: Scope, key: str, by: str, limit: int) -> Ranking:
    """The head of a list, what is in LAST after it."""
    if key == CLASSES:
        return _missing(scope, key, REQUESTS) if scope.filters else class_ranking(scope.totals)
    metric, breakdown = metric_in(scope, key, by), breakdown_of(key)
    if scope.filters or key == EXIT:
        found = _filtered(scope, key, metric) if key != EXIT else _exits(scope)
        if found is None:
            return _missing(scope, key, metric)
        rows, by_value = found, sum(count for value, count in found if value != OTHER)
    else:
        rows = scope.reader.top(breakdown, metric, scope.period.first, scope.period.last, limit + len(LAST) + 1)
        by_value = scope.shown.get((breakdown, metric), 0)
    named = [row for row in rows if row[0] not in LAST][:limit]
    rest = sorted((row for row in rows if row[0] in LAST), key=lambda row: row[0] == OTHER)
    total = scope.totals.get(metric, 0)
    # Values count on the day of their release, so that a short period may show more than it counted.
    whole = max(total, by_value + sum(count for value, count in rest if value == OTHER))
    if key == EXIT:
        return Ranking(key, metric, (*named, *rest), by_value, 1.0)
    return Ranking(key, metric, (*named, *rest), whole, share_of(by_value, total))


def read_list(
    scope: Scope, key: str, by: str, *, limit: int, offset: int, search: Search = ALL, order: Order | None = None
) -> Ranking:
    """A stretch of a whole list, largest first, or by what `order` makes of each value."""
    if key == CLASSES:
        return _missing(scope, key, REQUESTS) if scope.filters else class_ranking(scope.totals)
    metric, breakdown = metric_in(scope, key, by), breakdown_of(key)
    total = scope.totals.get(metric, 0)
    if scope.filters or key == EXIT:
        found = _filtered(scope, key, metric) if key != EXIT else _exits(scope)
        if found is None:
            return _missing(scope, key, metric)
        by_value = sum(count for value, count in found if value != OTHER)
        total = by_value if key == EXIT else total
        rows = [row for row in found if search.finds(row[0])]
    else:
        by_value = scope.shown.get((breakdown, metric), 0)
        if not (order or search.in_names):
            days, wanted = (scope.period.first, scope.period.last), search.text or None
            rows = scope.reader.top(breakdown, metric, *days, limit, offset=offset, search=wanted)
            count = scope.reader.count_values(breakdown, metric, *days, wanted)
            return Ranking(key, metric, tuple(rows), max(total, by_value), share_of(by_value, total), count)
        rows = searched(scope, breakdown, metric, search)
    if order:
        rows = sorted(rows, key=lambda row: order(row[0]))
    shown = tuple(rows[offset : offset + limit])
    return Ranking(key, metric, shown, max(total, by_value), share_of(by_value, total), len(rows))


def searched(scope: Scope, breakdown: str, metric: str, search: Search) -> Rows:
    """The values of a period that a search finds, largest first."""
    wanted = None if search.in_names else search.text or None
    rows = scope.reader.top(breakdown, metric, scope.period.first, scope.period.last, None, search=wanted)
    return [row for row in rows if search.finds(row[0])] if search.in_names else rows


def class_ranking(totals: Mapping[str, int]) -> Ranking:
    """The classes of requests, largest first; they add up to all requests and need no threshold."""
    rows = [(name.removeprefix(CLASS), count) for name, count in totals.items() if name.startswith(CLASS) and count]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return Ranking(CLASSES, REQUESTS, tuple(rows), sum(count for _, count in rows), 1.0, len(rows))


def _filtered(scope: Scope, key: str, metric: str) -> Rows | None:
    """The values of a list that the filters let through; None where no crossing tells."""
    breakdown = breakdown_of(key)
    own = [one for one in scope.filters if one.breakdown == breakdown]
    others = [one for one in scope.filters if one.breakdown != breakdown]
    if not others:
        return [(own[0].value, scope.totals[metric])] if scope.totals.get(metric) else []
    if len(others) > 1:
        return None
    if key in PARTS and PARTS[key][0] == others[0].breakdown:
        return _parts(scope, key, others[0].value, metric)
    if scope.reader.crossing(others[0].breakdown, breakdown) is None:
        return None
    where = (others[0].breakdown, others[0].value)
    rows = scope.reader.top(breakdown, metric, scope.period.first, scope.period.last, None, where=where)
    return [row for row in rows if row[0] == own[0].value] if own else rows


def _exits(scope: Scope) -> Rows | None:
    """Views of each page minus the moves onward from it; what still waits of either is in neither."""
    views, moves = (
        _filtered(scope, "page", metric) if scope.filters else _all(scope, metric) for metric in (VIEWS, MOVES)
    )
    if views is None or moves is None:
        return None
    onward = dict(moves)
    found = [(value, count - onward.get(value, 0)) for value, count in views if value != OTHER]
    return sorted((row for row in found if row[1] >= scope.threshold), key=lambda row: (-row[1], row[0]))


def _all(scope: Scope, metric: str) -> Rows:
    return scope.reader.top("page", metric, scope.period.first, scope.period.last, None)


def _parts(scope: Scope, key: str, whole: str, metric: str) -> Rows:
    start = whole + PARTS[key][1]
    found = scope.reader.top(key, metric, scope.period.first, scope.period.last, None, search=start)
    return [row for row in found if row[0].startswith(start)]


def _missing(scope: Scope, key: str, metric: str) -> Ranking:
    breakdown = breakdown_of(key)
    return Ranking(key, metric, (), 0, 0.0, missing=(*(one.breakdown for one in scope.filters), breakdown))


def _several(scope: Scope, breakdown: str) -> bool:
    return len(scope.reader.top(breakdown, VIEWS, scope.period.first, scope.period.last, 2)) > 1


def _answers(scope: Scope, key: str) -> bool:
    """Whether a list holds a value that answers anything: not only `(none)`, `(unknown)` and the rest."""
    breakdown, metric = breakdown_of(key), metrics_of(key)[0]
    if key not in MAY_KNOW_NOTHING or not scope.shown.get((breakdown, metric)):
        return (breakdown, metric) in scope.shown
    head: Sequence[tuple[str, int]] = scope.reader.top(
        breakdown, metric, scope.period.first, scope.period.last, len(NO_ANSWER) + 1
    )
    return any(value not in NO_ANSWER for value, _ in head)
