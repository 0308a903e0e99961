"""One worker's counting: requests into its tally, and a thread that adds them up and carries the counts on."""

import atexit
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from consentkit.stats.flusher import Flusher, Stores, kind_of
from consentkit.stats.release import Rule
from consentkit.stats.tally import Tally

FLUSH_SECONDS = 1.0
PREPARE_SECONDS = 60.0
"""How often files that counting depends on are looked at again."""
OPEN_SECONDS = 2.0
"""How long a worker that starts waits until the private store knows it."""
CLOSE_SECONDS = 10.0
"""How long a worker that stops waits for its last counts to be written."""
MAX_KINDS = 100
"""Kinds of error that are logged, so that the log is bounded."""

_log = logging.getLogger("consentkit.stats")


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Run(Generic[T]):
    """What belongs to one process: a fork begins anew, so that nothing is counted by parent and child."""

    tally: Tally[T]
    known: threading.Event
    stop: threading.Event
    thread: threading.Thread


class Recorder(Generic[T]):
    """Counts requests in memory and writes them in the background; never raises and never waits for a disk.

    Its thread starts with `open` or the first request, in a forked worker again with the first one there; it calls
    `prepare` first, and again every minute, and `chore` every second. `new_tally` is given what is to be told of
    errors. `clock` gives epoch seconds. Errors are logged under "consentkit.stats", once a kind.
    """

    def __init__(
        self,
        stores: Stores,
        rule: Rule,
        new_tally: Callable[[Callable[[BaseException], None]], Tally[T]],
        *,
        clock: Callable[[], float] = time.time,
        chore: Callable[[float], None] = lambda _: None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._stores = stores
        self._rule = rule
        self._clock = clock
        self._new_tally = new_tally
        self._chore = chore
        self._prepare = prepare
        self._starting = threading.Lock()
        self._run: _Run[T] | None = None
        # Kept, because SQLite forbids a forked process to close its parent's connection.
        self._inherited: _Run[T] | None = None
        self._logged: set[str] = set()
        self._uncounted = 0
        _recorders.add(self)

    @property
    def uncounted(self) -> int:
        """Requests of this worker that an error left uncounted."""
        return self._uncounted

    def open(self) -> None:
        """Start the thread and wait until the private store knows this worker, for at most `OPEN_SECONDS`."""
        (self._run or self._started()).known.wait(OPEN_SECONDS)

    def count(self, request: T) -> None:
        """Count one request; an error leaves it uncounted."""
        try:
            (self._run or self._started()).tally.add(request)
        except Exception as error:
            self.note_uncounted(error)

    def began(self) -> None:
        """Note that a request is being answered; `ended` is to follow."""
        try:
            (self._run or self._started()).tally.began()
        except Exception as error:
            self._note(error)

    def ended(self) -> None:
        """Note that a request is over."""
        run = self._run
        if run is not None:
            run.tally.ended()

    def note_uncounted(self, error: BaseException) -> None:
        """Note that a request could not be counted, and log why, once per kind of error."""
        run = self._run
        if run is not None:
            run.tally.add_uncounted()
        self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._uncounted += 1
        self._note(error)

    def _note(self, error: BaseException) -> None:
        kind = kind_of(error)
        if kind not in self._logged and len(self._logged) < MAX_KINDS:
            self._logged.add(kind)
            _log.error("a request is not counted: %s. Further ones of this kind are not logged.", kind)

    def close(self) -> None:
        """Write what has been counted and stop the thread; what cannot be written is logged as lost."""
        run, self._run = self._run, None
        if run is None:
            return
        atexit.unregister(self.close)
        run.stop.set()
        run.thread.join(CLOSE_SECONDS)
        if run.thread.is_alive():
            _log.error("the last counts of this worker were not written within %d seconds", CLOSE_SECONDS)

    def forked(self) -> None:
        """Begin anew in a forked process."""
        self._starting = threading.Lock()
        self._inherited, self._run = self._run or self._inherited, None

    def _prepared(self) -> None:
        try:
            self._prepare()
        except Exception as error:
            _log.error("counting could not be prepared: %s", kind_of(error))

    def _started(self) -> _Run[T]:
        with self._starting:
            if self._run is None:
                self._run = self._new_run()
                # Servers without lifespan events stop a worker by ending the interpreter.
                atexit.register(self.close)
            return self._run

    def _new_run(self) -> _Run[T]:
        tally = self._new_tally(self._failed)
        flusher = Flusher(tally, self._stores, self._rule, secrets.token_hex(8))
        known, stop = threading.Event(), threading.Event()
        work = partial(_work, flusher, known, stop, clock=self._clock, prepare=self._prepared, chore=self._chore)
        thread = threading.Thread(target=work, name="consentkit-stats", daemon=True)
        thread.start()
        return _Run(tally, known, stop, thread)


_recorders: WeakSet[Recorder[Any]] = WeakSet()


def _forked() -> None:
    for recorder in list(_recorders):
        recorder.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _work(
    flusher: Flusher,
    known: threading.Event,
    stop: threading.Event,
    *,
    clock: Callable[[], float],
    prepare: Callable[[], None],
    chore: Callable[[float], None],
) -> None:
    flusher.live(clock())
    known.set()
    ticks = 0
    while True:
        if ticks % int(PREPARE_SECONDS / FLUSH_SECONDS) == 0:
            prepare()
        if stop.wait(FLUSH_SECONDS):
            break
        flusher.tick(clock())
        chore(clock())
        ticks += 1
    lost = flusher.close(clock())
    if lost:
        _log.error("the counts of %d requests are lost: the private store could not be written", lost)
