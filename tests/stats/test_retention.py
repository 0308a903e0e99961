"""Forgetting old figures, and keeping older ones by the month."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, timedelta

import pytest

from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import BatchId, Proof, Published, Release
from consentkit.stats.report import build_report
from consentkit.stats.retention import Kept, cutoff, retain
from consentkit.stats.stores.sqlite_cells import keep_month
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify


@pytest.mark.parametrize(
    ("today", "months", "first_kept"),
    [
        (date(2026, 11, 23), 25, date(2024, 10, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (date(2026, 12, 31), 12, date(2025, 12, 1)),
    ],
)
def test_whole_months_are_kept(today, months, first_kept):
    """The first of the month so many months ago is the first day kept."""
    assert cutoff(today, months) == first_kept


def test_older_days_go_and_their_sums_stay(tmp_path):
    """The day before the date is gone, the date itself stays, and the sink still verifies; twice is once."""
    sink, reader = SqliteSink(tmp_path / "stats.db"), SqliteSinkReader(tmp_path / "stats.db")
    for number, day in enumerate(["2024-09-29", "2024-09-30", "2024-10-01"], 1):
        release = Release(
            day,
            {("page", "views"): {"/": Published(20, 2, 10)}},
            {("views", 10): Proof(2, 30, 10)},
            Counter({(day, "views"): 30, (day, "requests"): 30, (day, "class:person"): 30}),
            {("", metric): {f"{day}T10:00Z": 30} for metric in ("served", "status_2xx", "requests")},
        )
        sink.apply(BatchId("s", number), release)
    before = date(2024, 10, 1)
    assert sink.forget(before) == 2
    assert sink.forget(before) == 0
    assert [row.day for row in reader.cells()] == ["2024-10-01"]
    assert [row.day for row in reader.releases()] == ["2024-10-01"]
    assert reader.span() == (before, before)
    assert {cell.begin for cell, _ in reader.load("", "9")} == {"2024-10-01T10:00Z"}
    assert reader.ledger().forgotten == {
        ("page", "views"): 40,
        ("", "views"): 60,
        ("", "requests"): 60,
        ("", "class:person"): 60,
        ("load", "served"): 60,
    }
    assert verify(reader) == []
    sink.close()


def test_old_load_is_kept_by_the_hour(tmp_path):
    """Sums stay, and of the highest figures the highest."""
    sink, reader = SqliteSink(tmp_path / "stats.db"), SqliteSinkReader(tmp_path / "stats.db")
    figures = {
        LoadCell(f"{day}T10:0{minute}Z", "", metric): count
        for day in ("2024-09-29", "2024-09-30")
        for minute in range(3)
        for metric, count in (("requests", 20), ("served", 20), ("status_2xx", 20), ("busiest_second", minute))
    }
    totals = Counter({("2024-09-30", metric): 120 for metric in ("requests", "class:person")})
    release = Release("2024-09-30", {}, {}, totals, in_series(figures))
    sink.apply(BatchId("s", 1), release)
    for _ in range(2):
        sink.thin(date(2024, 9, 30))
    rows = dict(reader.load("2024-09-29", "2024-09-30"))
    assert rows == {
        LoadCell("2024-09-29T10Z", "", metric): count
        for metric, count in (("requests", 60), ("served", 60), ("status_2xx", 60), ("busiest_second", 2))
    }
    assert len(reader.load("2024-09-30", "2024-10-01")) == 12
    assert verify(reader) == []
    sink.close()


VALUES = {"/": 20, "/a": 15, "(other)": 12}
DEVICES = {"mobile": 30, "desktop": 17}
CROSSED = {"/ × mobile": 18, "(other)": 11}


def day_release(day, scale=1):
    """What a day published: 47 views of pages, some of them crossed, two releases."""
    counts = {
        ("page", "views"): {value: Published(n * scale, 1, n * scale) for value, n in VALUES.items()},
        ("device", "views"): {value: Published(n * scale, 1, n) for value, n in DEVICES.items()},
        ("page_by_device", "views"): {value: Published(n * scale, 1, n) for value, n in CROSSED.items()},
    }
    total = sum(VALUES.values()) * scale
    totals = Counter({(day.isoformat(), "views"): total})
    return Release(day.isoformat(), counts, {("views", 10): Proof(2, total, 10)}, totals)


USUAL = Kept(25, 14)


class Site:
    """Both stores of a site that released every tenth day from May 2025 to the end of October 2026."""

    def __init__(self, folder):
        self.path = folder / "stats.db"
        self.sink, self.reader = SqliteSink(self.path), SqliteSinkReader(self.path)
        self.days = [date(2025, 5, 1) + timedelta(days=10 * number) for number in range(55)]
        for number, day in enumerate(self.days, 1):
            self.sink.apply(BatchId("s", number), day_release(day))

    def clock_moves_to(self, today, kept=USUAL):
        """What the flusher does on the first release of a day."""
        return retain(self.sink, today, kept)

    def of_month(self, year, month):
        """How many releases a month had."""
        return sum((day.year, day.month) == (year, month) for day in self.days)


@pytest.fixture
def site(tmp_path):
    """A site with figures of a year and a half."""
    site = Site(tmp_path)
    yield site
    site.sink.close()


def test_days_become_months_when_the_clock_moves_on(site):
    """Month by month, and every sum stays what it was."""
    everything = (date.min, date.max)
    before = site.reader.top("page", "views", *everything, None), site.reader.shown(*everything)
    assert site.reader.by_month_before() is None
    site.clock_moves_to(date(2026, 10, 31))
    assert site.reader.by_month_before() == date(2025, 8, 1)
    assert {row.day for row in site.reader.cells()} == {
        *("2025-05", "2025-06", "2025-07"),
        *(day.isoformat() for day in site.days if day >= date(2025, 8, 1)),
    }
    assert (site.reader.top("page", "views", *everything, None), site.reader.shown(*everything)) == before
    site.clock_moves_to(date(2026, 11, 1))
    assert site.reader.by_month_before() == date(2025, 9, 1)
    assert (site.reader.top("page", "views", *everything, None), site.reader.shown(*everything)) == before
    assert verify(site.reader) == []


def test_a_month_is_told_where_all_of_it_is_asked_for(site):
    """Never as the figures of some of its days, and totals stay by the day."""
    site.clock_moves_to(date(2026, 10, 31))
    july, in_july = (date(2025, 7, 1), date(2025, 7, 31)), (date(2025, 7, 2), date(2025, 7, 31))
    times = site.of_month(2025, 7)
    assert site.reader.top("page", "views", *july, 1) == [("/", 20 * times)]
    assert site.reader.top("page", "views", *july, None, where=("device", "mobile")) == [("/", 18 * times)]
    assert site.reader.value_days("page", "/a", "views", *july) == [("2025-07", 15 * times)]
    assert [row.events for row in site.reader.cells(*july, "page")] == [12 * times, 20 * times, 15 * times]
    assert site.reader.shown(*july) == {
        ("page", "views"): 35 * times,
        ("device", "views"): 47 * times,
        ("page_by_device", "views"): 18 * times,
    }
    assert site.reader.top("page", "views", *in_july, None) == []
    assert site.reader.value_days("page", "/a", "views", *in_july) == []
    assert site.reader.cells(*in_july) == []
    assert len(site.reader.days(*in_july)) == len([day for day in site.days if july[0] < day <= july[1]])
    report = build_report(site.reader, in_july[0], date(2025, 8, 31), ["page"])
    assert report.as_json()["by_month_before"] == "2025-08-01"
    assert report.breakdowns["page"][0].counts["views"] == 20 * site.of_month(2025, 8)
    with closing(sqlite3.connect(site.path)) as spreadsheet:
        rows = spreadsheet.execute("SELECT day, views FROM page WHERE value = '/' AND day < '2025-08'").fetchall()
        assert rows == [(f"2025-0{n}", 20 * site.of_month(2025, n)) for n in (5, 6, 7)]


def test_doing_it_again_changes_nothing(site):
    """Nor is it told to readers as a change."""
    site.clock_moves_to(date(2026, 10, 31))
    cells, version = site.reader.cells(), site.reader.version()
    site.clock_moves_to(date(2026, 10, 31))
    assert site.sink.keep_months(date(2025, 8, 1)) == 0
    assert (site.reader.cells(), site.reader.version()) == (cells, version)


def test_an_interruption_leaves_whole_months(site, monkeypatch):
    """What was begun is undone, what was done stays, and the next time does the rest."""
    months = []

    def fails_at_the_second(connection, month):
        months.append(month)
        done = keep_month(connection, month)
        if len(months) == 2:
            raise sqlite3.OperationalError("disk I/O error")
        return done

    with monkeypatch.context() as patch:
        patch.setattr("consentkit.stats.stores.sqlite_sink.keep_month", fails_at_the_second)
        with pytest.raises(sqlite3.OperationalError):
            site.clock_moves_to(date(2026, 10, 31))
    assert site.reader.by_month_before() == date(2025, 6, 1)
    assert verify(site.reader) == []
    assert site.sink.keep_months(date(2025, 8, 1)) == 2
    assert verify(site.reader) == []


def test_what_comes_late_joins_its_month(site):
    """An import of an old day, whose month is kept as one."""
    site.clock_moves_to(date(2026, 10, 31))
    site.sink.apply(BatchId("log", 1), day_release(date(2025, 7, 17), scale=2))
    july = (date(2025, 7, 1), date(2025, 7, 31))
    assert site.reader.top("page", "views", *july, 1) == [("/", 20 * (site.of_month(2025, 7) + 2))]
    assert {row.day for row in site.reader.cells(*july)} == {"2025-07"}
    assert verify(site.reader) == []


def test_months_are_forgotten_too(site):
    """A month that is kept as one goes when all of it is too old, with the values that only it had."""
    site.sink.apply(BatchId("s", 99), a_release_of("/only in May", date(2025, 5, 2)))
    site.clock_moves_to(date(2026, 10, 31))
    site.sink.forget(date(2025, 6, 15))
    assert site.reader.cells()[0].day == "2025-06"
    site.clock_moves_to(date(2026, 10, 31), Kept(16, 14))
    assert site.reader.cells()[0].day == "2025-06"
    assert site.reader.span()[0] >= date(2025, 6, 15)
    with closing(sqlite3.connect(site.path)) as sink:
        words = {text for (text,) in sink.execute("SELECT text FROM words")}
    assert words == {"", *DEVICES, *VALUES}
    assert verify(site.reader) == []


def test_half_a_month_of_days_may_be_forgotten(site):
    """Its sums are then those of the other half."""
    kept = [day for day in site.days if day >= date(2025, 10, 15)]
    site.sink.forget(date(2025, 10, 15))
    october = (date(2025, 10, 1), date(2025, 10, 31))
    count = sum(day <= october[1] for day in kept)
    assert 0 < count < site.of_month(2025, 10)
    assert site.reader.top("page", "views", *october, 1) == [("/", 20 * count)]
    assert site.reader.top("page", "views", date.min, date.max, 1) == [("/", 20 * len(kept))]
    assert site.reader.shown(*october)["page", "views"] == 35 * count
    assert verify(site.reader) == []


def a_release_of(page, day):
    """Of one page alone."""
    counts = {("page", "views"): {page: Published(10, 1, 10)}}
    return Release(
        day.isoformat(), counts, {("views", 10): Proof(1, 10, 10)}, Counter({(day.isoformat(), "views"): 10})
    )
