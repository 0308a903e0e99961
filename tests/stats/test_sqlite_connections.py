"""Read-only connections that stay open between questions."""

import gc
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from consentkit.stats.stores import StoreError
from consentkit.stats.stores.sqlite_connections import IDLE, Connections


def make(path, number):
    """A file of version 3 with one number in it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (n); PRAGMA user_version=3")
        connection.execute("INSERT INTO t VALUES (?)", (number,))


def asked(connections):
    """The number in the file."""
    with connections.lend() as connection:
        return connection and connection.execute("SELECT n FROM t").fetchone()[0]


@pytest.fixture
def path(tmp_path):
    """A file."""
    make(tmp_path / "a.db", 1)
    return tmp_path / "a.db"


def test_a_connection_is_used_again(path):
    """One for all questions that are asked one after the other."""
    connections = Connections(path, 3)
    with connections.lend() as first:
        pass
    with connections.lend() as second, connections.snapshot():
        assert second is first
    assert asked(connections) == 1
    connections.close()
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")
    assert asked(connections) == 1


def test_another_file_in_its_place_is_read(path, tmp_path):
    """Somebody put the old one aside, or a copy back."""
    connections = Connections(path, 3)
    assert asked(connections) == 1
    make(tmp_path / "b.db", 2)
    path.rename(tmp_path / "old.db")
    assert asked(connections) is None
    (tmp_path / "b.db").rename(path)
    assert asked(connections) == 2


def test_many_threads_hold_few_connections_open(path):
    """Each has its own while it asks."""
    connections, together = Connections(path, 3), threading.Barrier(IDLE + 4)

    def ask(_):
        with connections.snapshot():
            together.wait(10)
            return connections.current(), asked(connections)

    with ThreadPoolExecutor(IDLE + 4) as pool:
        found = list(pool.map(ask, range(IDLE + 4)))
    assert len({id(connection) for connection, _ in found}) == IDLE + 4
    assert {number for _, number in found} == {1}
    assert len(connections._idle) == IDLE


def test_a_connection_that_failed_is_not_used_again(path):
    """It may be in the middle of something."""
    connections = Connections(path, 3)
    with pytest.raises(sqlite3.OperationalError), connections.lend() as failed:
        failed.execute("SELECT nothing")
    with connections.lend() as connection:
        assert connection is not failed


def test_a_file_that_becomes_another_version_is_refused(path):
    """Also by a connection that was open before."""
    connections = Connections(path, 3, turned=(2,))
    assert asked(connections) == 1
    for version, words in ((4, "begin a new one"), (2, "it is turned")):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version={version}")
        with pytest.raises(StoreError, match=words):
            asked(connections)


def test_connections_end_with_who_held_them(path):
    """So that no file stays open when a dashboard is done with."""
    connections = Connections(path, 3)
    with connections.lend() as connection:
        pass
    del connections
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_file_whose_maker_was_killed_is_empty(tmp_path):
    """What was begun lies there with the journal to undo it, which nobody may use who only reads; who writes does."""
    with closing(sqlite3.connect(tmp_path / "begun.db", isolation_level=None)) as making:
        making.executescript("CREATE TABLE u (n); DROP TABLE u; PRAGMA cache_size=1; BEGIN; CREATE TABLE t (n)")
        making.executemany("INSERT INTO t VALUES (?)", [("x" * 4_000,)] * 50)
        for end in ("", "-journal"):
            (tmp_path / f"a.db{end}").write_bytes((tmp_path / f"begun.db{end}").read_bytes())
    connections = Connections(tmp_path / "a.db", 3)
    with closing(sqlite3.connect(f"file:{tmp_path}/a.db?mode=ro", uri=True)) as reading:
        assert sqlite3.SQLITE_READONLY_ROLLBACK == _refused(reading)
    assert asked(connections) is None
    make(tmp_path / "a.db", 1)
    assert asked(connections) == 1


def _refused(connection):
    """The code with which SQLite refuses to read a file."""
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("SELECT 1 FROM sqlite_master")
    return caught.value.sqlite_errorcode
