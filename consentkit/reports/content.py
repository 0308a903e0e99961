"""What a report says, read from the sink: figures as values, without words and markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from consentkit.dashboard.figures import Counts
from consentkit.reports.periods import Days, before
from consentkit.stats.about import holds_sample, sample_of, threshold_of
from consentkit.stats.answers import consent_figures
from consentkit.stats.breakdowns import GOALS, MISSING, REQUESTS, VIEWS, VISITS
from consentkit.stats.change import HISTORY, Change, Run, change_of_counts
from consentkit.stats.enrich.channel import INTERNAL_CHANNEL
from consentkit.stats.model import NONE, OTHER, UNKNOWN, Gap
from consentkit.stats.served import Served, read_load
from consentkit.stats.stores import SinkReader
from consentkit.stats.visitors import Visitors, read_visitors

LISTS = {
    "page": (VIEWS, 10),
    "channel": (VISITS, 6),
    "referrer": (VISITS, 6),
    "campaign": (VISITS, 6),
    "goal": (GOALS, 8),
    "country": (VISITS, 6),
    "device": (VISITS, 4),
    "browser": (VISITS, 5),
    "language": (VISITS, 5),
    "missing": (MISSING, 5),
}
"""The lists of a report, in this order, what each counts, and how many values it shows."""
CHANGING = (VIEWS, VISITS, REQUESTS)
"""The figures of which is told whether their change is more than chance."""
ASIDE = frozenset({NONE, OTHER, UNKNOWN, "(internal)", INTERNAL_CHANNEL})
"""Not shown as values: what is none, the rest, and views that came from the site itself."""
WEEKLY_FROM = 63
"""Days from which the chart shows weeks: more columns would be thinner than a finger on a phone."""


@dataclass(frozen=True, slots=True)
class Column:
    """A place of the chart: a day, or a week from `first` to `last`."""

    first: date
    last: date
    views: int
    visits: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The head of a breakdown. `whole` is what the shares are of."""

    key: str
    metric: str
    rows: tuple[tuple[str, int], ...]
    whole: int


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a report says. `before` is None when the days before have no figures, or not all of them.

    `changes` tells by metric whether it changed by more than its days usually differ.
    """

    site: str
    days: Days
    days_before: Days
    counts: Counts
    before: Counts | None
    goals: int
    goals_before: int
    changes: Mapping[str, Change | None]
    visitors: Visitors | None
    columns: tuple[Column, ...]
    lists: tuple[Listed, ...]
    consent: Mapping[str, int]
    load: Served
    busiest_minute: tuple[str, int] | None
    gaps: tuple[Gap, ...]
    threshold: int | None
    timezone: ZoneInfo
    sampled: bool

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell of."""
        return not (self.counts.requests or self.counts.views)


def read_content(reader: SinkReader, site: str, days: Days, timezone: ZoneInfo) -> Content:
    """Read what a report of some days says."""
    first, last = days
    with reader.snapshot():
        meta, span, earlier = reader.meta(), reader.span(), before(days)
        sums = reader.totals(first, last)
        sums_before = reader.totals(*earlier) if span and span[0] <= earlier[0] else {}
        load = read_load(reader, first, last, timezone)
        return Content(
            site=site,
            days=days,
            days_before=earlier,
            counts=Counts.of(sums),
            before=Counts.of(sums_before) if sums_before else None,
            goals=sums.get(GOALS, 0),
            goals_before=sums_before.get(GOALS, 0),
            changes=_changes(reader, days, earlier) if sums_before else {},
            visitors=_visitors(reader, days),
            columns=_columns(reader, days),
            lists=_lists(reader, days, sums),
            consent=_consent(sums),
            load=load.all,
            busiest_minute=load.busiest_minute,
            gaps=tuple(reader.gaps(first, last)),
            threshold=threshold_of(meta),
            timezone=timezone,
            sampled=holds_sample(sample_of(meta), first, last),
        )


def _changes(reader: SinkReader, days: Days, earlier: Days) -> Mapping[str, Change | None]:
    history = (earlier[0] - timedelta(days=HISTORY), earlier[0] - timedelta(days=1))
    begin = reader.span()
    if begin is not None:
        history = (max(history[0], begin[0]), history[1])
    found = {(day, metric): count for day, metric, count in reader.days(min(history[0], earlier[0]), days[1])}

    def run(stretch: Days, metric: str) -> Run:
        first, last = stretch
        wanted = ((first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1))
        return Run(first, [found.get((day, metric), 0) for day in wanted])

    return {
        metric: change_of_counts(run(days, metric), run(earlier, metric), run(history, metric)) for metric in CHANGING
    }


def _visitors(reader: SinkReader, days: Days) -> Visitors | None:
    """The visitors of exactly these days: a day, a week or a month, for those of others cannot be told."""
    found = read_visitors(reader, *days)
    return next((one for ones in found.values() for one in ones if (one.first, one.last) == days), None)


def _columns(reader: SinkReader, days: Days) -> tuple[Column, ...]:
    first, last = days
    found: dict[str, dict[str, int]] = {}
    for text, metric, count in reader.days(first, last):
        found.setdefault(text, {})[metric] = count
    length = (last - first).days + 1
    columns: list[Column] = []
    for day in (first + timedelta(days=number) for number in range(length)):
        counts = found.get(day.isoformat(), {})
        views, visits = counts.get("views", 0), counts.get("visits", 0)
        if columns and length >= WEEKLY_FROM and day.weekday():
            held = columns.pop()
            columns.append(Column(held.first, day, held.views + views, held.visits + visits))
        else:
            columns.append(Column(day, day, views, visits))
    return tuple(columns)


def _lists(reader: SinkReader, days: Days, sums: Mapping[str, int]) -> tuple[Listed, ...]:
    """The lists that name anything."""
    found = []
    for key, (metric, limit) in LISTS.items():
        rows = reader.top(key, metric, *days, limit + len(ASIDE))
        named = tuple(row for row in rows if row[0] not in ASIDE)[:limit]
        # Values count on the day of their release, so that a short period may show more than it counted.
        whole = max(sums.get(metric, 0), sum(count for _, count in rows))
        if named:
            found.append(Listed(key, metric, named, whole))
    return tuple(found)


def _consent(sums: Mapping[str, int]) -> Mapping[str, int]:
    answers = consent_figures(sums)
    return answers if any(answers.values()) else {}
