"""One worker's counting: requests into its tally, and a thread that adds them up and carries the counts on."""

import atexit
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakSet

from consentkit.errors import kind_of
from consentkit.stats.flusher import Flusher, Stores
from consentkit.stats.release import Rule
from consentkit.stats.tally import Tally

FLUSH_SECONDS = 1.0
PREPARE_SECONDS = 60.0
"""How often files that counting depends on are looked at again."""
OPEN_SECONDS = 2.0
"""How long a worker that starts waits until the private store knows it."""
CLOSE_SECONDS = 10.0
"""How long a worker that stops waits for its last counts to be written."""
FORK_SECONDS = 5.0
MAX_KINDS = 100
"""Kinds of error that are logged, so that the log is bounded."""

_log = logging.getLogger("consentkit.stats")


@dataclass(frozen=True, slots=True)
class _Run:
    """What belongs to one process: a fork begins anew, so that nothing is counted by parent and child."""

    flusher: Flusher
    known: threading.Event
    stop: threading.Event
    working: threading.Lock
    """Held while the thread works."""
    thread: threading.Thread


@dataclass(frozen=True, slots=True)
class _Hooks:
    clock: Callable[[], float]
    prepare: Callable[[], None]
    chore: Callable[[float], None]


class Recorder:
    """Counts requests in memory and writes them in the background; never raises and never waits for a disk.

    Its thread starts with `open` or the first request, in a forked worker again with the first one there; it calls
    `prepare` first, and again every minute, and `chore` every second. `new_tally` is given what is to be told of
    errors. `clock` gives epoch seconds. Errors are logged under "consentkit.stats", once a kind. `tally` is where
    requests are put; None before `start`.
    """

    def __init__(
        self,
        stores: Stores,
        rule: Rule,
        new_tally: Callable[[Callable[[BaseException], None]], Tally],
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
        self.tally: Tally | None = None
        self._run: _Run | None = None
        # Kept, so that what a parent could not let go of is not closed here.
        self._inherited: list[object] = []
        self._held: threading.Lock | None = None
        self._logged: set[str] = set()
        _recorders.add(self)

    def open(self) -> None:
        """Start the thread and wait until the private store knows this worker, for at most `OPEN_SECONDS`."""
        self.start()
        if self._run is not None:
            self._run.known.wait(OPEN_SECONDS)

    def start(self) -> Tally:
        """Start the thread, unless it runs; returns the tally."""
        with self._starting:
            if self.tally is None:
                self.tally, self._run = self._begun()
                # Servers without lifespan events stop a worker by ending the interpreter.
                atexit.register(self.close)
            return self.tally

    def note_uncounted(self, error: BaseException) -> None:
        """Note that a request could not be counted, and log why, once per kind of error."""
        if self.tally is not None:
            self.tally.add_uncounted()
        self.note(error)

    def happened(self, what: str) -> None:
        """Note that something of HAPPENINGS was the case outside of counting."""
        if self._run is not None:
            self._run.flusher.happened(what)

    def note(self, error: BaseException) -> None:
        """Log an error, once per kind."""
        kind = kind_of(error)
        if kind not in self._logged and len(self._logged) < MAX_KINDS:
            self._logged.add(kind)
            _log.error("a request is not counted: %s. Further ones of this kind are not logged.", kind)

    def close(self) -> None:
        """Write what has been counted and stop the thread; what cannot be written is logged as lost."""
        run, self._run, self.tally = self._run, None, None
        if run is None:
            return
        atexit.unregister(self.close)
        run.stop.set()
        run.thread.join(CLOSE_SECONDS)
        if run.thread.is_alive():
            _log.error("the last counts of this worker were not written within %d seconds", CLOSE_SECONDS)

    def before_fork(self) -> None:
        """Let go of the stores: SQLite forbids a forked process to use or close its parent's connections.

        A thread that stands in a store is waited for, `FORK_SECONDS` at most.
        """
        run = self._run
        self._held = run.working if run is not None and run.working.acquire(timeout=FORK_SECONDS) else None
        if run is not None and self._held is not None:
            run.flusher.let_go()

    def after_fork(self) -> None:
        """Go on in the process that forked."""
        if self._held is not None:
            self._held.release()

    def begin_anew(self) -> None:
        """Forget, in the forked process, what is its parent's."""
        self._starting = threading.Lock()
        if self.tally is not None:
            self.tally.forget()
        self._inherited.append((self.tally, self._run))
        self.tally, self._run = None, None

    def _prepared(self) -> None:
        try:
            self._prepare()
        except Exception as error:
            _log.error("counting could not be prepared: %s", kind_of(error))

    def _begun(self) -> tuple[Tally, _Run]:
        tally = self._new_tally(self.note)
        flusher = Flusher(tally, self._stores, self._rule, secrets.token_hex(8))
        known, stop, working = threading.Event(), threading.Event(), threading.Lock()
        hooks = _Hooks(self._clock, self._prepared, self._chore)
        thread = threading.Thread(
            target=_work, args=(flusher, known, stop, working, hooks), name="consentkit-stats", daemon=True
        )
        thread.start()
        return tally, _Run(flusher, known, stop, working, thread)


_recorders: WeakSet[Recorder] = WeakSet()


def _each(step: Callable[[Recorder], None]) -> Callable[[], None]:
    def steps() -> None:
        for recorder in list(_recorders):
            step(recorder)

    return steps


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_each(Recorder.before_fork),
        after_in_parent=_each(Recorder.after_fork),
        after_in_child=_each(Recorder.begin_anew),
    )


def _work(
    flusher: Flusher, known: threading.Event, stop: threading.Event, working: threading.Lock, hooks: _Hooks
) -> None:
    clock = hooks.clock
    with working:
        flusher.live(clock())
    known.set()
    ticks = 0
    while True:
        if ticks % int(PREPARE_SECONDS / FLUSH_SECONDS) == 0:
            hooks.prepare()
        if stop.wait(FLUSH_SECONDS):
            break
        with working:
            flusher.tick(clock())
            hooks.chore(clock())
        ticks += 1
    lost = flusher.close(clock())
    if lost:
        _log.error("the counts of %d requests are lost: the private store could not be written", lost)
