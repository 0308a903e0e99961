"""Counting the past on its own clock: an imported log is released as it would have been then.

In memory, and by the same rule as live: what came in during a minute is released at the minute's end, if enough came.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.kinds import Kind, Kinds, Rows
from consentkit.stats.model import Agent, EventKey, Increments, Observation, Release, RequestKey
from consentkit.stats.parts import Parts, parts_of
from consentkit.stats.release import Rule
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.wire import dumped
from consentkit.stats.waiting_room import Stretch, WaitingRoom

STRETCH = 100_000
"""Requests that are looked at together."""

Arrivals = defaultdict[Kind, defaultdict[Agent, list[int]]]
"""The minutes in which requests came."""


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
        self._crossings = crossings
        self._longest = stretch
        self._kinds = Kinds()
        self._minute = self._begin = -1
        self._settled = 0
        self._today = ""
        self._day_begins = self._day_ends = 0.0
        self._arrivals: defaultdict[str, Arrivals] = defaultdict(_no_arrivals)
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
            self._turn_to(rows.whens[number])
            rows = rows.part(number)
        self._take(rows)

    def _take(self, rows: Rows) -> None:
        """Count requests that came on the day that is counted now."""
        self._room.load(rows)
        begins, minute = self._day_begins, self._minute
        end = (minute + 1) * 60
        arrivals = self._arrivals[self._today]
        for kind, agent, when in zip(rows.kinds, rows.agents, rows.whens, strict=True):
            if when >= end:
                minute = when // 60
                end = (minute + 1) * 60
            if when >= begins:
                arrivals[kind][agent].append(minute)
            else:
                self._arrivals[self._rule.day(when)][kind][agent].append(minute)
        self._minute = minute
        self._held += len(rows)
        if self._held >= self._longest:
            self._settle(until=minute)

    def add_day(self, increments: Increments, day: str) -> None:
        """Count an ISO day of which only the sums are known; days come in order."""
        self._settle(until=self._minute + 1)
        self._room.add(increments, day)
        end = int(datetime.fromisoformat(f"{day}T23:59+00:00").timestamp() // 60)
        for release in self._room.settle(Stretch(day, end - 1, end, day, Parts(()))):
            self._publish(release)

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

    def _turn_to(self, when: int) -> None:
        """Begin the day of a moment."""
        self._settle(until=self._minute + 1)
        self._today = self._rule.day(when)
        day = date.fromisoformat(self._today)
        self._day_begins, self._day_ends = (
            datetime.combine(midnight, time(), self._rule.timezone).timestamp()
            for midnight in (day, day + timedelta(days=1))
        )

    def _settle(self, *, until: int) -> None:
        """Release what may leave at the minutes before `until`, and begin a new stretch."""
        if not self._held and self._settled >= until:
            return
        parts = parts_of(self._requests(), self._events(), self._crossings)
        for minutes in parts.totals.values():
            minutes.sort()
        self._total(parts)
        next_day = self._rule.day(until * 60.0)
        for release in self._room.settle(Stretch(self._today, self._begin, until, next_day, parts)):
            self._publish(release)
        self._arrivals.clear()
        self._held = 0
        self._begin, self._settled = self._minute, until

    def _requests(self) -> Iterator[tuple[RequestKey, list[int]]]:
        for day, kinds in self._arrivals.items():
            for kind, agents in kinds.items():
                for agent, minutes in agents.items():
                    yield (day, agent, kind.verdict, kind.status), minutes

    def _events(self) -> Iterator[tuple[EventKey, list[int]]]:
        for day, kinds in self._arrivals.items():
            for kind, agents in kinds.items():
                for verdict, metrics, facets in kind.happened:
                    for agent, minutes in agents.items():
                        yield (day, agent, verdict, metrics, facets), minutes

    def _total(self, parts: Parts) -> None:
        for (_, metric), minutes in parts.totals.items():
            self.totals[metric] += len(minutes)
        for (breakdown, value), minutes in parts.requests.items():
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


def _no_arrivals() -> Arrivals:
    return defaultdict(_no_agents)


def _no_agents() -> defaultdict[Agent, list[int]]:
    return defaultdict(list)
