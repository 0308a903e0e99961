"""Where months end and begin."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.months import month_end, next_month


@given(st.dates(max_value=date(9999, 11, 30)))
def test_the_day_after_a_month_is_the_first_of_the_next(day: date) -> None:
    """Whatever day of it is asked for; no day lies between."""
    assert month_end(day) + timedelta(days=1) == next_month(day)
    assert 1 == next_month(day).day
    assert (day.year, day.month) == (month_end(day).year, month_end(day).month)


def test_the_calendar_ends_with_a_month() -> None:
    """It has an end, and none after it."""
    assert date.max == month_end(date(9999, 12, 1))
    with pytest.raises(ValueError, match="year"):
        next_month(date.max)
