"""The periods under which counts by value are kept: each day, each part of a month, each month.

A day's counts also stand in the sums of its part and of its month, so that a year is read as twelve months. When the
days of a month have been forgotten, its month stays.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from consentkit.stats.months import month_end, next_month

PART_BEGINS = (1, 8, 15, 22)
"""Days of the month; the last part has what is left of it."""


def day_name(day: date) -> str:
    """`2026-11-23`."""
    return day.isoformat()


def month_name(day: date) -> str:
    """The month of a day: `2026-11`."""
    return f"{day:%Y-%m}"


def part_name(day: date) -> str:
    """The part of the month in which a day lies, as an ISO 8601 interval: `2026-11-22/30`."""
    return f"{_part_begin(day)}/{_part_end(day):%d}"


def is_month(name: str) -> bool:
    """Whether a period is a month."""
    return len(name) == len("2026-11")


def is_day(name: str) -> bool:
    """Whether a period is a day."""
    return len(name) == len("2026-11-23")


def first_day(name: str) -> date:
    """The day with which a day, part or month begins."""
    return date.fromisoformat(f"{name}-01" if is_month(name) else name[:10])


def last_day(name: str) -> date:
    """The day with which a day, part or month ends."""
    begin = first_day(name)
    return month_end(begin) if is_month(name) else begin if is_day(name) else _part_end(begin)


def cover(first: date, last: date, *, parts: bool) -> Iterator[str]:
    """The fewest periods that together are the days `first` to `last`, both included; without parts if so asked."""
    day = first
    while day <= last:
        if day.day == 1 and month_end(day) <= last:
            end, name = month_end(day), month_name(day)
        elif parts and day.day in PART_BEGINS and _part_end(day) <= last:
            end, name = _part_end(day), part_name(day)
        else:
            end, name = day, day_name(day)
        yield name
        if end == date.max:
            return
        day = end + timedelta(days=1)


def whole_months(first: date, last: date) -> tuple[str, str]:
    """The first and the last month that lie whole within these days; the first after the last if none does."""
    begin = first if first.day == 1 else next_month(first)
    end = last if last == month_end(last) else last.replace(day=1) - timedelta(days=1)
    return month_name(begin), month_name(end)


def _part_begin(day: date) -> date:
    return day.replace(day=max(begin for begin in PART_BEGINS if begin <= day.day))


def _part_end(day: date) -> date:
    later = [begin for begin in PART_BEGINS if begin > day.day]
    return day.replace(day=later[0] - 1) if later else month_end(day)
