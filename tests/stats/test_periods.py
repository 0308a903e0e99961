"""Periods of the sink: which of them together are some days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.stores.periods import cover, first_day, last_day, month_name, part_name, whole_months

DAYS = st.dates(date(2023, 12, 1), date(2025, 3, 31))


def days_of(first, last):
    """Each day from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), ["2026-01", "2026-02", "2026-03"]),
        (date(2026, 2, 7), date(2026, 2, 28), ["2026-02-07", "2026-02-08/14", "2026-02-15/21", "2026-02-22/28"]),
        (date(2024, 2, 28), date(2024, 3, 8), ["2024-02-28", "2024-02-29", "2024-03-01/07", "2024-03-08"]),
        (date(2026, 12, 30), date(2027, 1, 31), ["2026-12-30", "2026-12-31", "2027-01"]),
        (date(2026, 1, 2), date(2026, 1, 1), []),
    ],
)
def test_whole_months_and_parts_stand_for_their_days(first, last, names):
    """Days remain at the ends only."""
    assert list(cover(first, last, parts=True)) == names


@given(DAYS, DAYS, st.booleans())
def test_a_cover_holds_each_day_once(first, last, parts):
    """In order, none left out, none twice."""
    found = [day for name in cover(first, last, parts=parts) for day in days_of(first_day(name), last_day(name))]
    assert found == days_of(first, last)


@given(DAYS)
def test_a_year_takes_few_periods(first):
    """At most 11 months, and at either end three parts and six days."""
    assert len(list(cover(first, first + timedelta(days=364), parts=True))) <= 11 + 2 * (3 + 6) + 2


@given(DAYS, DAYS)
def test_whole_months_are_those_with_all_days(first, last):
    """None where the first that begins within the days ends after them."""
    begin, end = whole_months(first, last)
    covered = [name for name in cover(first, last, parts=False) if len(name) == 7]
    assert covered == [
        name for name in sorted({month_name(day) for day in days_of(first, last)}) if begin <= name <= end
    ]


@given(DAYS)
def test_a_day_lies_in_its_part(day):
    """Parts do not cross the end of a month."""
    name = part_name(day)
    assert first_day(name) <= day <= last_day(name)
    assert first_day(name).month == last_day(name).month == day.month


def test_all_time_ends():
    """The last day that a date can be has no day after it."""
    assert list(cover(date(9999, 12, 1), date.max, parts=True)) == ["9999-12"]
