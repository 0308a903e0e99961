"""The forecast of the next four weeks."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.forecast import AHEAD, LEAST, forecast

LAST = date(2026, 11, 22)  # a Sunday
WORKDAYS = (100, 110, 105, 100, 90, 30, 20)


def weeks(count, growth=0.0):
    return [round(usual * (1 + growth * week)) for week in range(count) for usual in WORKDAYS]


def test_a_site_that_does_not_change_goes_on_by_weekday():
    """Exactly, and with no error in the back-test."""
    found = forecast(weeks(10), LAST)
    assert [LAST + timedelta(days=1), LAST + timedelta(days=AHEAD)] == [found.days[0].day, found.days[-1].day]
    assert list(WORKDAYS) * 4 == [round(day.value) for day in found.days]
    assert found.error < 1e-9


def test_growth_goes_on_more_slowly():
    """Above the last week, below the straight line."""
    found = forecast(weeks(12, growth=0.1), LAST)
    mondays = [day.value for day in found.days[::7]]
    assert 100 * (1 + 0.1 * 11) < mondays[0] < mondays[-1] < 100 * (1 + 0.1 * 15)


def test_one_odd_day_does_not_bend_it():
    """A mailing's peak is no trend."""
    counts = weeks(10)
    counts[-9] = 5000
    assert forecast(counts, LAST).days[0].value < 200


def test_the_error_is_that_of_forecasts_made_before():
    """Noise of a tenth is found as an error of about that size."""
    chance = random.Random(2026)
    counts = [round(count * chance.uniform(0.8, 1.2)) for count in weeks(13)]
    found = forecast(counts, LAST)
    assert 0.05 < found.error < 0.2
    assert found.tested > AHEAD


def test_the_interval_holds_about_nine_of_ten():
    """Of days that the forecast had not seen."""
    chance = random.Random(7)
    held = []
    for _ in range(40):
        counts = [round(count * 10 * chance.uniform(0.7, 1.3)) for count in weeks(17)]
        found = forecast(counts[:-AHEAD], LAST)
        held += [day.low <= count <= day.high for day, count in zip(found.days, counts[-AHEAD:], strict=True)]
    assert 0.8 < sum(held) / len(held) <= 1


@pytest.mark.parametrize("counts", [[], [5] * (LEAST - 1), [0] * 100])
def test_there_is_none_from_too_little(counts):
    """Fewer than six weeks, or nothing at all."""
    assert forecast(counts, LAST) is None


@given(st.lists(st.integers(0, 10**9), max_size=150))
def test_it_never_fails_nor_goes_below_nothing(counts):
    """Whatever came."""
    found = forecast(counts, LAST)
    if found is not None:
        assert AHEAD == len(found.days)
        assert all(0 <= day.low <= day.value <= day.high for day in found.days)
        assert found.error >= 0
