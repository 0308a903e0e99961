"""The outlook of a report."""

from collections import Counter
from datetime import date, timedelta

import pytest

from consentkit.stats.model import BatchId, Release
from consentkit.stats.outlook import as_json, read_outlook
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink

LAST = date(2026, 11, 23)


@pytest.fixture
def reader(tmp_path):
    """Eight weeks of 100 requests a day, no views; on the last day, which is not over, only three."""
    sink = SqliteSink(tmp_path / "stats.db")
    for ago in range(57):
        day = (LAST - timedelta(days=ago)).isoformat()
        totals = Counter({(day, "requests"): 100 if ago else 3})
        sink.apply(BatchId("s", ago + 1), Release(day, {}, {}, totals))
    sink.close()
    return SqliteSinkReader(tmp_path / "stats.db")


def test_it_begins_with_the_last_day_and_does_not_learn_from_it(reader):
    """Half a day is no decline."""
    found = as_json(read_outlook(reader, LAST)["requests"])
    assert ("2026-11-23", "2026-12-20", 0) == (found["days"][0]["day"], found["days"][-1]["day"], found["error"])
    assert {100} == {day[name] for day in found["days"] for name in ("value", "low", "high")}


def test_there_is_none_where_too_little_is_known(reader, tmp_path):
    """Of a metric without counts, of a site that has just begun, of none at all."""
    assert read_outlook(reader, LAST)["views"] is None
    early = read_outlook(reader, LAST - timedelta(days=50))
    assert {"requests": None, "views": None} == early
    assert {"requests": None, "views": None} == read_outlook(SqliteSinkReader(tmp_path / "none.db"), LAST)
    assert as_json(None) is None
