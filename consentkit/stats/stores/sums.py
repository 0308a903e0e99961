"""Events by (breakdown, metric), the sums that show that nothing was lost or doubled on the way."""

from collections import Counter
from collections.abc import Mapping

from consentkit.stats.load import BYTES, SERVED, Load, LoadSeries, bytes_of, in_series
from consentkit.stats.model import Cell, Increments, Release
from consentkit.stats.stores.protocol import Sums

ALL = "load"
ROUTES = "load by route"
"""Stand in the place of a breakdown."""


def sums_of(cells: Mapping[Cell, int], totals: Mapping[tuple[str, str], int]) -> Sums:
    """Cells summed over their values, and totals summed over the days, under the breakdown ""."""
    sums: Counter[tuple[str, str]] = Counter()
    for cell, count in cells.items():
        sums[cell.breakdown, cell.metric] += count
    for (_, metric), count in totals.items():
        sums["", metric] += count
    return sums


def sums_of_increments(increments: Increments) -> Sums:
    """What a batch brings, but for its load; which of its values count as `(other)` makes no difference."""
    sums = Counter({key: sum(counts.values()) for key, counts in increments.counts.items()})
    return sums + Counter(sums_of({}, increments.totals))


def sums_of_load(load: LoadSeries) -> Sums:
    """How many requests a load says how they were served, all together and by route."""
    served: Counter[tuple[str, str]] = Counter()
    for (route, metric), times in load.items():
        if metric == SERVED:
            served[ROUTES if route else ALL, SERVED] += sum(times.values())
    return served


def sums_of_waiting(load: Load) -> Sums:
    """The sums of a load that has not left; its bytes will count among the totals when it does."""
    series = in_series(load)
    return {**sums_of_load(series), ("", BYTES): bytes_of(series)}


def sums_of_release(release: Release) -> Sums:
    """What a release brings to the sink."""
    sums = Counter(sums_of({}, release.totals))
    for series, values in release.counts.items():
        sums[series] += sum([one.count for one in values.values()])
    return {**sums, **sums_of_load(release.load)}
