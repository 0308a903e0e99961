"""Each row of the sink for itself, and the states that follow one another: what `stats verify` reads first."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from consentkit.stats.breakdowns import GOALS, REQUESTS, metrics_of
from consentkit.stats.finding import RESTORE, Finding, named
from consentkit.stats.load import ALL_ROUTES, BUSIEST, DAY, SERVED, TOOK, LoadCell
from consentkit.stats.model import REPLACED, RESTORED, Gap, storable
from consentkit.stats.stores.protocol import Sums
from consentkit.stats.stores.reading import CellRow, ReleaseRow

MONTH = len("2026-11")
GAP_REASONS = frozenset({"killed", "batches", RESTORED, REPLACED})


class Thresholds:
    """Which threshold was in force when: what left obeys that of its own time, not the lowest that ever was."""

    def __init__(self, releases: Iterable[ReleaseRow]) -> None:
        self.highest = 1
        self._on: dict[tuple[str, str], int] = {}
        by_end: dict[str, int] = {}
        for row in releases:
            self.highest = max(self.highest, row.threshold)
            self._on[row.day, row.metric] = min(row.threshold, self._on.get((row.day, row.metric), row.threshold))
            # Of a month that is kept as such it is not known on which day.
            end = row.day if len(row.day) > MONTH else f"{row.day}-31"
            by_end[end] = min(row.threshold, by_end.get(end, row.threshold))
        self._ends = sorted(by_end)
        self._least = list(accumulate((by_end[end] for end in reversed(self._ends)), min))[::-1]

    def on(self, day: str, metric: str) -> int:
        """The least for a metric on a day (or month) that had releases of it, 1 if it had none."""
        return self._on.get((day, metric), 1)

    def since(self, day: str) -> int:
        """The least on a day or after it, 1 where there was no release any more."""
        place = bisect_left(self._ends, day)
        return self._least[place] if place < len(self._least) else 1


def release_findings(releases: Iterable[ReleaseRow]) -> Iterator[Finding]:
    """Proofs of too few new events, or that contradict themselves."""
    for row in releases:
        where = f"releases of {row.metric} on {row.day} under threshold {row.threshold}"
        if row.smallest < row.threshold:
            yield Finding("release-size", where, f"one held {row.smallest} new events, fewer than {row.threshold}")
        if not _adds_up(row.events, row.releases, row.smallest):
            what = f"{row.releases} releases of at least {row.smallest} cannot hold {row.events} events"
            yield Finding("release-sum", where, what)


def cell_findings(cell: CellRow, proofs: Sequence[ReleaseRow]) -> Iterator[Finding]:
    """What is wrong with a published cell, of whose metric there were these releases in its time."""
    where = f"{cell.breakdown} {cell.value!r}, {cell.metric} on {cell.day}"
    if cell.metric not in metrics_of(cell.breakdown):
        yield Finding("cell-unknown", where, "nothing is counted so")
    if not storable(cell.value):
        yield Finding("cell-value", where, "no value is like this")
    if not proofs:
        yield Finding("cell-release", where, f"there was no release of {cell.metric} that day")
        return
    threshold = min(row.threshold for row in proofs)
    releases = sum(row.releases for row in proofs)
    if cell.events < threshold:
        yield Finding("cell-size", where, f"the count {cell.events} is below the threshold {threshold}")
    if cell.smallest < threshold:
        what = f"one release added {cell.smallest}, fewer than the threshold {threshold}"
        yield Finding("cell-increment", where, what)
    if not _adds_up(cell.events, cell.increments, cell.smallest):
        what = f"{cell.increments} additions of at least {cell.smallest} cannot make {cell.events}"
        yield Finding("cell-sum", where, what)
    if cell.increments > releases:
        what = f"{cell.increments} additions, but only {releases} releases that day"
        yield Finding("cell-increments", where, what)


def _adds_up(events: int, times: int, smallest: int) -> bool:
    """Whether so many additions, of which the least was `smallest`, can make the sum."""
    return times >= 1 and (events == smallest if times == 1 else events >= times * smallest)


class Course:
    """What was published day by day, beside what had been released as new by then."""

    def __init__(self, releases: Iterable[ReleaseRow]) -> None:
        self._released: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in releases:
            self._released[row.metric][row.day] += row.events
        self._published: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def add(self, cell: CellRow) -> None:
        """Take a published cell in."""
        self._published[cell.breakdown, cell.metric][cell.day] += cell.events

    def findings(self, forgotten: Sums) -> Iterator[Finding]:
        """Days by which a breakdown had more events than had come; not where days before are forgotten."""
        for (breakdown, metric), by_day in self._published.items():
            if ("", metric) in forgotten:
                continue
            released = self._released[metric]
            days = sorted(by_day.keys() | released.keys())
            states = zip(
                days, accumulate(by_day[day] for day in days), accumulate(released[day] for day in days), strict=True
            )
            ahead = next(((day, shown, came) for day, shown, came in states if shown > came), None)
            if ahead:
                day, shown, came = ahead
                what = f"{shown} events are published up to {day}, but only {came} had been released as new"
                yield Finding("course", named(breakdown, metric), what)


def total_findings(days: Iterable[tuple[str, str, int]]) -> Iterator[Finding]:
    """Days whose classes do not add up to their requests, or whose goals not to all goals."""
    by_day: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for day, metric, count in days:
        if count < 0:
            yield Finding("total-size", f"total of {metric} on {day}", f"{count} is no count")
        for prefix, whole in (("class:", REQUESTS), ("goal:", GOALS)):
            if metric.startswith(prefix) or metric == whole:
                by_day[day][whole] += count if metric == whole else -count
    for day, left in by_day.items():
        for whole, difference in left.items():
            if difference:
                what = f"its parts differ from it by {difference}"
                yield Finding("total-parts", f"total of {whole} on {day}", what)


def load_findings(load: Mapping[LoadCell, int], thresholds: Thresholds) -> Iterator[Finding]:
    """Figures of how requests were served, of fewer requests than the threshold, or that do not add up."""
    served: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for cell, count in load.items():
        kind = TOOK if cell.metric.startswith(TOOK) else "status" if cell.metric.startswith("status_") else cell.metric
        if kind in (SERVED, TOOK, "status"):
            served[cell.begin, cell.route][kind] += count
        if cell.metric == BUSIEST and count > load.get(LoadCell(cell.begin, ALL_ROUTES, REQUESTS), 0):
            yield Finding("load-busiest", f"load from {cell.begin}", f"{count} requests in one second, more than all")
        if count < 0:
            yield Finding("load-count", f"load from {cell.begin}, {cell.metric}", f"{count} is no count")
    for (begin, route), figures in served.items():
        where = f"load of {route or 'all requests'} from {begin}"
        requests = figures[SERVED]
        # It left then or later; where the site is, it may have been the day before.
        threshold = thresholds.since(_day_before(begin))
        if requests < threshold:
            what = f"its figures are of {requests} requests, fewer than the threshold {threshold}"
            yield Finding("load-size", where, what)
        if figures["status"] != requests:
            what = f"{figures['status']} requests have a status, {requests} were served"
            yield Finding("load-sum", where, what)
        if figures[TOOK] > requests:
            what = f"{figures[TOOK]} requests have a time, {requests} were served"
            yield Finding("load-times", where, what)


def _day_before(begin: str) -> str:
    return (date.fromisoformat(begin[:DAY]) - timedelta(days=1)).isoformat()


def gap_findings(gaps: Iterable[Gap]) -> Iterator[Finding]:
    """Gaps that end before they begin, or of a kind that there is not."""
    for gap in gaps:
        if gap.until < gap.begin or gap.reason not in GAP_REASONS or gap.batches < 0:
            what = f"{gap.batches} batches, {gap.reason!r}, until {gap.until}, is no gap"
            yield Finding("gap", f"gap from {gap.begin}", what, RESTORE)
