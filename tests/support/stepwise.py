"""The release rule as it stands, minute after minute, in memory: what live counting does, without its stores."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import Held, Increments, Release
from consentkit.stats.observed import Observation
from consentkit.stats.release import Decision, Rule, as_release, decide, fresh_events
from consentkit.stats.settling import settle
from tests.stats.observations import a_tally
from tests.support.parts import Waiting, parts_of


class Stepwise:
    """Asks `decide` at the end of every minute in which something came, and at each day's beginning."""

    def __init__(self, rule: Rule, crossings: Sequence[Crossing] = ()) -> None:
        self._rule = rule
        self._tally = a_tally(crossings)
        self._minute = -1
        self._tallied = 0
        self._day = ""
        self._held: Held = {}
        self._shown = Increments()
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
        for series, sums in increments.counts.items():
            held = Counter(self._held.setdefault(series, {}).get(day, {}))
            held.update(sums)
            self._held[series][day] = held
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
        return parts_of(self._held)

    def _decide(self, today: str, fresh: Counter[str]) -> Decision:
        rule = self._rule
        # Only at a day's beginning may anything change where no metric may leave.
        if today == self._day and all(count < rule.threshold for count in fresh.values()):
            return Decision({}, self._held, {})
        self._day = today
        decision = decide(
            self._held,
            fresh,
            shown=self._shown.counts,
            threshold=rule.threshold,
            today=today,
            patience_days=rule.patience_days,
        )
        self._held = decision.waiting
        self._shown.merge(Increments(decision.published))
        return decision


def by_day(releases: Iterable[Release]) -> dict[str, Release]:
    """Releases summed by their days, as history hands them over."""
    days: dict[str, Release] = {}
    for release in releases:
        if release.day in days:
            days[release.day].merge(release)
        else:
            days[release.day] = release
    return days
