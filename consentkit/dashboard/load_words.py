"""The load page in words: its figures, charts and tables as a template shows them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import HOUR_ROOMS, Point, Words, bar
from consentkit.dashboard.load_charts import Lane, Times, course_chart, times_chart
from consentkit.dashboard.load_figures import LoadFigures
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.wording import Wording
from consentkit.stats.course import Stretch
from consentkit.stats.load import BUSIEST, MOST_AT_ONCE
from consentkit.stats.spans import HOUR, WEEK

NOTHING = "–"
STATUSES = ("2xx", "3xx", "4xx", "5xx")
LABELLED_DAYS = 3
"""Days whose hours get labels of their own; of more only the midnights do."""
FULL_ROOMS = {"far": 3, "near": 7, "wide": 13}
"""Labels that fit under a chart beside whose axis its labels stand."""
HALF_ROOMS = {"far": 3, "near": 3, "wide": 6}
"""Labels that fit under a chart that has half the width, but on a phone."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure with what is said under it; `key` names its explanation."""

    key: str
    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class StatusRow:
    """Answers of one class of status."""

    name: str
    label: str
    count: str
    share: str
    bar: Markup


def place_label(start: dt.datetime, kind: str, words: Wording) -> str:
    """How a place of a chart is read out: its hour, its day, or the first day of its week."""
    if kind == HOUR:
        return f"{words.weekday(start.date())} {start:%H:%M}"
    return words.text("chart.week", day=words.day(start.date())) if kind == WEEK else words.weekday(start.date())


def headlines(figures: LoadFigures, words: Wording) -> list[Figure]:
    """What operations ask first: how much, how well, how fast, and the peaks."""
    whole, before = figures.whole, figures.before
    known = sum(whole.statuses.values())

    def was(value: str) -> str:
        return words.text("figures.was", value=value) if before is not None and before.requests else ""

    def peak(key: str, metric: str) -> Figure:
        amount, when = figures.highest[metric]
        note = f"{words.weekday(when.date())} {when:%H:%M}" if when and amount else ""
        return Figure(key, words.text(f"operations.{key}"), words.number(amount) if amount else NOTHING, note)

    p50, p95, p99 = (whole.times[name] for name in ("p50_ms", "p95_ms", "p99_ms"))
    times = NOTHING if p95 is None else words.milliseconds(p95)
    within = ""
    if p50 is not None and p99 is not None:
        within = words.text("operations.within", p50=words.milliseconds(p50), p99=words.milliseconds(p99))
    errors = words.percent(whole.errors / known) if known else NOTHING
    return [
        Figure(
            "requests",
            words.text("figures.requests"),
            words.compact(whole.requests),
            was(words.compact(before.requests)) if before else "",
        ),
        Figure(
            "errors",
            words.text("load.errors"),
            errors,
            words.text("operations.errors_count", count=words.number(whole.errors)),
        ),
        Figure("p95", words.text("operations.p95"), times, within),
        Figure(
            "bytes", words.text("load.sent"), words.bytes(whole.bytes), was(words.bytes(before.bytes)) if before else ""
        ),
        peak("busiest_second", BUSIEST),
        # Logs and exports that were imported do not tell it.
        *([peak("most_at_once", MOST_AT_ONCE)] if figures.highest[MOST_AT_ONCE][0] else []),
    ]


def course_svg(figures: LoadFigures, words: Wording) -> Markup:
    """Requests by hour, day or week, with server errors, lost counts and campaigns."""
    rooms = _rooms([*(stretch.start for stretch in figures.course), *figures.to_come], figures.kind)
    points = [
        Point(
            label=_short(stretch.start, figures.kind, words),
            reading=_reading(figures, place, words),
            values=(stretch.served.requests, stretch.served.errors),
            rooms=rooms[place],
        )
        for place, stretch in enumerate(figures.course)
    ]
    points += _to_come(figures, rooms, (0, 0), words)
    top = max(figures.course, key=lambda stretch: stretch.served.requests)
    description = words.text(
        "operations.course_description",
        span=words.span(figures.period.first, figures.period.last),
        requests=words.number(figures.whole.requests),
        highest=words.number(top.served.requests),
        place=place_label(top.start, figures.kind, words),
    )
    lanes = [
        Lane(
            words.text("operations.campaign", name=ran.name, views=words.number(ran.views)),
            (*ran.places, *(0 for _ in figures.to_come)),
        )
        for ran in figures.campaigns
    ]
    texts = Words(words.text("operations.course"), description, "course")
    return course_chart(points, texts, tick_label=words.compact, lanes=lanes, patchy=figures.patchy)


def _to_come(
    figures: LoadFigures, rooms: Sequence[tuple[str, ...]], values: tuple[int, ...], words: Wording
) -> list[Point]:
    """Places for the hours of a day that is not over, so that it is drawn as wide as it will be."""
    return [
        Point(
            _short(start, figures.kind, words),
            words.text("operations.to_come", place=place_label(start, figures.kind, words)),
            values,
            rooms[len(figures.course) + number],
        )
        for number, start in enumerate(figures.to_come)
    ]


def _reading(figures: LoadFigures, place: int, words: Wording) -> str:
    stretch = figures.course[place]
    parts = [
        words.text(
            "load.reading",
            hour=place_label(stretch.start, figures.kind, words),
            requests=words.number(stretch.served.requests),
            errors=words.number(stretch.served.errors),
        )
    ]
    if place in figures.patchy:
        parts.append(words.text("operations.patchy"))
    parts += [
        words.text("operations.ran", name=ran.name, views=words.number(ran.places[place]))
        for ran in figures.campaigns
        if ran.places[place]
    ]
    return "; ".join(parts)


def times_svg(figures: LoadFigures, words: Wording) -> Markup | None:
    """Within which time half, 95 and 99 per cent were answered; None where no time was told."""
    told = [stretch for stretch in figures.course if stretch.served.times["p95_ms"] is not None]
    if not told:
        return None
    rooms = _rooms([*(stretch.start for stretch in figures.course), *figures.to_come], figures.kind)
    times = [
        Times(
            Point(
                _short(stretch.start, figures.kind, words),
                _times_reading(stretch, figures.kind, words),
                (),
                rooms[place],
            ),
            tuple(stretch.served.times.values()),
        )
        for place, stretch in enumerate(figures.course)
    ]
    times += [Times(point, (None, None, None)) for point in _to_come(figures, rooms, (), words)]
    slowest = max(told, key=lambda stretch: stretch.served.times["p95_ms"] or 0.0)
    description = words.text(
        "operations.times_description",
        span=words.span(figures.period.first, figures.period.last),
        p95=words.milliseconds(slowest.served.times["p95_ms"] or 0.0),
        place=place_label(slowest.start, figures.kind, words),
    )
    texts = Words(words.text("load.answered"), description, "times")
    return times_chart(times, texts, tick_label=lambda micros: words.milliseconds(micros / 1000))


def _times_reading(stretch: Stretch, kind: str, words: Wording) -> str:
    place, values = place_label(stretch.start, kind, words), stretch.served.times.values()
    if None in values:
        return words.text("operations.times_unknown", place=place)
    p50, p95, p99 = (words.milliseconds(value) for value in values if value is not None)
    return words.text("operations.times_reading", place=place, p50=p50, p95=p95, p99=p99)


def makers_svg(figures: LoadFigures, words: Wording) -> Markup:
    """Requests by day with the part that bots made."""
    kind = WEEK if figures.kind == WEEK else "day"
    starts = [dt.datetime.combine(maker.start, dt.time()) for maker in figures.makers]
    rooms = _rooms(starts, kind, HALF_ROOMS)
    points = [
        Point(
            label=words.day(maker.start),
            reading=words.text(
                "operations.makers_reading",
                place=place_label(start, kind, words),
                share=words.percent(maker.bots / maker.requests if maker.requests else 0.0),
                bots=words.number(maker.bots),
                requests=words.number(maker.requests),
            ),
            values=(maker.requests, maker.bots),
            rooms=tuple(room for room in rooms[place] if room != "wide")
            + (("wide",) if "near" in rooms[place] else ()),
        )
        for place, (maker, start) in enumerate(zip(figures.makers, starts, strict=True))
    ]
    description = words.text(
        "operations.makers_description",
        span=words.span(figures.period.first, figures.period.last),
        share=words.percent(figures.bots_share or 0.0),
    )
    texts = Words(words.text("figures.bots"), description, "makers")
    return course_chart(points, texts, tick_label=words.compact)


def statuses(figures: LoadFigures, words: Wording) -> list[StatusRow]:
    """Answers by class of status, of the requests of which it is known."""
    counts = {name: figures.whole.statuses.get(name, 0) for name in STATUSES}
    known = sum(figures.whole.statuses.values())
    return [
        StatusRow(
            name,
            words.text(f"operations.status_{name}"),
            words.number(count),
            words.percent(count / known) if known else "",
            bar(count / known if known else 0.0),
        )
        for name, count in counts.items()
    ]


def _short(start: dt.datetime, kind: str, words: Wording) -> str:
    return f"{start:%H:%M}" if kind == HOUR and start.hour else words.day(start.date())


def _rooms(starts: Sequence[dt.datetime], kind: str, room: Mapping[str, int] = FULL_ROOMS) -> list[tuple[str, ...]]:
    """The widths at which each place has a label."""
    if kind == HOUR and len(starts) <= LABELLED_DAYS * 24 + 1:
        return [HOUR_ROOMS.get(start.hour, ()) for start in starts]
    labelled = [place for place, start in enumerate(starts) if kind != HOUR or start.hour == 0]
    shown = {name: {labelled[number] for number in label_places(len(labelled), most)} for name, most in room.items()}
    return [tuple(name for name, places in shown.items() if place in places) for place in range(len(starts))]
