"""What of the past waits until enough have gathered, in memory: the private store's part in counting history.

A day is released once, when it is over, by the rule that live counts obey (`decide`): all history of an import lands at
once, so that nobody can see more of it than its days. Of an event that waits, the day on which it came is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from consentkit.stats.admission import Admission
from consentkit.stats.holding import kept_back
from consentkit.stats.kinds import Rows
from consentkit.stats.load import BYTES, SERVED, LoadCell
from consentkit.stats.load_past import PastLoad
from consentkit.stats.model import OTHER, Cell, Counts, Increments, Release, Waiting, add_counts
from consentkit.stats.release import Decision, Rule, aged_before, as_release, fresh_events
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.sums import ALL, ROUTES, sums_of_increments

Days = list[str]
"""The ISO days on which events came, in order."""
NEVER = "9999-12-31"
NO_DAYS: Days = []


class Gathered(NamedTuple):
    """So many events of a cell, which came on these days or, where there are more, today."""

    events: int
    days: Days

    def newest(self, events: int, today: str) -> Days:
        """The days of some of them."""
        came = min(events, self.events - len(self.days))
        return [*self.days[len(self.days) - (events - came) :], *[today] * came]


class WaitingRoom:
    """Holds what waits. `max_values` bounds the distinct values of a breakdown in a day, as in the private store."""

    def __init__(self, rule: Rule, max_values: int) -> None:
        self._rule = rule
        self._admission = Admission(max_values)
        self._came: Counts = {}
        self._waiting: defaultdict[tuple[str, str], dict[str, Days]] = defaultdict(dict)
        """By breakdown and metric, then by value."""
        self._gathered: set[Cell] = set()
        self._oldest = NEVER
        self._fresh: Counter[str] = Counter()
        self._totals: Counter[tuple[str, str]] = Counter()
        self._load = PastLoad()
        self._counted: Counter[tuple[str, str]] = Counter()

    def add(self, increments: Increments, day: str) -> None:
        """Take in what came in on an ISO day, which is not before the day of the last."""
        self._counted.update(sums_of_increments(increments))
        self._fresh.update(fresh_events(increments))
        self._totals.update(increments.totals)
        for (breakdown, metric), sums in self._admission.within(increments.counts, day).items():
            add_counts(self._came, breakdown, metric, sums)

    def add_load(self, rows: Rows) -> None:
        """Take in how requests were served."""
        self._counted["", BYTES] += self._load.extend(rows)
        self._counted[ALL, SERVED] += len(rows)
        self._counted[ROUTES, SERVED] += len(rows)

    def release(self, day: str, *, over: int) -> Release | None:
        """What may leave at the end of a day, of load what came before the UTC minute `over`; the rest waits on."""
        threshold = self._rule.threshold
        consumed = {metric: events for metric, events in self._fresh.items() if events >= threshold}
        self._age(aged_before(day, self._rule.patience_days))
        leaving = self._leaving(day, consumed)
        if not consumed:
            return None
        published = self._part(leaving, day, consumed)
        for metric in consumed:
            del self._fresh[metric]
        totals, self._totals = self._totals, Counter()
        load: Counter[LoadCell] = self._load.settle(over=over, threshold=threshold)
        decision = Decision(published, Counter(), consumed)
        return as_release(decision, day=day, threshold=threshold, totals=totals, load=load)

    def remainder(self) -> Remainder:
        """What waits still, for the private store."""
        waiting: Counter[Waiting] = Counter()
        for cell, days in self._cells():
            for day, count in Counter(days).items():
                waiting[Waiting(cell, day)] = count
        return Remainder(
            waiting=waiting,
            fresh=+self._fresh,
            totals=+self._totals,
            load=self._load.remainder(),
            counted=self._counted,
        )

    def _cells(self) -> Iterator[tuple[Cell, Days]]:
        for (breakdown, metric), values in self._waiting.items():
            for value, days in values.items():
                yield Cell(breakdown, value, metric), days

    def _leaving(self, day: str, metrics: Collection[str]) -> dict[Cell, Gathered]:
        """What may leave of the cells of some metrics, which waits no longer; what else came waits."""
        leaving: dict[Cell, Gathered] = {}
        came, self._came = self._came, {}
        for (breakdown, metric), sums in came.items():
            self._join(breakdown, metric, sums, day, leaving if metric in metrics else None)
        for cell in [cell for cell in self._gathered if cell.metric in metrics]:
            days = self._waiting[cell.breakdown, cell.metric].pop(cell.value)
            leaving[cell] = Gathered(len(days), days)
            self._gathered.discard(cell)
        return leaving

    def _join(
        self, breakdown: str, metric: str, sums: Mapping[str, int], day: str, leaving: dict[Cell, Gathered] | None
    ) -> None:
        """Let what came of a breakdown wait with what waits, or leave with it where enough have gathered."""
        waiting, threshold = self._waiting[breakdown, metric], self._rule.threshold
        for value, count in sums.items():
            days = waiting.get(value)
            gathered = count if days is None else count + len(days)
            if gathered >= threshold:
                cell = Cell(breakdown, value, metric)
                if leaving is not None:
                    leaving[cell] = Gathered(gathered, waiting.pop(value, NO_DAYS))
                    self._gathered.discard(cell)
                    continue
                self._gathered.add(cell)
            if days is None:
                waiting[value] = [day] * count
            else:
                days += [day] * count
        if waiting:
            self._oldest = min(self._oldest, day)

    def _part(self, leaving: Mapping[Cell, Gathered], day: str, metrics: Collection[str]) -> dict[Cell, int]:
        """What leaves of what may; what its wholes need to be kept back, the newest, waits on."""
        counts = {cell: gathered.events for cell, gathered in leaving.items()}
        waiting = {
            series: dict(zip(values, map(len, values.values()), strict=True))
            for series, values in self._waiting.items()
            if series[1] in metrics
        }
        for cell, stays in kept_back(counts, waiting, threshold=self._rule.threshold).items():
            self._waiting[cell.breakdown, cell.metric][cell.value] = leaving[cell].newest(stays, day)
            self._oldest = min(self._oldest, self._waiting[cell.breakdown, cell.metric][cell.value][0])
            counts[cell] -= stays
            if not counts[cell]:
                del counts[cell]
            if stays >= self._rule.threshold:
                self._gathered.add(cell)
        return counts

    def _age(self, before: str) -> None:
        """Put what came before a day to `(other)`, but for values of which enough have gathered with what came now."""
        if self._oldest >= before:
            return
        aged = [(cell, days) for cell, days in self._cells() if days[0] < before and cell.value != OTHER]
        for cell, days in aged:
            breakdown, value, metric = cell
            if len(days) + self._came.get((breakdown, metric), {}).get(value, 0) >= self._rule.threshold:
                continue
            waiting = self._waiting[breakdown, metric]
            kept = [day for day in days if day >= before]
            others = waiting[OTHER] = sorted([*waiting.get(OTHER, ()), *days[: len(days) - len(kept)]])
            if len(others) >= self._rule.threshold:
                self._gathered.add(cell._replace(value=OTHER))
            if kept:
                waiting[value] = kept
            else:
                del waiting[value]
        self._oldest = min((days[0] for cell, days in self._cells() if cell.value != OTHER), default=NEVER)
