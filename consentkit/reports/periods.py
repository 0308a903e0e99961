"""The days that a report is about, and those that it compares them with."""

from datetime import date, timedelta

from consentkit.stats.months import month_end

KINDS = ("week", "month")
Days = tuple[date, date]
"""The first and the last day, both included."""


def last_whole(kind: str, today: date) -> Days:
    """The week from Monday to Sunday, or the month, that ended last; KeyError for another kind."""
    ends = {"week": today - timedelta(days=today.weekday() + 1), "month": today.replace(day=1) - timedelta(days=1)}
    last = ends[kind]
    return (last - timedelta(days=6) if kind == "week" else last.replace(day=1)), last


def before(days: Days) -> Days:
    """The month before a whole month, else as many days before."""
    first, last = days
    end = first - timedelta(days=1)
    if first.day == 1 and last == month_end(first):
        return end.replace(day=1), end
    return first - (last - first) - timedelta(days=1), end
