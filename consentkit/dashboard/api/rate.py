"""How often a token may ask."""

from collections import OrderedDict
from dataclasses import dataclass, field

AT_ONCE = 60
"""Requests that may come at once."""
PER_SECOND = 5.0
"""Requests a second in the long run; a year's breakdown of a large site takes a core for some tens of milliseconds."""
NAMES = 1000
"""Names remembered; the longest unused makes room."""


@dataclass(slots=True)
class Rate:
    """A bucket for each name, which fills again as time passes. Times are in seconds."""

    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, now: float) -> float:
        """Seconds until this request of a name would be taken; 0 takes it."""
        left, at = self._buckets.pop(name, (float(AT_ONCE), now))
        left = min(AT_ONCE, left + max(now - at, 0.0) * PER_SECOND)
        taken = left >= 1.0
        self._buckets[name] = (left - 1.0 if taken else left, now)
        while len(self._buckets) > NAMES:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1.0 - left) / PER_SECOND
