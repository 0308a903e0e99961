"""Attack: link cells of several breakdowns that grew with the same release, by the same amount."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.attacks.claims import Claim, Window
from tests.attacks.world import K


def linked(windows: Iterable[Window], metric: str) -> list[Claim]:
    """Records of 1 to k − 1 events over at least three breakdowns, each of which shows a single value in a release.

    Where that holds, everything that was released is of the same events: a release of exactly one record.
    """
    return [claim for window in windows for claim in _linked(window, metric)]


def _linked(window: Window, metric: str) -> Iterator[Claim]:
    single: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for breakdown, counts in window.rows(metric).items():
        if len(counts) == 1:
            ((value, count),) = counts.items()
            single[count][breakdown] = value
    for count, values in single.items():
        if 0 < count < K and len(values) >= 3:
            yield Claim(window.since, window.until, metric, count, values)
