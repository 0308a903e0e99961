"""What waits of each cell in the past, and what of it leaves in a stretch, by the release rule.

Of an event that waits, the minute in which it came is all that is kept.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain

from consentkit.stats.model import OTHER, Cell, Published
from consentkit.stats.moments import Departures, departures
from consentkit.stats.turns import Turn

Arrivals = Mapping[Cell, list[int]]
"""By cell the minutes of its events, in order."""
Leaving = list[tuple[int, Published]]
"""What leaves, by the number of the turn on whose day it does."""
Moved = tuple[int, int]
"""An event that was put to `(other)`: at the end of which minute, and in which minute it had come."""
LONG_AGO = -1


class Moments:
    """The moments at which a metric is released in a stretch: minutes in order, with the fresh events of each."""

    def __init__(self, found: Mapping[int, int], turns: Sequence[Turn]) -> None:
        self.minutes = list(found)
        self.fresh = list(found.values())
        self.starts = [bisect_left(self.minutes, turn.moment) for turn in turns]
        """Of each turn the number of its first moment, which is the next one's if it has none."""
        self.ends = [*self.starts[1:], len(self.minutes)]

    def leaving(self, found: Departures) -> Leaving:
        """Departures summed by turn."""
        numbers, counts, _ = found
        leaving: Leaving = []
        begin = 0
        while begin < len(numbers):
            turn = bisect_right(self.starts, numbers[begin]) - 1
            end = bisect_left(numbers, self.ends[turn], begin)
            some = counts[begin:end]
            leaving.append((turn, Published(sum(some), end - begin, min(some))))
            begin = end
        return leaving


class Queues:
    """Holds the minutes in which the events came that wait."""

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._queues: defaultdict[Cell, list[int]] = defaultdict(list)
        self._gathered: set[Cell] = set()

    def items(self) -> Iterator[tuple[Cell, list[int]]]:
        """The cells of which something waits, with the minutes in which it came."""
        return ((cell, queue) for cell, queue in self._queues.items() if queue)

    def settle(
        self, arrivals: Arrivals, moments: Mapping[str, Moments], ageing: Sequence[Turn]
    ) -> Iterator[tuple[Cell, Leaving]]:
        """What leaves of each cell in a stretch; the rest waits on.

        At the turns of `ageing`, in order, what has waited too long is put to `(other)`.
        """
        oldest = ageing[-1].aged if ageing else LONG_AGO
        moved: defaultdict[Cell, list[Moved]] = defaultdict(list)
        # Breakdowns of one facet share their minutes, and of most as many wait.
        known: dict[tuple[int, int, str], tuple[Leaving, int]] = {}
        queues, threshold = self._queues, self._threshold
        none: list[int] = []
        for cell, some in chain(arrivals.items(), [(cell, none) for cell in self._concerned(arrivals, oldest)]):
            if cell.value == OTHER:
                moved[cell] += zip(some, some, strict=True)
                continue
            queue = queues[cell]
            waiting = len(queue)
            if (queue[0] if waiting else some[0]) < oldest:
                yield cell, self._leave_or_age(cell, some, moments[cell.metric], ageing, moved)
            elif waiting + len(some) < threshold:
                queue += some
            else:
                key = (id(some), waiting, cell.metric)
                if key not in known:
                    found = departures(some, waiting, moments[cell.metric].minutes, threshold=threshold)
                    known[key] = moments[cell.metric].leaving(found), found.rest
                leaving, rest = known[key]
                self._keep(cell, queue + some if not leaving else some[len(some) - rest :])
                yield cell, leaving
        for cell, events in moved.items():
            yield cell, self._leave_as_other(cell, sorted(events), moments[cell.metric])

    def settle_sums(self, sums: Mapping[Cell, int], turn: Turn, released: Set[str]) -> Iterator[tuple[Cell, Published]]:
        """The same of a day of which only the sums are known, and on which these metrics are released once."""
        for cell in [cell for cell, queue in self.items() if queue[0] < turn.aged and cell.value != OTHER]:
            queue = self._queues[cell]
            if len(queue) < self._threshold:
                aged = bisect_left(queue, turn.aged)
                self._keep(cell._replace(value=OTHER), self._queues[cell._replace(value=OTHER)] + queue[:aged])
                self._keep(cell, queue[aged:])
        for cell in (*sums, *(self._gathered - sums.keys())):
            queue, came = self._queues[cell], sums.get(cell, 0)
            count = len(queue) + came
            if count >= self._threshold and cell.metric in released:
                self._keep(cell, [])
                yield cell, Published(count, 1, count)
            else:
                self._keep(cell, queue + [turn.moment + 1] * came)

    def _concerned(self, arrivals: Arrivals, oldest: int) -> list[Cell]:
        """The cells that may change though nothing came of them: what gathered enough, or has waited too long."""
        concerned = [cell for cell in self._gathered if cell not in arrivals]
        if oldest > LONG_AGO:
            known = self._gathered | arrivals.keys()
            concerned += [
                cell for cell, queue in self.items() if queue[0] < oldest and cell.value != OTHER and cell not in known
            ]
        return concerned

    def _keep(self, cell: Cell, queue: list[int]) -> None:
        """Let these wait on."""
        if queue:
            self._queues[cell] = queue
        else:
            self._queues.pop(cell, None)
        if len(queue) >= self._threshold:
            self._gathered.add(cell)
        else:
            self._gathered.discard(cell)

    def _leave_or_age(
        self,
        cell: Cell,
        some: list[int],
        moments: Moments,
        ageing: Sequence[Turn],
        moved: defaultdict[Cell, list[Moved]],
    ) -> Leaving:
        """What leaves of a cell of which something may get too old, from one turn at which it does to the next."""
        numbers: list[int] = []
        counts: list[int] = []
        queue = self._queues[cell]
        taken = number = 0
        for turn in (*ageing, None):
            end, last = len(some), len(moments.minutes)
            if turn is not None:
                oldest = queue[0] if queue else some[taken] if taken < end else turn.aged
                if oldest >= turn.aged:
                    continue
                end = bisect_right(some, turn.moment, taken)
                last = bisect_left(moments.minutes, turn.moment, number)
            found = departures(some[taken:end], len(queue), moments.minutes[number:last], threshold=self._threshold)
            numbers += [number + one for one in found.numbers]
            counts += found.counts
            queue = some[end - found.rest : end] if found.numbers else queue + some[taken:end]
            taken, number = end, last
            if turn is not None and len(queue) < self._threshold:
                aged = bisect_left(queue, turn.aged)
                moved[cell._replace(value=OTHER)] += [(turn.moment, minute) for minute in queue[:aged]]
                queue = queue[aged:]
        self._keep(cell, queue)
        return moments.leaving(Departures(numbers, counts, 0))

    def _leave_as_other(self, cell: Cell, events: list[Moved], moments: Moments) -> Leaving:
        """What leaves of `(other)`, whose events count from when they were put there."""
        queue = self._queues[cell]
        at, came = [event[0] for event in events], [event[1] for event in events]
        found = departures(at, len(queue), moments.minutes, threshold=self._threshold)
        self._keep(cell, came[len(came) - found.rest :] if found.numbers else queue + came)
        return moments.leaving(found)
