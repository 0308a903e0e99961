"""Load and funnels of a period."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.load import LoadCell, bucket_of, in_series
from consentkit.stats.model import BatchId, Cell, Gap, Proof, Published, Release
from consentkit.stats.report import build_report
from consentkit.stats.served import Step, read_funnel, read_load
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.support.parts import by_series

DAY = date(2026, 11, 23)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FAST, SLOW = f"took_{bucket_of(0.010)}", f"took_{bucket_of(0.500)}"


def load(begin, route="", **figures):
    return {LoadCell(begin, route, metric): count for metric, count in figures.items()}


@pytest.fixture
def reader(tmp_path):
    """Two local days, whose border lies at 23:00 UTC, and a killed worker."""
    sink = SqliteSink(tmp_path / "stats.db")
    figures = {
        **load("2026-11-22T22:59Z", requests=900, busiest_second=800, served=900, bytes=1, status_2xx=900),
        **load("2026-11-22T23:00Z", requests=20, busiest_second=7, most_at_once=3, served=20, bytes=400, status_2xx=20),
        **load("2026-11-23T08:00Z", requests=4, busiest_second=9),
        **load("2026-11-23T08Z", served=40, bytes=600, status_2xx=38, status_5xx=2, **{FAST: 38, SLOW: 2}),
        **load("2026-11-23Z", served=10, status_3xx=10),
        **load("2026-11-23T23:00Z", requests=900, served=900, status_2xx=900),
        **load("2026-11-23T08Z", "/a", served=30, bytes=500, status_2xx=30, **{FAST: 30}),
        **load("2026-11-23Z", "(other)", served=40, status_2xx=40),
    }
    cells = {Cell("page", "/a", "views"): 50, Cell("page", "/b", "views"): 30, Cell("move", "/a → /b", "moves"): 20}
    cells |= {Cell("funnel", "order: 1", "steps"): 25, Cell("funnel", "order: 2", "steps"): 12}
    release = Release(
        "2026-11-23",
        by_series({cell: Published(count, 1, count) for cell, count in cells.items()}),
        {("views", 10): Proof(1, 80, 80), ("moves", 10): Proof(1, 20, 20), ("steps", 10): Proof(1, 37, 37)},
        Counter(),
        in_series(figures),
        [Gap("2026-11-23T10:00:00Z", "2026-11-23T10:02:30Z", "killed", 0)],
    )
    sink.apply(BatchId("s", 1), release)
    sink.close()
    return SqliteSinkReader(tmp_path / "stats.db")


def test_a_day_is_the_sites_own(reader):
    """Minutes, hours and what is left of the day, each once."""
    found = read_load(reader, DAY, DAY, AMSTERDAM)
    assert (24, 1000, 2) == (found.all.requests, found.all.bytes, found.all.errors)
    assert (9, 3, ("2026-11-22T23:00Z", 20)) == (found.busiest_second, found.most_at_once, found.busiest_minute)


def test_times_are_those_of_all_that_told_one(reader):
    """38 of 40 took 10 ms, two half a second."""
    times = read_load(reader, DAY, DAY, AMSTERDAM).all.times
    assert times["p50_ms"] == times["p95_ms"] == pytest.approx(10, rel=0.05)
    assert times["p99_ms"] == pytest.approx(500, rel=0.05)


def test_routes_come_by_their_requests(reader):
    """Those with too few are together."""
    routes = read_load(reader, DAY, DAY, AMSTERDAM).routes
    assert [("(other)", 40, None), ("/a", 30, pytest.approx(10, rel=0.05))] == [
        (route, served.requests, served.times["p50_ms"]) for route, served in routes
    ]


def test_a_funnel_shows_views_and_the_moves_between(reader):
    """Of everybody; and of measured visits how many came so far."""
    assert read_funnel(reader, "order", ["/a", "/b", "/c"], DAY, DAY) == (
        Step("/a", 50, None, 25),
        Step("/b", 30, 20, 12),
        Step("/c", 0, 0, 0),
    )


def test_moves_that_are_not_counted_are_not_told(reader, tmp_path):
    """Those of a time when they were still are."""
    sink = SqliteSink(tmp_path / "stats.db")
    sink.describe({"breakdowns": "page, goal, funnel, status, reason"})
    sink.close()
    assert [None, 20, None] == [step.moves for step in read_funnel(reader, "order", ["/a", "/b", "/c"], DAY, DAY)]


def test_a_gap_is_shown_as_one(reader):
    """Not as a dip."""
    assert build_report(reader, DAY, DAY).as_json()["gaps"] == [
        {"from": "2026-11-23T10:00:00Z", "to": "2026-11-23T10:02:30Z", "reason": "killed", "batches": 0}
    ]
    assert build_report(reader, date(2026, 11, 24), date(2026, 11, 24)).gaps == ()
