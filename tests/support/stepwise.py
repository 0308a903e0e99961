"""The release rule as it stands, minute after minute, in memory: what live counting does, without its stores."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import Cell, Increments, Release, Waiting
from consentkit.stats.observed import Observation
from consentkit.stats.release import Decision, Rule, as_release, decide, fresh_events
from consentkit.stats.settling import settle
from tests.stats.observations import a_tally


class Stepwise:
    """Asks `decide` at the end of every minute in which something came, and at each day's beginning."""

    def __init__(self, rule: Rule, crossings: Sequence[Crossing] = ()) -> None:
        self._rule = rule
        self._tally = a_tally(crossings)
        self._minute = -1
        self._tallied = 0
        self._day = ""
        self._parts: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
        self._gathered: set[Cell] = set()
        self._shown: set[Cell] = set()
        self._held = Increments()
        self.fresh: Counter[str] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()
        self.load: Counter[LoadCell] = Counter()

    def add(self, observation: Observation, when: float) -> Iterator[Release]:
        """Count one observation that was made at `when` (epoch seconds); gives what a minute that ends releases."""
        minute = int(when // 60)
        if minute > self._minute:
            yield from self.end()
            self._minute = minute
        self._tally.add(observation)
        self._tallied += 1

    def end(self) -> Iterator[Release]:
        """End the minute."""
        if not self._tallied:
            return
        self._tallied = 0
        day, over = self._rule.day(self._minute * 60.0), (self._minute + 1) * 60.0
        if day > self._day:
            self._decide(day, Counter())
        increments = self._tally.take()
        for cell, count in increments.cells.items():
            self._wait(Waiting(cell, day), count)
        self.fresh.update(fresh_events(increments))
        self.totals.update(increments.totals)
        self.load.update(increments.load)
        today = self._rule.day(over)
        decision = self._decide(today, self.fresh)
        if decision.consumed:
            leaves, self.load = settle(self.load, running=self._rule.minute(over), threshold=self._rule.threshold)
            totals, self.totals = self.totals, Counter()
            self.fresh = Counter({name: n for name, n in self.fresh.items() if name not in decision.consumed})
            yield as_release(decision, day=today, threshold=self._rule.threshold, totals=totals, load=in_series(leaves))

    @property
    def waiting(self) -> Counter[Waiting]:
        """The cells that wait."""
        return Counter({Waiting(cell, day): n for cell, parts in self._parts.items() for day, n in parts.items()})

    def _decide(self, today: str, fresh: Counter[str]) -> Decision:
        # Only at a day's beginning may other cells change than those that have gathered enough and may leave.
        may_leave = {metric for metric, count in fresh.items() if count >= self._rule.threshold}
        cells = (
            list(self._parts) if today > self._day else [cell for cell in self._gathered if cell.metric in may_leave]
        )
        self._day = today
        rule = self._rule
        shown = {Waiting(cell, day): n for cell in cells for day, n in self._parts.pop(cell).items()}
        for cell in cells:
            del self._held.counts[cell.breakdown, cell.metric][cell.value]
        decision = decide(
            shown,
            fresh,
            others=self._held.counts,
            threshold=rule.threshold,
            today=today,
            patience_days=rule.patience_days,
        )
        self._gathered.difference_update(cells)
        self._shown.update(decision.published)
        for cell in self._shown.intersection(cells):
            self._held.add(cell, 0)
        for part, count in decision.waiting.items():
            self._wait(part, count)
        return decision

    def _wait(self, part: Waiting, count: int) -> None:
        cell, day = part
        self._parts[cell][day] += count
        self._held.add(cell, count)
        if self._held.counts[cell.breakdown, cell.metric][cell.value] >= self._rule.threshold:
            self._gathered.add(cell)


def by_day(releases: Iterable[Release]) -> dict[str, Release]:
    """Releases summed by their days, as history hands them over."""
    days: dict[str, Release] = {}
    for release in releases:
        if release.day in days:
            days[release.day].merge(release)
        else:
            days[release.day] = release
    return days
