"""What of the past waits until enough have gathered, in memory: the private store's part in counting history."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from consentkit.stats.kinds import Rows
from consentkit.stats.load import BYTES, SERVED
from consentkit.stats.load_past import PastLoad
from consentkit.stats.model import OTHER, Cell, Increments, Proof, Published, Release, Waiting, storable
from consentkit.stats.moments import departures, moments_of
from consentkit.stats.parts import Parts
from consentkit.stats.release import Rule, aged_before, fresh_events, with_bytes
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.sums import ALL, ROUTES

Moments = Mapping[str, Mapping[int, int]]
"""By metric the minutes at whose ends it is released, each with its fresh events."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came in on one `day` (ISO date), by the minutes in which it came, those before `until` being over.

    `begin` is the minute in which the stretch before it ended, `next_day` the day that it is at the end of the last
    minute that is over. Minutes are UTC minutes since the epoch.
    """

    day: str
    begin: int
    until: int
    next_day: str
    parts: Parts


class WaitingRoom:
    """Holds what waits. `max_values` bounds the distinct values of a breakdown in a day, as in the private store."""

    def __init__(self, rule: Rule, max_values: int) -> None:
        self._rule = rule
        self._max_values = max_values
        self._aged = ""
        self._admitted_day = ""
        self._admitted: defaultdict[str, set[str]] = defaultdict(set)
        self._waiting: defaultdict[Cell, dict[str, int]] = defaultdict(dict)
        self._came: defaultdict[str, set[Cell]] = defaultdict(set)
        self._gathered: set[Cell] = set()
        self._fresh: Counter[str] = Counter()
        self._totals: Counter[tuple[str, str]] = Counter()
        self._load = PastLoad()
        self._counted: Counter[tuple[str, str]] = Counter()

    def add(self, increments: Increments, day: str) -> None:
        """Take in the sums of a day."""
        self._age(day)
        for cell, count in increments.cells.items():
            self._add(self._within_bounds(cell, day), day, count)
            self._counted[cell.breakdown, cell.metric] += count
        for (_, metric), count in increments.totals.items():
            self._counted["", metric] += count
        self._fresh.update(fresh_events(increments))
        self._totals.update(increments.totals)

    def load(self, rows: Rows) -> None:
        """Take in how requests of the stretch that is to be settled next were served."""
        counted = self._counted
        counted["", BYTES] += self._load.extend(rows)
        counted[ALL, SERVED] += len(rows)
        counted[ROUTES, SERVED] += len(rows)

    def settle(self, stretch: Stretch) -> Iterator[Release]:
        """Take in a stretch and release what may leave at its moments: one release for each day on which they are."""
        self._age(stretch.day)
        arrivals = self._arrivals(stretch)
        moments = self._moments(stretch, {cell.metric for cell in arrivals})
        self._count(stretch, arrivals)
        midnight = stretch.until if stretch.next_day == stretch.day else stretch.until - 1
        yield from self._leave(stretch.day, _within(moments, 0, midnight), arrivals, stretch)
        if midnight < stretch.until:
            self._age(stretch.next_day)
            yield from self._leave(stretch.next_day, _within(moments, midnight, stretch.until), {}, None)

    def remainder(self) -> Remainder:
        """What waits still, for the private store."""
        return Remainder(
            waiting={Waiting(cell, day): n for cell, parts in self._waiting.items() for day, n in parts.items()},
            fresh=+self._fresh,
            totals=+self._totals,
            load=self._load.remainder(),
            counted=self._counted,
        )

    def _arrivals(self, stretch: Stretch) -> dict[Cell, Sequence[int]]:
        """By cell the minutes of its events, in order; breakdowns of one facet mostly share them."""
        runs: defaultdict[Cell, list[list[int]]] = defaultdict(list)
        for cells, minutes in stretch.parts.cells():
            minutes.sort()
            for cell in cells:
                runs[self._within_bounds(cell, stretch.day)].append(minutes)
        return {cell: some[0] if len(some) == 1 else sorted(chain(*some)) for cell, some in runs.items()}

    def _moments(self, stretch: Stretch, metrics: Set[str]) -> Moments:
        """When each metric is released; its events are told by the totals, where each stands once."""
        runs: defaultdict[str, list[list[int]]] = defaultdict(list, {metric: [] for metric in self._fresh})
        for (_, metric), minutes in stretch.parts.totals.items():
            if metric in metrics:
                runs[metric].append(minutes)
        moments: dict[str, dict[int, int]] = {}
        for metric, some in runs.items():
            moments[metric], self._fresh[metric] = moments_of(
                sorted(chain(*some)),
                self._fresh[metric],
                threshold=self._rule.threshold,
                begin=stretch.begin,
                until=stretch.until,
            )
        return moments

    def _count(self, stretch: Stretch, arrivals: Mapping[Cell, Sequence[int]]) -> None:
        counted = self._counted
        for cell, some in arrivals.items():
            counted[cell.breakdown, cell.metric] += len(some)
        for (_, metric), minutes in stretch.parts.totals.items():
            counted["", metric] += len(minutes)

    def _leave(
        self, day: str, moments: Moments, arrivals: Mapping[Cell, Sequence[int]], stretch: Stretch | None
    ) -> Iterator[Release]:
        """Release at moments of a day what gathered, with what came in the stretch up to each; the rest waits on."""
        cells = self._depart(moments, arrivals, stretch.day if stretch else day)
        last = max((max(found) for found in moments.values() if found), default=-1)
        totals = self._totals if last >= 0 else Counter()
        if last >= 0:
            self._totals = Counter()
        for key, minutes in stretch.parts.totals.items() if stretch else ():
            leaving = bisect_right(minutes, last)
            totals[key] += leaving
            self._totals[key] += len(minutes) - leaving
        if last < 0:
            return
        threshold = self._rule.threshold
        load = self._load.settle(over=last + 1, threshold=threshold)
        proofs = {
            (metric, threshold): Proof(len(found), sum(found.values()), min(found.values()))
            for metric, found in moments.items()
            if found
        }
        yield Release(day, cells, proofs, with_bytes(+totals, load, day), load)

    def _depart(self, moments: Moments, arrivals: Mapping[Cell, Sequence[int]], came: str) -> dict[Cell, Published]:
        """The cells that leave; what does not is put to what waits, under the day on which it came."""
        threshold = self._rule.threshold
        minutes = {metric: tuple(found) for metric, found in moments.items()}
        left: dict[Cell, Published] = {}
        # Breakdowns of one facet share their arrivals, and of most as many wait.
        known: dict[tuple[int, int, str], tuple[Published | None, int]] = {}
        others = [(cell, ()) for cell in self._gathered if cell not in arrivals]
        for cell, some in chain(arrivals.items(), others):
            parts = self._waiting.get(cell)
            waiting = sum(parts.values()) if parts else 0
            key = (id(some), waiting, cell.metric)
            found = known.get(key)
            if found is None:
                counts, rest = departures(some, waiting, minutes.get(cell.metric, ()), threshold=threshold)
                found = Published(sum(counts), len(counts), min(counts)) if counts else None, rest
                known[key] = found
            published, rest = found
            if published:
                left[cell] = published
                if parts:
                    del self._waiting[cell]
                    self._gathered.discard(cell)
            if rest:
                self._add(cell, came, rest)
        return left

    def _within_bounds(self, cell: Cell, day: str) -> Cell:
        """The cell, or `(other)` for a value beyond what a day may have, or that not every database can hold."""
        if day > self._admitted_day:
            self._admitted_day = day
            self._admitted.clear()
        admitted = self._admitted[cell.breakdown]
        if cell.value in admitted or cell.value == OTHER:
            return cell
        if len(admitted) < self._max_values and storable(cell.value):
            admitted.add(cell.value)
            return cell
        return cell._replace(value=OTHER)

    def _add(self, cell: Cell, day: str, count: int) -> None:
        parts = self._waiting[cell]
        parts[day] = parts.get(day, 0) + count
        if sum(parts.values()) >= self._rule.threshold:
            self._gathered.add(cell)
        if cell.value != OTHER:
            self._came[day].add(cell)

    def _age(self, today: str) -> None:
        """Put what waited too long to `(other)`, at a day's beginning; not of cells that have gathered enough."""
        if today <= self._aged:
            return
        self._aged = today
        before = aged_before(today, self._rule.patience_days)
        for day in [day for day in self._came if day < before]:
            for cell in self._came.pop(day):
                parts = self._waiting.get(cell, {})
                if cell in self._gathered:
                    self._came[day].add(cell)
                elif day in parts:
                    self._add(cell._replace(value=OTHER), day, parts.pop(day))
                    if not parts:
                        del self._waiting[cell]


def _within(moments: Moments, begin: int, end: int) -> Moments:
    return {
        metric: {minute: fresh for minute, fresh in found.items() if begin <= minute < end}
        for metric, found in moments.items()
    }
