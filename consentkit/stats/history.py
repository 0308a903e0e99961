"""Counting the past on its own clock: an imported log is released as it would have been then.

In memory, and by the same rule as live: what came in during a minute is released at the minute's end, if enough came.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.model import EventKey, Increments, LoadEntry, Observation, Release, RequestKey
from consentkit.stats.release import Rule
from consentkit.stats.spread import Parts, parts_of
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.wire import dumped, loaded
from consentkit.stats.waiting_room import Stretch, WaitingRoom

STRETCH = 50_000
"""Observations that are looked at together."""
QUARTER = 15
"""Minutes. Every zone's midnight and every change of its clock fall on a quarter of an hour."""


class History:
    """Counts observations of the past, oldest first, and hands them over at once by `commit`.

    A late observation counts under its own day but is released with those that came when it did. `max_values`
    bounds the distinct values of a breakdown in a day, as in the private store; `stretch` is how many observations are
    looked at together.
    """

    def __init__(
        self,
        rule: Rule,
        crossings: Sequence[Crossing] = (),
        *,
        max_values: int = MAX_VALUES,
        stretch: int = STRETCH,
    ) -> None:
        self._rule = rule
        self._crossings = crossings
        self._longest = stretch
        self._minute = self._begin = -1
        self._settled = 0
        self._today = ""
        self._requests: defaultdict[RequestKey, list[int]] = defaultdict(list)
        self._events: defaultdict[EventKey, list[int]] = defaultdict(list)
        self._entries: list[LoadEntry] = []
        self._room = WaitingRoom(rule, max_values)
        self._day: Release | None = None
        self._closed_days: list[str] = []

    def add(self, observation: Observation, when: float) -> None:
        """Count one observation that was made at `when` (epoch seconds)."""
        if when >= (self._minute + 1) * 60:
            self._turn_to(int(when // 60))
        minute = self._minute
        request, events, load = observation
        self._requests[request].append(minute)
        for event in events:
            self._events[event].append(minute)
        self._entries.append(load)
        if len(self._entries) >= self._longest:
            self._settle(until=minute)

    def add_day(self, increments: Increments, day: str) -> None:
        """Count an ISO day of which only the sums are known; days come in order."""
        self._settle(until=self._minute + 1)
        self._room.add(increments, day)
        end = int(datetime.fromisoformat(f"{day}T23:59+00:00").timestamp() // 60)
        for release in self._room.settle(Stretch(day, end - 1, end, day, parts_of({}, {}, (), list), ())):
            self._publish(release)

    def commit(self, private: PrivateStore, sink: Sink, source: str) -> bool:
        """Store all that was added, under the name of where it came from, and bring it to the sink.

        False, and nothing is stored, when history of this source was stored before. The database's errors pass; when
        the sink's does, all is stored and leaves with the next release.
        """
        self._settle(until=self._minute + 1)
        taken = private.adopt(source, self._releases(), self._room.remainder())
        drain(private, sink)
        return taken

    def _turn_to(self, minute: int) -> None:
        if minute // QUARTER != self._minute // QUARTER:
            day = self._rule.day(minute * 60)
            if day != self._today:
                self._settle(until=self._minute + 1)
                self._today = day
        self._minute = minute

    def _settle(self, *, until: int) -> None:
        """Release what may leave at the minutes before `until`, and begin a new stretch."""
        if not self._entries and self._settled >= until:
            return
        parts = parts_of(self._requests, self._events, self._crossings, list)
        _sort(parts)
        next_day = self._rule.day(until * 60.0)
        for release in self._room.settle(Stretch(self._today, self._begin, until, next_day, parts, self._entries)):
            self._publish(release)
        self._requests.clear()
        self._events.clear()
        self._entries = []
        self._begin, self._settled = self._minute, until

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

    def _releases(self) -> Iterator[Release]:
        self._close_day()
        return (loaded(text) for text in self._closed_days)


def _sort(parts: Parts[list[int]]) -> None:
    for amounts in (parts.totals, parts.requests, parts.facets, parts.pairs):
        for minutes in amounts.values():
            minutes.sort()
