"""What the server did, summed by the sink over any stretches of time."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.stats.load import MAXIMA, LoadCell, in_series
from consentkit.stats.model import BatchId, Release
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink

START = datetime(2026, 2, 25)
MINUTES = 9 * 1440
TIMES = st.integers(0, MINUTES)


def text(minute, form="%Y-%m-%dT%H:%M"):
    """A UTC time, minutes after START."""
    return (START + timedelta(minutes=minute)).strftime(form)


CELLS = st.one_of(
    st.builds(lambda m, metric: LoadCell(text(m) + "Z", "", metric), TIMES, st.sampled_from(["requests", *MAXIMA])),
    st.builds(lambda m, route: LoadCell(text(m, "%Y-%m-%dT%HZ"), route, "served"), TIMES, st.sampled_from(["", "/a"])),
    st.builds(
        lambda m, route: LoadCell(text(m, "%Y-%m-%dZ"), route, "served"), TIMES, st.sampled_from(["", "/a", "/b"])
    ),
)
LOADS = st.lists(st.dictionaries(CELLS, st.integers(1, 99), max_size=6), max_size=8)
PLACES = st.lists(st.tuples(TIMES, TIMES).map(lambda ends: tuple(text(m) for m in sorted(ends))), max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Holds a file for each example."""
    return tmp_path_factory.mktemp("loads")


@settings(max_examples=40, deadline=None)
@given(LOADS, PLACES, st.sampled_from(["", "/a", None]), st.sampled_from([None, "served", "requests", "most_at_once"]))
def test_sums_are_those_of_the_times(folder, loads, places, route, metric):
    """However it came in, and also when minutes have become hours; the highest of what is a maximum."""
    path = folder / "stats.db"
    path.unlink(missing_ok=True)
    sink, reader = SqliteSink(path), SqliteSinkReader(path)
    for number, load in enumerate(loads, 1):
        sink.apply(BatchId("s", number), Release("2026-02-25", {}, {}, load=in_series(load)))
    places = [*places, ("2026-02-27Z", "2026-02-27[")]
    expected: Counter[tuple[int, str, str]] = Counter()
    for cell, count in [*reader.load("", "9"), *reader.load("", "9", None)]:
        if metric in (None, cell.metric) and (cell.route == route or (route is None and cell.route)):
            for number, (first, until) in enumerate(places):
                if first <= cell.begin < until and (len(cell.begin) > 11 or cell.begin == first):
                    key = (number, cell.route, cell.metric)
                    expected[key] = max(expected[key], count) if cell.metric in MAXIMA else expected[key] + count
    assert [tuple(row) for row in reader.load_sums(places, route, metric=metric)] == [
        (*key, count) for key, count in sorted(expected.items())
    ]
    sink.close()


def test_the_busiest_minute_is_known_when_minutes_have_become_hours(tmp_path):
    """How many requests it had, and in which hour."""
    sink, reader = SqliteSink(tmp_path / "stats.db"), SqliteSinkReader(tmp_path / "stats.db")
    for number, counts in enumerate([{600: 7, 601: 9, 660: 20}, {601: 8, 720: 12}], 1):
        requests = {f"{text(minute)}Z": count for minute, count in counts.items()}
        sink.apply(BatchId("s", number), Release("2026-02-25", {}, {}, load={("", "requests"): requests}))
    day = ("2026-02-25", "2026-02-26")
    assert reader.highest_load("requests", *day) == ("2026-02-25T11:00Z", 20)
    assert reader.highest_load("requests", "2026-02-25T09:30", "2026-02-25T10:30") == ("2026-02-25T10:01Z", 17)
    sink.thin(date(2026, 3, 1))
    assert reader.highest_load("requests", *day) == ("2026-02-25T11Z", 20)
    assert reader.highest_load("requests", "2026-02-25T10:00", "2026-02-25T11:00") == ("2026-02-25T10Z", 17)
    assert reader.highest_load("requests", "2026-02-26", "2026-02-27") is None
    sink.close()
