"""From the tally to the stores, driven by hand."""

import logging
import sqlite3
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.flusher import STEADY_SECONDS, Flusher, Stores
from consentkit.stats.release import Rule
from consentkit.stats.retention import Kept
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from tests.stats.observations import DAY, a_tally, a_view

NOW = 1_795_460_880.0
"""2026-11-23 19:08 UTC."""
TODAY = date.fromisoformat(DAY)
RULE = Rule(threshold=5, patience_days=31, timezone=ZoneInfo("Europe/Amsterdam"))


class Bench:
    """A flusher on two files, whose private store a test may break."""

    def __init__(self, folder, source="worker"):
        self.private_path, self.sink_path = folder / "private.db", folder / "stats.db"
        self.on_open = lambda connection: None
        self.tally = a_tally()
        stores = Stores(self.open_private, lambda: SqliteSink(self.sink_path), {"site": "Example"})
        self.flusher = Flusher(self.tally, stores, RULE, source)
        self.reader = SqliteSinkReader(self.sink_path)

    def open_private(self):
        """Open the private store as the flusher does."""
        store = SqlitePrivateStore(self.private_path)
        store._connection.execute("PRAGMA busy_timeout=10")
        self.on_open(store._connection)
        return store

    def view(self, count=1, page="/"):
        """Count views."""
        for _ in range(count):
            self.tally.add(a_view(page))

    def counted(self):
        """Views that the private store has counted."""
        store = SqlitePrivateStore(self.private_path)
        views = store.balance().counted.get(("page", "views"), 0)
        store.close()
        return views

    def published(self):
        """Views that the sink shows."""
        return self.reader.totals(TODAY, TODAY).get("views", 0)


@pytest.fixture
def bench(tmp_path):
    """A flusher to drive by hand."""
    bench = Bench(tmp_path)
    yield bench
    bench.on_open = lambda connection: None
    bench.flusher.close(NOW)


def no_room(connection):
    """What SQLite says on a full disk."""
    raise sqlite3.OperationalError("database or disk is full")


def messages(caplog):
    """What was logged."""
    return [record.getMessage() for record in caplog.records if record.name == "consentkit.stats"]


def test_each_tick_writes_and_each_minute_releases(bench):
    """Views are in the private store after a tick, in the sink after a minute; by page but for what always waits."""
    bench.flusher.tick(NOW)
    bench.view(11)
    bench.flusher.tick(NOW + 1)
    assert (bench.counted(), bench.published()) == (11, 0)
    bench.flusher.tick(NOW + 59)
    assert bench.published() == 0
    bench.flusher.tick(NOW + 60)
    assert bench.published() == 11
    assert bench.reader.top("page", "views", TODAY, TODAY, 5) == [("/", 6)]


def test_the_sink_says_what_it_is(bench):
    """Readers find the site, its time zone and the threshold."""
    bench.flusher.tick(NOW)
    facts = {"site": "Example", "timezone": "Europe/Amsterdam", "threshold": "5", "schema": "3"}
    assert bench.reader.meta() == facts


def test_one_worker_releases_and_another_takes_over(tmp_path, bench):
    """The second worker leaves the release to the first until that has been gone for the lease."""
    second = Bench(tmp_path, "second")
    bench.flusher.tick(NOW)
    bench.view(6)
    bench.flusher.tick(NOW + 1)
    second.flusher.tick(NOW + 2)
    assert bench.published() == 0
    second.flusher.tick(NOW + 100)
    assert bench.published() == 6
    second.flusher.close(NOW + 101)


def test_a_worker_that_stops_leaves_the_release_to_the_next(tmp_path, bench):
    """So that figures are not late by the length of a lease after each restart of the site."""
    bench.view(6)
    bench.flusher.tick(NOW)
    bench.view(6)
    bench.flusher.close(NOW + 1)
    second = Bench(tmp_path, "second")
    second.flusher.tick(NOW + 2)
    assert second.published() == 12
    second.flusher.close(NOW + 3)


def signs(bench):
    """When each worker was last heard of, in seconds from `NOW`."""
    with sqlite3.connect(bench.private_path) as connection:
        rows = connection.execute("SELECT source, seen - ? FROM workers", (NOW,)).fetchall()
    connection.close()
    return dict(rows)


def test_a_worker_is_heard_of_from_its_start_on(bench):
    """Before it has counted anything, then every ten seconds, and no more when it has ended."""
    bench.flusher.live(NOW)
    assert signs(bench) == {"worker": 0}
    heard = []
    for second in range(1, 31):
        bench.flusher.tick(NOW + second)
        heard.append(signs(bench)["worker"])
    assert sorted(set(heard)) == [0, 10, 20, 30]
    bench.flusher.close(NOW + 31)
    assert signs(bench) == {}


def test_uncounted_requests_are_a_total(bench):
    """Readers see how many requests an error left uncounted."""
    bench.tally.add_uncounted()
    bench.view(6)
    bench.flusher.tick(NOW)
    assert bench.reader.totals(TODAY, TODAY)["uncounted"] == 1


def test_a_locked_store_delays_counts_and_is_logged_once(bench, caplog):
    """The batch is kept while another process holds the lock, counts go on, and nothing is doubled."""
    bench.open_private().close()
    other = sqlite3.connect(bench.private_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for second in range(3):
        bench.view(2)
        bench.flusher.tick(NOW + second)
    other.execute("ROLLBACK")
    other.close()
    bench.flusher.tick(NOW + 3)
    assert bench.counted() == 6
    began, ended = messages(caplog)
    assert "the private store of the statistics cannot be used: OperationalError SQLITE_BUSY at sqlite" in began
    assert "works again" in ended


def test_a_full_disk_delays_counts(bench, caplog):
    """Pages that cannot be written are tried again when there is room."""
    bench.on_open = lambda connection: connection.execute("PRAGMA max_page_count=1")
    for second in range(3):
        for number in range(200):
            bench.view(1, f"/{number}")
        bench.flusher.tick(NOW + second)
    assert bench.counted() == 0
    bench.on_open = lambda connection: None
    bench.flusher.tick(NOW + 3)
    assert bench.counted() == 600
    assert "SQLITE_FULL" in messages(caplog)[0]
    assert len(messages(caplog)) == 2


def test_a_disk_that_is_full_again_and_again_fills_no_log(bench, caplog):
    """What fails each other second is told once to fail, and to work once it has for a minute; then promptly again."""
    for second in range(0, 20, 2):
        bench.view(1, f"/{second}")
        bench.on_open = no_room
        bench.flusher.let_go()
        bench.flusher.tick(NOW + second)
        bench.on_open = lambda connection: None
        bench.flusher.let_go()
        bench.flusher.tick(NOW + second + 1)
    assert ["cannot", "works", "cannot"] == [
        message.split(" statistics ")[1].split()[0] for message in messages(caplog)
    ]
    bench.flusher.tick(NOW + 17 + STEADY_SECONDS)
    assert len(messages(caplog)) == 3
    bench.flusher.tick(NOW + 18 + STEADY_SECONDS)
    assert "works again" in messages(caplog)[-1]


def remove(path):
    """Delete a store's files, as somebody does who takes them for rubbish."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def test_a_private_store_that_was_deleted_is_made_anew(bench, caplog):
    """Within ten seconds, and what was in it is a named gap; before, all that came went into a file without a name."""
    bench.view(6)
    bench.flusher.tick(NOW)
    bench.flusher.tick(NOW + 1)
    remove(bench.private_path)
    bench.view(3)
    bench.flusher.tick(NOW + 2)
    bench.flusher.tick(NOW + 10)
    bench.view(6)
    bench.flusher.tick(NOW + 11)
    assert bench.counted() == 6
    began, ended = messages(caplog)
    assert "the private store of the statistics cannot be used: FileGoneError at flusher.py" in began
    assert "works again" in ended
    bench.flusher.tick(NOW + 60)
    assert ["batches"] == [gap.reason for gap in bench.reader.gaps(TODAY, TODAY)]


def test_a_worker_that_rests_tells_of_what_was_deleted_once(bench):
    """Not each time that it says that it lives."""
    bench.view(6)
    bench.flusher.tick(NOW)
    remove(bench.private_path)
    for second in range(1, 58):
        bench.flusher.tick(NOW + second)
    bench.view(6)
    for second in range(58, 62):
        bench.flusher.tick(NOW + second)
    assert ["batches"] == [gap.reason for gap in bench.reader.gaps(TODAY, TODAY)]
    assert bench.published() == 12


def test_a_sink_that_was_deleted_is_made_anew(bench, caplog):
    """With the second release after that: what is published from then on is there, and what is missing is named."""
    bench.view(6)
    bench.flusher.tick(NOW)
    remove(bench.sink_path)
    bench.view(6)
    bench.flusher.tick(NOW + 60)
    assert "the sink of the statistics cannot be used: FileGoneError" in messages(caplog)[0]
    bench.flusher.tick(NOW + 120)
    assert bench.published() == 6
    # The private store notes gaps by its own clock.
    assert ["replaced"] == [gap.reason for gap in bench.reader.gaps(date(2000, 1, 1), date(9000, 1, 1))]


def test_a_corrupt_file_delays_counts(bench, caplog):
    """An administrator may move it away while the site runs."""
    bench.private_path.write_bytes(b"no database at all, " * 100)
    bench.view(6)
    bench.flusher.tick(NOW)
    bench.flusher.tick(NOW + 1)
    bench.private_path.unlink()
    bench.flusher.tick(NOW + 2)
    assert bench.counted() == 6
    assert "SQLITE_NOTADB" in messages(caplog)[0]
    assert len(messages(caplog)) == 2


def test_a_folder_that_cannot_be_made_delays_counts(tmp_path, caplog):
    """A file stands where the folder should; the site starts all the same."""
    (tmp_path / "var").write_text("in the way")
    bench = Bench(tmp_path / "var")
    bench.view(6)
    bench.flusher.tick(NOW)
    assert "at pathlib.py" in messages(caplog)[0]
    (tmp_path / "var").unlink()
    bench.flusher.tick(NOW + 60)
    assert bench.published() == 6
    bench.flusher.close(NOW + 61)


def test_a_broken_sink_delays_only_the_release(bench, caplog):
    """Counts go on into the private store, and reach the sink when it is mended."""
    bench.sink_path.write_bytes(b"no database at all, " * 100)
    bench.view(6)
    bench.flusher.tick(NOW)
    assert bench.counted() == 6
    assert "the sink of the statistics cannot be used: DatabaseError SQLITE_NOTADB" in messages(caplog)[0]
    bench.sink_path.unlink()
    bench.view(1)
    bench.flusher.tick(NOW + 60)
    assert bench.published() == 7
    store = bench.open_private()
    assert verify(bench.reader, store) == []
    store.close()


def test_a_commit_that_seemed_to_fail_counts_once(bench, monkeypatch):
    """When the error came after the commit, the batch is sent again and refused."""
    bench.flusher.tick(NOW)
    apply, failures = SqlitePrivateStore.apply, iter([sqlite3.OperationalError("disk I/O error")])

    def applied_but_failed(store, *batch):
        apply(store, *batch)
        for failure in failures:
            raise failure

    monkeypatch.setattr(SqlitePrivateStore, "apply", applied_but_failed)
    bench.view(6)
    bench.flusher.tick(NOW + 1)
    bench.view(1)
    bench.flusher.tick(NOW + 2)
    assert bench.counted() == 7


def test_closing_writes_what_is_left(bench):
    """A worker that stops loses nothing."""
    bench.view(3)
    assert bench.flusher.close(NOW) == 0
    assert bench.counted() == 3


def test_closing_says_what_is_lost(tmp_path):
    """When nothing can be written at the end, the requests in the batch and in the tally are lost."""
    (tmp_path / "var").write_text("in the way")
    bench = Bench(tmp_path / "var")
    bench.view(2)
    bench.flusher.tick(NOW)
    bench.view(3)
    assert bench.flusher.close(NOW + 1) == 5


@pytest.fixture(autouse=True)
def _log_everything(caplog):
    caplog.set_level(logging.INFO, "consentkit.stats")


def test_figures_older_than_the_retention_are_forgotten_once_a_day(bench, tmp_path):
    """What the privacy statement promises happens by itself: the days before the cutoff leave the sink."""
    bench.view(6)
    bench.flusher.tick(NOW)
    assert bench.published() == 6
    stores = Stores(bench.open_private, lambda: SqliteSink(bench.sink_path), {}, Kept(1, 1))
    later = Flusher(a_tally(), stores, RULE, "later")
    for days in (0, 30, 60, 90):
        later.tick(NOW + days * 86_400)
    later.close(NOW + 90 * 86_400)
    assert bench.published() == 0


def test_a_clock_that_is_years_ahead_for_a_while_forgets_nothing(bench, caplog):
    """Neither with the first worker nor with those after it; on the day after, it is believed."""
    bench.view(6)
    bench.flusher.tick(NOW)
    stores = Stores(bench.open_private, lambda: SqliteSink(bench.sink_path), {}, Kept(25, 14))

    def work(source, now):
        worker = Flusher(a_tally(), stores, RULE, source)
        worker.tick(now)
        worker.close(now)
        return bench.published()

    ahead = NOW + 26_000 * 86_400
    assert [work("before", NOW), work("ahead", ahead), work("too", ahead + 60)] == [6, 6, 6]
    assert "It is 2098-01-29, and the last day was 2026-11-23: old figures are kept until tomorrow" in caplog.text
    assert work("mended", NOW + 86_400) == 6
    assert [work("ahead again", ahead), work("the day after", ahead + 86_400)] == [6, 0]


def test_a_clock_that_is_set_back_does_not_stop_the_releases(bench):
    """A day back: the next release comes at once, not a day later."""
    bench.view(6)
    bench.flusher.tick(NOW + 86_400)
    bench.view(6)
    bench.flusher.tick(NOW)
    assert sum(count for _, metric, count in bench.reader.days(TODAY, date.max) if metric == "views") == 12
