"""Forgetting old figures."""

from collections import Counter
from datetime import date

import pytest

from consentkit.stats.load import LoadCell
from consentkit.stats.model import BatchId, Cell, Proof, Published, Release
from consentkit.stats.retention import cutoff, forget
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
            {Cell("page", "/", "views"): Published(20, 2, 10)},
            {("views", 10): Proof(2, 30, 10)},
            Counter({(day, "views"): 30, (day, "requests"): 30}),
            Counter({LoadCell(f"{day}T10:00Z", "", metric): 30 for metric in ("served", "status_2xx", "requests")}),
        )
        sink.apply(BatchId("s", number), release)
    before = date(2024, 10, 1)
    assert forget(sink, before) == 2
    assert forget(sink, before) == 0
    assert [row.day for row in reader.cells()] == ["2024-10-01"]
    assert [row.day for row in reader.releases()] == ["2024-10-01"]
    assert reader.span() == (before, before)
    assert {cell.begin for cell, _ in reader.load("", "9")} == {"2024-10-01T10:00Z"}
    assert reader.ledger().forgotten == {
        ("page", "views"): 40,
        ("", "views"): 60,
        ("", "requests"): 60,
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
    release = Release("2024-09-30", {}, {}, Counter({("2024-09-30", "requests"): 120}), Counter(figures))
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
