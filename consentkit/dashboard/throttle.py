"""Slows down guessing of passwords: by name and overall, never by address."""

from collections import OrderedDict
from dataclasses import dataclass, field

FREE = 3
"""Wrong passwords for a name before the next try waits."""
LONGEST_WAIT = 15.0
"""Seconds; who would have to wait longer is asked to come back instead."""
MOST_WRONG = FREE + 10
"""Counted no further: the wait is at its longest long before."""
MEMORY = 900.0
"""Seconds after which the wrong passwords of a name are forgotten."""
NAMES = 1000
"""Names remembered; the longest unused makes room."""
PER_SECOND = 10
"""Tries answered a second for all names together; argon2 takes about 50 ms of a core for each."""


@dataclass(slots=True)
class _Name:
    wrong: int = 0
    free_at: float = 0.0
    seen: float = 0.0


@dataclass(slots=True)
class Throttle:
    """Counts wrong passwords and says how long the next try has to wait.

    Tries for one name are put in a row, so that many at once gain nothing. A name under attack becomes slow,
    for its owner too; a flood over many names makes everybody wait. Nothing is counted by address.
    """

    _names: OrderedDict[str, _Name] = field(default_factory=OrderedDict)
    _all_free_at: float = 0.0

    def wait(self, name: str, now: float) -> float | None:
        """Seconds that this try has to wait; None when it is too many and should be made again later.

        It counts as wrong until `succeeded`: many at once must not all begin before the first is known to be wrong.
        """
        overall = max(self._all_free_at - now - 1.0, 0.0)
        entry = self._entry(name, now)
        own = max(entry.free_at - now, 0.0) if entry.wrong >= FREE else 0.0
        delay = max(own, overall)
        if delay > LONGEST_WAIT:
            return None
        self._all_free_at = max(self._all_free_at, now) + 1 / PER_SECOND
        entry.wrong = min(entry.wrong + 1, MOST_WRONG)
        if entry.wrong >= FREE:
            entry.free_at = now + delay + min(2.0 ** (entry.wrong - FREE), LONGEST_WAIT)
        return delay

    def succeeded(self, name: str) -> None:
        """The right password was given: forget the wrong ones."""
        self._names.pop(name, None)

    def _entry(self, name: str, now: float) -> _Name:
        entry = self._names.pop(name, None)
        if entry is None or now - entry.seen > MEMORY:
            entry = _Name()
        entry.seen = now
        self._names[name] = entry
        while len(self._names) > NAMES:
            self._names.popitem(last=False)
        return entry
