"""A period cut into hours, days or weeks of the site's time zone, as stretches of the UTC times of the load."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR, DAY, WEEK = "hour", "day", "week"


class Span(NamedTuple):
    """A stretch of time from `start` (in the site's time zone); `begin` and `until` are UTC, as `2026-11-23T19:08`.

    In a zone whose clock is off by half an hour, what is only kept by the hour counts for the span in which it ends.
    """

    start: datetime
    begin: str
    until: str


def spans_of(kind: str, first: date, last: date, timezone: ZoneInfo, until: datetime) -> tuple[Span, ...]:
    """The spans of the days from `first` to `last` that begin before `until`; `kind` is HOUR, DAY or WEEK.

    Weeks begin on Mondays, the first one with `first`. A day on which the clock is set has 23 or 25 hours.
    """
    end = _midnight(last + timedelta(days=1), timezone)
    starts = [start for start in _starts(kind, first, end, timezone) if start < min(end, until)]
    return tuple(
        Span(start.astimezone(timezone), _text(start), _text(after))
        for start, after in zip(starts, [*starts[1:], end], strict=True)
    )


def bounds_of(first: date, last: date, timezone: ZoneInfo) -> tuple[str, str]:
    """The UTC times between which the days from `first` to `last` lie."""
    return _text(_midnight(first, timezone)), _text(_midnight(last + timedelta(days=1), timezone))


def leftovers_of(first: date, last: date) -> list[tuple[str, str]]:
    """Where to ask for what is kept by the day: what is left of a UTC day counts for the day of that name."""
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    return [(f"{day}Z", f"{day}[") for day in days]  # "[" is the character after "Z"


def _starts(kind: str, first: date, end: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    start, day = _midnight(first, timezone), first
    while start < end:
        yield start
        if kind == HOUR:
            start += timedelta(hours=1)
            continue
        day += timedelta(days=7 - day.weekday() if kind == WEEK else 1)
        start = _midnight(day, timezone)


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), timezone).astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
