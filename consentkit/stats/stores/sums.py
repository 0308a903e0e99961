"""Events by (breakdown, metric), the sums that show that nothing was lost or doubled on the way."""

from collections import Counter
from collections.abc import Mapping

from consentkit.stats.model import Cell, Release
from consentkit.stats.stores.protocol import Sums


def sums_of(cells: Mapping[Cell, int], totals: Mapping[tuple[str, str], int]) -> Sums:
    """Cells summed over their values, and totals summed over the days, under the breakdown ""."""
    sums: Counter[tuple[str, str]] = Counter()
    for cell, count in cells.items():
        sums[cell.breakdown, cell.metric] += count
    for (_, metric), count in totals.items():
        sums["", metric] += count
    return sums


def sums_of_release(release: Release) -> Sums:
    """What a release brings to the sink."""
    return sums_of({cell: published.count for cell, published in release.cells.items()}, release.totals)
