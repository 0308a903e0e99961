"""The load as a series, by hour or by day."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.dashboard.api.problems import Problem
from consentkit.dashboard.periods import Period
from consentkit.stats.course import Stretch, read_course
from consentkit.stats.spans import spans_of
from consentkit.stats.stores import SinkReader

MOST_DAYS_BY_HOUR = 92
"""About 2,200 rows."""


def load_series(reader: SinkReader, period: Period, timezone: ZoneInfo, by: str) -> list[dict[str, Any]]:
    """The load of all requests in the hours (`begin` in UTC) or days (in the site's time zone) that have any."""
    if by == "hour" and period.length > MOST_DAYS_BY_HOUR:
        raise Problem(400, f"by = 'hour' takes at most {MOST_DAYS_BY_HOUR} days, not {period.length}", parameter="by")
    end = dt.datetime.combine(period.last + dt.timedelta(days=1), dt.time(), timezone)
    course, _ = read_course(reader, spans_of(by, period.first, period.last, timezone, end), [])
    return [_row(stretch, by) for stretch in course if stretch.served.requests]


def _row(stretch: Stretch, by: str) -> dict[str, Any]:
    served = stretch.served
    start = stretch.start
    begin = f"{start.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if by == "hour" else start.date().isoformat()
    return {
        "begin" if by == "hour" else "day": begin,
        "requests": served.requests,
        "errors": served.errors,
        "bytes": served.bytes,
        "busiest_second": stretch.busiest_second,
        "most_at_once": stretch.most_at_once,
        **{name: None if value is None else round(value, 3) for name, value in served.times.items()},
    }
