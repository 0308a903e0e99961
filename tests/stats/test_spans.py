"""Hours, days and weeks of the site's time zone, and the load that is found in them."""

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import BatchId, Release
from consentkit.stats.spans import DAY, HOUR, WEEK, bounds_of, leftovers_of, spans_of
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.weekhours import read_weekhours

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def reader_of(folder, *cells):
    """A sink with the load of some times: (begin, metric, count), a route behind them where it is not of all."""
    sink = SqliteSink(folder / "stats.db")
    load = in_series({LoadCell(begin, *(route or [""]), metric): count for begin, metric, count, *route in cells})
    sink.apply(BatchId("s", 1), Release("2026-11-23", {}, {}, Counter(), load, []))
    sink.close()
    return SqliteSinkReader(folder / "stats.db")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Amsterdam", date(2026, 11, 23), 24),
        ("Europe/Amsterdam", date(2026, 10, 25), 25),
        ("Europe/Amsterdam", date(2026, 3, 29), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),
        ("Asia/Kolkata", date(2026, 11, 23), 24),
    ],
)
def test_a_day_has_the_hours_that_its_clock_shows(zone, day, hours):
    """23 and 25 where the clock is set; of the half hour of Lord Howe Island the last one is short."""
    spans = spans_of(HOUR, day, day, ZoneInfo(zone), LATER)
    assert hours == len(spans)
    assert {day} == {span.start.date() for span in spans}
    assert bounds_of(day, day, ZoneInfo(zone)) == (spans[0].begin, spans[-1].until)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40),
    st.sampled_from(["UTC", "Europe/Amsterdam", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]),
    st.sampled_from([HOUR, DAY, WEEK]),
)  # fmt: skip
def test_spans_follow_each_other_without_a_gap(first, days, zone, kind):
    """Whatever zone and period: each begins where the one before ended, and all of them are the whole."""
    last = date.fromordinal(first.toordinal() + days)
    spans = spans_of(kind, first, last, ZoneInfo(zone), datetime(2040, 1, 1, tzinfo=UTC))
    assert [span.until for span in spans[:-1]] == [span.begin for span in spans[1:]]
    assert bounds_of(first, last, ZoneInfo(zone)) == (spans[0].begin, spans[-1].until)


def test_weeks_begin_on_mondays_and_nothing_begins_later_than_now():
    """The first week is what is left of it."""
    weeks = spans_of(WEEK, date(2026, 11, 18), date(2026, 11, 30), AMSTERDAM, LATER)
    assert [18, 23, 30] == [span.start.day for span in weeks]
    today = spans_of(HOUR, MONDAY, MONDAY, AMSTERDAM, datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    assert (11, 10) == (len(today), today[-1].start.hour)


def test_each_time_of_the_load_counts_once(tmp_path):
    """Minutes and hours in their hour, maxima as maxima, what is left of a day only where it is asked for."""
    reader = reader_of(
        tmp_path,
        ("2026-11-23T08:00Z", "requests", 5), ("2026-11-23T08:59Z", "requests", 6),
        ("2026-11-23T09:00Z", "requests", 7),
        ("2026-11-23T08:00Z", "most_at_once", 5), ("2026-11-23T08:59Z", "most_at_once", 4),
        ("2026-11-23T08Z", "served", 20), ("2026-11-23Z", "served", 3), ("2026-11-23T08Z", "served", 11, "/a"),
    )  # fmt: skip
    spans = spans_of(HOUR, MONDAY, MONDAY, AMSTERDAM, LATER)
    found = {tuple(one[:3]): one.amount for one in reader.load_sums([(s.begin, s.until) for s in spans])}
    assert {
        (9, "", "requests"): 11,
        (10, "", "requests"): 7,
        (9, "", "most_at_once"): 5,
        (9, "", "served"): 20,
    } == found
    assert [(0, "", "served", 3)] == reader.load_sums(leftovers_of(MONDAY, MONDAY))
    assert [(0, "/a", "served", 11)] == reader.load_sums([bounds_of(MONDAY, MONDAY, AMSTERDAM)], None)
    assert ("2026-11-23T09:00Z", 7) == reader.highest_load("requests", *bounds_of(MONDAY, MONDAY, AMSTERDAM))
    assert reader.highest_load("requests", "2027", "2028") is None


def test_the_map_of_the_week_is_in_the_sites_own_time(tmp_path):
    """22:30 UTC on Sunday is half past eleven there, 23:30 Monday; a mean is of the hours that have been."""
    reader = reader_of(
        tmp_path,
        ("2026-11-22T22:30Z", "requests", 8), ("2026-11-22T23:30Z", "requests", 60),
        ("2026-11-15T23:30Z", "requests", 20),
    )  # fmt: skip
    now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    week = read_weekhours(reader, date(2026, 11, 16), MONDAY, AMSTERDAM, now)
    assert (8.0, 40.0) == (week.means[6][23], week.means[0][0])
    assert (0, 0) == week.highest
    assert week.means[0][10] == 0.0
    only_today = read_weekhours(reader, MONDAY, MONDAY, AMSTERDAM, now)
    assert [None] * 24 == list(only_today.means[1])
    assert only_today.means[0][11] is None
    assert read_weekhours(reader, date(2026, 1, 1), date(2026, 1, 1), AMSTERDAM, now).highest is None


def test_an_hour_that_the_clock_repeats_was_twice(tmp_path):
    """On 25 October 2026 it was two o'clock at 00:00 and at 01:00 UTC; in March never."""
    reader = reader_of(tmp_path, ("2026-10-25T00:10Z", "requests", 30), ("2026-10-25T01:10Z", "requests", 10))
    autumn = read_weekhours(reader, date(2026, 10, 25), date(2026, 10, 25), AMSTERDAM, LATER)
    assert (20.0, 0.0) == (autumn.means[6][2], autumn.means[6][3])
    spring = read_weekhours(reader, date(2026, 3, 29), date(2026, 3, 29), AMSTERDAM, LATER)
    assert spring.means[6][2] is None
