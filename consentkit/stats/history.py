"""Counting the past on its own clock: an imported log is released as it would have been then.

In memory, and the same rule as live: what came in during a minute is released at the minute's end, if enough came.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import HOUR, LoadCell, settle
from consentkit.stats.model import OTHER, Cell, Increments, Observation, Release, Waiting
from consentkit.stats.release import Rule, aged_before, as_release, decide, fresh_events
from consentkit.stats.stores import PrivateStore, Sink, drain
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.sqlite_private import MAX_VALUES
from consentkit.stats.stores.sums import sums_of_waiting
from consentkit.stats.stores.wire import dumped, loaded
from consentkit.stats.tally import Tally


class History:
    """Counts observations of the past, oldest first, and hands them over at once by `commit`.

    A late observation counts under its own day but is released with those that came when it did. `max_values`
    bounds the distinct values of a breakdown in a day, as in the private store.
    """

    def __init__(self, rule: Rule, crossings: Sequence[Crossing] = (), *, max_values: int = MAX_VALUES) -> None:
        self._rule = rule
        self._minute = 0
        self._today = ""
        self._tally: Tally[Observation] = Tally(lambda observation: observation, crossings)
        self._tallied = 0
        self._waiting = _WaitingRoom(rule, max_values)
        self._day: Release | None = None
        self._closed_days: list[str] = []

    def add(self, observation: Observation, when: float) -> None:
        """Count one observation that was made at `when` (epoch seconds)."""
        minute = int(when // 60)
        if minute > self._minute:
            self._turn_to(minute)
        self._tally.add(observation)
        self._tallied += 1

    def add_day(self, increments: Increments, day: str) -> None:
        """Count an ISO day of which only the sums are known; days come in order."""
        self._release()
        running = f"{day}T23:59Z"
        self._waiting.release(day, running)  # as in `_release`
        self._waiting.take_in(increments, day)
        release = self._waiting.release(day, running)
        if release is not None:
            self._publish(release)

    def commit(self, private: PrivateStore, sink: Sink, source: str) -> bool:
        """Store all that was added, under the name of where it came from, and bring it to the sink.

        False, and nothing is stored, when history of this source was stored before. The database's errors pass; when
        the sink's does, all is stored and leaves with the next release.
        """
        self._release()
        taken = private.adopt(source, self._releases(), self._waiting.remainder())
        drain(private, sink)
        return taken

    def _turn_to(self, minute: int) -> None:
        """End a minute: release, unless it cannot have brought the threshold, as most minutes of a small site."""
        day = self._rule.day(minute * 60)
        # An observation is one event of a metric at most.
        if day != self._today or self._waiting.most_fresh() + self._tallied >= self._rule.threshold:
            self._release()
        self._minute, self._today = minute, day

    def _release(self) -> None:
        if not self._tallied:
            return
        self._waiting.release(self._today, "")  # nothing is fresh, but what waited too long ages before more comes
        self._waiting.take_in(self._tally.take(), self._today)
        self._tallied = 0
        over = (self._minute + 1) * 60.0
        release = self._waiting.release(self._rule.day(over), self._rule.minute(over))
        if release is not None:
            self._publish(release)

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


class _WaitingRoom:
    """The private store's part in memory, which looks only at cells that have gathered enough or have aged."""

    def __init__(self, rule: Rule, max_values: int) -> None:
        self._rule = rule
        self._max_values = max_values
        self._day = ""
        self._admitted_day = ""
        self._admitted: defaultdict[str, set[str]] = defaultdict(set)
        self._parts: defaultdict[Cell, dict[str, int]] = defaultdict(dict)
        self._gathered: set[Cell] = set()
        self._fresh: Counter[str] = Counter()
        self._totals: Counter[tuple[str, str]] = Counter()
        self._load: Counter[LoadCell] = Counter()
        self._later: Counter[LoadCell] = Counter()
        self._settled = ""
        self._counted: Counter[tuple[str, str]] = Counter()

    def take_in(self, increments: Increments, day: str) -> None:
        if day > self._admitted_day:
            self._admitted_day = day
            self._admitted.clear()
        counted: dict[tuple[str, str], int] = {}
        for cell, count in increments.cells.items():
            breakdown, value, metric = cell
            bounded = cell if value in self._admitted[breakdown] else self._within_bounds(cell)
            self._add(bounded, day, count)
            counted[breakdown, metric] = counted.get((breakdown, metric), 0) + count
        self._counted.update(counted)
        for (_, metric), count in increments.totals.items():
            self._counted["", metric] += count
        self._fresh.update(fresh_events(increments))
        self._totals.update(increments.totals)
        self._load.update(increments.load)
        self._counted.update(sums_of_waiting(increments.load))

    def most_fresh(self) -> int:
        """The fresh events of the metric that has most of them."""
        return max(self._fresh.values(), default=0)

    def release(self, today: str, running: str) -> Release | None:
        """What may leave at a moment of a day, in a UTC minute; None when nothing may."""
        new_day, self._day = today > self._day, today
        rule = self._rule
        if not new_day and self.most_fresh() < rule.threshold:
            return None
        shown = self._shown(self._concerned(today) if new_day else self._gathered)
        decision = decide(shown, self._fresh, threshold=rule.threshold, today=today, patience_days=rule.patience_days)
        self._replace(shown, decision.waiting)
        if not decision.consumed:
            return None
        for metric in decision.consumed:
            del self._fresh[metric]
        totals, self._totals = self._totals, Counter()
        return as_release(decision, day=today, threshold=rule.threshold, totals=totals, load=self._take_load(running))

    def _take_load(self, running: str) -> Counter[LoadCell]:
        """What of the load may leave. What waits for its hour's end is looked at then, as it is most of what waits."""
        threshold = self._rule.threshold
        if running[:HOUR] != self._settled:
            self._settled = running[:HOUR]
            self._load += self._later
            self._later.clear()
        leaves, waits = settle(self._load, running=running, threshold=threshold)
        self._load.clear()
        for cell, count in waits.items():
            (self._later if len(cell.begin) <= HOUR + 1 else self._load)[cell] += count
        return leaves

    def remainder(self) -> Remainder:
        """What waits still, for the private store."""
        return Remainder(
            waiting=self._shown(set(self._parts)),
            fresh=self._fresh,
            totals=self._totals,
            load=self._load + self._later,
            counted=self._counted,
        )

    def _within_bounds(self, cell: Cell) -> Cell:
        admitted = self._admitted[cell.breakdown]
        if cell.value in admitted or cell.value == OTHER:
            return cell
        if len(admitted) < self._max_values:
            admitted.add(cell.value)
            return cell
        return cell._replace(value=OTHER)

    def _add(self, cell: Cell, day: str, count: int) -> None:
        parts = self._parts[cell]
        parts[day] = count = parts.get(day, 0) + count
        if count >= self._rule.threshold or (len(parts) > 1 and sum(parts.values()) >= self._rule.threshold):
            self._gathered.add(cell)

    def _concerned(self, today: str) -> set[Cell]:
        """The cells that a day's first release may change: gathered ones, ones with aged parts, and `(other)`."""
        before = aged_before(today, self._rule.patience_days)
        aged = {cell for cell, parts in self._parts.items() if min(parts) < before}
        return self._gathered | aged | {cell for cell in self._parts if cell.value == OTHER}

    def _shown(self, cells: set[Cell]) -> dict[Waiting, int]:
        return {Waiting(cell, day): count for cell in cells for day, count in self._parts[cell].items()}

    def _replace(self, shown: Mapping[Waiting, int], waiting: Mapping[Waiting, int]) -> None:
        for part in shown:
            self._parts.pop(part.cell, None)
            self._gathered.discard(part.cell)
        for part, count in waiting.items():
            self._add(part.cell, part.day, count)
