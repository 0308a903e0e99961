"""A second threshold on top of the sink's: published counts are gathered again, until the larger threshold is reached.

Every published count of a day is at least k. For a link whose threshold is n, a value's counts are gathered from day to
day, and appear on the day on which n have come together. So whatever whole days somebody adds up or takes away, each
difference is a sum of counts that are each at least n. Three things keep it so when links are combined:

- gathering begins anew with each calendar month, so that a day's figures are the same in every period that holds it;
- thresholds are steps of one ladder, and gathering climbs it step by step. So what a larger threshold shows are sums of
  what a smaller one shows, and two links together tell no more than the one with the smaller threshold;
- a day counts when it is over: after that its figures no longer change.

What has not come together by the end of a month joins `(other)`, which is gathered in the same way.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from consentkit.stats.model import OTHER

LADDER = (20, 50, 100, 200, 500, 1000)
DEFAULT = 20

Count = tuple[str, int]
"""An ISO date and what was counted."""


def thresholds(smallest: int) -> tuple[int, ...]:
    """What a link's threshold may be over a sink whose threshold is `smallest`."""
    return tuple(sorted({smallest, *(step for step in LADDER if step >= smallest)}))


def gathered(series: Iterable[Count], threshold: int) -> tuple[list[Count], int]:
    """A month's counts of a value, by day, under a threshold; and what has not come together."""
    steps = sorted({threshold, *(step for step in LADDER if step <= threshold)})
    found, waiting = list(series), 0
    for step in steps:
        found, left = _gather(found, step)
        waiting += left
    return found, waiting


def _gather(series: Iterable[Count], threshold: int) -> tuple[list[Count], int]:
    found, waiting = [], 0
    for day, count in series:
        waiting += count
        if waiting >= threshold:
            found.append((day, waiting))
            waiting = 0
    return found, waiting


def folded_month(cells: Iterable[tuple[str, str, int]], threshold: int, last: dt.date | None) -> dict[str, list[Count]]:
    """The days of one month by value, from its cells as (day, value, count).

    `last` is the month's last day if it is over, else None.
    """
    by_value: dict[str, dict[str, int]] = {}
    for day, value, count in cells:
        days = by_value.setdefault(value, {})
        days[day] = days.get(day, 0) + count
    rest = by_value.pop(OTHER, {})
    folded = {}
    for value, days in by_value.items():
        folded[value], left = gathered(sorted(days.items()), threshold)
        if last is not None and left:
            rest[last.isoformat()] = rest.get(last.isoformat(), 0) + left
    folded[OTHER], _ = gathered(sorted(rest.items()), threshold)
    return {value: series for value, series in folded.items() if series}


def months(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The first and last days of the calendar months that a period touches."""
    found = []
    begin = first.replace(day=1)
    while begin <= last:
        following = (begin + dt.timedelta(days=32)).replace(day=1)
        found.append((begin, following - dt.timedelta(days=1)))
        begin = following
    return found


def added_up(folded: Iterable[Mapping[str, Sequence[Count]]], first: dt.date, last: dt.date) -> dict[str, int]:
    """The counts of a period by value, from its months."""
    sums: dict[str, int] = {}
    for month in folded:
        for value, series in month.items():
            count = sum(count for day, count in series if first.isoformat() <= day <= last.isoformat())
            if count:
                sums[value] = sums.get(value, 0) + count
    return sums
