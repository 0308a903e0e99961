"""The past counted day after day by the release rule as it stands, with every cell shown to `decide`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import BatchId, Increments, Release
from consentkit.stats.observed import Observation
from consentkit.stats.release import Rule, as_release, decide, fresh_events
from consentkit.stats.settling import settle
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.wire import loaded
from tests.stats.observations import a_tally
from tests.support.parts import Waiting, held_of, parts_of


class Daywise:
    """Asks `decide` at the end of every day on which something came."""

    def __init__(self, rule: Rule, crossings: Sequence[Crossing] = ()) -> None:
        self._rule = rule
        self._tally = a_tally(crossings)
        self._day = ""
        self._last = 0.0
        self.waiting: Counter[Waiting] = Counter()
        self._shown = Increments()
        self.fresh: Counter[str] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()
        self.load: Counter[LoadCell] = Counter()

    def add(self, observation: Observation, when: float) -> Iterator[Release]:
        """Count one observation that was made at `when` (epoch seconds); gives what a day that ends releases."""
        day = self._rule.day(when)
        if day > self._day:
            if self._day:
                midnight = date.fromisoformat(self._day) + timedelta(days=1)
                yield from self.end(over=datetime.combine(midnight, time(), self._rule.timezone).timestamp())
            self._day = day
        self._last = max(self._last, when)
        self._tally.add(observation)

    def end(self, *, over: float | None = None) -> Iterator[Release]:
        """End the day at a moment, or with the minute of what came last."""
        running = self._rule.minute(self._last + 60 if over is None else over)
        yield from self.release(self._tally.take(), self._day, running=running)

    def release(self, increments: Increments, day: str, *, running: str) -> Iterator[Release]:
        """Take in what came on a day, and release at its end; `running` is the UTC minute that is not over yet."""
        rule = self._rule
        for cell, count in increments.cells.items():
            self.waiting[Waiting(cell, day)] += count
        self.fresh.update(fresh_events(increments))
        self.totals.update(increments.totals)
        self.load.update(increments.load)
        decision = decide(
            held_of(self.waiting),
            self.fresh,
            shown=self._shown.counts,
            threshold=rule.threshold,
            today=day,
            patience_days=rule.patience_days,
        )
        self.waiting = parts_of(decision.waiting)
        self._shown.merge(Increments(decision.published))
        if decision.consumed:
            leaves, self.load = settle(self.load, running=running, threshold=rule.threshold)
            totals, self.totals = self.totals, Counter()
            self.fresh = Counter({name: n for name, n in self.fresh.items() if name not in decision.consumed})
            yield as_release(decision, day=day, threshold=rule.threshold, totals=totals, load=in_series(leaves))


class Taken:
    """Takes what a history hands over, in place of a private store."""

    days: Mapping[str, Release]
    remainder: Remainder

    def adopt(self, source: str, releases: Sequence[str], remainder: Remainder) -> bool:
        """Keep it."""
        self.days = {release.day: release for release in map(loaded, releases)}
        self.remainder = remainder
        return True

    def outbox(self) -> Iterator[tuple[BatchId, Release]]:
        """Nothing is to be brought anywhere."""
        return iter(())
