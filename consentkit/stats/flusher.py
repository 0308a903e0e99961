"""What a worker does with its tally: each second into the private store, each minute from there to the sink.

Driven by `tick(now)`, so that a test's clock drives it as well as a thread does. No error leaves it: counts that
cannot be written are kept and tried again.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from queue import SimpleQueue

from consentkit.errors import kind_of
from consentkit.stats.breakdowns import REQUESTS
from consentkit.stats.model import BatchId, Increments
from consentkit.stats.peaks import Peaks
from consentkit.stats.release import Rule
from consentkit.stats.retention import Kept, retain
from consentkit.stats.spread import MAX_CELLS
from consentkit.stats.stores import PrivateStore, Sink, drain, renew
from consentkit.stats.stores.protocol import FileGoneError
from consentkit.stats.tally import Tally

RELEASE_SECONDS = 60.0
SIGN_SECONDS = 10.0
"""How often a worker says that it lives; what it loses when it is killed came after the last time."""
SILENT_SECONDS = 150.0
"""After which a worker that said nothing and did not end is taken for killed."""
LEASE_SECONDS = 90.0
"""Longer than a minute, so that the worker that releases keeps the lease; another takes over when it is gone."""
STEADY_SECONDS = 60.0
"""How long a store that failed again and again must have worked before it is said to."""
LEAP = timedelta(days=31)
"""How far days may be apart before the clock is doubted: one that is years ahead would have all figures forgotten."""

CLOSE_TRIES = 20
CLOSE_PAUSE = 0.1
"""Seconds between the tries of a worker that stops: workers stop together, and one file takes one writer at a time."""

_log = logging.getLogger("consentkit.stats")


@dataclass(frozen=True, slots=True)
class Stores:
    """How to open the stores, which happens in the flushing thread, and what to write into the sink about itself.

    `kept` is how long the sink keeps figures; None keeps them.
    """

    open_private: Callable[[], PrivateStore]
    open_sink: Callable[[], Sink]
    facts: Mapping[str, str] = field(default_factory=dict)
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A batch on its way: sent again with the same id until the store has it, so it counts once."""

    batch: BatchId
    increments: Increments
    day: str


class Flusher:
    """Carries one worker's tally on. `source` names this run of the worker, and is never used again."""

    def __init__(self, tally: Tally, stores: Stores, rule: Rule, source: str) -> None:
        self._tally = tally
        self._stores = stores
        self._rule = rule
        self._source = source
        self._number = 0
        self._peaks = Peaks()
        self._pending = Increments()
        self._frozen: _Frozen | None = None
        self._private: PrivateStore | None = None
        self._sink: Sink | None = None
        self._next_release = 0.0
        self._next_sign = 0.0
        self._forgotten_on = ""
        self._happened: Counter[str] = Counter()
        self._elsewhere: SimpleQueue[str] = SimpleQueue()
        self._private_trouble = _Trouble("the private store")
        self._sink_trouble = _Trouble("the sink")

    def live(self, now: float) -> None:
        """Tell the private store that this worker lives, so that its end without a word is noticed as a gap."""
        self._private_trouble.guards(lambda: self._live(now), self._close_private, now)

    def happened(self, what: str) -> None:
        """Note that something of HAPPENINGS was the case in another thread."""
        self._elsewhere.put(what)

    def tick(self, now: float) -> None:
        """Flush; release too when a minute has passed since the last time. `now` is epoch seconds."""
        flushed = self._private_trouble.guards(lambda: self._flush(now), self._close_private, now)
        if not flushed:
            self._happened["flush_failed"] += 1
        if flushed and _is_due(self._next_sign, now, SIGN_SECONDS):
            self.live(now)
        if flushed and _is_due(self._next_release, now, RELEASE_SECONDS):
            self._next_release = now + RELEASE_SECONDS
            if not self._release(now):
                self._happened["release_failed"] += 1

    def close(self, now: float, pause: Callable[[float], None] = time.sleep) -> int:
        """Flush and give the connections back; returns how many requests could not be written and are lost.

        A store that another worker is just writing to is tried again, with a `pause` (seconds) in between.
        """
        for _ in range(CLOSE_TRIES):
            if self._private_trouble.guards(lambda: self._end(now), self._close_private, now):
                break
            pause(CLOSE_PAUSE)
        self.let_go()
        unsent = self._frozen.increments if self._frozen else Increments()
        unsent.merge(self._pending)
        return sum(count for (_, metric), count in unsent.totals.items() if metric == REQUESTS)

    def let_go(self) -> None:
        """Give the connections back; they are opened again when they are needed."""
        self._close_private()
        self._close_sink()

    def _flush(self, now: float, *, ends: bool = False) -> None:
        # First, so that what a worker holds stays bounded by cells while the store is away.
        self._gather(now, now + 1 if ends else now)
        if self._frozen is not None:
            self._send(self._frozen)
        self._frozen = self._freeze(now)
        if self._frozen is not None:
            self._send(self._frozen)

    def _end(self, now: float) -> None:
        self._flush(now, ends=True)
        if self._private is not None:
            self._tell(self._private)
            self._private.ended(self._source)

    def _gather(self, now: float, over: float) -> None:
        taken = self._tally.take()
        if self._pending:
            self._pending.merge(taken, MAX_CELLS)
        else:
            self._pending = taken
        self._peaks.note(self._tally.take_most(), now)
        # A connection that stays open is no reason to write every second.
        if self._pending:
            self._pending.load.update(self._peaks.take(over))
        if reached := self._tally.take_reached():
            self._happened["bound_reached"] += reached
        if uncounted := self._tally.take_uncounted():
            self._pending.totals[self._rule.day(now), "uncounted"] += uncounted

    def _freeze(self, now: float) -> _Frozen | None:
        increments, self._pending = self._pending, Increments()
        if not increments:
            return None
        self._number += 1
        return _Frozen(BatchId(self._source, self._number), increments, self._rule.day(now))

    def _send(self, frozen: _Frozen) -> None:
        self._opened_private().apply(frozen.batch, frozen.increments, frozen.day)
        self._frozen = None

    def _release(self, now: float) -> bool:
        """Whether no store failed; what may be released then has been."""
        return (
            self._sink_trouble.guards(self._renew, self._close_sink, now)
            and self._private_trouble.guards(lambda: self._fill_outbox(now), self._close_private, now)
            and self._sink_trouble.guards(lambda: self._deliver(now), self._close_sink, now)
        )

    def _live(self, now: float) -> None:
        private = self._opened_private()
        gone = not private.is_there()
        if gone:
            self._close_private()
            private = self._opened_private()
        # A store that was made anew has none of the batches, so that they are a gap.
        private.alive(self._source, self._number, now)
        self._tell(private)
        self._next_sign = now + SIGN_SECONDS
        if gone:
            raise FileGoneError

    def _tell(self, private: PrivateStore) -> None:
        while not self._elsewhere.empty():
            self._happened[self._elsewhere.get()] += 1
        if self._happened:
            private.note(self._happened)
            self._happened.clear()

    def _renew(self) -> None:
        if not self._opened_sink().is_there():
            raise FileGoneError
        renew(self._opened_private(), self._opened_sink())

    def _fill_outbox(self, now: float) -> None:
        private = self._opened_private()
        if private.lease(self._source, now, LEASE_SECONDS):
            rule = self._rule
            private.find_gaps(now, SILENT_SECONDS)
            made = private.release(
                threshold=rule.threshold,
                patience_days=rule.patience_days,
                today=rule.day(now),
                running=rule.minute(now),
            )
            self._happened["release_made" if made else "release_waited"] += 1

    def _deliver(self, now: float) -> None:
        sink = self._opened_sink()
        drain(self._opened_private(), sink)
        today = self._rule.day(now)
        if self._stores.kept is not None and today != self._forgotten_on:
            self._retain(sink, date.fromisoformat(today), self._stores.kept)
            self._forgotten_on = today

    def _retain(self, sink: Sink, today: date, kept: Kept) -> None:
        before = sink.note_day(today)
        if before is not None and today - before > LEAP:
            _log.warning(
                "It is %s, and the last day was %s: old figures are kept until tomorrow, lest the clock is wrong.",
                today,
                before,
            )
        else:
            retain(sink, today, kept)

    def _opened_private(self) -> PrivateStore:
        if self._private is None:
            self._private = self._stores.open_private()
        return self._private

    def _opened_sink(self) -> Sink:
        if self._sink is None:
            self._sink = self._stores.open_sink()
            facts = {"threshold": str(self._rule.threshold), "timezone": str(self._rule.timezone)}
            self._sink.describe({**facts, **self._stores.facts})
        return self._sink

    def _close_private(self) -> None:
        private, self._private = self._private, None
        if private is not None:
            private.close()

    def _close_sink(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()


def _is_due(moment: float, now: float, period: float) -> bool:
    """Whether it is time; a clock that was set back must not stop what is periodic until it has caught up."""
    return now >= moment or moment - now > period


class _Trouble:
    """Whether a store works; says so in the log once when it stops working and once when it works again.

    On a disk that is nearly full it may do both each second; so what failed soon after it worked again is believed to
    work only when it has for `STEADY_SECONDS`.
    """

    def __init__(self, store: str) -> None:
        self._store = store
        self._present = False
        self._fickle = False
        self._failed = self._mended = -STEADY_SECONDS

    def guards(self, work: Callable[[], None], on_error: Callable[[], None], now: float) -> bool:
        """Do the work; True when it succeeded. A store that failed is opened anew the next time."""
        try:
            work()
        except Exception as error:
            on_error()
            self._note(error, now)
            return False
        if self._present and not (self._fickle and abs(now - self._failed) < STEADY_SECONDS):
            _log.warning("%s of the statistics works again; what was kept is written.", self._store)
            self._present, self._mended = False, now
        return True

    def _note(self, error: Exception, now: float) -> None:
        if not self._present:
            _log.error(
                "%s of the statistics cannot be used: %s. Pages are served; counts are kept in memory "
                "and tried again every second.",
                self._store,
                kind_of(error),
            )
            self._fickle = abs(now - self._mended) < STEADY_SECONDS
        self._present, self._failed = True, now
