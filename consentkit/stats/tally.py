"""The requests of one worker since its last flush, in memory: a request is put there, a flush takes what it adds."""

import threading
from collections.abc import Callable, Sequence
from typing import Final

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.facts import FACTS
from consentkit.stats.model import Increments
from consentkit.stats.observed import Observed
from consentkit.stats.spread import MAX_CELLS, spread

MOST_WAITING: Final = 10_000
"""Requests that are held one by one, some 1 kB each. A request that finds so many adds them up at once, which takes
20 to 40 ms: only a worker whose recorder has stood still for seconds comes there."""

Columns = Sequence[Sequence[object]]
"""The facts of requests, one column for each."""


def _forget(_: BaseException) -> None:
    """Nobody wants to know."""


class Tally:
    """Takes requests, and adds up what they count for.

    A request is a plain tuple of `width` facts. `observe` says what one or more add; an error of it leaves the one
    uncounted that raises it, and is told to `note`. Safe to use from several threads. All work is done by who takes the
    counts.
    """

    def __init__(
        self,
        observe: Callable[[Columns], list[Observed]],
        crossings: Sequence[Crossing] = (),
        *,
        width: int = FACTS,
        max_cells: int = MAX_CELLS,
        note: Callable[[BaseException], None] = _forget,
    ) -> None:
        self._observe = observe
        self._crossings = tuple(crossings)
        self._max_cells = max_cells
        self._note = note
        self._lock = threading.Lock()
        # One request after the other, so that none is an object to be freed and looked through by Python's collector.
        # To add one, and to take some from the front, is done in one step of C each, which needs no lock.
        self._facts: list[object] = []
        self._width = width
        self._uncounted = 0
        self._running = 0
        self._most = 0
        self._reached = 0
        self._folded = Increments()

    def add(self, request: tuple[object, ...]) -> None:
        """Take one request, to be counted later."""
        facts = self._facts
        facts.extend(request)
        if len(facts) >= MOST_WAITING * self._width:
            with self._lock:
                self._fold()
                self._reached += 1

    def began(self) -> None:
        """Note that a request is being answered."""
        self._running = running = self._running + 1
        self._most = max(self._most, running)

    def ended(self) -> None:
        """Note that one that had begun is over."""
        if self._running:
            self._running -= 1

    def take_most(self) -> int:
        """The most requests that were being answered at once since the last take."""
        most, self._most = self._most, self._running
        return most

    def take_reached(self) -> int:
        """How often MOST_WAITING requests were held since the last take."""
        reached, self._reached = self._reached, 0
        return reached

    def add_uncounted(self) -> None:
        """Count a request of which nothing else could be counted."""
        with self._lock:
            self._uncounted += 1

    def take_uncounted(self) -> int:
        """How many requests could not be counted since the last take."""
        with self._lock:
            uncounted, self._uncounted = self._uncounted, 0
        return uncounted

    def take(self) -> Increments:
        """Everything counted since the last take; the tally is empty afterwards."""
        with self._lock:
            self._fold()
            folded, self._folded = self._folded, Increments()
        return folded

    def forget(self) -> None:
        """Let go of the requests that wait, uncounted: in a forked process they are its parent's to count."""
        self._facts.clear()

    def _fold(self) -> None:
        taken = self._facts[:]
        del self._facts[: len(taken)]
        columns = [taken[place :: self._width] for place in range(self._width)]
        for increments in self._added(columns) if taken else ():
            if self._folded:
                self._folded.merge(increments, self._max_cells)
            else:
                self._folded = increments

    def _added(self, columns: Columns) -> list[Increments]:
        """What requests add; halved until an error is of one alone, so that it takes no other with it."""
        requests = len(columns[0])
        try:
            return [spread(self._observe(columns), self._crossings, self._max_cells)]
        except Exception as error:
            if requests == 1:
                self._uncounted += 1
                self._note(error)
                return []
        halves = slice(None, requests // 2), slice(requests // 2, None)
        return [one for half in halves for one in self._added([column[half] for column in columns])]
