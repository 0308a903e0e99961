"""What a page shows, read from the sink in one go: figures as values, without words and markup."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consentkit.dashboard.groups import ALWAYS, CLASSES, GROUPS, MAY_KNOW_NOTHING, breakdown_of, metric_of
from consentkit.dashboard.periods import Period
from consentkit.stats.breakdowns import REQUESTS, VIEWS, VISITS
from consentkit.stats.enrich.channel import INTERNAL_CHANNEL
from consentkit.stats.model import NONE, OTHER
from consentkit.stats.stores import SinkReader

BOTS = ("crawler", "ai_crawler", "ai_fetch", "monitor", "feed_reader", "library", "probe", "suspected")
"""The classes of requests that no person's browser made."""

WEEKLY_FROM = 121
"""Days from which the chart shows weeks."""
SHORT = 4
"""Days; a shorter period is shown among the days before it."""
CONTEXT = 14
"""Days that the chart shows of a short period and those before it."""

LAST = ("(internal)", NONE, OTHER)
"""Shown after the values of a list whatever their counts: the rest, and views that came from the site itself."""

NO_ANSWER = (*LAST, "(unknown)")

_CLASS = "class:"


@dataclass(frozen=True, slots=True)
class Counts:
    """The totals of a day, a week or a whole period."""

    requests: int = 0
    views: int = 0
    visits: int = 0
    bots: int = 0

    @property
    def views_per_visit(self) -> float:
        """Views divided by visits; 0 without visits."""
        return self.views / self.visits if self.visits else 0.0

    @property
    def bots_share(self) -> float:
        """The share (0–1) of requests that bots made; 0 without requests."""
        return self.bots / self.requests if self.requests else 0.0

    @classmethod
    def of(cls, totals: Mapping[str, int]) -> "Counts":
        """From totals by metric."""
        bots = sum(totals.get(_CLASS + name, 0) for name in BOTS)
        return cls(totals.get(REQUESTS, 0), totals.get(VIEWS, 0), totals.get(VISITS, 0), bots)


@dataclass(frozen=True, slots=True)
class Span:
    """One place on the chart: a day, or a week from `first` to `last`; `inside` the period or before it."""

    first: dt.date
    last: dt.date
    counts: Counts
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Ranking:
    """The head of a list. `total` is what the shares are of; `shown` (0–1) the share of it that has a value by now."""

    key: str
    metric: str
    rows: tuple[tuple[str, int], ...]
    total: int
    shown: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the first page: the lists that are offered there, and the one that is shown."""

    group: str
    offered: tuple[str, ...]
    ranking: Ranking


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sink says about itself; `threshold` is None and `span` too before anything was published."""

    threshold: int | None
    sample: tuple[dt.date, dt.date] | None
    span: tuple[dt.date, dt.date] | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page. `before` is None when the period before has no, or not all, days with figures."""

    period: Period
    counts: Counts
    before: Counts | None
    today: Counts
    spans: tuple[Span, ...]
    places: tuple[Place, ...]

    @property
    def weekly(self) -> bool:
        """Whether the places of the chart are weeks."""
        return self.period.length >= WEEKLY_FROM


def read_facts(reader: SinkReader) -> Facts:
    """What the sink says about itself."""
    meta = reader.meta()
    first, _, last = meta.get("sample", "").partition("/")
    return Facts(
        threshold=int(meta["threshold"]) if "threshold" in meta else None,
        sample=(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if last else None,
        span=reader.span(),
    )


def is_last(key: str, value: str) -> bool:
    """Whether a value of a list stands after the others whatever its count."""
    return value in LAST or (key == "channel" and value == INTERNAL_CHANNEL)


def read_overview(
    reader: SinkReader, facts: Facts, period: Period, metric: str, *, rows: int, chosen: Mapping[str, str]
) -> Overview:
    """The first page's figures; `rows` is the length of each list's head, `chosen` the list of each place."""
    totals = reader.totals(period.first, period.last)
    shown = reader.shown(period.first, period.last)

    def place(group: str, keys: tuple[str, ...]) -> Place | None:
        offered = tuple(key for key in keys if key in ALWAYS or _answers(reader, key, period, shown))
        if not offered:
            return None
        asked = chosen.get(group, "")
        key = asked if asked in offered else offered[0]
        if key == CLASSES:
            return Place(group, offered, class_ranking(totals))
        counted = metric_of(key, metric)
        return Place(group, offered, _ranking(reader, key, counted, period, totals=totals, shown=shown, limit=rows))

    places = [place(group, keys) for group, keys in GROUPS.items()]
    return Overview(
        period=period,
        counts=Counts.of(totals),
        before=_before(reader, facts, period),
        today=Counts.of(reader.totals(period.today, period.today)),
        spans=read_spans(reader, facts, period),
        places=tuple(place for place in places if place is not None),
    )


def _before(reader: SinkReader, facts: Facts, period: Period) -> Counts | None:
    """A part of a day compared with a whole one would only mislead, so today alone is compared with nothing."""
    previous = period.previous()
    if period.first == period.today or facts.span is None or facts.span[0] > previous.first:
        return None
    counts = Counts.of(reader.totals(previous.first, previous.last))
    return counts if counts.requests or counts.views else None


def _answers(reader: SinkReader, key: str, period: Period, shown: Mapping[tuple[str, str], int]) -> bool:
    """Whether a list holds a value that answers anything: not only `(none)`, `(unknown)` and the rest."""
    breakdown, metric = breakdown_of(key), metric_of(key, "")
    if key not in MAY_KNOW_NOTHING or not shown.get((breakdown, metric)):
        return (breakdown, metric) in shown
    head = reader.top(breakdown, metric, period.first, period.last, len(NO_ANSWER) + 1)
    return any(value not in NO_ANSWER for value, _ in head)


def _ranking(
    reader: SinkReader,
    key: str,
    metric: str,
    period: Period,
    *,
    totals: Mapping[str, int],
    shown: Mapping[tuple[str, str], int],
    limit: int,
) -> Ranking:
    """The head of a list, what is in LAST after it."""
    breakdown = breakdown_of(key)
    found = reader.top(breakdown, metric, period.first, period.last, limit + len(LAST) + 1)
    named = [row for row in found if not is_last(key, row[0])][:limit]
    rest = sorted((row for row in found if is_last(key, row[0])), key=lambda row: row[0] == OTHER)
    total, by_value = totals.get(metric, 0), shown.get((breakdown, metric), 0)
    # Values count on the day of their release, so that a short period may show more than it counted.
    whole = max(total, by_value + sum(count for value, count in rest if value == OTHER))
    return Ranking(key, metric, (*named, *rest), whole, min(by_value / total, 1.0) if total else 0.0)


def class_ranking(totals: Mapping[str, int]) -> Ranking:
    """The classes of requests, largest first; they add up to all requests and need no threshold."""
    rows = [(name.removeprefix(_CLASS), count) for name, count in totals.items() if name.startswith(_CLASS) and count]
    return Ranking(
        CLASSES, REQUESTS, tuple(sorted(rows, key=lambda row: (-row[1], row[0]))), sum(r[1] for r in rows), 1.0
    )


def read_list(
    reader: SinkReader, key: str, metric: str, period: Period, *, limit: int, offset: int, search: str
) -> tuple[Ranking, int]:
    """A stretch of a whole list, and how many values it has in all."""
    totals = reader.totals(period.first, period.last)
    if key == CLASSES:
        ranking = class_ranking(totals)
        return ranking, len(ranking.rows)
    metric, breakdown = metric_of(key, metric), breakdown_of(key)
    wanted = search or None
    rows = reader.top(breakdown, metric, period.first, period.last, limit, offset=offset, search=wanted)
    by_value = reader.shown(period.first, period.last).get((breakdown, metric), 0)
    total = totals.get(metric, 0)
    ranking = Ranking(key, metric, tuple(rows), max(total, by_value), min(by_value / total, 1.0) if total else 0.0)
    return ranking, reader.count_values(breakdown, metric, period.first, period.last, wanted)


def read_spans(reader: SinkReader, facts: Facts, period: Period) -> tuple[Span, ...]:
    """The places of the chart: days, or weeks in a long period; a very short one gets the days before it as well.

    It begins no earlier than the figures do: before that nothing was counted, which is not the same as none.
    """
    first = period.last - dt.timedelta(days=CONTEXT - 1) if period.length < SHORT else period.first
    if facts.span is not None:
        first = min(max(first, facts.span[0]), period.last if period.length >= SHORT else period.first)
    by_day: dict[str, dict[str, int]] = {}
    for day, name, count in reader.days(first, period.last):
        by_day.setdefault(day, {})[name] = count
    days = [first + dt.timedelta(days=number) for number in range((period.last - first).days + 1)]
    if period.length >= WEEKLY_FROM:
        return tuple(_weeks(days, by_day))
    return tuple(Span(day, day, Counts.of(by_day.get(day.isoformat(), {})), day >= period.first) for day in days)


def _weeks(days: Iterable[dt.date], by_day: Mapping[str, Mapping[str, int]]) -> Iterable[Span]:
    weeks: dict[dt.date, list[dt.date]] = {}
    for day in days:
        weeks.setdefault(day - dt.timedelta(days=day.weekday()), []).append(day)
    for inside in weeks.values():
        sums: dict[str, int] = {}
        for day in inside:
            for name, count in by_day.get(day.isoformat(), {}).items():
                sums[name] = sums.get(name, 0) + count
        yield Span(inside[0], inside[-1], Counts.of(sums))
