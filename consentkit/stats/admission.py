"""How many distinct values a breakdown may have in a day, for the past; the private store bounds them so too."""

from collections import defaultdict
from collections.abc import Mapping, Set

from consentkit.stats.model import OTHER, Counts, add_counts, all_storable, storable


class Admission:
    """Admits at most `most` values of a breakdown a day, those that came first; the others count as `(other)`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day = ""
        self._admitted: defaultdict[str, set[str]] = defaultdict(set)

    def within(self, counts: Counts, day: str) -> Counts:
        """The counts as they stand within the bound on a day, which is not before the day asked for last."""
        if day > self._day:
            self._day = day
            self._admitted.clear()
        found: Counts = {}
        for (breakdown, metric), sums in counts.items():
            refused = self._refused(breakdown, sums)
            for value in refused:
                add_counts(found, breakdown, metric, {OTHER: sums[value]})
            kept = {value: count for value, count in sums.items() if value not in refused} if refused else sums
            add_counts(found, breakdown, metric, kept)
        return found

    def _refused(self, breakdown: str, sums: Mapping[str, int]) -> Set[str]:
        """Those of the values that have no room, or that not every database can hold; the others are admitted."""
        admitted = self._admitted[breakdown]
        if len(admitted) + len(sums) <= self._most and all_storable(sums):
            admitted.update(sums)
            admitted.discard(OTHER)
            return set()
        refused = set()
        for value in sums:
            if value == OTHER or value in admitted:
                continue
            if len(admitted) < self._most and storable(value):
                admitted.add(value)
            else:
                refused.add(value)
        return refused
