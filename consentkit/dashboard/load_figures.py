"""Everything that the load page shows, read from the sink in one go: figures as values, without words and markup."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consentkit.dashboard.figures import CLASS
from consentkit.dashboard.losses import Lost, read_lost
from consentkit.dashboard.periods import Period
from consentkit.stats.breakdowns import REQUESTS, VIEWS
from consentkit.stats.classes import BOTS
from consentkit.stats.course import Stretch, read_course
from consentkit.stats.forecast import Forecast
from consentkit.stats.load import MAXIMA
from consentkit.stats.model import NONE, OTHER
from consentkit.stats.outlook import read_outlook
from consentkit.stats.served import Served, read_all, read_routes, served_of
from consentkit.stats.spans import DAY, HOUR, WEEK, Span, bounds_of, leftovers_of, spans_of
from consentkit.stats.stores import SinkReader
from consentkit.stats.weekhours import WeekHours, read_weekhours

HOURLY_TO = 31
"""Days that may be shown by the hour; more columns than 744 cannot be told apart."""
HOURLY_UNASKED = 2
WEEKLY_FROM = 121
"""Days from which a period is shown by the week."""
WEEK_OF = 28
"""Days that the map of the week is of at least: fewer would show chance."""
CAMPAIGNS = 4
"""Campaigns that are laid over the load."""
HISTORY = 56
"""Days before the forecast that are drawn with it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A campaign with its views in the period, and in each place of the chart."""

    name: str
    views: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Makers:
    """Who made the requests of a place of the chart: all of them, and those of bots."""

    start: dt.date
    requests: int
    bots: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecast of requests, and the days before it: (day, requests)."""

    history: tuple[tuple[dt.date, int], ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """The load of a period; `course` is by `kind` (HOUR, DAY or WEEK), `kinds` are those that it may be shown by.

    `to_come` are the hours of a day that is not over. The map of the week is of four weeks at least, from `week_from`.
    `highest` is how high each of MAXIMA was, and when (the minute, in the site's time zone). `makers` is by day, or by
    week in a long period, because classes are counted by the day. `patchy` are the places of the course that a loss of
    counts touches.
    """

    period: Period
    kind: str
    kinds: tuple[str, ...]
    course: tuple[Stretch, ...]
    to_come: tuple[dt.datetime, ...]
    whole: Served
    before: Served | None
    highest: Mapping[str, tuple[int, dt.datetime | None]]
    routes: tuple[tuple[str, Served], ...]
    week: WeekHours
    week_from: dt.date
    makers: tuple[Makers, ...]
    ahead: Ahead | None
    campaigns: tuple[Ran, ...]
    lost: tuple[Lost, ...]
    patchy: frozenset[int]

    @property
    def bots_share(self) -> float | None:
        """The share (0 to 1) of requests that bots made; None where the classes are not known."""
        requests = sum(maker.requests for maker in self.makers)
        return sum(maker.bots for maker in self.makers) / requests if requests else None


def kinds_of(period: Period, asked: str) -> tuple[str, tuple[str, ...]]:
    """What a period is shown by, and what else it may be shown by; `asked` is taken where it may."""
    offered = tuple(
        kind
        for kind, fits in (
            (HOUR, period.length <= HOURLY_TO),
            (DAY, 1 < period.length < WEEKLY_FROM),
            (WEEK, period.length >= WEEKLY_FROM),
        )
        if fits
    )
    usual = HOUR if period.length <= HOURLY_UNASKED else DAY if DAY in offered else offered[-1]
    return (asked if asked in offered else usual), offered


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is to show: a period, by what if that may be, in a time zone, at a moment."""

    period: Period
    kind: str
    timezone: ZoneInfo
    now: dt.datetime


def read_load_page(reader: SinkReader, known_from: dt.date, asked: Asked) -> LoadFigures:
    """The load of a period, from the first day with figures (`known_from`) on."""
    period, timezone = asked.period, asked.timezone
    first, last = min(max(period.first, known_from), period.last), period.last
    kind, kinds = kinds_of(period, asked.kind)
    spans = spans_of(kind, first, last, timezone, asked.now)
    later = spans_of(kind, first, last, timezone, dt.datetime.max.replace(tzinfo=dt.UTC))[len(spans) :]
    week_from = min(first, max(known_from, last - dt.timedelta(days=WEEK_OF - 1)))
    course, figures = read_course(reader, spans, leftovers_of(first, last))
    lost = tuple(read_lost(reader, period, timezone))
    return LoadFigures(
        period=period,
        kind=kind,
        kinds=kinds,
        course=course,
        to_come=tuple(span.start for span in later) if period.length == 1 else (),
        whole=served_of(figures, figures[REQUESTS]),
        before=_before(reader, known_from, period, timezone),
        highest={metric: (figures[metric], _when(reader, metric, first, last, timezone)) for metric in MAXIMA},
        routes=read_routes(reader, first, last, timezone),
        week=read_weekhours(reader, week_from, last, timezone, asked.now),
        week_from=week_from,
        makers=_makers(reader, first, period, WEEK if kind == WEEK else DAY),
        ahead=_ahead(reader, period.today),
        campaigns=_campaigns(reader, first, last, spans),
        lost=lost,
        patchy=frozenset(place for place, span in enumerate(spans) if any(_touches(span, one) for one in lost)),
    )


def _before(reader: SinkReader, known_from: dt.date, period: Period, timezone: ZoneInfo) -> Served | None:
    """A part of a day compared with a whole one would only mislead, so today alone is compared with nothing."""
    previous = period.previous()
    if known_from > previous.first or period.first == period.today:
        return None
    figures = read_all(reader, previous.first, previous.last, timezone)
    return served_of(figures, figures[REQUESTS])


def _when(reader: SinkReader, metric: str, first: dt.date, last: dt.date, timezone: ZoneInfo) -> dt.datetime | None:
    highest = reader.highest_load(metric, *bounds_of(first, last, timezone))
    if highest is None:
        return None
    begin = highest[0].removesuffix("Z")
    return dt.datetime.fromisoformat(f"{begin if ':' in begin else f'{begin}:00'}+00:00").astimezone(timezone)


def _makers(reader: SinkReader, first: dt.date, period: Period, kind: str) -> tuple[Makers, ...]:
    sums: dict[dt.date, list[int]] = {}
    for number in range((period.last - first).days + 1):
        sums.setdefault(_place(first + dt.timedelta(days=number), first, kind), [0, 0])
    bots = {CLASS + name for name in BOTS}
    for text, metric, count in reader.days(first, period.last):
        place = sums[_place(dt.date.fromisoformat(text), first, kind)]
        place[0] += count if metric == REQUESTS else 0
        place[1] += count if metric in bots else 0
    return tuple(Makers(start, *counts) for start, counts in sums.items())


def _place(day: dt.date, first: dt.date, kind: str) -> dt.date:
    return max(day - dt.timedelta(days=day.weekday()), first) if kind == WEEK else day


def _ahead(reader: SinkReader, today: dt.date) -> Ahead | None:
    """The forecast from today on, which is not over; None where too little is known."""
    forecast = read_outlook(reader, today)[REQUESTS]
    if forecast is None:
        return None
    first, last = today - dt.timedelta(days=HISTORY), today - dt.timedelta(days=1)
    counts = {day: count for day, metric, count in reader.days(first, last) if metric == REQUESTS}
    days = [first + dt.timedelta(days=number) for number in range(HISTORY)]
    known = [day for day in days if counts and day.isoformat() >= min(counts)]
    return Ahead(tuple((day, counts.get(day.isoformat(), 0)) for day in known), forecast)


def _campaigns(reader: SinkReader, first: dt.date, last: dt.date, spans: Sequence[Span]) -> tuple[Ran, ...]:
    """The campaigns with most views, by the days on which their views were released."""
    head = reader.top("campaign", VIEWS, first, last, CAMPAIGNS + 2)
    names = {name: views for name, views in head if name not in (NONE, OTHER)}
    names = dict(list(names.items())[:CAMPAIGNS])
    if not names:
        return ()
    starts = [span.start.date() for span in spans]
    found = []
    for name, views in names.items():
        places = [0] * len(spans)
        for text, count in reader.value_days("campaign", name, VIEWS, first, last):
            # By the hour a day's views mark all its hours; what is kept by the month stands at its first day.
            for place in _places_of(dt.date.fromisoformat(f"{text}-01"[:10]), starts):
                places[place] += count
        found.append(Ran(name, views, tuple(places)))
    return tuple(found)


def _places_of(day: dt.date, starts: Sequence[dt.date]) -> list[int]:
    """The places that begin on a day, else the last one that begins before."""
    same = [place for place, start in enumerate(starts) if start == day]
    return same or [place for place, start in enumerate(starts) if start < day][-1:]


def _touches(span: Span, lost: Lost) -> bool:
    begin, until = (moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M") for moment in (lost.begin, lost.until))
    return begin < span.until and until >= span.begin
