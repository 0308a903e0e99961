"""The days of a report."""

from datetime import date

import pytest

from consentkit.reports.periods import before, last_whole


@pytest.mark.parametrize(
    ("kind", "today", "first", "last"),
    [
        ("week", date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22)),
        ("week", date(2026, 11, 22), date(2026, 11, 9), date(2026, 11, 15)),
        ("week", date(2027, 1, 1), date(2026, 12, 21), date(2026, 12, 27)),
        ("month", date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28)),
        ("month", date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_the_last_whole_week_or_month_is_over(kind: str, today: date, first: date, last: date) -> None:
    """On a Monday the week that ended yesterday, on a Sunday the one before."""
    assert (first, last) == last_whole(kind, today)


@pytest.mark.parametrize(
    ("first", "last", "begin", "end"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9), date(2026, 11, 15)),
        (date(2026, 3, 1), date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 30), date(2026, 1, 30), date(2026, 2, 28)),
        (date(2026, 1, 1), date(2026, 1, 1), date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
def test_days_are_compared_with_as_many_and_months_with_months(first: date, last: date, begin: date, end: date) -> None:
    """February before March, though it is shorter."""
    assert (begin, end) == before((first, last))
