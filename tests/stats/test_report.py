"""Reading a period."""

from collections import Counter
from datetime import date
from itertools import count

import pytest

from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.model import OTHER, BatchId, Cell, Published, Release
from consentkit.stats.report import Day, ReportError, Row, build_report
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.support.parts import by_series

FIRST, LAST = date(2026, 11, 21), date(2026, 11, 23)


class Sink:
    """A sink that is filled with a few words."""

    def __init__(self, folder):
        self.reader = SqliteSinkReader(folder / "stats.db")
        self.sink = SqliteSink(folder / "stats.db")
        self._numbers = count(1)

    def put(self, day: str, totals: dict[str, int], cells: dict[tuple[str, str, str], int]) -> None:
        """Publish totals and cells of a day."""
        published = by_series({Cell(*cell): Published(n, 1, n) for cell, n in cells.items()})
        counts = Counter({(day, metric): n for metric, n in totals.items()})
        self.sink.apply(BatchId("s", next(self._numbers)), Release(day, published, {}, counts))


NO_LOAD = {
    "requests": 0,
    "bytes": 0,
    "errors": 0,
    "p50_ms": None,
    "p95_ms": None,
    "p99_ms": None,
    "busiest_second": 0,
    "busiest_minute": None,
    "most_at_once": 0,
    "routes": [],
}


@pytest.fixture
def sink(tmp_path):
    """Two days within the period, and one before it."""
    sink = Sink(tmp_path)
    sink.put("2026-11-20", {"requests": 900, "views": 900}, {("page", "/", "views"): 900})
    sink.put(
        "2026-11-21",
        {"requests": 50, "views": 40, "visits": 10, "bytes": 7000, "class:person": 40, "class:crawler": 10},
        {
            ("page", "/", "views"): 20,
            ("page", "/", "visits"): 8,
            ("page", "/news", "views"): 10,
            ("status", "200", "requests"): 45,
        },
    )
    sink.put(
        "2026-11-23",
        {"requests": 10, "views": 10, "class:person": 10},
        {("page", "/news", "views"): 5, ("page", OTHER, "views"): 5},
    )
    sink.sink.describe({"threshold": "10", "sample": "2026-08-25/2026-11-22"})
    yield sink
    sink.sink.close()


def test_the_report_as_json_has_the_names_that_others_rely_on(sink):
    """Period, threshold, totals, classes, and every breakdown with one column per metric."""
    report = build_report(sink.reader, FIRST, LAST, ["page", "status"])
    assert report.as_json() == {
        "from": "2026-11-21",
        "to": "2026-11-23",
        "threshold": 10,
        "totals": {"requests": 60, "views": 50, "visits": 10, "bytes": 7000},
        "classes": {"person": 50, "crawler": 10},
        "breakdowns": {
            "page": [
                {"value": "/", "views": 20, "visits": 8, "engaged": 0, "moves": 0},
                {"value": "/news", "views": 15, "visits": 0, "engaged": 0, "moves": 0},
                {"value": OTHER, "views": 5, "visits": 0, "engaged": 0, "moves": 0},
            ],
            "status": [{"value": "200", "requests": 45}],
        },
        "load": NO_LOAD,
        "funnels": {},
        "visitors": {"day": {}, "week": {}, "month": {}},
        "consent": {"shown": 0, "accepted": 0, "refused": 0, "chosen": 0, "withdrawn": 0, "ignored": 0},
        "forecast": {"requests": None, "views": None},
        "by_month_before": None,
        "gaps": [],
    }


def test_all_breakdowns_are_reported_unless_some_are_named(sink):
    """In the order in which they are documented, crossings that have values after them."""
    assert list(build_report(sink.reader, FIRST, LAST).breakdowns) == list(BREAKDOWNS)
    sink.put("2026-11-22", {}, {("page_by_channel", "/ × search", "views"): 20})
    report = build_report(sink.reader, FIRST, LAST)
    assert list(report.breakdowns) == [*BREAKDOWNS, "page_by_channel"]
    assert report.breakdowns["page_by_channel"][0].value == "/ × search"


def test_only_what_is_counted_by_is_reported(sink):
    """And what still has values in the period, of a time when it was."""
    sink.sink.describe({"threshold": "10", "breakdowns": "page, device, status, reason"})
    sink.put("2026-11-22", {}, {("country", "NL", "views"): 20, ("page_by_country", "/ × NL", "views"): 20})
    names = list(build_report(sink.reader, FIRST, LAST).breakdowns)
    assert ["page", "country", "device", "status", "reason", "page_by_country"] == names
    assert ["page", "device", "status", "reason"] == list(build_report(sink.reader, LAST, LAST).breakdowns)


def test_a_limit_keeps_the_largest(sink):
    """The first rows of each breakdown."""
    report = build_report(sink.reader, FIRST, LAST, ["page"], limit=1)
    assert report.breakdowns == {"page": (Row("/", {"views": 20, "visits": 8, "engaged": 0, "moves": 0}),)}


def test_every_day_of_the_period_has_figures(sink):
    """A day without any is zero, so that a chart has no gap."""
    assert build_report(sink.reader, FIRST, LAST).days == (
        Day(date(2026, 11, 21), requests=50, views=40, visits=10),
        Day(date(2026, 11, 22), requests=0, views=0, visits=0),
        Day(date(2026, 11, 23), requests=10, views=10, visits=0),
    )


def test_the_share_shown_by_value_is_told(sink):
    """35 of 50 views are shown under a page, 45 of 60 requests under a status, nothing under a country."""
    shown = build_report(sink.reader, FIRST, LAST, ["page", "status", "country"]).shown
    assert shown == {"page": 0.7, "status": 0.75, "country": 0.0}


def test_more_shown_than_counted_is_everything(sink):
    """Events of an earlier day may be released within the period."""
    sink.put("2026-11-22", {}, {("page", "/late", "views"): 500})
    assert build_report(sink.reader, FIRST, LAST).shown["page"] == 1.0


def test_sample_data_is_marked(sink):
    """The range of days that hold it."""
    assert build_report(sink.reader, FIRST, LAST).sample == (date(2026, 8, 25), date(2026, 11, 22))


def test_before_the_sink_exists_everything_is_zero(tmp_path):
    """A first visit to the dashboard is no error."""
    report = build_report(SqliteSinkReader(tmp_path / "none.db"), FIRST, LAST, ["page"])
    assert report.as_json() == {
        "from": "2026-11-21",
        "to": "2026-11-23",
        "threshold": None,
        "totals": {"requests": 0, "views": 0, "visits": 0, "bytes": 0},
        "classes": {},
        "breakdowns": {"page": []},
        "load": NO_LOAD,
        "funnels": {},
        "visitors": {"day": {}, "week": {}, "month": {}},
        "consent": {"shown": 0, "accepted": 0, "refused": 0, "chosen": 0, "withdrawn": 0, "ignored": 0},
        "forecast": {"requests": None, "views": None},
        "by_month_before": None,
        "gaps": [],
    }
    assert report.sample is None


def test_an_unknown_breakdown_is_refused(sink):
    """The message lists those there are."""
    with pytest.raises(
        ReportError,
        match=r"'pages' is no breakdown; there are page, move, .*, status, reason, and crossings as page_by_channel",
    ):
        build_report(sink.reader, FIRST, LAST, ["pages"])


def test_an_impossible_period_is_refused(sink):
    """One that ends before it begins, or is absurdly long."""
    with pytest.raises(ReportError, match="ends on 2026-11-21, before it begins on 2026-11-23"):
        build_report(sink.reader, LAST, FIRST)
    with pytest.raises(ReportError, match="at most 3660 days"):
        build_report(sink.reader, date.min, LAST)
