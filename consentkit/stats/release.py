"""The release rule: which of the waiting counts may be published now. Pure functions over values.

A metric may be released when at least k events of it are fresh, that is, came in since its last release;
then those cells leave for which at least k events wait, but for what the largest keep back (see `holding`). Nothing
else leaves. So two readings of a cell, however close together, never differ by 1…k−1, no release shows which single
view set it off, and what a whole has more than its parts is not what waits of one of them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from consentkit.stats.holding import kept_back
from consentkit.stats.load import BYTES, LoadSeries, bytes_of
from consentkit.stats.model import OTHER, Cell, Counts, Increments, Proof, Published, Release, Waiting


@dataclass(frozen=True, slots=True)
class Rule:
    """When counts may be published: `threshold` is k, in events; `patience_days` in days; days are the site's."""

    threshold: int
    patience_days: int
    timezone: ZoneInfo

    def minute(self, now: float) -> str:
        """The UTC minute that runs at `now` (epoch seconds)."""
        return f"{datetime.fromtimestamp(now, UTC).isoformat()[:16]}Z"

    def day(self, now: float) -> str:
        """The ISO date in the site's time zone at `now` (epoch seconds)."""
        return datetime.fromtimestamp(now, self.timezone).date().isoformat()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moment of release does with the counts it was shown.

    `published` leaves; `waiting` is what of the shown counts waits on, parts moved to `(other)` included;
    `consumed` is the events, by metric, that are fresh no longer. An event is in exactly one of the first two.
    """

    published: dict[Cell, int]
    waiting: Counter[Waiting]
    consumed: dict[str, int]


def fresh_events(increments: Increments) -> Counter[str]:
    """How many events of each metric of the cells came in with a batch.

    The totals tell it: every event is there once, while in the cells it is once per breakdown.
    """
    metrics = {metric for _, metric in increments.counts}
    fresh: Counter[str] = Counter()
    for (_, metric), count in increments.totals.items():
        if metric in metrics:
            fresh[metric] += count
    return fresh


def aged_before(today: str, patience_days: int) -> str:
    """The ISO date before which a waiting part has waited longer than `patience_days`."""
    return (date.fromisoformat(today) - timedelta(days=patience_days)).isoformat()


def decide(
    waiting: Mapping[Waiting, int],
    fresh: Mapping[str, int],
    *,
    others: Counts,
    threshold: int,
    today: str,
    patience_days: int,
) -> Decision:
    """Apply the release rule to waiting counts and fresh events (by metric), on the ISO date `today`.

    Of cells that neither reach the threshold nor have aged parts it is enough to tell, in `others`, how many events
    wait; `(other)` must be in `waiting`. A cell that was shown before is told too, with 0 if nothing waits of it.
    """
    may_leave = {metric for metric, events in fresh.items() if events >= threshold}
    before = aged_before(today, patience_days)
    settled = _with_aged_moved(waiting, threshold, before)
    cells = _by_cell(settled)
    leaving = {cell: count for cell, count in cells.items() if cell.metric in may_leave and count >= threshold}
    kept = _kept(leaving, _staying(others, cells, leaving), threshold) if leaving else {}
    return Decision(
        published={cell: left for cell, count in leaving.items() if (left := count - kept.get(cell, 0))},
        waiting=_still_waiting(settled, leaving, kept, before),
        consumed={metric: fresh[metric] for metric in may_leave},
    )


def _kept(leaving: Mapping[Cell, int], staying: Counts, threshold: int) -> Mapping[Cell, int]:
    may_leave = Increments()
    for cell, count in leaving.items():
        may_leave.add(cell, count)
    return Increments(kept_back(may_leave.counts, staying, threshold=threshold)).cells


def _staying(others: Counts, cells: Mapping[Cell, int], leaving: Mapping[Cell, int]) -> Counts:
    """What waits of the cells that do not leave, shown or not."""
    stays = Increments({series: dict(sums) for series, sums in others.items()})
    for breakdown, value, metric in leaving:
        stays.counts.get((breakdown, metric), {}).pop(value, None)
    for cell in cells.keys() - leaving.keys():
        stays.add(cell, cells[cell])
    return stays.counts


def _still_waiting(
    settled: Mapping[Waiting, int], leaving: Mapping[Cell, int], kept: Mapping[Cell, int], before: str
) -> Counter[Waiting]:
    """What does not leave; of what a cell keeps back it is the newest, so that nothing waits longer for it.

    A cell to which nothing came since a date keeps it in `(other)`: it would be held by its name for ever.
    """
    left = dict(kept)
    recent = {part.cell for part in settled if part.day >= before}
    waiting: Counter[Waiting] = Counter()
    for part, count in settled.items():
        if part.cell not in leaving:
            waiting[part] = count
    for part in sorted((part for part in settled if part.cell in left), key=lambda part: part.day, reverse=True):
        if stays := min(settled[part], left[part.cell]):
            waiting[part if part.cell in recent else _moved_to_other(part)] += stays
            left[part.cell] -= stays
    return waiting


def _with_aged_moved(waiting: Mapping[Waiting, int], threshold: int, before: str) -> Mapping[Waiting, int]:
    """Move the parts that came before a date to `(other)`, except of cells that have gathered enough."""
    if all(part.day >= before for part in waiting):
        return waiting
    gathered = _by_cell(waiting)
    settled: Counter[Waiting] = Counter()
    for part, count in waiting.items():
        aged = part.day < before and gathered[part.cell] < threshold
        settled[_moved_to_other(part) if aged else part] += count
    return settled


def _moved_to_other(part: Waiting) -> Waiting:
    return Waiting(part.cell._replace(value=OTHER), part.day)


def _by_cell(waiting: Mapping[Waiting, int]) -> Counter[Cell]:
    sums: Counter[Cell] = Counter()
    for part, count in waiting.items():
        sums[part.cell] += count
    return sums


def as_release(
    decision: Decision,
    *,
    day: str,
    threshold: int,
    totals: Counter[tuple[str, str]],
    load: LoadSeries,
) -> Release:
    """One moment's decision as what leaves for the sink: its proof too, the totals that wait, and the load that may."""
    return Release(
        day=day,
        cells={cell: Published(count, 1, count) for cell, count in decision.published.items()},
        proofs={(metric, threshold): Proof(1, events, events) for metric, events in decision.consumed.items()},
        totals=with_bytes(totals, load, day),
        load=load,
    )


def with_bytes(totals: Counter[tuple[str, str]], load: LoadSeries, day: str) -> Counter[tuple[str, str]]:
    """Totals with the bytes of the load that leaves, which count on the day of the release.

    A total of what has not left would tell the bytes of the last few requests.
    """
    sent = bytes_of(load)
    return totals + Counter({(day, BYTES): sent}) if sent else totals
