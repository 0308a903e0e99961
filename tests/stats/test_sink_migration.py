"""A sink of version 2 becomes one of this version, with all its figures."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from consentkit.stats.breakdowns import crossings_of
from consentkit.stats.load import LoadCell
from consentkit.stats.model import BatchId
from consentkit.stats.stores import StoreError
from consentkit.stats.stores.reading import CellRow, ReleaseRow
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from tests.stats.test_sqlite_sink import a_release

VERSION_2 = """
CREATE TABLE cells (
    day TEXT NOT NULL, breakdown TEXT NOT NULL, value TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL,
    increments INTEGER NOT NULL, smallest INTEGER NOT NULL, PRIMARY KEY (day, breakdown, value, metric)
) WITHOUT ROWID;
CREATE TABLE totals (
    day TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, metric)
) WITHOUT ROWID;
CREATE TABLE load (
    begin TEXT NOT NULL, route TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (begin, route, metric)
) WITHOUT ROWID;
CREATE TABLE releases (
    day TEXT NOT NULL, metric TEXT NOT NULL, threshold INTEGER NOT NULL, releases INTEGER NOT NULL,
    events INTEGER NOT NULL, smallest INTEGER NOT NULL, PRIMARY KEY (day, metric, threshold)
) WITHOUT ROWID;
CREATE TABLE gaps (begin TEXT NOT NULL, until TEXT NOT NULL, reason TEXT NOT NULL, batches INTEGER NOT NULL);
CREATE TABLE applied (source TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE delivered (
    source TEXT NOT NULL, breakdown TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (source, breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE forgotten (
    breakdown TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIEW page AS SELECT day, value, sum(count) AS views FROM cells WHERE breakdown = 'page' GROUP BY day, value;
CREATE VIEW page_by_device AS SELECT day, value FROM cells WHERE breakdown = 'page_by_device';
PRAGMA user_version = 2;
"""
CELLS = [
    ("2026-01-31", "page", "/", "views", 30, 2, 12),
    ("2026-02-01", "device", "mobile", "views", 35, 1, 35),
    ("2026-02-01", "page", "(other)", "views", 15, 1, 15),
    ("2026-02-01", "page", "/", "views", 20, 1, 20),
    ("2026-02-01", "page_by_device", "(other)", "views", 11, 1, 11),
    ("2026-02-01", "page_by_device", "/ × mobile", "views", 20, 1, 20),
    ("2026-02-09", "page", "/", "views", 25, 1, 25),
]
JANUARY, FEBRUARY = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def path(tmp_path):
    """A file as the version before wrote it: three days, a crossing, load by minute, hour and day."""
    path = tmp_path / "stats.db"
    with closing(sqlite3.connect(path)) as old, old:
        old.executescript(VERSION_2)
        old.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)", CELLS)
        for day, count in (("2026-01-31", 30), ("2026-02-01", 35), ("2026-02-09", 25)):
            old.execute("INSERT INTO totals VALUES (?, 'views', ?)", (day, count))
            old.execute("INSERT INTO releases VALUES (?, 'views', 10, 2, ?, 10)", (day, count))
        old.execute("INSERT INTO load VALUES ('2026-02-01T10:00Z', '', 'requests', 7)")
        old.execute("INSERT INTO load VALUES ('2026-02-01T10:01Z', '', 'requests', 9)")
        old.execute("INSERT INTO load VALUES ('2026-02-01T11Z', '', 'requests', 100)")
        old.executemany(
            "INSERT INTO delivered VALUES ('s', ?, 'views', ?)",
            [("", 90), ("page", 90), ("device", 35), ("page_by_device", 31)],
        )
        old.execute("INSERT INTO applied VALUES ('s', 3)")
        old.execute("INSERT INTO meta VALUES ('site', 'Example')")
    return path


def test_every_figure_is_kept_and_summed(path):
    """Cells as they were, and what is summed of them."""
    SqliteSink(path).close()
    reader = SqliteSinkReader(path)
    assert reader.cells() == [CellRow(*row) for row in CELLS]
    assert reader.top("page", "views", *FEBRUARY, None) == [("/", 45), ("(other)", 15)]
    assert reader.top("page", "views", *JANUARY, None) == [("/", 30)]
    assert reader.top("device", "views", *FEBRUARY, None, where=("page", "/")) == [("mobile", 20)]
    assert reader.shown(*FEBRUARY) == {
        ("device", "views"): 35,
        ("page", "views"): 45,
        ("page_by_device", "views"): 20,
    }
    assert reader.totals(*FEBRUARY) == {"views": 60}
    assert reader.releases()[0] == ReleaseRow("2026-01-31", "views", 10, 2, 30, 10)
    assert reader.meta() == {"site": "Example", "schema": "3"}
    assert reader.load("2026-02-01T10:01", "2026-02-01T10:02") == [(LoadCell("2026-02-01T10:01Z", "", "requests"), 9)]
    assert [row[1:] for row in reader.load_sums([("2026-02-01", "2026-02-02")])] == [("", "requests", 116)]
    assert reader.highest_load("requests", "2026-02-01", "2026-02-02") == ("2026-02-01T10:01Z", 9)
    assert verify(reader) == []


def test_it_goes_on_where_it_was(path):
    """Numbers that were applied are known, new releases add up, and opened again it is left as it is."""
    sink, reader = SqliteSink(path, crossings_of([("page", "device")])), SqliteSinkReader(path)
    assert not sink.apply(BatchId("s", 3), a_release(12, day="2026-02-09"))
    assert sink.apply(BatchId("s", 4), a_release(12, day="2026-02-09"))
    sink.close()
    SqliteSink(path).close()
    assert reader.top("page", "views", *FEBRUARY, 1) == [("/", 57)]
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT day, page, device, views FROM page_by_device ORDER BY views").fetchall()
        assert rows == [("2026-02-01", "(other)", "(other)", 11), ("2026-02-01", "/", "mobile", 20)]
        assert connection.execute("SELECT sum(views) FROM page WHERE day = '2026-02-09'").fetchone() == (37,)
        assert connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'old%'").fetchall() == []


def test_an_interrupted_one_leaves_the_old_file(path, monkeypatch):
    """It is one transaction: an older consentkit could go on with the file, and the next try succeeds."""

    def fail(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("consentkit.stats.stores.sink_migration.sum_up", fail)
        with pytest.raises(sqlite3.OperationalError):
            SqliteSink(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM cells").fetchone() == (len(CELLS),)
    SqliteSink(path).close()
    assert len(SqliteSinkReader(path).cells()) == len(CELLS)


def test_a_reader_says_that_the_file_is_older(path):
    """It may not write; the site's next start turns the file."""
    with pytest.raises(StoreError, match="schema version 2, this consentkit reads 3; it is turned"):
        SqliteSinkReader(path).cells()
