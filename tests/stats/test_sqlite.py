"""Opening the files of the stores beside other processes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from consentkit.stats.stores import sqlite


def new_file_in_use(path: Path) -> sqlite3.Connection:
    """A new file, not yet in WAL mode, in which another process has begun to write."""
    other = sqlite3.connect(path, isolation_level=None)
    other.executescript("CREATE TABLE t (n); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
    return other


def test_a_new_file_that_another_process_writes_to_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that start together all find it in WAL mode."""
    with closing(new_file_in_use(tmp_path / "new.db")) as other:
        monkeypatch.setattr(sqlite.time, "sleep", lambda seconds: other.execute("COMMIT"))
        with closing(sqlite.connect(tmp_path / "new.db")) as connection:
            assert "wal" == connection.execute("PRAGMA journal_mode").fetchone()[0]
            assert 1 == connection.execute("SELECT count(*) FROM t").fetchone()[0]


def test_it_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is the database's own."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.0)
    with (
        closing(new_file_in_use(tmp_path / "new.db")),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        sqlite.connect(tmp_path / "new.db")
