"""The load as a series: requests, errors, bytes and times by hour or by day."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.dashboard.api.problems import Problem
from consentkit.dashboard.periods import Period
from consentkit.stats.load import BUSIEST, BYTES, DAY, HOUR, MOST_AT_ONCE, REQUESTS, TOOK, quantile
from consentkit.stats.served import QUANTILES
from consentkit.stats.stores import SinkReader

MOST_DAYS_BY_HOUR = 92
"""About 2,200 rows."""


def load_series(reader: SinkReader, period: Period, timezone: ZoneInfo, by: str) -> list[dict[str, Any]]:
    """The load of all requests in the hours (`begin` in UTC) or days (in the site's time zone) that have any.

    What is kept by the UTC day only counts for the day of that name, and begins no hour.
    """
    if by == "hour" and period.length > MOST_DAYS_BY_HOUR:
        raise Problem(400, f"by = 'hour' takes at most {MOST_DAYS_BY_HOUR} days, not {period.length}", parameter="by")
    places: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for day in _days_around(period):
        # Asked day by day, so that a year of minutes need not be held.
        for cell, count in reader.load(day, f"{day}~"):
            place = _place(cell.begin, period, timezone, by)
            if not place:
                continue
            figures = places[place]
            if cell.metric in (BUSIEST, MOST_AT_ONCE):
                figures[cell.metric] = max(figures[cell.metric], count)
            else:
                figures[cell.metric] += count
    return [_row(place, places[place], by) for place in sorted(places)]


def _days_around(period: Period) -> list[str]:
    """The UTC days that a period in any time zone touches."""
    first, count = period.first - dt.timedelta(days=1), period.length + 2
    return [(first + dt.timedelta(days=number)).isoformat() for number in range(count)]


def _place(begin: str, period: Period, timezone: ZoneInfo, by: str) -> str:
    """The hour or day that a time counts for, "" for one outside the period."""
    if len(begin) == DAY + 1:
        day = dt.date.fromisoformat(begin[:DAY])
        return day.isoformat() if by == "day" and period.first <= day <= period.last else ""
    day = dt.datetime.fromisoformat(begin).astimezone(timezone).date()
    if not period.first <= day <= period.last:
        return ""
    return f"{begin[:HOUR]}:00:00Z" if by == "hour" else day.isoformat()


def _row(place: str, figures: Counter[str], by: str) -> dict[str, Any]:
    took = {int(name.removeprefix(TOOK)): count for name, count in figures.items() if name.startswith(TOOK)}
    times = {name: quantile(took, share) for name, share in QUANTILES.items()}
    return {
        "begin" if by == "hour" else "day": place,
        "requests": figures[REQUESTS],
        "errors": figures["status_5xx"],
        "bytes": figures[BYTES],
        "busiest_second": figures[BUSIEST],
        "most_at_once": figures[MOST_AT_ONCE],
        **{name: None if value is None else round(value, 3) for name, value in times.items()},
    }
