"""The private store in SQLite."""

import multiprocessing
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from consentkit.stats.load import LoadCell
from consentkit.stats.model import OTHER, BatchId, Cell, Increments
from consentkit.stats.stores import StoreError, drain, open_private, renew
from consentkit.stats.stores.protocol import PrivateStore, Remainder
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from tests.stats.observations import DAY, LATER, MINUTE, a_view, increments_of

K = 5


@pytest.fixture
def store(tmp_path):
    """A private store in a new file."""
    store = SqlitePrivateStore(tmp_path / "private.db")
    yield store
    store.close()


def views(page: str, count: int) -> Increments:
    """So many views of a page."""
    return increments_of(*[a_view(page)] * count)


def released(store: PrivateStore, today: str = DAY) -> bool:
    """Release what may be released."""
    return store.release(threshold=K, patience_days=31, today=today, running=LATER)


def only_release(store: PrivateStore) -> dict[Cell, int]:
    """The cells of the one release in the outbox."""
    [(_, release)] = store.outbox()
    return {cell: published.count for cell, published in release.cells.items()}


@pytest.mark.parametrize("name", ["private.db", "private.db-wal", "private.db-shm"])
def test_nobody_but_its_owner_reads_it(tmp_path, store, name):
    """The file and what SQLite keeps beside it have mode 0600."""
    store.apply(BatchId("a", 1), views("/", 1), DAY)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    """A file made with a wider mode, by a copy for instance, gets mode 0600."""
    path = tmp_path / "private.db"
    path.touch(mode=0o644)
    SqlitePrivateStore(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_its_folder_is_made(tmp_path):
    """A first start needs no preparation."""
    open_private("sqlite:///var/deep/private.db", tmp_path).close()
    assert (tmp_path / "var/deep/private.db").exists()


def test_a_batch_counts_once(store):
    """The same batch again is refused, and so is an older one; the next is taken."""
    assert store.apply(BatchId("a", 1), views("/", 2), DAY)
    assert not store.apply(BatchId("a", 1), views("/", 2), DAY)
    assert store.apply(BatchId("a", 3), views("/", 1), DAY)
    assert not store.apply(BatchId("a", 2), views("/", 5), DAY)
    assert store.apply(BatchId("b", 1), views("/", 1), DAY)
    assert store.balance().counted["page", "views"] == 4


def test_an_interrupted_batch_leaves_nothing(store):
    """When a part of a batch cannot be written, no part of it is, and it can be sent again."""
    poisoned = views("/", 2)
    poisoned.load[LoadCell(MINUTE, "", "bytes")] = 1 << 70
    with pytest.raises(OverflowError):
        store.apply(BatchId("a", 1), poisoned, DAY)
    assert store.balance().counted == {}
    assert store.apply(BatchId("a", 1), views("/", 2), DAY)


def test_sources_of_workers_long_gone_are_forgotten(store):
    """A worker's last number is kept for a month after it was first seen to be gone."""
    store.apply(BatchId("old", 1), views("/", 1), "2026-10-01")
    store.apply(BatchId("new", 1), views("/", 1), DAY)
    sources = store._connection.execute("SELECT source FROM applied").fetchall()
    assert sources == [("new",)]


def test_only_what_may_leave_goes_to_the_outbox(store):
    """Cells with k waiting events leave with all totals and load, but for what hides how many the others have."""
    store.apply(BatchId("a", 1), views("/", 9), DAY)
    store.apply(BatchId("a", 2), views("/rare", 2), DAY)
    assert released(store)
    [(batch, release)] = store.outbox()
    assert batch.number == 1
    assert release.cells[Cell("page", "/", "views")].count == 6
    assert Cell("page", "/rare", "views") not in release.cells
    assert release.totals[DAY, "views"] == 11
    assert release.load["", "requests"] == {MINUTE: 11}
    assert store.balance().waiting["page", "views"] == K


def test_no_release_without_fresh_events(store):
    """Fewer than k new events since the last release move nothing, whatever waits."""
    store.apply(BatchId("a", 1), views("/", 6), DAY)
    released(store)
    store.apply(BatchId("a", 2), views("/", K - 1), DAY)
    assert not released(store)
    store.apply(BatchId("a", 3), views("/", 1), DAY)
    assert released(store)
    assert [number for (_, number), _ in store.outbox()] == [1, 2]


def test_parts_of_many_days_leave_together(store):
    """A page with one view a day appears on its fifth day."""
    for number in range(1, K + 1):
        store.apply(BatchId("a", number), views("/rare", 1), f"2026-11-{number:02}")
    store.apply(BatchId("a", K + 1), views("/", 2 * K), DAY)
    assert released(store)
    assert only_release(store)[Cell("page", "/rare", "views")] == K


def test_what_waited_too_long_is_released_as_other(store):
    """Rare values lose their name and are then published together."""
    for number in range(1, K + 1):
        store.apply(BatchId("a", number), views(f"/rare-{number}", 1), "2026-10-01")
    store.apply(BatchId("a", K + 1), views("/", 2 * K), DAY)
    assert released(store)
    cells = only_release(store)
    assert cells[Cell("page", OTHER, "views")] == K
    assert not [cell for cell in cells if cell.value.startswith("/rare")]


def test_values_age_although_nothing_is_released(store):
    """On a quiet site too, a rare value loses its name after the patience."""
    store.apply(BatchId("a", 1), views("/rare", 1), "2026-10-01")
    assert not released(store)
    assert {cell.value for cell in store.balance().cells if cell.breakdown == "page"} == {OTHER}


def test_published_values_are_not_found_in_the_file(tmp_path):
    """What left or lost its name is overwritten, not only unlinked."""
    store = SqlitePrivateStore(tmp_path / "private.db")
    store.apply(BatchId("a", 1), views("/canary-7f3a", 1), "2026-10-01")
    released(store)
    store._connection.execute("DELETE FROM admitted")
    store.close()
    assert b"canary-7f3a" not in (tmp_path / "private.db").read_bytes()


def test_distinct_values_are_bounded_over_all_workers(tmp_path):
    """The third value of a day counts as `(other)` whoever sends it; known ones go on, and tomorrow is a new day."""
    stores = [SqlitePrivateStore(tmp_path / "private.db", max_values=2) for _ in range(2)]
    stores[0].apply(BatchId("a", 1), views("/1", 1), DAY)
    stores[1].apply(BatchId("b", 1), views("/2", 1), DAY)
    stores[0].apply(BatchId("a", 2), views("/3", 1), DAY)
    stores[1].apply(BatchId("b", 2), views("/1", 1), DAY)
    stores[1].apply(BatchId("b", 3), views("/4", 1), "2026-11-24")
    rows = stores[0]._connection.execute("SELECT value, sum(count) FROM arrived WHERE breakdown = 'page' GROUP BY 1")
    assert dict(rows) == {"/1": 2, "/2": 1, OTHER: 1, "/4": 1}
    for store in stores:
        store.close()


def test_one_worker_holds_the_lease(store):
    """Another gets it when it has run out; its holder prolongs it."""
    assert store.lease("a", now=100.0, seconds=90)
    assert not store.lease("b", now=150.0, seconds=90)
    assert store.lease("a", now=160.0, seconds=90)
    assert not store.lease("b", now=249.0, seconds=90)
    assert store.lease("b", now=250.0, seconds=90)


def test_history_of_a_source_is_adopted_once(store):
    """The second time nothing changes."""
    past = Remainder(
        {("page", "views"): {DAY: {"/": 2}}}, {"views": 2}, {(DAY, "views"): 2}, {}, {("page", "views"): 2}
    )
    assert store.adopt("access.log", [], past)
    assert not store.adopt("access.log", [], past)
    assert store.adopted() == {"access.log"}
    assert store.balance().counted == {("page", "views"): 2}


def test_a_file_of_another_version_is_refused(tmp_path):
    """The message names the file and both versions."""
    path = tmp_path / "private.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match=r"private\.db has schema version 99, this consentkit reads 7"):
        SqlitePrivateStore(path)


def test_a_file_of_something_else_is_refused(tmp_path):
    """A database with tables of another program is not written into."""
    path = tmp_path / "private.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="schema version 0"):
        SqlitePrivateStore(path)


@pytest.mark.parametrize(
    "url", ["postgres://db/x", "sqlite://private.db", "sqlite:///", "sqlite:///var/", "private.db"]
)
def test_an_address_that_is_no_store_is_refused(tmp_path, url):
    """The message says what may be written."""
    with pytest.raises(StoreError, match=r"sqlite:////srv/stats\.db"):
        open_private(url, tmp_path)


def cut_off_at(connection: sqlite3.Connection, step: int) -> None:
    """Let the connection's statement of that number fail."""
    counter = iter(range(step))

    def at_statement(_: str) -> None:
        if next(counter, None) is None:
            connection.interrupt()

    connection.set_trace_callback(at_statement)


@pytest.mark.parametrize("part", ["apply", "release", "drain-private", "drain-sink"])
def test_a_crash_at_any_step_loses_and_doubles_nothing(tmp_path, part):
    """Interrupted at every statement in turn and then repeated, the sink ends up with every event once."""
    for step in range(400):
        folder = tmp_path / str(step)
        store, sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
        work = {
            "apply": lambda s=store: s.apply(BatchId("a", 2), views("/", 6), DAY),
            "release": lambda s=store: released(s),
            "drain-private": lambda s=store, t=sink: drain(s, t),
            "drain-sink": lambda s=store, t=sink: drain(s, t),
        }
        store.apply(BatchId("a", 1), views("/", 6), DAY)
        if part.startswith("drain"):
            released(store)
        connection = sink._connection if part == "drain-sink" else store._connection
        cut_off_at(connection, step)
        finished = False
        try:
            work[part]()
            finished = True
        except sqlite3.OperationalError:
            connection.set_trace_callback(None)
        store.close()
        sink.close()
        assert totals_after_recovery(folder) == {"views": 12, "page": 12 - K}
        if finished:
            return
    pytest.fail("400 steps do not reach the end")


def totals_after_recovery(folder: Path) -> dict[str, int]:
    """New processes send their batch again, release and drain; what the sink then shows."""
    store, sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
    store.apply(BatchId("a", 2), views("/", 6), DAY)
    released(store)
    drain(store, sink)
    store.close()
    sink.close()
    reader = SqliteSinkReader(folder / "stats.db")
    totals = reader.totals(date.min, date.max)
    pages = reader.top("page", "views", date.min, date.max, None)
    return {"views": totals["views"], "page": sum(count for _, count in pages)}


def _worker(folder: Path, name: str, batches: int) -> None:
    store, sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
    for number in range(1, batches + 1):
        store.apply(BatchId(name, number), views(f"/{number % 3}", 2), DAY)
        if number % 4 == 0:
            released(store)
            drain(store, sink)
    store.close()
    sink.close()


def test_several_processes_share_one_file(tmp_path):
    """Three workers that apply, release and drain at once lose and double nothing."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_worker, args=(tmp_path, f"w{n}", 20)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    store, sink = SqlitePrivateStore(tmp_path / "private.db"), SqliteSink(tmp_path / "stats.db")
    released(store)
    drain(store, sink)
    balance = store.balance()
    store.close()
    sink.close()
    pages = SqliteSinkReader(tmp_path / "stats.db").top("page", "views", date.min, date.max, None)
    shown = sum(count for _, count in pages)
    assert balance.counted["page", "views"] == 120
    assert shown + balance.waiting.get(("page", "views"), 0) == 120
    assert Counter(balance.outbox) == {}


def gaps_of(store):
    [(_, release)] = store.outbox()
    return [(gap.reason, gap.batches, gap.begin, gap.until) for gap in release.gaps]


def test_a_killed_worker_leaves_a_gap(store):
    """It said that it lived and never that it ended, until its silence is noticed; one that ended leaves none."""
    for name in ("killed", "ended", "alive"):
        store.alive(name, 0, 1_795_460_887.5)
    store.ended("ended")
    store.alive("alive", 0, 1_795_461_000.0)
    store.find_gaps(1_795_461_060.0, 150.0)
    store.find_gaps(1_795_461_061.0, 150.0)
    store.apply(BatchId("a", 1), views("/", 6), DAY)
    assert released(store)
    assert gaps_of(store) == [("killed", 0, "2026-11-23T19:08:07Z", "2026-11-23T19:11:00Z")]


def test_batches_that_never_came_are_a_gap(store):
    """A store that was put back from a backup lacks what came after it."""
    store.alive("a", 0, 1_795_460_887.0)
    store.apply(BatchId("a", 1), views("/", 6), DAY)
    store.alive("a", 3, 1_795_460_947.0)
    store.alive("a", 3, 1_795_461_007.0)
    assert released(store)
    assert gaps_of(store) == [("batches", 2, "2026-11-23T19:08:07Z", "2026-11-23T19:09:07Z")]


def test_a_store_put_back_from_a_backup_goes_on_under_a_new_name(tmp_path):
    """Its next releases would have numbers that the sink has seen, and be taken for repetitions."""
    store, sink = SqlitePrivateStore(tmp_path / "private.db"), SqliteSink(tmp_path / "stats.db")
    store.close()
    backup = (tmp_path / "private.db").read_bytes()
    for run in range(2):
        store = SqlitePrivateStore(tmp_path / "private.db")
        store.apply(BatchId(f"run {run}", 1), views("/", 6), DAY)
        renew(store, sink)
        assert released(store)
        assert drain(store, sink) == 1
        assert verify(SqliteSinkReader(tmp_path / "stats.db"), store) == []
        store.close()
        (tmp_path / "private.db").write_bytes(backup)
    reader = SqliteSinkReader(tmp_path / "stats.db")
    assert reader.totals(date.min, date.max)["views"] == 12
    sink.close()
