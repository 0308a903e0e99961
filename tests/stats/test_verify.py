"""Proving the release rule: an honest sink passes, every way of tampering is found."""

import sqlite3
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.history import History
from consentkit.stats.model import BatchId
from consentkit.stats.release import Rule
from consentkit.stats.stores import drain
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import Finding, verify
from tests.stats.observations import DAY, LATER, a_view, increments_of

RULE = Rule(threshold=5, patience_days=31, timezone=ZoneInfo("UTC"))
OF_PAGE = "series IN (SELECT id FROM series WHERE breakdown = 'page')"
OF_PAGE_WORD = f"id IN (SELECT value FROM counts WHERE {OF_PAGE})"
NOON = 1_795_435_200.0
"""2026-11-23 12:00 UTC."""


class Stores:
    """Stores in which one day was released: 12 of 22 views of `/` in two releases; 10 wait, and 2 of a rare page."""

    def __init__(self, folder):
        self.private, self.sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
        self.reader = SqliteSinkReader(folder / "stats.db")
        for page, count, when in [("/", 11, NOON), ("/", 11, NOON + 120), ("/rare", 2, NOON + 240)]:
            history = History(RULE)
            for _ in range(count):
                history.add(a_view(page, when=when))
            history.commit(self.private, self.sink, f"log of {when}")

    def change(self, statement):
        """Do what somebody with access to the sink might do."""
        self.sink._connection.execute(statement)

    def rules(self):
        """The rules that are found broken."""
        return {finding.rule for finding in verify(self.reader, self.private)}

    def close(self):
        """Give the connections back."""
        self.private.close()
        self.sink.close()


@pytest.fixture
def stores(tmp_path):
    """An honest pair of stores."""
    stores = Stores(tmp_path)
    yield stores
    stores.close()


def test_an_honest_sink_has_no_findings(stores):
    """With and without the private store, and before anything exists."""
    assert verify(stores.reader) == []
    assert verify(stores.reader, stores.private) == []


def test_what_the_total_tells_of_few_is_found_and_mended_by_the_next_release(tmp_path, monkeypatch):
    """Figures of which nothing was kept back: all but two views of a rare page are shown."""
    stores = Stores(tmp_path / "sound")
    monkeypatch.setattr("consentkit.stats.release.kept_back", lambda leaving, waiting, *, threshold: {})
    for number, (page, count) in enumerate([("/", 20), ("/rare", 2), ("/", 20)], 1):
        stores.private.apply(BatchId("w", number), increments_of(*[a_view(page)] * count), DAY)
    released(stores)
    found = [finding for finding in verify(stores.reader, stores.private) if finding.where == "views by page"]
    assert ["rest"] == [finding.rule for finding in found]
    assert [] == verify(stores.reader)
    assert "the total of views is 4 more than all values together, fewer than 5" == found[0].what
    assert "somebody changed the sink" in found[0].mend
    stores.private._connection.execute("DELETE FROM shown")
    found = [finding for finding in verify(stores.reader, stores.private) if finding.where == "views by page"]
    assert ["rest-before"] == [finding.rule for finding in found]
    assert "an earlier consentkit kept less back" in found[0].mend
    monkeypatch.undo()
    stores.private.apply(BatchId("w", 4), increments_of(*[a_view("/")] * 20), DAY)
    released(stores)
    assert set() == stores.rules()
    stores.close()


def released(stores):
    """Release what may be released, and bring it to the sink."""
    stores.private.release(threshold=5, patience_days=31, today=DAY, running=LATER)
    drain(stores.private, stores.sink)


def test_an_empty_sink_has_no_findings(tmp_path):
    """Nothing is published, so nothing is wrong."""
    assert verify(SqliteSinkReader(tmp_path / "none.db")) == []


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (f"UPDATE counts SET count = 3 WHERE {OF_PAGE}", {"cell-size", "cell-sum", "delivered-sum", "kept-sum"}),
        (f"UPDATE counts SET smallest = 4 WHERE {OF_PAGE}", {"cell-increment"}),
        (f"UPDATE counts SET increments = 3 WHERE {OF_PAGE}", {"cell-sum", "cell-increments"}),
        (f"UPDATE counts SET increments = 0 WHERE {OF_PAGE}", {"cell-sum"}),
        (f"UPDATE counts SET count = 23 WHERE {OF_PAGE}", {"breakdown-sum", "delivered-sum", "course", "kept-sum"}),
        (f"UPDATE counts SET count = 11 WHERE {OF_PAGE}", {"cell-sum", "delivered-sum", "kept-sum"}),
        (
            "DELETE FROM counts WHERE series IN (SELECT id FROM series WHERE breakdown = 'country')",
            {"delivered-sum", "kept-sum"},
        ),
        ("UPDATE totals SET count = count + 1 WHERE metric = 'views'", {"delivered-sum"}),
        ("DELETE FROM releases WHERE metric = 'views'", {"cell-release", "course"}),
        ("UPDATE releases SET smallest = 4 WHERE metric = 'views'", {"release-size"}),
        ("UPDATE releases SET events = 9 WHERE metric = 'views'", {"release-sum", "course"}),
        ("UPDATE releases SET events = 99 WHERE metric = 'views'", {"release-total"}),
        ("UPDATE releases SET releases = 1 WHERE metric = 'views'", {"release-sum", "cell-increments"}),
        (
            "UPDATE releases SET threshold = 50",
            {"release-size", "cell-size", "cell-increment", "load-size", "rest-before"},
        ),
        ("UPDATE periods SET name = 'never' WHERE shown", {"cell-release", "kept-sum"}),
        ("UPDATE periods SET name = '2026-11-22' WHERE shown", {"cell-release", "course"}),
        ("UPDATE counts SET count = 99 WHERE period IN (SELECT id FROM periods WHERE NOT shown)", {"kept-sum"}),
        ("UPDATE named SET count = 99", {"kept-sum"}),
        ("UPDATE load_hours SET count = 99 WHERE metric = 'requests'", {"kept-sum"}),
        ("DELETE FROM load_days", {"kept-sum"}),
        ("UPDATE series SET breakdown = 'visitor' WHERE breakdown = 'host'", {"cell-unknown", "delivered-sum"}),
        (f"UPDATE words SET text = text || char(10) WHERE {OF_PAGE_WORD}", {"cell-value"}),
        ("UPDATE totals SET count = count - 1 WHERE metric = 'class:person'", {"delivered-sum", "total-parts"}),
        ("UPDATE totals SET count = -1 WHERE metric = 'class:person'", {"delivered-sum", "total-size", "total-parts"}),
        ("UPDATE load SET count = 99 WHERE metric = 'busiest_second'", {"load-busiest", "kept-sum"}),
        ("UPDATE load SET count = -1 WHERE metric = 'bytes'", {"load-count", "kept-sum"}),
        ("UPDATE load SET count = 99 WHERE metric LIKE 'took%'", {"load-times", "kept-sum"}),
        ("INSERT INTO gaps VALUES ('2026-11-23T10:00:00Z', '2026-11-23T09:00:00Z', 'killed', 0)", {"gap"}),
        ("INSERT INTO gaps VALUES ('2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z', 'holiday', 0)", {"gap"}),
        ("DELETE FROM applied", {"delivered-source", "apart"}),
        ("UPDATE delivered SET count = count - 5 WHERE breakdown = 'page'", {"delivered-sum", "balance"}),
    ],
)
def test_tampering_is_found(stores, statement, rules):
    """Each change of the sink breaks the rules that it should break, and no other."""
    stores.change(statement)
    assert stores.rules() == rules


def test_a_finding_says_what_where_and_how_to_mend(stores):
    """It names figures, the place and a remedy."""
    stores.change(f"UPDATE counts SET smallest = 4 WHERE {OF_PAGE}")
    [finding] = verify(stores.reader)
    assert finding == Finding(
        rule="cell-increment",
        where="page '/', views on 2026-11-23",
        what="one release added 4, fewer than the threshold 5",
        mend="somebody changed the sink: restore it from a backup, or forget this day",
    )


def test_events_that_vanish_from_the_private_store_are_found(stores):
    """Counted, but neither published nor waiting."""
    stores.private._connection.execute("DELETE FROM arrived WHERE breakdown = 'page'")
    [finding] = verify(stores.reader, stores.private)
    assert finding.rule == "balance"
    assert finding.where == "views by page"
    assert finding.what == "24 events were counted, 12 are published, in the outbox or waiting"


def test_a_threshold_that_was_changed_is_judged_day_by_day(stores):
    """What was released under the threshold of its day stays right when it is raised later."""
    increments = increments_of(*[a_view("/new")] * 60)
    stores.private.apply(BatchId("w", 1), increments, "2026-11-24")
    stores.private.release(threshold=50, patience_days=31, today="2026-11-24", running=LATER)
    for batch, release in stores.private.outbox():
        stores.sink.apply(batch, release)
        stores.private.sent(batch)
    assert stores.rules() == set()


def test_what_is_in_the_outbox_is_accounted_for(stores):
    """Before the sink has it, after it has it and was not yet forgotten, and after."""
    stores.private.apply(BatchId("w", 1), increments_of(*[a_view("/new")] * 6), DAY)
    stores.private.release(threshold=5, patience_days=31, today=DAY, running=LATER)
    assert stores.rules() == set()
    [(batch, release)] = stores.private.outbox()
    stores.sink.apply(batch, release)
    assert stores.rules() == set()
    stores.private.sent(batch)
    assert stores.rules() == set()


def test_a_release_between_the_two_readings_is_no_finding(stores, monkeypatch):
    """The stores are read again when a worker released meanwhile."""
    read, interruptions = SqlitePrivateStore.balance, iter([1])

    def then_released(store):
        balance = read(store)
        for _ in interruptions:
            store.apply(BatchId("w", 1), increments_of(*[a_view("/new")] * 6), DAY)
            store.release(threshold=5, patience_days=31, today=DAY, running=LATER)
            for batch, release in store.outbox():
                stores.sink.apply(batch, release)
                store.sent(batch)
        return balance

    monkeypatch.setattr(SqlitePrivateStore, "balance", then_released)
    assert stores.rules() == set()


def test_a_sink_filled_by_two_hosts_is_judged_by_source(tmp_path, stores):
    """Another host's private store does not unbalance this one."""
    other = SqlitePrivateStore(tmp_path / "other.db")
    other.apply(BatchId("w", 1), increments_of(*[a_view("/new")] * 6), DAY)
    other.release(threshold=5, patience_days=31, today=DAY, running=LATER)
    for batch, release in other.outbox():
        stores.sink.apply(batch, release)
        other.sent(batch)
    assert stores.rules() == set()
    assert verify(stores.reader, other) == []
    other.close()


def test_forgetting_keeps_the_balance(stores):
    """Retention is no loss; what was forgotten without it is."""
    stores.sink.forget(date(2027, 1, 1))
    assert stores.rules() == set()
    stores.change("DELETE FROM forgotten WHERE breakdown = 'page'")
    assert stores.rules() == {"delivered-sum"}


def test_a_broken_sink_is_the_databases_error(tmp_path):
    """It is not taken for an empty one."""
    (tmp_path / "stats.db").write_bytes(b"no database at all, " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        verify(SqliteSinkReader(tmp_path / "stats.db"))
