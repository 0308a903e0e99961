"""The recorder: its thread, its errors, the ends of its process."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.flusher import Stores
from consentkit.stats.recorder import Recorder
from consentkit.stats.release import Rule
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.stats.observations import a_view, of_observations

RULE = Rule(threshold=5, patience_days=31, timezone=ZoneInfo("UTC"))


@pytest.fixture
def stores(tmp_path):
    """Stores in new files."""
    return Stores(lambda: SqlitePrivateStore(tmp_path / "private.db"), lambda: SqliteSink(tmp_path / "stats.db"))


@pytest.fixture(autouse=True)
def _log_everything(caplog):
    caplog.set_level(logging.INFO, "consentkit.stats")


def counted(folder) -> int:
    """Views that the private store has counted."""
    store = SqlitePrivateStore(folder / "private.db")
    views = store.balance().counted.get(("page", "views"), 0)
    store.close()
    return views


def test_closing_writes_everything(tmp_path, stores):
    """What was counted a moment before the end is in the store."""
    recorder = Recorder(stores, RULE, of_observations)
    for _ in range(7):
        recorder.start().add(a_view())
    recorder.close()
    assert counted(tmp_path) == 7


def test_nothing_is_opened_before_the_first_observation(tmp_path, stores):
    """A site that starts makes no file and no thread, and may be forked."""
    before = set(threading.enumerate())
    recorder = Recorder(stores, RULE, of_observations)
    recorder.close()
    assert list(tmp_path.iterdir()) == []
    assert before >= set(threading.enumerate())


def test_an_opened_worker_is_known_before_it_counts(tmp_path, stores):
    """One that is killed while it answers its first request leaves a gap."""
    recorder = Recorder(stores, RULE, of_observations, clock=lambda: 1_795_460_880.0)
    recorder.open()
    store = SqlitePrivateStore(tmp_path / "private.db")
    store.find_gaps(1_795_461_880.0, 150.0)
    [gap] = store._connection.execute("SELECT begin, reason FROM gaps").fetchall()
    store.close()
    recorder.close()
    assert gap == ("2026-11-23T19:08:00Z", "killed")


def test_it_counts_again_after_closing(tmp_path, stores):
    """An application that is started twice in a process counts twice."""
    recorder = Recorder(stores, RULE, of_observations)
    for _ in range(2):
        recorder.start().add(a_view())
        recorder.close()
    assert counted(tmp_path) == 2


def test_an_error_leaves_a_request_uncounted_and_is_logged_once_a_kind(tmp_path, stores, caplog):
    """It is counted as uncounted; the log has no value of it."""
    recorder = Recorder(stores, RULE, of_observations)
    for _ in range(3):
        recorder.start().add(a_view("/secret")._replace(request="/secret"))
    recorder.start().add(a_view())
    recorder.close()
    [record] = caplog.records
    assert "a request is not counted: AttributeError at spread.py:" in record.getMessage()
    assert "secret" not in caplog.text
    store = SqlitePrivateStore(tmp_path / "private.db")
    assert store.balance().counted["", "uncounted"] == 3
    store.close()


def test_requests_that_cannot_be_written_at_the_end_are_logged(tmp_path, caplog):
    """The log says how many."""

    def broken():
        raise OSError("no space")

    recorder = Recorder(Stores(broken, broken), RULE, of_observations)
    for _ in range(4):
        recorder.start().add(a_view())
    recorder.close()
    assert "the counts of 4 requests are lost" in caplog.text


def test_counting_does_not_wait_for_a_store_that_hangs(tmp_path, stores):
    """A request is counted although the thread stands in a store that does not answer."""
    entered, leave = threading.Event(), threading.Event()

    def hanging():
        entered.set()
        leave.wait(20)
        return stores.open_private()

    recorder = Recorder(replace(stores, open_private=hanging), RULE, of_observations)
    recorder.start().add(a_view())
    assert entered.wait(10)
    for _ in range(1000):
        recorder.start().add(a_view())
    leave.set()
    recorder.close()
    assert counted(tmp_path) == 1001


PRELUDE = """
import logging, os, signal, sys, time
from pathlib import Path
from zoneinfo import ZoneInfo
from consentkit.stats.flusher import Stores
from consentkit.stats.recorder import Recorder
from consentkit.stats.release import Rule
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.stats.observations import a_view, of_observations

folder = Path(sys.argv[1])
stores = Stores(lambda: SqlitePrivateStore(folder / "private.db"), lambda: SqliteSink(folder / "stats.db"))
recorder = Recorder(stores, Rule(5, 31, ZoneInfo("UTC")), of_observations)
"""


def process(folder, program: str) -> subprocess.Popen[str]:
    """A process of its own that counts."""
    code = PRELUDE + textwrap.dedent(program)
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)


def test_an_interpreter_that_ends_without_closing_loses_nothing(tmp_path):
    """Not every server tells an application that it stops."""
    with process(tmp_path, "for _ in range(9): recorder.start().add(a_view())") as run:
        run.communicate(timeout=30)
    assert run.returncode == 0
    assert counted(tmp_path) == 9


def test_a_killed_worker_loses_at_most_what_came_since_the_last_flush(tmp_path):
    """SIGKILL after a flush: what was flushed is there once, and the next worker goes on."""
    program = """
        for _ in range(50): recorder.start().add(a_view())
        print("counted", flush=True)
        while True:
            time.sleep(0.05)
            print("waiting", flush=True)
    """
    with process(tmp_path, program) as run:
        assert run.stdout.readline() == "counted\n"
        while not (tmp_path / "private.db").exists() or counted(tmp_path) < 50:
            run.stdout.readline()
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=30)
    assert run.returncode == -signal.SIGKILL
    with process(tmp_path, "recorder.start().add(a_view()); recorder.close()") as run:
        run.communicate(timeout=30)
    assert counted(tmp_path) == 51


def test_a_worker_killed_at_any_time_doubles_nothing(tmp_path):
    """Killed while it counts and releases, it leaves stores that add up."""
    from consentkit.stats.verify import verify  # noqa: PLC0415

    program = """
        import consentkit.stats.recorder as module, consentkit.stats.flusher as flusher
        module.FLUSH_SECONDS = 0.001
        flusher.RELEASE_SECONDS = 0.001
        for number in range(10**9):
            recorder.start().add(a_view(f"/{number % 5}"))
            if number % 1000 == 0: print(number, flush=True)
    """
    for lines in (3, 20):
        with process(tmp_path, program) as run:
            for _ in range(lines):
                run.stdout.readline()
            run.kill()
            run.communicate(timeout=30)
        store = SqlitePrivateStore(tmp_path / "private.db")
        reader = SqliteSinkReader(tmp_path / "stats.db")
        assert verify(reader, store) == []
        store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_worker_counts_its_own(tmp_path):
    """What the parent had counted is not counted by the child too, and both threads run."""
    program = """
        recorder.start().add(a_view())
        child = os.fork()
        recorder.start().add(a_view())
        recorder.start().add(a_view())
        recorder.close()
        if child:
            sys.exit(os.waitpid(child, 0)[1])
        os._exit(0)
    """
    with process(tmp_path, program) as run:
        run.communicate(timeout=30)
    assert run.returncode == 0
    assert counted(tmp_path) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_worker_keeps_no_request_of_its_parent(tmp_path):
    """What a parent has not counted yet is the parent's to count, and nobody's to keep."""
    program = """
        tally = recorder.start()
        tally.add(a_view())
        child = os.fork()
        if not child:
            os._exit(len(tally._facts))
        recorder.close()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    with process(tmp_path, program) as run:
        run.communicate(timeout=30)
    assert run.returncode == 0
    assert counted(tmp_path) == 1


class _AnnouncingSink(SqliteSink):
    """Tells when a release has come."""

    came = threading.Event()

    def apply_all(self, batches):
        """Apply them, then tell."""
        applied = super().apply_all(batches)
        self.came.set()
        return applied


def test_its_thread_releases(tmp_path, stores):
    """The first minute's release reaches the sink without anybody driving it."""
    announcing = replace(stores, open_sink=lambda: _AnnouncingSink(tmp_path / "stats.db"))
    recorder = Recorder(announcing, RULE, of_observations, clock=lambda: 1_795_460_880.0)
    for _ in range(6):
        recorder.start().add(a_view())
    assert _AnnouncingSink.came.wait(20)
    recorder.close()
    day = date(2026, 11, 23)
    assert SqliteSinkReader(tmp_path / "stats.db").totals(day, day)["views"] == 6
