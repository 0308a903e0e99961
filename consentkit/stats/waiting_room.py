"""What of the past waits until enough have gathered, in memory: the private store's part in counting history."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain, pairwise

from consentkit.stats.admission import Admission
from consentkit.stats.arrivals import ON_TIME
from consentkit.stats.kinds import Rows
from consentkit.stats.load import BYTES, SERVED
from consentkit.stats.load_past import PastLoad
from consentkit.stats.model import Cell, Increments, Proof, Published, Release, Waiting
from consentkit.stats.moments import moments_of
from consentkit.stats.queues import Moments, Queues
from consentkit.stats.release import Rule, fresh_events, with_bytes
from consentkit.stats.stores.protocol import Remainder
from consentkit.stats.stores.sums import ALL, ROUTES
from consentkit.stats.turns import MINUTES, Batch, Turn

ByTurn = Mapping[int, int]
"""The last moment of release of the turns that have one."""


class WaitingRoom:
    """Holds what waits. `max_values` bounds the distinct values of a breakdown in a day, as in the private store."""

    def __init__(self, rule: Rule, max_values: int) -> None:
        self._rule = rule
        self._aged = ""
        self._admission = Admission(max_values)
        self._queues = Queues(rule.threshold)
        self._fresh: Counter[str] = Counter()
        self._totals: Counter[tuple[str, str]] = Counter()
        self._load = PastLoad()
        self._counted: Counter[tuple[str, str]] = Counter()

    def load(self, rows: Rows) -> None:
        """Take in how requests of the batch that is to be settled next were served."""
        counted = self._counted
        counted["", BYTES] += self._load.extend(rows)
        counted[ALL, SERVED] += len(rows)
        counted[ROUTES, SERVED] += len(rows)

    def settle(self, batch: Batch) -> list[Release]:
        """Take in a batch, and release what may leave at its moments: one release for each day that has any."""
        arrivals = self._arrivals(batch)
        moments = self._moments(batch, {cell.metric for cell in arrivals})
        self._count(batch, arrivals)
        ageing = [turn for turn in batch.turns if turn.day > self._aged]
        if ageing:
            self._aged = ageing[-1].day
        cells: defaultdict[int, dict[Cell, Published]] = defaultdict(dict)
        for cell, leaving in self._queues.settle(arrivals, moments, ageing):
            for turn, published in leaving:
                cells[turn][cell] = published
        lasts = self._lasts(batch.turns, moments)
        totals = self._leaving_totals(batch, lasts)
        return [
            self._release(batch.turns[turn].day, cells[turn], self._proofs(moments, turn), totals[turn], last + 1)
            for turn, last in lasts.items()
        ]

    def settle_sums(self, increments: Increments, turn: Turn) -> list[Release]:
        """Take in the sums of a day, and release once at its end what may leave."""
        sums: Counter[Cell] = Counter()
        for cell, count in increments.cells.items():
            sums[self._admission.within(cell, turn.day)] += count
            self._counted[cell.breakdown, cell.metric] += count
        for (_, metric), count in increments.totals.items():
            self._counted["", metric] += count
        self._fresh.update(fresh_events(increments))
        self._totals.update(increments.totals)
        threshold = self._rule.threshold
        fresh = {metric: count for metric, count in self._fresh.items() if count >= threshold}
        cells = dict(self._queues.settle_sums(sums, turn, fresh.keys()))
        if not fresh:
            return []
        for metric in fresh:
            del self._fresh[metric]
        totals, self._totals = self._totals, Counter()
        proofs = {(metric, threshold): Proof(1, count, count) for metric, count in fresh.items()}
        return [Release(turn.day, cells, proofs, totals)]

    def remainder(self) -> Remainder:
        """What waits still, for the private store."""
        waiting: Counter[Waiting] = Counter()
        days: dict[int, str] = {}
        for cell, queue in self._queues.items():
            for minute in queue:
                day = days.get(minute)
                if day is None:
                    day = days[minute] = self._rule.day(minute * float(MINUTES))
                waiting[Waiting(cell, day)] += 1
        return Remainder(
            waiting=waiting,
            fresh=+self._fresh,
            totals=+self._totals,
            load=self._load.remainder(),
            counted=self._counted,
        )

    def _arrivals(self, batch: Batch) -> dict[Cell, list[int]]:
        """By cell the minutes of its events, in order; breakdowns of one facet mostly share them."""
        runs: defaultdict[Cell, list[list[int]]] = defaultdict(list)
        for cell, minutes in batch.parts.cells():
            runs[cell].append(minutes)
        begins = [(turn.moment + 1, turn.day) for turn in batch.turns]
        within = self._admission.within_days(runs, begins)
        return {cell: some[0] if len(some) == 1 else sorted(chain.from_iterable(some)) for cell, some in within.items()}

    def _moments(self, batch: Batch, metrics: Set[str]) -> dict[str, Moments]:
        """When each metric is released; its events are told by the totals, where each stands once."""
        runs: defaultdict[str, list[list[int]]] = defaultdict(list, {metric: [] for metric in self._fresh})
        for metric in metrics:
            runs[metric] = []
        for (_, metric), minutes in batch.parts.totals().items():
            if metric in metrics:
                runs[metric].append(minutes)
        moments: dict[str, Moments] = {}
        for metric, some in runs.items():
            found, self._fresh[metric] = moments_of(
                some[0] if len(some) == 1 else sorted(chain.from_iterable(some)),
                self._fresh[metric],
                threshold=self._rule.threshold,
                begin=batch.begin,
                until=batch.until,
            )
            moments[metric] = Moments(found, batch.turns)
        return moments

    def _count(self, batch: Batch, arrivals: Mapping[Cell, Sequence[int]]) -> None:
        counted = self._counted
        for cell, some in arrivals.items():
            counted[cell.breakdown, cell.metric] += len(some)
        for (_, metric), minutes in batch.parts.totals().items():
            counted["", metric] += len(minutes)

    def _lasts(self, turns: Sequence[Turn], moments: Mapping[str, Moments]) -> dict[int, int]:
        """The last moment of release of the turns that have one, in order."""
        lasts: dict[int, int] = {}
        for number in range(len(turns)):
            some = [
                found.minutes[found.ends[number] - 1]
                for found in moments.values()
                if found.starts[number] < found.ends[number]
            ]
            if some:
                lasts[number] = max(some)
        return lasts

    def _leaving_totals(self, batch: Batch, lasts: ByTurn) -> dict[int, Counter[tuple[str, str]]]:
        """The totals that leave with the release of each turn: all that came by its last moment."""
        leaving = {turn: Counter[tuple[str, str]]() for turn in lasts}
        if lasts:
            leaving[next(iter(lasts))].update(self._totals)
            self._totals.clear()
        ends, turns = list(lasts.values()), list(lasts)
        for (day, metric), minutes in batch.parts.totals().items():
            for name, begin, end in _by_day(day, minutes, batch.turns):
                taken = begin
                while taken < end:
                    number = bisect_left(ends, minutes[taken])
                    stop = end if number == len(ends) else bisect_right(minutes, ends[number], taken, end)
                    where = self._totals if number == len(ends) else leaving[turns[number]]
                    where[name, metric] += stop - taken
                    taken = stop
        return leaving

    def _proofs(self, moments: Mapping[str, Moments], turn: int) -> dict[tuple[str, int], Proof]:
        threshold = self._rule.threshold
        fresh = {metric: found.fresh[found.starts[turn] : found.ends[turn]] for metric, found in moments.items()}
        return {(metric, threshold): Proof(len(some), sum(some), min(some)) for metric, some in fresh.items() if some}

    def _release(
        self,
        day: str,
        cells: dict[Cell, Published],
        proofs: dict[tuple[str, int], Proof],
        totals: Counter[tuple[str, str]],
        over: int,
    ) -> Release:
        load = self._load.settle(over=over, threshold=self._rule.threshold)
        return Release(day, cells, proofs, with_bytes(+totals, load, day), load)


def _by_day(day: str, minutes: Sequence[int], turns: Sequence[Turn]) -> Iterator[tuple[str, int, int]]:
    """What came of a total by the day under which it counts, from one place in its minutes to another."""
    if day != ON_TIME:
        yield day, 0, len(minutes)
        return
    ends = [*(bisect_right(minutes, turn.moment) for turn in turns[1:]), len(minutes)]
    for turn, (begin, end) in zip(turns, pairwise([0, *ends]), strict=True):
        yield turn.day, begin, end
