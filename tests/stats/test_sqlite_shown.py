"""The private store remembers which values its releases have shown lately."""

import sqlite3
from contextlib import closing

import pytest

from consentkit.stats.holding import REMEMBERED
from consentkit.stats.model import BatchId, Cell, Increments
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_shown import note_shown, shown_since

DAY = "2026-11-23"
K = 5


@pytest.fixture
def path(tmp_path):
    """Where the file of a store lies."""
    return tmp_path / "private.db"


def release(path, number: int, day: str = DAY, **views: int) -> dict[str, int]:
    """What leaves by device when so many views have come."""
    increments = Increments()
    for device, count in views.items():
        increments.add(Cell("device", device, "views"), count)
        increments.totals[day, "views"] += count
    with closing(SqlitePrivateStore(path)) as store:
        store.apply(BatchId("a", number), increments, day)
        store.release(threshold=K, patience_days=31, today=day, running=f"{day}T12:00Z")
        *_, (_, found) = store.outbox()
        return {cell.value: published.count for cell, published in found.cells.items()}


def noted(path) -> set[str]:
    """The devices that are noted."""
    with closing(sqlite3.connect(path)) as connection:
        return {value for (value,) in connection.execute("SELECT value FROM shown WHERE breakdown = 'device'")}


def test_a_value_that_was_shown_counts_as_one_that_stays(path):
    """Of two that some must wait of each of, the largest keeps more; of three, one of which was shown before, not."""
    assert release(path, 1, desktop=20, mobile=3, tablet=3) == {"desktop": 17}
    assert noted(path) == {"desktop"}
    assert release(path, 2, desktop=20, mobile=5, tablet=5) == {"desktop": 18, "mobile": 8, "tablet": 8}
    assert release(path, 3, desktop=20, mobile=3, console=3) == {"desktop": 25}


def test_what_was_kept_whole_was_not_shown(path):
    """It is nothing that a reader knows of."""
    assert release(path, 1, desktop=8) == {}
    assert noted(path) == set()


def test_it_is_forgotten_with_patience_and_noted_again(path):
    """So no name stays for ever that the sink has forgotten."""
    release(path, 1, desktop=20, mobile=20)
    release(path, 2, "2026-12-30", desktop=20)
    assert noted(path) == {"desktop"}


def test_so_many_are_remembered_of_a_breakdown(path):
    """Of more nothing is told by how much waits in all."""
    SqlitePrivateStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        lately = shown_since(connection, "")
        note_shown(connection, lately, {("page", "views"): {f"/{number}": 9 for number in range(100)}}, DAY)
        assert lately == shown_since(connection, "")
        assert len(lately["page", "views"]) == REMEMBERED
        note_shown(connection, lately, {("page", "visits"): {"/0": 9, "/1": 9}}, DAY)
        assert shown_since(connection, "")["page", "visits"] == {"/0", "/1"}
        assert shown_since(connection, "2026-11-24") == {}
