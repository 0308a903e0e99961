"""The most requests that one worker was answering at once, by the second, so that workers can be added up.

A worker is looked at about once a second, at a moment of its own. What it saw between two looks may have been in any
second that lies between them, so it counts for each of these: then the sum over the workers is never less than what was
true in a second, and more only where workers had their most in different moments of it.
"""

from collections import Counter

from consentkit.stats.load import LoadCell, at_once

LONGEST = 120
"""Seconds that are kept while nothing else is written."""
USUAL = 1.0
"""Seconds before the first look that it may be of."""


class Peaks:
    """The seconds of one worker that are not written yet. All times are epoch seconds."""

    def __init__(self) -> None:
        self._looked: float | None = None
        self._by_second: dict[int, int] = {}

    def note(self, most: int, now: float) -> None:
        """Note the most requests at once since the last look."""
        since = now - USUAL if self._looked is None else min(self._looked, now)
        self._looked = now
        for second in range(max(int(since), int(now) - LONGEST + 1), int(now) + 1):
            self._by_second[second] = max(most, self._by_second.get(second, 0))
        while len(self._by_second) > LONGEST:
            del self._by_second[next(iter(self._by_second))]

    def take(self, before: float) -> Counter[LoadCell]:
        """The seconds that are over before a time, which are to be written once; an idle one says nothing."""
        found: Counter[LoadCell] = Counter()
        for second in [second for second in self._by_second if second < int(before)]:
            if most := self._by_second.pop(second):
                found.update(at_once(second, most))
        return found
