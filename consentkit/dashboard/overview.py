"""Everything on the first page, read from the sink in one go: figures as values, without words and markup."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from consentkit.dashboard.figures import RATIOS, Counts, Facts
from consentkit.dashboard.losses import Lost
from consentkit.dashboard.periods import Comparison, Period, comparison
from consentkit.dashboard.rankings import Place, Scope, cell_of, read_list, read_places, read_scope
from consentkit.dashboard.series import Curve, Days, curve_of_days, curve_of_hours, marked, moved, shown_from
from consentkit.dashboard.state import State, figures_of
from consentkit.dashboard.store.annotations import Annotation
from consentkit.stats.breakdowns import REQUESTS, VIEWS, VISITS
from consentkit.stats.change import ENOUGH, HISTORY, Change, Run, change_of_counts, change_of_ratio
from consentkit.stats.spans import HOUR, spans_of
from consentkit.stats.stores import SinkReader

MOST_COUNTRIES = 300
"""There are 249 codes."""
ROWS = 10
"""Of the head of a list, what is shown after all others included."""
MOSTLY = 0.8
"""The part of its days on which a value must have been published for a chart by the day."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One of FIGURES. `was` is None where there is nothing to compare with, `compared` the figure of the days that are
    compared, `change` None where too few days are known to say how they usually differ."""

    figure: str
    value: float
    compared: float
    was: float | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Overview:
    """`compared` is None without a comparison, or where there are no figures for all of the days before."""

    state: State
    counts: Counts
    compared: Comparison | None
    headlines: tuple[Headline, ...]
    today: Counts
    curve: Curve
    places: tuple[Place, ...]
    countries: Mapping[str, int]
    """Every country of the list that is shown, for the map; none where another list is."""
    hosts: tuple[str, ...]
    lost: Sequence[Lost]
    untold: bool
    """Whether no crossing of the filters is stored, so that nothing can be told."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What reading needs besides the choices: `now` in the site's time zone, what is known of the days."""

    facts: Facts
    timezone: ZoneInfo
    now: dt.datetime
    notes: Sequence[Annotation] = ()
    lost: Sequence[Lost] = ()


def read_overview(reader: SinkReader, state: State, frame: Frame) -> Overview:
    """The first page's figures."""
    monthly = reader.by_month_before() if state.filters else None
    if monthly and state.period.first < monthly:
        state = replace(state, step="month")
    period = state.period
    scope = read_scope(reader, period, state.filters, frame.facts.threshold)
    compared = _comparable(state, frame.facts, monthly)
    first = shown_from(period, state.step, frame.facts.span)
    days = _read_days(scope, first, period.last)
    if state.step == "day" and "week" in state.steps and not state.step_is_asked and state.filters and _in_lumps(days):
        state = replace(state, step="week")
    before = _read_days(scope, compared.before.first, compared.before.last) if compared else {}
    if compared and not any(counts.requests or counts.views for counts in before.values()):
        compared, before = None, {}
    counts, places = Counts.of(scope.totals), read_places(scope, state.by, state.lists, ROWS, frame.facts.breakdowns)
    return Overview(
        state=state,
        counts=counts,
        compared=compared,
        headlines=_headlines(scope, counts, compared, days, before),
        today=Counts.of(reader.totals(period.today, period.today)),
        curve=marked(_curve(scope, state, frame, compared, (first, days, before)), frame.notes, frame.lost),
        places=places,
        countries=_countries(scope, state, places),
        hosts=tuple(value for value, _ in reader.top("host", "views", period.first, period.last, 20)),
        lost=frame.lost,
        untold=bool(state.filters) and cell_of(reader, state.filters) is None,
    )


def _in_lumps(days: Days) -> bool:
    """Whether a value was published on some days only, between which a chart by the day would fall to 0."""
    told = sorted(day for day, counts in days.items() if counts.views)
    return bool(told) and len(told) < MOSTLY * ((told[-1] - told[0]).days + 1)


def _countries(scope: Scope, state: State, places: Sequence[Place]) -> Mapping[str, int]:
    if not any(place.ranking.key == "country" and place.ranking.rows for place in places):
        return {}
    return dict(read_list(scope, "country", state.by, limit=MOST_COUNTRIES, offset=0).rows)


def _comparable(state: State, facts: Facts, monthly: dt.date | None) -> Comparison | None:
    """The comparison asked for, if all of its days may have figures, and none of them by the month only."""
    found = comparison(state.period, state.compare)
    begin = max((day for day in (facts.span and facts.span[0], monthly) if day), default=None)
    return found if found and begin and begin <= found.before.first else None


def _read_days(scope: Scope, first: dt.date, last: dt.date) -> Days:
    """Each day that has figures, of all or of what the filters let through."""
    by_day: dict[str, dict[str, int]] = {}
    if not scope.filters:
        for day, metric, count in scope.reader.days(first, last):
            by_day.setdefault(day, {})[metric] = count
        return {dt.date.fromisoformat(day): Counts.of(metrics) for day, metrics in by_day.items()}
    cell = cell_of(scope.reader, scope.filters)
    for metric in (VIEWS, VISITS) if cell else ():
        for day, count in scope.reader.value_days(*cell, metric, first, last) if cell else ():
            by_day.setdefault(day, {})[metric] = count
    # What is kept by the month only stands at its first day.
    return {dt.date.fromisoformat(f"{day}-01"[:10]): Counts.of(metrics) for day, metrics in by_day.items()}


def _curve(
    scope: Scope,
    state: State,
    frame: Frame,
    compared: Comparison | None,
    days: tuple[dt.date, Days, Days],
) -> Curve:
    if state.step == "hour":
        now = _hours(scope.reader, state.period, frame)
        before = _hours(scope.reader, compared.before, frame) if compared else []
        return curve_of_hours(now, [counts for _, counts in before], running=state.period.running)
    first, of_days, of_before = days
    beside = moved(of_before, compared.shift) if compared else {}
    return curve_of_days(
        state.figure, state.step, state.period, first=first, days=of_days, compared=compared, before=beside
    )


def _hours(reader: SinkReader, period: Period, frame: Frame) -> list[tuple[dt.datetime, Counts]]:
    spans = spans_of(HOUR, period.first, period.last, frame.timezone, frame.now)
    requests = [0] * len(spans)
    for place, _, metric, amount in reader.load_sums([(span.begin, span.until) for span in spans]):
        if metric == REQUESTS:
            requests[place] += amount
    return [(span.start, Counts(requests=count)) for span, count in zip(spans, requests, strict=True)]


def _headlines(
    scope: Scope, counts: Counts, compared: Comparison | None, days: Days, before: Days
) -> tuple[Headline, ...]:
    figures = figures_of(scope.filters)
    if compared is None:
        return tuple(Headline(name, counts.figure(name), counts.figure(name), None, None) for name in figures)
    now = _whole(days, compared.now)
    then = _whole(before, compared.before)
    earlier = _history(scope, compared, len(now) + len(then))
    sums = Counts.sum(now), Counts.sum(then)

    def change(name: str) -> Change | None:
        if name in RATIOS:
            return change_of_ratio([_parts(name, one) for one in now], [_parts(name, one) for one in then])
        runs = ((compared.now.first, now), (compared.before.first, then), earlier)
        return change_of_counts(*(Run(day, [getattr(one, name) for one in found]) for day, found in runs))

    return tuple(
        Headline(name, counts.figure(name), sums[0].figure(name), sums[1].figure(name), change(name))
        for name in figures
    )


def _history(scope: Scope, compared: Comparison, days: int) -> tuple[dt.date, list[Counts]]:
    """The days before both periods, if these are short; from the first one that has figures."""
    first = compared.before.first - dt.timedelta(days=HISTORY)
    if days >= ENOUGH:
        return first, []
    last = compared.before.first - dt.timedelta(days=1)
    found = _read_days(scope, first, last)
    begin = min(found, default=last)
    return begin, [found.get(begin + dt.timedelta(days=number), Counts()) for number in range((last - begin).days + 1)]


def _whole(days: Days, period: Period) -> list[Counts]:
    """Every day of a period, those without figures too."""
    return [days.get(period.first + dt.timedelta(days=number), Counts()) for number in range(period.length)]


def _parts(name: str, counts: Counts) -> tuple[int, int]:
    return (counts.bots, counts.requests) if name == "bots" else (counts.views, counts.visits)
