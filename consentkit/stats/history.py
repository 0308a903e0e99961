"""Counting the past on its own clock: an imported log is released as it would have been then.

In memory, and by the same rule as live: what came in during a minute is released at the minute's end, if enough came.
"""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from consentkit.stats.arrivals import ON_TIME, Arrivals
from consentkit.stats.breakdowns import Crossing
from consentkit.stats.kinds import Kinds, Rows
from consentkit.stats.model import Observation, Release
from consentkit.stats.parts import Parts
from consentkit.stats.release import Rule
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.wire import dumped
from consentkit.stats.turns import MINUTES, Batch, Days
from consentkit.stats.waiting_room import WaitingRoom

STRETCH = 300_000
"""Requests that are looked at together."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Count without the collector of cycles: there are none in what is counted, and looking for them takes long.

    It took a fifth of the time of a log of a day, and nearly half of the time of 90 days of sample traffic.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class History:
    """Counts requests of the past, oldest first, and hands them over at once by `commit`.

    A late one counts under its own day but is released with those that came when it did. `max_values` bounds the
    distinct values of a breakdown in a day, as in the private store; `stretch` is how many requests are looked at
    together. `totals` has what was settled of them by metric, `statuses` by status.
    """

    def __init__(
        self,
        rule: Rule,
        crossings: Sequence[Crossing] = (),
        *,
        max_values: int = MAX_VALUES,
        stretch: int = STRETCH,
    ) -> None:
        self.totals: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._rule = rule
        self._longest = stretch
        self._kinds = Kinds()
        self._minute = self._begin = -1
        self._settled = 0
        self._day_begins = self._day_ends = 0
        self._days = Days(rule)
        self._arrivals = Arrivals(crossings)
        self._held = 0
        self._room = WaitingRoom(rule, max_values)
        self._day: Release | None = None
        self._closed_days: list[str] = []

    def add(self, observation: Observation) -> None:
        """Count one observation."""
        rows = Rows()
        rows.add(*self._kinds.seen(observation))
        self.extend(rows)

    def extend(self, rows: Rows) -> None:
        """Count requests in the order in which they came."""
        while max(rows.whens, default=-1) >= self._day_ends:
            number = next(number for number, when in enumerate(rows.whens) if when >= self._day_ends)
            self._take(rows.part(0, number))
            self._day_begins, self._day_ends = self._days.turn_to(rows.whens[number])
            rows = rows.part(number)
        self._take(rows)

    def _take(self, rows: Rows) -> None:
        """Count requests that came on the day that is counted now."""
        self._room.load(rows)
        begins, arrivals = self._day_begins, self._arrivals
        requests = zip(rows.kinds, rows.agents, self._minutes(rows.whens), strict=True)
        if min(rows.whens, default=begins) >= begins:
            arrivals.of_day(ON_TIME).extend(requests)
        else:
            for when, request in zip(rows.whens, requests, strict=True):
                arrivals.of_day(ON_TIME if when >= begins else self._rule.day(when)).extend([request])
        self._held += len(rows)
        if self._held >= self._longest:
            self._settle(until=self._minute)

    def _minutes(self, whens: Sequence[int]) -> list[int]:
        """The minutes that ran when requests came: for a late one that of those before it."""
        minutes: list[int] = []
        minute = self._minute
        end = (minute + 1) * MINUTES
        for when in whens:
            # One object for all of a minute: lists of such are looked through twice as fast.
            if when >= end:
                minute = when // MINUTES
                end = (minute + 1) * MINUTES
            minutes.append(minute)
        self._minute = minute
        return minutes

    def commit(self, private: PrivateStore, sink: Sink, source: str) -> bool:
        """Store all that was added, under the name of where it came from, and bring it to the sink.

        False, and nothing is stored, when history of this source was stored before. The database's errors pass; when
        the sink's does, all is stored and leaves with the next release.
        """
        self._settle(until=self._minute + 1)
        self._close_day()
        taken = private.adopt(source, self._closed_days, self._room.remainder())
        drain(private, sink)
        return taken

    def _settle(self, *, until: int) -> None:
        """Release what may leave at the minutes before `until`, and begin a new batch."""
        if not self._held and self._settled >= until:
            return
        parts = self._arrivals.take()
        self._total(parts)
        for release in self._room.settle(Batch(self._begin, until, self._days.take(until), parts)):
            self._publish(release)
        self._held = 0
        self._begin, self._settled = self._minute, until

    def _total(self, parts: Parts) -> None:
        for (_, metric), minutes in parts.totals().items():
            self.totals[metric] += len(minutes)
        for (breakdown, value), minutes in parts.requests().items():
            if breakdown == "status":
                self.statuses[value] += len(minutes)

    def _publish(self, release: Release) -> None:
        if self._day is not None and self._day.day == release.day:
            self._day.merge(release)
            return
        self._close_day()
        self._day = release

    def _close_day(self) -> None:
        # As text a day of load takes a fifth of the memory that its objects do.
        if self._day is not None:
            self._closed_days.append(dumped(self._day))
        self._day = None
