"""The sink in SQLite, written and read."""

import sqlite3
import threading
from collections import Counter
from datetime import date

import pytest

from consentkit.stats.breakdowns import BREAKDOWNS, crossings_of
from consentkit.stats.load import LoadCell
from consentkit.stats.model import OTHER, BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores import StoreError, open_reader, open_sink
from consentkit.stats.stores.reading import CellRow, ReleaseRow
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.stats.observations import DAY, MINUTE

PAGE = Cell("page", "/", "views")
TODAY = date.fromisoformat(DAY)


@pytest.fixture
def sink(tmp_path):
    """A sink in a new file."""
    sink = SqliteSink(tmp_path / "stats.db")
    yield sink
    sink.close()


@pytest.fixture
def reader(tmp_path):
    """Reads the same file."""
    return SqliteSinkReader(tmp_path / "stats.db")


def a_release(count: int = 6, *, day: str = DAY, values: dict[str, int] | None = None) -> Release:
    """A release of page views under a threshold of 5."""
    values = values or {"/": count}
    return Release(
        day=day,
        counts={("page", "views"): {value: Published(n, 1, n) for value, n in values.items()}},
        proofs={("views", 5): Proof(1, sum(values.values()), sum(values.values()))},
        totals=Counter({(day, "views"): sum(values.values())}),
        load={("", "requests"): {MINUTE: sum(values.values())}},
    )


def test_a_file_from_before_a_breakdown_gets_its_view(tmp_path):
    """And one whose columns were others; nothing else in it changes."""
    path = tmp_path / "stats.db"
    SqliteSink(path).close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP VIEW funnel; DROP VIEW goal; CREATE VIEW goal AS SELECT 1; CREATE VIEW own AS SELECT 2"
    )
    SqliteSink(path).close()
    assert [] == connection.execute("SELECT value, steps FROM funnel").fetchall()
    assert [] == connection.execute("SELECT value, goals, conversions FROM goal").fetchall()
    assert [(2,)] == connection.execute("SELECT * FROM own").fetchall()
    connection.close()


def test_a_release_counts_once(sink, reader):
    """The same number again is refused, also after a later one; the counts of others add up."""
    assert sink.apply(BatchId("s", 1), a_release(6))
    assert not sink.apply(BatchId("s", 1), a_release(6))
    assert sink.apply(BatchId("s", 2), a_release(5))
    assert not sink.apply(BatchId("s", 1), a_release(6))
    assert sink.apply(BatchId("t", 1), a_release(7))
    assert reader.cells() == [CellRow(DAY, "page", "/", "views", 18, 3, 5)]
    assert reader.releases() == [ReleaseRow(DAY, "views", 5, 3, 18, 5)]
    assert reader.totals(TODAY, TODAY) == {"views": 18}
    assert reader.load(MINUTE, MINUTE) == [(LoadCell(MINUTE, "", "requests"), 18)]


def test_it_is_read_before_it_exists(reader):
    """Every answer is empty, and reading makes no file."""
    assert reader.days(TODAY, TODAY) == []
    assert reader.top("page", "views", TODAY, TODAY, 10) == []
    assert reader.count_values("page", "views", TODAY, TODAY) == 0
    assert reader.totals(TODAY, TODAY) == {}
    assert reader.shown(TODAY, TODAY) == {}
    assert reader.cells() == []
    assert reader.load("", MINUTE) == []
    assert reader.meta() == {}
    assert reader.releases() == []
    assert reader.span() is None
    with reader.snapshot():
        assert list(reader.each_cell()) == []
    assert not reader._path.exists()


def test_an_empty_file_is_a_sink_without_figures(reader):
    """A reader may come between the making of the file and of its tables."""
    reader._path.touch()
    assert reader.cells() == []


def test_a_reader_cannot_write(sink, reader):
    """The connection is read-only."""
    with reader.snapshot(), pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connections.current().execute("DELETE FROM counts")


def test_readers_work_while_a_writer_writes(sink, reader):
    """A reader neither waits for an open transaction nor sees half of it."""
    sink.apply(BatchId("s", 1), a_release(6))
    sink._connection.execute("BEGIN IMMEDIATE")
    sink._connection.execute("DELETE FROM counts")
    assert reader.top("page", "views", TODAY, TODAY, 10) == [("/", 6)]
    sink._connection.execute("ROLLBACK")


def test_a_snapshot_is_one_instant(sink, reader):
    """What is released meanwhile is seen by other threads and by later questions only."""
    sink.apply(BatchId("s", 1), a_release(6))
    elsewhere = []
    with reader.snapshot():
        assert reader.totals(TODAY, TODAY) == {"views": 6}
        sink.apply(BatchId("s", 2), a_release(6))
        assert reader.top("page", "views", TODAY, TODAY, None) == [("/", 6)]
        thread = threading.Thread(target=lambda: elsewhere.append(reader.totals(TODAY, TODAY)))
        thread.start()
        thread.join()
    assert elsewhere == [{"views": 12}]
    assert reader.totals(TODAY, TODAY) == {"views": 12}


def test_top_sorts_pages_and_searches(sink, reader):
    """Largest first, then by name; a search is for text, whose signs are no wildcards."""
    sink.apply(BatchId("s", 1), a_release(values={"/b": 7, "/a": 7, "/News_1": 9, "/newsX1": 5, "/50%": 6}))
    top = ["/News_1", "/a", "/b", "/50%", "/newsX1"]
    assert [value for value, _ in reader.top("page", "views", TODAY, TODAY, None)] == top
    assert [value for value, _ in reader.top("page", "views", TODAY, TODAY, 2, offset=1)] == top[1:3]
    assert reader.top("page", "views", TODAY, TODAY, 9, search="NEWS_") == [("/News_1", 9)]
    assert reader.top("page", "views", TODAY, TODAY, 9, search="%") == [("/50%", 6)]
    assert reader.count_values("page", "views", TODAY, TODAY, "news") == 2


def test_periods_include_both_ends(sink, reader):
    """A day before and a day after are left out."""
    for number, day in enumerate(["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"], 1):
        sink.apply(BatchId("s", number), a_release(5 + number, day=day))
    first, last = date(2026, 11, 21), date(2026, 11, 22)
    assert reader.days(first, last) == [("2026-11-21", "views", 7), ("2026-11-22", "views", 8)]
    assert reader.top("page", "views", first, last, 5) == [("/", 15)]
    assert [row.events for row in reader.cells(first, last, "page")] == [7, 8]
    assert reader.cells(first, last, "country") == []
    assert reader.span() == (date(2026, 11, 20), TODAY)


def test_shown_leaves_other_out(sink, reader):
    """It is what a period shows under a value."""
    sink.apply(BatchId("s", 1), a_release(values={"/": 7, OTHER: 9}))
    assert reader.shown(TODAY, TODAY) == {("page", "views"): 7}


def test_facts_are_set_and_replaced(sink, reader):
    """The schema's version is among them."""
    sink.describe({"site": "Example", "threshold": "10"})
    sink.describe({"threshold": "20"})
    assert reader.meta() == {"site": "Example", "threshold": "20", "schema": "3"}


def test_each_breakdown_has_a_view(sink):
    """Spreadsheets read `SELECT * FROM page` without knowing of metrics."""
    sink.apply(BatchId("s", 1), a_release(6))
    rows = sink._connection.execute("SELECT day, value, views, visits FROM page").fetchall()
    assert rows == [(DAY, "/", 6, 0)]
    found = sink._connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    assert {name for (name,) in found} == {*BREAKDOWNS, "cells"}
    columns = sink._connection.execute("SELECT * FROM status").description
    assert [column[0] for column in columns] == ["day", "value", "requests"]


def test_a_sink_of_another_version_is_refused(sink, reader):
    """By its reader too."""
    sink._connection.execute("PRAGMA user_version=7")
    with pytest.raises(StoreError, match="schema version 7, this consentkit reads 3"):
        reader.meta()


def test_a_copy_in_a_folder_that_may_not_be_written_is_read(tmp_path, sink, reader):
    """Marketing may keep a copy on a read-only share, where SQLite cannot make its -shm file."""
    sink.apply(BatchId("s", 1), a_release(6))
    sink.close()
    (tmp_path / "stats.db-shm").mkdir()  # as good as a read-only folder, to which root would write
    assert reader.totals(TODAY, TODAY) == {"views": 6}


def test_addresses_open_files_beside_the_configuration_or_anywhere(tmp_path):
    """Three slashes are relative to the configuration, four are absolute."""
    open_sink("sqlite:///var/stats.db", tmp_path / "site").close()
    assert (tmp_path / "site/var/stats.db").exists()
    absolute = f"sqlite:///{tmp_path}/abs.db"
    open_sink(absolute, tmp_path / "site").close()
    assert open_reader(absolute, tmp_path / "elsewhere").meta() == {"schema": "3"}


def test_views_seek_the_days_that_are_asked_for(tmp_path):
    """A spreadsheet that asks for a month does not make SQLite go through years."""
    sink = SqliteSink(tmp_path / "stats.db", crossings_of([("page", "device")]))
    for view in ("page", "page_by_device", "cells"):
        question = f"SELECT * FROM {view} WHERE day >= '2026-10-28'"
        plan = [row[3] for row in sink._connection.execute(f"EXPLAIN QUERY PLAN {question}")]
        assert any("SEARCH p USING INDEX" in step for step in plan), plan
        assert any("SEARCH c USING PRIMARY KEY (period=? AND series=?)" in step for step in plan), plan
    sink.close()
