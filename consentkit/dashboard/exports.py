"""What the dashboard shows as tables to take away: lists, days, everything that is on the first page."""

import datetime as dt
from collections.abc import Sequence

from consentkit.dashboard.groups import CLASSES, ENTRY, EXIT, breakdown_of
from consentkit.dashboard.overview import Overview
from consentkit.dashboard.rankings import Ranking, Scope, Search, metrics_in, read_list, searched
from consentkit.dashboard.series import Spot
from consentkit.exporters.table import Column, Kind, Table, Value, columns, facts
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.stores import SinkReader

LONGEST = 100_000
"""Rows of a list."""

_DAYS = columns(day=Kind.DAY, views=Kind.COUNT, visits=Kind.COUNT, requests=Kind.COUNT)
_FIGURES = columns(figure=Kind.TEXT, value=Kind.NUMBER, compared=Kind.NUMBER, before=Kind.NUMBER)


def list_table(scope: Scope, key: str, by: str, search: Search) -> Table:
    """A whole list with every metric that it has; largest first by the metric that it is shown by."""
    counts: dict[str, dict[str, int]] = {}
    metrics = _metrics(scope, key, by)
    for metric in metrics:
        for value, count in _rows(scope, key, metric, search):
            counts.setdefault(value, {})[metric] = count
    # What a site does not count, where it asks nothing or nobody carries a state, is no column of zeros.
    shown = [
        metric
        for metric in metrics
        if metric in metrics_in(scope, key) or any(metric in one for one in counts.values())
    ]
    rows: list[tuple[Value, ...]] = [
        (value, *(found.get(metric, 0) for metric in shown)) for value, found in counts.items()
    ]
    return Table(key, (Column("value", Kind.TEXT), *(Column(name, Kind.COUNT) for name in shown)), rows)


def _metrics(scope: Scope, key: str, by: str) -> tuple[str, ...]:
    own = metrics_in(scope, key)
    every = own if scope.filters or key in (CLASSES, ENTRY, EXIT) else BREAKDOWNS[breakdown_of(key)]
    return tuple(sorted(every, key=lambda metric: metric != by))


def _rows(scope: Scope, key: str, metric: str, search: Search) -> Sequence[tuple[str, int]]:
    if metric in metrics_in(scope, key):
        return read_list(scope, key, metric, limit=LONGEST, offset=0, search=search).rows
    return searched(scope, breakdown_of(key), metric, search)[:LONGEST]


def numbers(name: str, header: Sequence[str], rows: Sequence[tuple[Value, ...]]) -> Table:
    """A table of numbers whose first column says what they are of."""
    first, *others = header
    return Table(name, (Column(first, Kind.TEXT), *(Column(one, Kind.NUMBER) for one in others)), rows)


def days_table(reader: SinkReader, first: dt.date, last: dt.date) -> Table:
    """Each day of a period, those without figures too."""
    found: dict[str, dict[str, int]] = {}
    for text, metric, count in reader.days(first, last):
        found.setdefault(text, {})[metric] = count
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    names = [column.name for column in _DAYS[1:]]
    rows: list[tuple[Value, ...]] = [
        (day, *(found.get(day.isoformat(), {}).get(name, 0) for name in names)) for day in days
    ]
    return Table("days", _DAYS, rows)


def filtered_days(overview: Overview) -> Table:
    """The days of what the filters let through, of which only views and visits are known."""
    rows: list[tuple[Value, ...]] = [
        (spot.first, spot.counts.views, spot.counts.visits) for spot in overview.curve.spots if spot.inside
    ]
    return Table("days", _DAYS[:3], rows)


def screen_tables(overview: Overview) -> list[Table]:
    """What the first page shows: the headline figures, the chart, and the head of each list."""
    figures = [
        (one.figure, one.value, one.compared if one.was is not None else None, one.was) for one in overview.headlines
    ]
    return [
        _choices(overview),
        Table("figures", _FIGURES, figures),
        _chart(overview),
        *(_list(place.ranking) for place in overview.places if not place.ranking.missing),
    ]


def _choices(overview: Overview) -> Table:
    """What the page was asked for."""
    state, compared = overview.state, overview.compared
    rows = [("first day", state.period.first.isoformat()), ("last day", state.period.last.isoformat())]
    if compared is not None:
        rows += [("compared, first day", compared.now.first.isoformat()), ("last", compared.now.last.isoformat())]
        rows += [("before, first day", compared.before.first.isoformat()), ("last", compared.before.last.isoformat())]
    rows += [(f"only {one.breakdown}", one.value) for one in state.filters]
    return facts("about", rows)


def _chart(overview: Overview) -> Table:
    curve = overview.curve
    place = Column("begin", Kind.MOMENT) if curve.step == "hour" else Column("first", Kind.DAY)
    named = (place, Column("last", Kind.DAY), Column(curve.figure, Kind.NUMBER), Column("before", Kind.NUMBER))
    rows = [_spot(one, curve.figure) for one in curve.spots if one.inside]
    return Table("chart", named, rows)


def _spot(spot: Spot, figure: str) -> tuple[Value, ...]:
    last = spot.last.date() if isinstance(spot.last, dt.datetime) else spot.last
    before = spot.before.figure(figure) if spot.before is not None else None
    return spot.first, last, spot.counts.figure(figure), before


def _list(ranking: Ranking) -> Table:
    rows = [(value, count, min(count / ranking.total, 1.0) if ranking.total else None) for value, count in ranking.rows]
    named = (Column("value", Kind.TEXT), Column(ranking.metric, Kind.COUNT), Column("share", Kind.NUMBER))
    return Table(ranking.key, named, rows)
