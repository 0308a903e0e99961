"""What of the past waits until enough have gathered, in memory: the private store's part in counting history.

A day is released once, when it is over, by the rule that live counts obey (`decide`): all history of an import lands at
once, so that nobody can see more of it than its days. Of an event that waits, the day on which it came is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from consentkit.stats.admission import Admission
from consentkit.stats.holding import REMEMBERED, kept_back
from consentkit.stats.kinds import Rows
from consentkit.stats.load import BYTES, SERVED
from consentkit.stats.load_past import PastLoad
from consentkit.stats.model import OTHER, Cell, Counts, Held, Increments, Release, add_counts
from consentkit.stats.release import Decision, Rule, aged_before, as_release, fresh_events
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.sums import ALL, ROUTES, sums_of_increments

Days = list[str]
"""The ISO days on which events came, in order."""
Series = tuple[str, str]
"""A breakdown and a metric."""
NEVER = "9999-12-31"


class WaitingRoom:
    """Holds what waits. `max_values` bounds the distinct values of a breakdown in a day, as in the private store."""

    def __init__(self, rule: Rule, max_values: int) -> None:
        self._rule = rule
        self._admission = Admission(max_values)
        self._came: Counts = {}
        self._waiting: defaultdict[Series, dict[str, Days]] = defaultdict(dict)
        self._shown: defaultdict[Series, set[str]] = defaultdict(set)
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
        aged = aged_before(day, self._rule.patience_days)
        self._age(aged)
        published = self._published(day, consumed, aged)
        if not consumed:
            return None
        for metric in consumed:
            del self._fresh[metric]
        totals, self._totals = self._totals, Counter()
        load = self._load.settle(over=over, threshold=threshold)
        decision = Decision(published, {}, consumed)
        return as_release(decision, day=day, threshold=threshold, totals=totals, load=load)

    def remainder(self) -> Remainder:
        """What waits still, for the private store."""
        waiting: Held = {}
        for (breakdown, value, metric), days in self._cells():
            for day, count in Counter(days).items():
                waiting.setdefault((breakdown, metric), {}).setdefault(day, {})[value] = count
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

    def _published(self, day: str, metrics: Collection[str], aged: str) -> Counts:
        """What leaves of the cells of some metrics; what else came waits, by its value if any came since `aged`."""
        came, self._came = self._came, {}
        self._oldest = min(self._oldest, day)
        leaving: Counts = {}
        before: dict[Series, dict[str, Days]] = {}
        for series in dict.fromkeys([*came, *self._waiting]):
            waiting, sums = self._waiting[series], came.get(series, {})
            if series[1] in metrics:
                leaving[series] = found = _enough(waiting, sums, self._rule.threshold)
                before[series] = {value: waiting.pop(value) for value in found if value in waiting}
                sums = {value: count for value, count in sums.items() if value not in found}
            for value, count in sums.items():
                if value in waiting:
                    waiting[value] += [day] * count
                else:
                    waiting[value] = [day] * count
        staying = {series: self._staying(series, found) for series, found in leaving.items()}
        kept = kept_back(leaving, staying, threshold=self._rule.threshold)
        for series, values in kept.items():
            waiting, held, sums = self._waiting[series], before[series], came.get(series, {})
            for value, stays in values.items():
                leaving[series][value] -= stays
                # The newest, so that nothing waits longer for it.
                days = [*held.get(value, ()), *[day] * sums.get(value, 0)][-stays:]
                if value != OTHER and days[-1] >= aged:
                    waiting[value] = days
                else:
                    waiting[OTHER] = sorted([*waiting.get(OTHER, ()), *days])
        published: Counts = {}
        for series, values in leaving.items():
            if left := {value: count for value, count in values.items() if count}:
                published[series] = left
                self._note_shown(series, left)
        return published

    def _staying(self, series: Series, leaving: Mapping[str, int]) -> dict[str, int]:
        """How many events wait of the values that do not leave, 0 of those that were shown before."""
        stays = {value: 0 for value in self._shown[series] if value not in leaving}
        stays.update((value, len(days)) for value, days in self._waiting[series].items())
        return stays

    def _note_shown(self, series: Series, left: Iterable[str]) -> None:
        shown = self._shown[series]
        for value in left:
            if len(shown) >= REMEMBERED:
                break
            shown.add(value)

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
            waiting[OTHER] = sorted([*waiting.get(OTHER, ()), *days[: len(days) - len(kept)]])
            if kept:
                waiting[value] = kept
            else:
                del waiting[value]
        self._oldest = min((days[0] for cell, days in self._cells() if cell.value != OTHER), default=NEVER)


def _enough(waiting: Mapping[str, Days], came: Mapping[str, int], threshold: int) -> dict[str, int]:
    """The values of which enough events wait and came, and how many."""
    found = {value: len(days) for value, days in waiting.items() if len(days) >= threshold and value not in came}
    for value, count in came.items():
        events = count + len(waiting.get(value, ()))
        if events >= threshold:
            found[value] = events
    return found
