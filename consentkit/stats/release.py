"""The release rule: which of the waiting counts may be published now. Pure functions over values.

A metric may be released when at least k events of it are fresh, that is, came in since its last release;
then those cells leave for which at least k events wait, but for what the largest keep back (see `holding`). Nothing
else leaves. So two readings of a cell, however close together, never differ by 1…k−1, no release shows which single
view set it off, and what a whole has more than its parts is not what waits of one of them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from consentkit.stats.holding import kept_back
from consentkit.stats.load import BYTES, LoadSeries, bytes_of
from consentkit.stats.model import OTHER, Counts, Held, Increments, Proof, Published, Release

Days = dict[str, dict[str, int]]
"""What waits of a breakdown and metric, by ISO date and value."""


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
    """What a moment of release does with the counts that it was shown.

    `published` leaves; `waiting` is what waits on, parts moved to `(other)` included; `consumed` is the events, by
    metric, that are fresh no longer. An event is in exactly one of the first two.
    """

    published: Counts
    waiting: Held
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
    waiting: Held,
    fresh: Mapping[str, int],
    *,
    shown: Mapping[tuple[str, str], Collection[str]],
    threshold: int,
    today: str,
    patience_days: int,
) -> Decision:
    """Apply the release rule to all that waits and to fresh events (by metric), on the ISO date `today`.

    `shown` are values, by breakdown and metric, that left before: of those of which nothing waits it is known too. What
    it was given is not changed, and days of which nothing leaves are the same objects afterwards.
    """
    may_leave = {metric for metric, events in fresh.items() if events >= threshold}
    before = aged_before(today, patience_days)
    settled = {series: _with_aged_moved(days, threshold, before) for series, days in waiting.items()}
    leaving: Counts = {}
    staying: Counts = {}
    for series, days in settled.items():
        if series[1] in may_leave:
            sums = _added_up(days)
            if enough := {value: count for value, count in sums.items() if count >= threshold}:
                leaving[series] = enough
            staying[series] = {value: 0 for value in shown.get(series, ()) if value not in sums}
            staying[series].update((value, count) for value, count in sums.items() if count < threshold)
    kept = kept_back(leaving, staying, threshold=threshold)
    published: Counts = {}
    for series, values in leaving.items():
        settled[series] = _still_waiting(settled[series], values, kept.get(series, {}), before)
        if left := _less(values, kept.get(series, {})):
            published[series] = left
    return Decision(
        published=published,
        waiting=settled,
        consumed={metric: fresh[metric] for metric in may_leave},
    )


def _less(leaving: Mapping[str, int], kept: Mapping[str, int]) -> dict[str, int]:
    return {value: left for value, count in leaving.items() if (left := count - kept.get(value, 0))}


def _still_waiting(days: Days, leaving: Mapping[str, int], kept: Mapping[str, int], before: str) -> Days:
    """What does not leave; of what a value keeps back it is the newest, so that nothing waits longer for it.

    A value to which nothing came since a date keeps it in `(other)`: it would be held by its name for ever.
    """
    left = {
        day: sums
        if leaving.keys().isdisjoint(sums)
        else {value: count for value, count in sums.items() if value not in leaving}
        for day, sums in days.items()
    }
    for value, stays in kept.items():
        missing = stays
        newest_first = sorted([day for day, sums in days.items() if value in sums], reverse=True)
        name = value if newest_first[0] >= before else OTHER
        for day in newest_first:
            if some := min(missing, days[day][value]):
                left[day][name] = left[day].get(name, 0) + some
                missing -= some
    return left


def _with_aged_moved(days: Days, threshold: int, before: str) -> Days:
    """Move what came before a date to `(other)`, except of values that have gathered enough."""
    if all(day >= before for day in days):
        return days
    gathered = _added_up(days)
    return {
        day: sums if day >= before else _joined([value for value in sums if gathered[value] < threshold], sums)
        for day, sums in days.items()
    }


def _joined(values: Iterable[str], sums: Mapping[str, int]) -> dict[str, int]:
    """The sums with those of some values in `(other)`."""
    joined = dict(sums)
    for value in values:
        count = joined.pop(value)
        joined[OTHER] = joined.get(OTHER, 0) + count
    return joined


def _added_up(days: Days) -> Mapping[str, int]:
    """The sums of all days by value."""
    first, *others = days.values()
    if not others:
        return first
    sums = dict(first)
    for more in others:
        for value, count in more.items():
            sums[value] = sums.get(value, 0) + count
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
        counts={
            series: {value: _once(count) for value, count in values.items()}
            for series, values in decision.published.items()
        },
        proofs={(metric, threshold): Proof(1, events, events) for metric, events in decision.consumed.items()},
        totals=with_bytes(totals, load, day),
        load=load,
    )


@lru_cache(maxsize=4096)
def _once(count: int) -> Published:
    """A count that leaves with one release; most are small, and the same again and again."""
    return Published(count, 1, count)


def with_bytes(totals: Counter[tuple[str, str]], load: LoadSeries, day: str) -> Counter[tuple[str, str]]:
    """Totals with the bytes of the load that leaves, which count on the day of the release.

    A total of what has not left would tell the bytes of the last few requests.
    """
    sent = bytes_of(load)
    return totals + Counter({(day, BYTES): sent}) if sent else totals
