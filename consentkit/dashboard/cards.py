"""Lists and charts as a template shows them: words, numbers in the reader's form, and markup."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import ROOMS, Point, Words, bar, column_chart, line_chart
from consentkit.dashboard.figures import NO_ANSWER, Overview, Place, Ranking, Span, is_last
from consentkit.dashboard.groups import CLASSES, LONG, metrics_of
from consentkit.dashboard.loads import Hour, Load, Lost
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.wording import Wording

ROWS = 10
SHORT_ROWS = 7
MOST_LOST = 3
LAST_HALVES = 2
"""Places at the end, which are of all requests and half the width."""
HOUR_ROOMS = {0: ("far", "near", "wide"), 6: ("near", "wide"), 12: ("far", "near", "wide"), 18: ("near", "wide")}
"""Hours of the day that get a label under the load chart, and where."""
CODES = ("country", "language")
"""Breakdowns whose values are codes, shown small beside the name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `raw` is the stored value, `code` is shown beside its name, `aside` marks no real value."""

    raw: str
    label: str
    code: str
    count: str
    share: str
    bar: Markup
    aside: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A list's head with what is said under it."""

    key: str
    title: str
    column: str
    unit: str
    by_visits: bool
    rows: tuple[Row, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A list that a place offers."""

    key: str
    title: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Tabbed:
    """A place on the first page: its list, and as `tabs` all that it offers where there are several.

    `half` of the width, else a third.
    """

    group: str
    title: str
    tabs: tuple[Tab, ...]
    card: Card
    half: bool


def rows_of(ranking: Ranking, words: Wording, rows: Sequence[tuple[str, int]]) -> tuple[Row, ...]:
    """The lines of a list; the longest bar belongs to the largest count of a value."""
    largest = max((count for value, count in rows if not is_last(ranking.key, value)), default=0) or 1
    return tuple(
        Row(
            raw=value,
            label=words.value(ranking.key, value),
            code=value if ranking.key in CODES and not value.startswith("(") and len(value) <= 3 else "",
            count=words.number(count),
            share=words.percent(count / ranking.total) if ranking.total else "",
            bar=bar(count / largest),
            aside=value in NO_ANSWER or is_last(ranking.key, value),
        )
        for value, count in rows
    )


def tabbed(places: Sequence[Place], words: Wording, threshold: int | None) -> list[Tabbed]:
    """The places of the first page. Those between the long and the last two are thirds, and halves where a row of
    thirds would not be filled."""
    thirds = len(places) - len(LONG) - LAST_HALVES
    halved = {0: 0, 1: 4, 2: 2}[thirds % 3]
    first_half = len(places) - LAST_HALVES - halved
    return [
        _tabbed(place, words, threshold, half=number < len(LONG) or number >= first_half)
        for number, place in enumerate(places)
    ]


def _tabbed(place: Place, words: Wording, threshold: int | None, *, half: bool) -> Tabbed:
    shown = card(place.ranking, words, threshold, ROWS if place.group in LONG else SHORT_ROWS)
    several = len(place.offered) > 1
    return Tabbed(
        group=place.group,
        title=words.text(f"groups.{place.group}") if several else shown.title,
        tabs=tuple(Tab(key, words.text(f"tabs.{key}"), key == shown.key) for key in place.offered) if several else (),
        card=shown,
        half=half,
    )


def card(ranking: Ranking, words: Wording, threshold: int | None, limit: int = ROWS) -> Card:
    """A list's head as a card."""
    named = [row for row in ranking.rows if not is_last(ranking.key, row[0])]
    rest = [row for row in ranking.rows if is_last(ranking.key, row[0])]
    head = named[: limit - len(rest)] + rest
    return Card(
        key=ranking.key,
        title=words.text(f"cards.{ranking.key}"),
        column=words.text(f"cards.{ranking.key}_column"),
        unit=words.text(f"units.{ranking.metric}"),
        by_visits=len(metrics_of(ranking.key)) > 1,
        rows=rows_of(ranking, words, head),
        note=_note(ranking, words, threshold),
    )


def _note(ranking: Ranking, words: Wording, threshold: int | None) -> str:
    if ranking.key == CLASSES:
        return words.text("cards.counted_all")
    if not ranking.rows:
        unit = words.text(f"units.{ranking.metric}")
        waits = ranking.total and threshold
        return words.text("cards.waiting", threshold=threshold, metric=unit) if waits else words.text("cards.none")
    return words.text("cards.shown", share=words.percent(_floor(ranking.shown)))


def _floor(share: float) -> float:
    """Rounded down to whole per cent: "100 %" is said only of all."""
    return math.floor(share * 100 + 1e-9) / 100 if share >= 0.1 else share


def span_label(span: Span, words: Wording) -> str:
    """How a place of the chart is read out: its day, or the first day of its week."""
    if span.first == span.last:
        return words.weekday(span.first)
    return words.text("chart.week", day=words.day(span.first))


def day_chart(overview: Overview, words: Wording) -> Markup:
    """Views and visits over the period."""
    spans = overview.spans
    inside = [span for span in spans if span.inside]
    shown = {name: label_places(len(spans), room) for name, room in ROOMS.items()}
    top = max(inside, key=lambda span: span.counts.views)
    points = [
        Point(
            label=words.day(span.first),
            reading=words.text(
                "chart.reading",
                place=span_label(span, words),
                views=words.number(span.counts.views),
                visits=words.number(span.counts.visits),
            ),
            values=(span.counts.views, span.counts.visits),
            rooms=tuple(name for name, places in shown.items() if place in places),
            muted=not span.inside,
        )
        for place, span in enumerate(spans)
    ]
    description = words.text(
        "chart.description",
        title=words.text("chart.title"),
        span=words.span(overview.period.first, overview.period.last),
        highest=words.number(top.counts.views),
        day=span_label(top, words),
        views=words.number(overview.counts.views),
        visits=words.number(overview.counts.visits),
    )
    running = spans[-1].last == overview.period.today
    texts = Words(words.text("chart.title"), description, "days")
    return line_chart(points, texts, tick_label=words.compact, running=running)


def load_span(load: Load, words: Wording) -> str:
    """From which hour to which the load is shown."""
    first, last = load.hours[0].start, load.hours[-1].start + dt.timedelta(hours=1)
    return f"{_moment(first, words)} – {_moment(last, words)}"


def _moment(moment: dt.datetime, words: Wording) -> str:
    return f"{words.day(moment.date())} {moment:%H:%M}"


def hour_label(hour: Hour, words: Wording) -> str:
    """How an hour is read out: Mon 23 Nov 14:00."""
    return f"{words.weekday(hour.start.date())} {hour.start:%H:%M}"


def load_chart(load: Load, words: Wording) -> Markup:
    """Requests per hour, the part that ended in a server error darker."""
    top = max(load.hours, key=lambda hour: hour.requests)
    points = [
        Point(
            label=f"{hour.start:%H:%M}" if hour.start.hour else words.day(hour.start.date()),
            reading=words.text(
                "load.reading",
                hour=hour_label(hour, words),
                requests=words.number(hour.requests),
                errors=words.number(hour.errors),
            ),
            values=(hour.requests, hour.errors),
            rooms=HOUR_ROOMS.get(hour.start.hour, ()),
        )
        for hour in load.hours
    ]
    description = words.text(
        "load.description",
        span=load_span(load, words),
        requests=words.number(load.requests),
        highest=words.number(top.requests),
        hour=hour_label(top, words),
    )
    return column_chart(points, Words(words.text("load.title"), description, "load"), tick_label=words.compact)


def load_facts(load: Load, words: Wording) -> list[tuple[str, str, str]]:
    """What is said beside the load chart: (label, value, when or of what)."""
    facts = []
    if load.busiest:
        moment, number = load.busiest
        requests = words.text("load.requests_in_minute", requests=words.number(number))
        facts.append((words.text("load.busiest_minute"), requests, _moment(moment, words)))
    average = words.text("load.per_minute_value", value=words.decimal(load.per_minute))
    facts.append((words.text("load.per_minute"), average, ""))
    share = load.errors / load.requests if load.requests else 0.0
    errors = words.text("load.errors_value", share=words.percent(share))
    facts.append((words.text("load.errors"), words.number(load.errors), errors))
    facts.append((words.text("load.sent"), words.bytes(load.bytes), ""))
    if load.times:
        p50, p95, p99 = (words.milliseconds(value) for value in load.times)
        slowest = words.text("load.answered_slow", p95=p95, p99=p99)
        facts.append((words.text("load.answered"), words.text("load.answered_half", p50=p50), slowest))
    return facts


def lost_times(lost: Sequence[Lost], words: Wording) -> list[str]:
    """What is said of times without all counts: the latest ones one by one, of the others how many there are."""
    said = [
        words.text(
            "lost.twice" if one.twice else "lost.between",
            begin=f"{words.date(one.begin.date())} {one.begin:%H:%M}",
            until=f"{words.date(one.until.date())} {one.until:%H:%M}",
        )
        for one in lost[:MOST_LOST]
    ]
    more = len(lost) - len(said)
    return [*said, words.text("lost.more", count=words.number(more))] if more else said
