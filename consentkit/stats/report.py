"""What the sink says of a period, as values: for the command line, for scripts and for the dashboard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.config_stats import Funnel
from consentkit.errors import ConsentKitError
from consentkit.stats import outlook
from consentkit.stats.about import counted_by, sample_of, threshold_of
from consentkit.stats.answers import consent_figures
from consentkit.stats.breakdowns import ANSWERS, BREAKDOWNS, CARRIED, REQUESTS, VIEWS, VISITS, metrics_of
from consentkit.stats.forecast import Forecast
from consentkit.stats.model import Gap
from consentkit.stats.served import LoadReport, Step, read_funnel, read_load
from consentkit.stats.stores import SinkReader
from consentkit.stats.visitors import Visitors, read_visitors

MAX_DAYS = 3660
_CLASS = "class:"
_RARE = frozenset({*CARRIED, *ANSWERS})
_ALWAYS = (REQUESTS, VIEWS, VISITS, "bytes")


class ReportError(ConsentKitError):
    """Raised for a period or breakdown that there is not; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a breakdown and its counts by metric."""

    value: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Day:
    """The totals of one day that charts show."""

    day: date
    requests: int
    views: int
    visits: int


@dataclass(frozen=True, slots=True)
class Report:
    """A period, both days included.

    `threshold` is k, or None while the sink is empty; `shown` is the share (0 to 1) of a breakdown's events that are
    shown under a value by now, the rest waits or is in `(other)`; `sample` is the range of days that hold sample
    data, if any; `gaps` are times of which counts were lost; counts by value of the days before `by_month_before` are
    known by whole months only, None where none are; `visitors` are those of the days, weeks and months in it; `outlook`
    tells of the four weeks from the last day on.
    """

    first: date
    last: date
    threshold: int | None
    totals: Mapping[str, int]
    classes: Mapping[str, int]
    breakdowns: Mapping[str, tuple[Row, ...]]
    days: tuple[Day, ...]
    shown: Mapping[str, float]
    sample: tuple[date, date] | None
    load: LoadReport
    funnels: Mapping[str, tuple[Step, ...]]
    gaps: tuple[Gap, ...]
    by_month_before: date | None
    visitors: Mapping[str, tuple[Visitors, ...]]
    outlook: Mapping[str, Forecast | None]

    def as_json(self) -> dict[str, Any]:
        """The report as `consentkit report --json` prints it."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "threshold": self.threshold,
            "totals": dict(self.totals),
            "classes": dict(self.classes),
            "breakdowns": {
                name: [{"value": row.value, **row.counts} for row in rows] for name, rows in self.breakdowns.items()
            },
            "load": self.load.as_json(),
            "funnels": {
                name: [
                    {"page": step.page, "views": step.views, "moves": step.moves, "reached": step.reached}
                    for step in steps
                ]
                for name, steps in self.funnels.items()
            },
            "visitors": {
                kind: {period.name: period.as_json() for period in periods} for kind, periods in self.visitors.items()
            },
            "consent": consent_figures(self.totals),
            "forecast": {metric: outlook.as_json(found) for metric, found in self.outlook.items()},
            "by_month_before": self.by_month_before and self.by_month_before.isoformat(),
            "gaps": [
                {"from": gap.begin, "to": gap.until, "reason": gap.reason, "batches": gap.batches} for gap in self.gaps
            ],
        }


def build_report(
    reader: SinkReader,
    first: date,
    last: date,
    breakdowns: Iterable[str] | None = None,
    limit: int | None = None,
    *,
    funnels: Iterable[Funnel] = (),
) -> Report:
    """Read a period; `breakdowns` names the wanted ones (default all counted), `limit` the rows of each (default all).

    Raises ReportError for an unknown breakdown, or a period that ends before it begins or is over ten years long.
    """
    _check_period(first, last)
    asked = None if breakdowns is None else [check_breakdown(name) for name in breakdowns]
    with reader.snapshot():
        meta = reader.meta()
        wanted = asked or told_breakdowns(reader, first, last)
        sums = reader.totals(first, last)
        totals = {**dict.fromkeys(_ALWAYS, 0), **_without_classes(sums)}
        classes = {name.removeprefix(_CLASS): sums[name] for name in _by_count(sums) if name.startswith(_CLASS)}
        return Report(
            first=first,
            last=last,
            threshold=threshold_of(meta),
            totals=totals,
            classes=classes,
            breakdowns={name: _rows(reader, name, first, last, limit) for name in wanted},
            days=_days(reader, first, last),
            shown=_shown(reader, wanted, totals, first, last),
            sample=sample_of(meta),
            load=read_load(reader, first, last, ZoneInfo(meta.get("timezone", "UTC"))),
            funnels={one.id: read_funnel(reader, one.id, one.steps, first, last) for one in funnels},
            gaps=tuple(reader.gaps(first, last)),
            by_month_before=before if (before := reader.by_month_before()) and before > first else None,
            visitors=read_visitors(reader, first, last),
            outlook=outlook.read_outlook(reader, last),
        )


def check_breakdown(name: str) -> str:
    """The name of a breakdown or crossing as it was given; ReportError, naming what there is, when it is none."""
    if not metrics_of(name):
        raise ReportError(
            f"{name[:80]!r} is no breakdown; there are {', '.join(BREAKDOWNS)}, and crossings as page_by_channel"
        )
    return name


def told_breakdowns(reader: SinkReader, first: date, last: date) -> list[str]:
    """What is counted by now, and every breakdown and crossing that has values in the period."""
    counted = counted_by(reader.meta())
    known = {name for name, _ in reader.shown(first, last) if metrics_of(name)}
    return [*(name for name in BREAKDOWNS if name in counted or name in known), *sorted(known - BREAKDOWNS.keys())]


def _check_period(first: date, last: date) -> None:
    if last < first:
        raise ReportError(f"the period ends on {last}, before it begins on {first}; exchange the two")
    if (last - first).days >= MAX_DAYS:
        raise ReportError(f"{first} to {last} is too long; a report covers at most {MAX_DAYS} days")


def _without_classes(sums: Mapping[str, int]) -> dict[str, int]:
    return {metric: count for metric, count in sums.items() if not metric.startswith(_CLASS)}


def _by_count(sums: Mapping[str, int]) -> list[str]:
    return sorted(sums, key=lambda name: (-sums[name], name))


def _rows(reader: SinkReader, breakdown: str, first: date, last: date, limit: int | None) -> tuple[Row, ...]:
    """The rows of a breakdown, largest first by its first metric, then by the others; without what a site does
    not count where it asks nothing or nobody carries a state."""
    found = {metric: reader.top(breakdown, metric, first, last, None) for metric in metrics_of(breakdown)}
    metrics = [metric for metric, values in found.items() if values or metric not in _RARE]
    counts: dict[str, dict[str, int]] = {}
    for metric in metrics:
        for value, count in found[metric]:
            counts.setdefault(value, dict.fromkeys(metrics, 0))[metric] = count
    order = sorted(counts, key=lambda value: ([-counts[value][metric] for metric in metrics], value))
    return tuple(Row(value, counts[value]) for value in order[:limit])


def _days(reader: SinkReader, first: date, last: date) -> tuple[Day, ...]:
    figures: dict[str, dict[str, int]] = {}
    for day, metric, count in reader.days(first, last):
        figures.setdefault(day, {})[metric] = count
    period = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(_day(day, figures.get(day.isoformat(), {})) for day in period)


def _day(day: date, figures: Mapping[str, int]) -> Day:
    return Day(day, figures.get(REQUESTS, 0), figures.get(VIEWS, 0), figures.get(VISITS, 0))


def _shown(
    reader: SinkReader, wanted: Iterable[str], totals: Mapping[str, int], first: date, last: date
) -> dict[str, float]:
    by_value = reader.shown(first, last)
    shares = {}
    for name in wanted:
        metric = metrics_of(name)[0]
        shares[name] = share_of(by_value.get((name, metric), 0), totals.get(metric, 0))
    return shares


def share_of(by_value: int, total: int) -> float:
    """The part of a total (0–1) that is shown by value.

    Values count on the day of their release, so that a short period may show more of them than it counted.
    """
    return min(by_value / total, 1.0) if total else 0.0
