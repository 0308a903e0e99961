"""The places of the chart: hours, days, weeks or months with their figure, the compared one, notes and losses."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.dashboard.figures import Counts
from consentkit.dashboard.losses import Lost
from consentkit.dashboard.periods import Comparison, Period
from consentkit.stats.months import month_end

if TYPE_CHECKING:
    from consentkit.dashboard.store.annotations import Annotation

SHORT = 4
"""Days; a shorter period is drawn among the days before it."""
CONTEXT = 14
"""Days that the chart shows of a short period and those before it."""

Days = Mapping[dt.date, Counts]


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on the chart, from `first` to `last`: hours (datetimes, both the same) or days.

    `before` is what it is compared with, None where there is nothing; `inside` the period or in the days before it;
    `lost` where counts are missing; `notes` are the numbers of annotations in the curve's own order.
    """

    first: dt.date
    last: dt.date
    counts: Counts
    before: Counts | None = None
    inside: bool = True
    lost: bool = False
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """What the chart draws: one of FIGURES over spots of a step; `running` when the last spot is not over."""

    figure: str
    step: str
    spots: tuple[Spot, ...]
    running: bool
    notes: "tuple[Annotation, ...]" = ()


def shown_from(period: Period, step: str, span: tuple[dt.date, dt.date] | None) -> dt.date:
    """The first day on the chart: some before a very short period, but none before there were figures.

    Before that nothing was counted, which is not the same as none.
    """
    short = step == "day" and period.length < SHORT
    first = period.last - dt.timedelta(days=CONTEXT - 1) if short else period.first
    if span is None:
        return first
    return min(max(first, span[0]), period.first if short else period.last)


def curve_of_days(
    figure: str, step: str, period: Period, *, first: dt.date, days: Days, compared: Comparison | None, before: Days
) -> Curve:
    """A curve by day, week or month. `before` holds the compared days, moved on to the days that they belong beside."""
    spots = []
    for begin, end in buckets(first, period.last, step):
        inside = [begin + dt.timedelta(days=number) for number in range((end - begin).days + 1)]
        beside = [before[day] for day in inside if day in before] if compared else []
        spots.append(
            Spot(
                begin,
                end,
                Counts.sum(days[day] for day in inside if day in days),
                Counts.sum(beside) if beside else None,
                inside=begin >= period.first,
            )
        )
    return Curve(figure, step, tuple(spots), running=period.last == period.today)


def curve_of_hours(hours: Sequence[tuple[dt.datetime, Counts]], before: Sequence[Counts], *, running: bool) -> Curve:
    """A curve of requests by hour; `before` are the compared hours, one for each as far as there are any."""
    spots = [
        Spot(start, start, counts, before[number] if number < len(before) else None)
        for number, (start, counts) in enumerate(hours)
    ]
    return Curve("requests", "hour", tuple(spots), running=running)


def buckets(first: dt.date, last: dt.date, step: str) -> list[tuple[dt.date, dt.date]]:
    """The days, weeks (from Monday) or months of a period, the outer ones cut off at its ends."""
    found: list[tuple[dt.date, dt.date]] = []
    begin = first
    while begin <= last:
        end = min(_end(begin, step), last)
        found.append((begin, end))
        begin = end + dt.timedelta(days=1)
    return found


def _end(day: dt.date, step: str) -> dt.date:
    if step == "week":
        return day + dt.timedelta(days=6 - day.weekday())
    if step == "month":
        return month_end(day)
    return day


def moved(days: Days, by: dt.timedelta) -> Days:
    """The same counts at later days."""
    return {day + by: counts for day, counts in days.items()}


def marked(curve: Curve, notes: "Sequence[Annotation]", lost: Iterable[Lost]) -> Curve:
    """The curve with what is known of its places: annotations, and times of which counts are missing."""
    hourly = curve.step == "hour"
    missing = [(one.begin, one.until) for one in lost]
    found: dict[int, list[int]] = defaultdict(list)
    for number, note in enumerate(notes):
        for place, spot in enumerate(curve.spots):
            if note.first <= _day(spot.last) and note.last >= _day(spot.first):
                found[place].append(number)
                break
    spots = tuple(
        Spot(
            spot.first,
            spot.last,
            spot.counts,
            spot.before,
            spot.inside,
            any(_touches(spot, begin, until, hourly=hourly) for begin, until in missing),
            tuple(found[place]),
        )
        for place, spot in enumerate(curve.spots)
    )
    return Curve(curve.figure, curve.step, spots, curve.running, tuple(notes))


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _touches(spot: Spot, begin: dt.datetime, until: dt.datetime, *, hourly: bool) -> bool:
    if hourly and isinstance(spot.first, dt.datetime):
        return begin < spot.first + dt.timedelta(hours=1) and until >= spot.first
    return begin.date() <= spot.last and until.date() >= spot.first
