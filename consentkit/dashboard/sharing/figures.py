"""The figures behind a partner's link."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consentkit.dashboard.groups import CARDS, CLASSES, EXIT, breakdown_of, metrics_of
from consentkit.dashboard.periods import CHOICES, EARLIEST, Period, chosen
from consentkit.dashboard.rankings import LAST, Ranking, class_ranking
from consentkit.dashboard.sharing.folding import Count, added_up, folded_month, months
from consentkit.dashboard.sharing.noise import noisy_series, noisy_values
from consentkit.dashboard.store.shares import BudgetUsedUp, Share, Shares
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.model import OTHER
from consentkit.stats.report import share_of
from consentkit.stats.stores import SinkReader

HEADLINE = "headline"
"""The card of all views and visits, in sum and by day; they are totals, which need no threshold."""
SHAREABLE = (HEADLINE, *(key for key in CARDS if key != EXIT))
ROLLING = tuple(choice for choice in CHOICES if choice != "today")
"""Periods that move on with the days. Today is not over, and its figures still change."""
ONCE = "last-month"
"""The only moving period that may be had with noise: each event lies in one month, so that none is drawn twice."""
LONGEST = 366
"""Days."""
MONTH = len("2026-11")
"""Characters of what a month is called by whose counts are kept in one sum."""


@dataclass(frozen=True, slots=True)
class Day:
    """The totals of one day."""

    day: dt.date
    views: int
    visits: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link shows on some day. `period` is None before its first day is over; `held` says that the budget is
    used up, so that it is the period drawn last."""

    period: Period | None
    days: tuple[Day, ...]
    rankings: tuple[Ranking, ...]
    held: bool = False


def shown_period(text: str, today: dt.date) -> Period | None:
    """The days that are over of a link's period; None while there are none. ValueError for a text that is no period."""
    if text in ROLLING:
        period = chosen(text, today)
    else:
        first, last = (dt.date.fromisoformat(part) for part in text.split("/"))
        if not EARLIEST <= first <= last:
            raise ValueError(f"the period {text!r} ends before it begins")
        period = Period("own", first, last, today)
    last = min(period.last, today - dt.timedelta(days=1))
    return Period(period.choice, period.first, last, today) if period.first <= last else None


def read_shown(reader: SinkReader, shares: Shares, share: Share, threshold: int, today: dt.date) -> Shown:
    """What a link shows today; `threshold` is the sink's, below which the link's own does not go.

    BudgetUsedUp when nothing was drawn and the budget does not do.
    """
    period = shown_period(share.wish.period, today)
    if share.wish.epsilon is None:
        period = _by_day(reader, period)
        smallest = max(share.wish.threshold, threshold)
        return _exact(reader, share, smallest, period) if period else Shown(None, (), ())
    if period is None or (share.wish.period not in ROLLING and period.last < _last_of(share)):
        return Shown(None, (), ())
    return _noisy(reader, shares, share, threshold, period)


def _by_day(reader: SinkReader, period: Period | None) -> Period | None:
    """The days of which counts by value are kept by the day: a month's sum would be other than what was gathered."""
    kept_from = reader.by_month_before()
    if period is None or kept_from is None or kept_from <= period.first:
        return period
    return Period("own", kept_from, period.last, period.today) if kept_from <= period.last else None


def _exact(reader: SinkReader, share: Share, threshold: int, period: Period) -> Shown:
    with reader.snapshot():
        totals = reader.totals(period.first, period.last)
        rankings = [
            _ranking(key, _values(reader, key, threshold, period), totals)
            for key in share.wish.cards
            if key not in (HEADLINE, CLASSES)
        ]
        if CLASSES in share.wish.cards:
            rankings.append(class_ranking(totals))
        days = _days(reader, period) if HEADLINE in share.wish.cards else ()
    return Shown(period, days, tuple(rankings))


def _noisy(reader: SinkReader, shares: Shares, share: Share, threshold: int, period: Period) -> Shown:
    """Figures drawn for this period, or when the budget does not do, those drawn last."""
    held = False
    draws = shares.kept(share, period.first, period.last)
    if draws is None:
        try:
            draws = shares.keep(share, period.first, period.last, _drawn(reader, share, threshold, period))
        except BudgetUsedUp:
            last = shares.last_kept(share)
            if last is None:
                raise
            period, held = Period("own", *last, period.today), True
            draws = shares.kept(share, *last) or {}
    totals = draws.get(HEADLINE, {})
    days = tuple(
        Day(day, totals.get(f"{VIEWS} {day}", 0), totals.get(f"{VISITS} {day}", 0)) for day in _each(period) if totals
    )
    rankings = [
        _ranking(key, draws[key], {metrics_of(key)[0]: sum(draws[key].values())})
        for key in share.wish.cards
        if key != HEADLINE and key in draws
    ]
    return Shown(period, days, tuple(rankings), held)


def _drawn(reader: SinkReader, share: Share, threshold: int, period: Period) -> Mapping[str, Mapping[str, int]]:
    epsilon = share.wish.epsilon or 0.0
    draws: dict[str, Mapping[str, int]] = {}
    with reader.snapshot():
        for key in share.wish.cards:
            if key == HEADLINE:
                days = _days(reader, period)
                # A page view and the visit that it begins are two counts of one event: half for each.
                views = noisy_series([day.views for day in days], epsilon / 2)
                visits = noisy_series([day.visits for day in days], epsilon / 2)
                draws[key] = {
                    f"{metric} {day.day}": count
                    for metric, series in ((VIEWS, views), (VISITS, visits))
                    for day, count in zip(days, series, strict=True)
                }
            elif key == CLASSES:
                counts = dict(class_ranking(reader.totals(period.first, period.last)).rows)
                draws[key] = noisy_values(counts, epsilon, share.wish.threshold)
            else:
                counts = _values(reader, key, threshold, period)
                draws[key] = noisy_values(counts, epsilon, max(share.wish.threshold, threshold))
    return draws


def _values(reader: SinkReader, key: str, threshold: int, period: Period) -> dict[str, int]:
    """The counts of a card by value under a threshold."""
    breakdown, metric = breakdown_of(key), metrics_of(key)[0]

    def folded() -> Iterator[dict[str, list[Count]]]:
        # One month after another, so that only one is held in memory.
        for first, last in months(period.first, period.last):
            until = min(last, period.today - dt.timedelta(days=1))
            cells = (
                (last.isoformat() if len(day) == MONTH else day, value, count)
                for day, value, count in reader.days_by_value(breakdown, metric, first, until)
            )
            yield folded_month(cells, threshold, last if until == last else None)

    return added_up(folded(), period.first, period.last)


def _ranking(key: str, counts: Mapping[str, int], totals: Mapping[str, int]) -> Ranking:
    """All values, largest first, the rest after them."""
    metric = metrics_of(key)[0]
    rows = sorted(counts.items(), key=lambda row: (row[0] in LAST, row[0] == OTHER, -row[1], row[0]))
    by_value = sum(count for value, count in rows if value != OTHER)
    total = max(totals.get(metric, 0), sum(counts.values()))
    return Ranking(key, metric, tuple(rows), total, share_of(by_value, total))


def _days(reader: SinkReader, period: Period) -> tuple[Day, ...]:
    by_day: dict[str, dict[str, int]] = {}
    for day, metric, count in reader.days(period.first, period.last):
        by_day.setdefault(day, {})[metric] = count
    found = ((day, by_day.get(day.isoformat(), {})) for day in _each(period))
    return tuple(Day(day, counts.get(VIEWS, 0), counts.get(VISITS, 0)) for day, counts in found)


def _each(period: Period) -> list[dt.date]:
    return [period.first + dt.timedelta(days=number) for number in range(period.length)]


def _last_of(share: Share) -> dt.date:
    return dt.date.fromisoformat(share.wish.period.split("/")[1])
