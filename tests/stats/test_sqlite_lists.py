"""Lists of values over any period, filtered by another value, read from sums of days."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.stats.breakdowns import crossings_of
from consentkit.stats.model import OTHER, BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.support.parts import by_series

FIRST = date(2026, 1, 20)
SPAN = 75
VALUES = {
    "page": ["/", "/a", OTHER],
    "device": ["mobile", "desktop"],
    "page_by_device": ["/ × mobile", "/ × desktop", "/a × mobile", OTHER, "(other) × mobile"],
}
CELLS = [
    Cell(name, value, metric) for name, values in VALUES.items() for value in values for metric in ("views", "visits")
]


def release(day, counts):
    """What a day published."""
    return Release(
        day.isoformat(),
        by_series({cell: Published(count, 1, count) for cell, count in counts.items()}),
        {("views", 5): Proof(1, 1000, 1000), ("visits", 5): Proof(1, 1000, 1000)},
        Counter({(day.isoformat(), "views"): 1000}),
    )


def fill(path, released):
    """A sink with releases of (day after FIRST, counts)."""
    sink = SqliteSink(path, crossings_of([("page", "device")]))
    for number, (day, counts) in enumerate(released, 1):
        sink.apply(BatchId("s", number), release(FIRST + timedelta(days=day), counts))
    return sink


RELEASED = st.lists(
    st.tuples(st.integers(0, SPAN), st.dictionaries(st.sampled_from(CELLS), st.integers(5, 50), max_size=8)),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RELEASED, st.integers(-3, SPAN + 3), st.integers(0, SPAN + 6))
def test_sums_are_those_of_the_days(tmp_path_factory, released, begin, length):
    """Whatever was released when, and whichever days are asked for, in one way or another."""
    path = tmp_path_factory.mktemp("sink") / "stats.db"
    sink, reader = fill(path, released), SqliteSinkReader(path)
    first = FIRST + timedelta(days=begin)
    last = first + timedelta(days=length)
    expected: dict[tuple[str, str], Counter[str]] = {}
    for day, counts in released:
        if begin <= day <= begin + length:
            for cell, count in counts.items():
                expected.setdefault((cell.breakdown, cell.metric), Counter())[cell.value] += count
    for name in VALUES:
        for metric in ("views", "visits"):
            counts = expected.get((name, metric), Counter())
            assert reader.top(name, metric, first, last, None) == sorted(
                counts.items(), key=lambda row: (-row[1], row[0])
            )
            assert reader.count_values(name, metric, first, last) == len(counts)
            by_day = Counter()
            for _, value, count in reader.days_by_value(name, metric, first, last):
                by_day[value] += count
            assert by_day == counts
            pages = {value: dict(reader.value_days(name, value, metric, first, last)) for value in counts}
            if name != "page_by_device":
                assert {value: sum(days.values()) for value, days in pages.items()} == counts
    named = {key: sum(n for value, n in counts.items() if value != OTHER) for key, counts in expected.items()}
    assert reader.shown(first, last) == {key: count for key, count in named.items() if count}
    cells = Counter()
    for row in reader.cells(first, last):
        cells[row.breakdown, row.metric, row.value] += row.events
    assert cells == {(*key, value): n for key, counts in expected.items() for value, n in counts.items()}
    sink.close()


@pytest.fixture
def reader(tmp_path):
    """Two days over a month's end."""
    counts = {
        Cell("page", "/", "views"): 30, Cell("page", "/a", "views"): 20, Cell("device", "mobile", "views"): 40,
        Cell("page_by_device", "/ × mobile", "views"): 14, Cell("page_by_device", "/ × desktop", "views"): 6,
        Cell("page_by_device", "/a × mobile", "views"): 19, Cell("page_by_device", OTHER, "views"): 8,
        Cell("page_by_device", "(other) × mobile", "views"): 7,
    }  # fmt: skip
    sink = fill(tmp_path / "stats.db", [(0, counts), (20, counts)])
    yield SqliteSinkReader(tmp_path / "stats.db")
    sink.close()


PERIOD = (FIRST, FIRST + timedelta(days=30))


def test_a_list_is_filtered_by_a_value_of_another(reader):
    """Whichever of the two the crossing names first; what is over its bound belongs to neither value."""
    mobile = [("/a", 38), ("/", 28), (OTHER, 14)]
    assert reader.top("page", "views", *PERIOD, None, where=("device", "mobile")) == mobile
    assert reader.top("page", "views", *PERIOD, 1, offset=1, where=("device", "mobile")) == mobile[1:2]
    assert reader.top("page", "views", *PERIOD, None, search="a", where=("device", "mobile")) == mobile[:1]
    assert reader.count_values("page", "views", *PERIOD, where=("device", "mobile")) == 3
    assert reader.count_values("page", "views", *PERIOD, "a", where=("device", "mobile")) == 1
    assert reader.top("device", "views", *PERIOD, None, where=("page", "/")) == [("mobile", 28), ("desktop", 12)]
    assert reader.top("device", "views", FIRST, FIRST, None, where=("page", "/a")) == [("mobile", 19)]
    assert reader.top("device", "views", *PERIOD, None, where=("page", "/nowhere")) == []


def test_where_no_crossing_is_stored_nothing_is_said(reader):
    """`crossing` tells that from a list without values."""
    assert reader.crossing("device", "page").name == reader.crossing("page", "device").name == "page_by_device"
    assert reader.crossing("page", "country") is None
    assert reader.crossing("page", "page") is None
    assert reader.crossing("page", "status") is None
    assert reader.top("page", "views", *PERIOD, None, where=("country", "NL")) == []
    assert reader.count_values("page", "views", *PERIOD, where=("country", "NL")) == 0


def test_a_configured_crossing_is_known_before_it_has_values(tmp_path):
    """Its list is empty then, and not unknown."""
    path = tmp_path / "stats.db"
    SqliteSink(path, crossings_of([("page", "channel")])).close()
    assert SqliteSinkReader(path).crossing("channel", "page").name == "page_by_channel"
    assert SqliteSinkReader(path).top("page", "views", *PERIOD, None, where=("channel", "search")) == []


def test_one_value_is_told_by_day_and_in_all(reader):
    """For the chart and the headline under a filter."""
    assert reader.value_days("device", "mobile", "views", *PERIOD) == [("2026-01-20", 40), ("2026-02-09", 40)]
    assert reader.value_totals("device", "mobile", *PERIOD) == {"views": 80}
    assert reader.value_totals("device", "mobile", FIRST, FIRST) == {"views": 40}
    assert reader.value_totals("device", "watch", *PERIOD) == {}


def test_a_hostile_value_is_only_a_value(reader):
    """Quotes, wildcards, JSON and what looks like a crossing find nothing."""
    for value in ("'", '"]', "%", "/ × mobile", "\ud800", "x" * 10_000, ""):
        assert reader.top("device", "views", *PERIOD, None, where=("page", value)) == []
        assert reader.value_days("device", value, "views", *PERIOD) == []
