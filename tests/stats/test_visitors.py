"""Visitors of days, weeks and months, out of a sink."""

from datetime import date

import pytest

from consentkit.stats.estimate import Stratum, estimate_visitors
from consentkit.stats.visitors import read_visitors
from tests.stats.test_report import Sink

WEEK = (date(2026, 11, 23), date(2026, 11, 29))


def day(visits: int, measured: int, **new: int) -> dict[str, int]:
    """The totals of a day."""
    return {"visits": visits, "measured": measured, **{f"new_{period}": count for period, count in new.items()}}


@pytest.fixture
def sink(tmp_path):
    """An empty one."""
    sink = Sink(tmp_path)
    yield sink
    sink.sink.close()


def test_those_measured_are_counted_exactly_and_everybody_is_estimated(sink):
    """Visitors who are new in a week add up over its days."""
    sink.put("2026-11-23", day(400, 200, day=180, week=180, month=100), {})
    sink.put("2026-11-24", day(400, 200, day=180, week=60, month=20), {})
    found = read_visitors(sink.reader, *WEEK)
    [week] = found["week"]
    assert ("2026-W48", *WEEK, 240) == (week.name, week.first, week.last, week.measured)
    assert estimate_visitors([Stratum(800, 400, 240)]) == week.estimate
    assert 480 == week.estimate.value
    assert week.estimate.low < 480 < week.estimate.high
    assert [180, 180, 0, 0, 0, 0, 0] == [one.measured for one in found["day"]]


def test_strata_are_estimated_each_by_itself(sink):
    """Telephones of which few agree come back less often: one ratio for all would be wrong."""
    phones, desks = ("channel_by_device", "search × phone"), ("channel_by_device", "direct × desktop")
    cells = {
        (*phones, "visits"): 1000, (*phones, "measured"): 100, (*phones, "new_day"): 100,
        (*desks, "visits"): 400, (*desks, "measured"): 300, (*desks, "new_day"): 60,
    }  # fmt: skip
    sink.put("2026-11-23", day(1400, 400, day=160), cells)
    [found] = read_visitors(sink.reader, WEEK[0], WEEK[0])["day"]
    assert 1000 + 80 == found.estimate.value
    assert 160 == found.measured


def test_values_that_were_published_later_than_the_totals_are_no_strata(sink):
    """They belong to other days in part; then the period is estimated as a whole."""
    cells = {("channel_by_device", "search × phone", name): 500 for name in ("visits", "measured", "new_day")}
    sink.put("2026-11-23", day(400, 200, day=100), cells)
    [found] = read_visitors(sink.reader, WEEK[0], WEEK[0])["day"]
    assert estimate_visitors([Stratum(400, 200, 100)]) == found.estimate


def test_where_too_few_are_measured_there_is_no_estimate(sink):
    """The exact number stays."""
    sink.put("2026-11-23", day(400, 20, day=20), {})
    [found] = read_visitors(sink.reader, WEEK[0], WEEK[0])["day"]
    assert (20, None) == (found.measured, found.estimate)
    assert found.as_json()["estimate"] is None


def test_only_periods_that_begin_within_the_days_are_told(sink):
    """Of a week that began before them, those who came before would be missing; the last may be under way."""
    sink.put("2026-11-30", day(400, 200, day=180), {})
    found = read_visitors(sink.reader, date(2026, 11, 25), date(2026, 12, 2))
    assert ["2026-W49"] == [one.name for one in found["week"]]
    assert [("2026-12", date(2026, 12, 2))] == [(one.name, one.last) for one in found["month"]]
    assert 8 == len(found["day"])


def test_where_nobody_is_measured_nothing_is_told(sink):
    """Zero visitors would be a lie."""
    sink.put("2026-11-23", day(400, 0), {})
    assert {"day": (), "week": (), "month": ()} == read_visitors(sink.reader, *WEEK)
