"""Visitors of a period: exactly those who are measured, and of everybody an estimate, which is always called one."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from consentkit.stats.breakdowns import MEASURED, NEW_DAY, NEW_MONTH, NEW_WEEK, VISITS
from consentkit.stats.estimate import Estimate, Stratum, estimate_visitors
from consentkit.stats.months import next_month
from consentkit.stats.stores import SinkReader

STRATA = "channel_by_device"
"""The crossing whose values are the strata, where the site counts it."""
NEW = {"day": NEW_DAY, "week": NEW_WEEK, "month": NEW_MONTH}
"""For each period the count of visitors who had not been here yet in it."""


@dataclass(frozen=True, slots=True)
class Visitors:
    """Visitors of one period: `name` as `2026-11-25`, `2026-W48` or `2026-11`; days `first` to `last`, both included.

    `measured` is exact, for those whose browser carries the state of the visit; `estimate` is of everybody, None where
    too few are measured to say.
    """

    name: str
    first: date
    last: date
    measured: int
    estimate: Estimate | None

    def as_json(self) -> dict[str, Any]:
        """As the report has it."""
        found = self.estimate
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "measured": self.measured,
            "estimate": found
            and {
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "measured_share": round(found.measured, 3),
            },
        }


def read_visitors(reader: SinkReader, first: date, last: date) -> dict[str, tuple[Visitors, ...]]:
    """By kind of period (`day`, `week`, `month`) those that begin within these days; the last may be under way.

    A week or month that began earlier is left out: of its visitors those who came before would be missing.
    """
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for day, metric, count in reader.days(first, last):
        totals[day][metric] += count
    if not any(counts[MEASURED] for counts in totals.values()):
        return dict.fromkeys(NEW, ())
    cells: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for cell in reader.cells(first, last, STRATA):
        cells[cell.day][cell.value, cell.metric] += cell.events
    return {
        kind: tuple(_visitors(kind, period, totals, cells) for period in _periods(kind, first, last)) for kind in NEW
    }


def _visitors(
    kind: str,
    period: tuple[str, date, date],
    totals: Mapping[str, Counter[str]],
    cells: Mapping[str, Counter[tuple[str, str]]],
) -> Visitors:
    name, first, last = period
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    sums: Counter[str] = Counter()
    parts: Counter[tuple[str, str]] = Counter()
    # Where the days of a month are no longer kept apart, its cells stand under its own name.
    for day in [*days, name] if kind == "month" else days:
        sums.update(totals.get(day, {}))
        parts.update(cells.get(day, {}))
    new = NEW[kind]
    whole = Stratum(sums[VISITS], sums[MEASURED], sums[new])
    return Visitors(name, first, last, sums[new], estimate_visitors(_strata(whole, parts, new)))


def _strata(whole: Stratum, parts: Mapping[tuple[str, str], int], new: str) -> list[Stratum]:
    """The strata, and as one more what is not in them yet, because values are published later than totals.

    So late that they hold more than the period's totals, they are no strata of it: then the whole is the only one.
    """
    values = sorted({value for value, _ in parts})
    strata = [Stratum(*(parts.get((value, metric), 0) for metric in (VISITS, MEASURED, new))) for value in values]
    rest = Stratum(
        whole.visits - sum(part.visits for part in strata),
        whole.measured - sum(part.measured for part in strata),
        whole.visitors - sum(part.visitors for part in strata),
    )
    if min(rest.visits, rest.measured, rest.visitors) < 0:
        return [whole]
    return [*strata, rest]


def _periods(kind: str, first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Name, first and last day of each period that begins within these days."""
    begin = first
    while begin <= last:
        if kind == "day":
            name, after = begin.isoformat(), begin + timedelta(days=1)
        elif kind == "week":
            begin += timedelta(days=-begin.weekday() % 7)
            year, week, _ = begin.isocalendar()
            name, after = f"{year}-W{week:02}", begin + timedelta(days=7)
        else:
            begin = begin if begin.day == 1 else next_month(begin)
            name, after = f"{begin:%Y-%m}", next_month(begin)
        if begin <= last:
            yield name, begin, min(last, after - timedelta(days=1))
        begin = after
