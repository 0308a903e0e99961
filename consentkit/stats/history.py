"""Counting the past on its own clock: an imported log is released day by day, by the same rule as live."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from consentkit.stats.arrivals import Arrivals
from consentkit.stats.breakdowns import REQUESTS, Crossing
from consentkit.stats.kinds import Kinds, Rows
from consentkit.stats.observed import Observation
from consentkit.stats.release import Rule
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.wire import dumped
from consentkit.stats.waiting_room import WaitingRoom

AT_ONCE = 2_000
"""Single observations that are taken in together."""
MINUTE = 60
"""Seconds."""
LONG_AGO = -(1 << 60)


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
    distinct values of a breakdown in a day, as in the private store. `totals` has what was settled by metric,
    `statuses` by status; `days` are those of all requests.
    """

    def __init__(self, rule: Rule, crossings: Sequence[Crossing] = (), *, max_values: int = MAX_VALUES) -> None:
        self.totals: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.days: set[str] = set()
        self._rule = rule
        self._kinds = Kinds()
        self._single = Rows()
        self._day = ""
        self._day_begins = self._day_ends = self._latest = LONG_AGO
        self._arrivals = Arrivals(crossings)
        self._room = WaitingRoom(rule, max_values)
        self._released: list[str] = []

    def add(self, observation: Observation) -> None:
        """Count one observation."""
        self._single.add(*self._kinds.seen(observation))
        if len(self._single) >= AT_ONCE:
            self._take_single()

    def extend(self, rows: Rows) -> None:
        """Count requests in the order in which they came."""
        while rows and max(rows.whens) >= self._day_ends:
            number = next(number for number, when in enumerate(rows.whens) if when >= self._day_ends)
            self._take(rows.part(0, number))
            self._turn_to(rows.whens[number])
            rows = rows.part(number)
        self._take(rows)

    def commit(self, private: PrivateStore, sink: Sink, source: str) -> bool:
        """Store all that was added, under the name of where it came from, and bring it to the sink.

        False, and nothing is stored, when history of this source was stored before. The database's errors pass; when
        the sink's does, all is stored and leaves with the next release.
        """
        self._take_single()
        self._release(over=self._latest // MINUTE + 1)
        taken = private.adopt(source, self._released, self._room.remainder())
        drain(private, sink)
        return taken

    def _take_single(self) -> None:
        rows, self._single = self._single, Rows()
        self.extend(rows)

    def _take(self, rows: Rows) -> None:
        """Count requests that came on the day that is counted now."""
        if not rows:
            return
        self._room.add_load(rows)
        self._latest = max(self._latest, *rows.whens)
        for day, some in self._by_day(rows):
            self.days.add(day)
            self._arrivals.extend(day, some)
        if self._arrivals.is_full:
            self._settle()

    def _by_day(self, rows: Rows) -> Iterator[tuple[str, Rows]]:
        """The requests by the day under which they count, for a late one its own."""
        begins = self._day_begins
        if min(rows.whens) >= begins:
            yield self._day, rows
            return
        days: dict[str, list[int]] = {}
        for place, when in enumerate(rows.whens):
            days.setdefault(self._day if when >= begins else self._rule.day(when), []).append(place)
        for day, places in days.items():
            yield day, rows.of_places(places)

    def _turn_to(self, when: int) -> None:
        """End the day, and begin that of a moment (epoch seconds)."""
        self._release(over=self._day_ends // MINUTE)
        self._day = self._rule.day(when)
        today = date.fromisoformat(self._day)
        self._day_begins, self._day_ends = (self._midnight(today + timedelta(days=days)) for days in (0, 1))

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time(), self._rule.timezone).timestamp())

    def _settle(self) -> None:
        """Count what came of the day so far."""
        increments = self._arrivals.take()
        for (_, metric), count in increments.totals.items():
            self.totals[metric] += count
        self.statuses.update(increments.counts.get(("status", REQUESTS), {}))
        self._room.add(increments, self._day)

    def _release(self, *, over: int) -> None:
        """Release what may leave of the day, its load before the UTC minute `over`."""
        if not self._day:
            return
        self._settle()
        release = self._room.release(self._day, over=over)
        if release is not None:
            # As text a day of load takes a fifth of the memory that its objects do.
            self._released.append(dumped(release))
