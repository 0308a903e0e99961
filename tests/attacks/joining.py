"""Attack: join tables on a value that they share. Where it stands once in each, the rows are of the same visit.

So GoatCounter's tables by page and hour can be joined to records, though it stores none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.attacks.claims import Claim, Window
from tests.attacks.world import CROSSINGS, K


def joined(windows: Iterable[Window], metric: str) -> list[Claim]:
    """Records of 1 to k − 1 events that follow from crossings which show a value in a single row each."""
    return [claim for window in windows for claim in _joined(window, metric)]


def _joined(window: Window, metric: str) -> Iterator[Claim]:
    rows = window.rows(metric)
    for shared in ("page", "channel", "country", "device"):
        found: defaultdict[str, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
        for crossing in CROSSINGS:
            if metric in crossing.metrics and shared in (crossing.first, crossing.second):
                other = crossing.second if crossing.first == shared else crossing.first
                for value, count in rows.get(crossing.name, {}).items():
                    first, _, second = value.partition(" × ")
                    own, theirs = (first, second) if crossing.first == shared else (second, first)
                    found[own][other].append((theirs, count))
        for own, others in found.items():
            count = rows.get(shared, {}).get(own, 0)
            if (
                0 < count < K
                and len(others) > 1
                and all([count] == [events for _, events in shown] for shown in others.values())
            ):
                values = {other: shown[0][0] for other, shown in others.items()}
                yield Claim(window.since, window.until, metric, count, {shared: own, **values})
