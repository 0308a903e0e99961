"""The chart of the first page in the reader's language: what its places say, its table, and its texts."""

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.cards import chips
from consentkit.dashboard.charts import HOUR_ROOMS, ROOMS, Point
from consentkit.dashboard.charts import Words as ChartWords
from consentkit.dashboard.curves import CurvePoint, curve_chart
from consentkit.dashboard.figures import Counts, Facts
from consentkit.dashboard.overview import Overview
from consentkit.dashboard.scale import label_places
from consentkit.dashboard.series import Curve, Spot
from consentkit.dashboard.slides import Slide, slide
from consentkit.dashboard.state import figures_of
from consentkit.dashboard.tiles import SIGNS, change_text, figure_text, tiles
from consentkit.dashboard.wording import Wording

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FEW_HOURS = 48


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation under the chart; `letter` stands on the chart, `days` is its days in words."""

    id: int
    letter: str
    first: dt.date
    last: dt.date
    days: str
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Table:
    """The table behind the chart: its columns, and for each place its name and texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def letter_of(number: int) -> str:
    """The letter of an annotation; after Z it begins again, as there is no room for two."""
    return LETTERS[number % len(LETTERS)]


def notes_of(curve: Curve, words: Wording) -> list[Note]:
    """The annotations of the chart, in its order."""
    return [
        Note(
            note.id,
            letter_of(number),
            note.first,
            note.last,
            words.span(note.first, note.last),
            note.text,
            note.author,
        )
        for number, note in enumerate(curve.notes)
    ]


def title_of(curve: Curve, words: Wording) -> str:
    """What the chart shows: Views per day."""
    return f"{words.text(f'figures.{curve.figure}')} {words.text(f'chart.per_{curve.step}')}"


def spot_name(first: dt.date, last: dt.date, step: str, words: Wording) -> str:
    """How a place is read out: Mon 23 Nov 14:00, Mon 23 Nov, 23 – 29 Nov 2026, Nov 2026."""
    if isinstance(first, dt.datetime):
        return f"{words.weekday(first.date())} {first:%H:%M}"
    if step == "month":
        whole = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
        return words.month(first) if whole else words.span(first, last)
    return words.weekday(first) if first == last else words.span(first, last)


def chart_of(overview: Overview, words: Wording) -> Markup:
    """The chart as SVG."""
    curve = overview.curve
    title = title_of(curve, words)
    period = overview.state.period
    inside = [spot for spot in curve.spots if spot.inside] or list(curve.spots)
    top = max(inside, key=lambda spot: spot.counts.figure(curve.figure))
    description = words.text(
        "chart.summary",
        title=title,
        span=words.span(period.first, period.last),
        highest=figure_text(curve.figure, top.counts.figure(curve.figure), words),
        place=spot_name(top.first, top.last, curve.step, words),
    )
    return curve_chart(
        points_of(overview, words),
        ChartWords(title, description, "curve"),
        tick_label=lambda value: tick_text(curve.figure, value, words),
        running=curve.running,
    )


def tick_text(figure: str, value: int, words: Wording) -> str:
    """A mark of the axis."""
    return words.percent(value / 100) if figure == "bots" else words.compact(value)


def points_of(overview: Overview, words: Wording) -> list[CurvePoint]:
    """The places of the chart with everything that they say."""
    curve, spots = overview.curve, overview.curve.spots
    shown = {name: label_places(len(spots), room) for name, room in ROOMS.items()}
    return [
        CurvePoint(
            point=Point(
                label=_label(spot, curve.step, words),
                reading=_reading(overview, spot, words),
                values=tuple(
                    counts.figure(curve.figure) for counts in (spot.counts, spot.before) if counts is not None
                ),
                rooms=_rooms(spot, place, len(spots), shown),
                muted=not spot.inside,
            ),
            value=spot.counts.figure(curve.figure),
            before=None if spot.before is None else spot.before.figure(curve.figure),
            lost=spot.lost,
            notes=tuple(letter_of(number) for number in spot.notes),
        )
        for place, spot in enumerate(spots)
    ]


def _label(spot: Spot, step: str, words: Wording) -> str:
    if isinstance(spot.first, dt.datetime):
        return f"{spot.first:%H:%M}" if spot.first.hour else words.day(spot.first.date())
    return words.month(spot.first) if step == "month" else words.day(spot.first)


def _rooms(spot: Spot, place: int, count: int, shown: dict[str, list[int]]) -> tuple[str, ...]:
    if isinstance(spot.first, dt.datetime):
        if count <= FEW_HOURS:
            return HOUR_ROOMS.get(spot.first.hour, ())
        return ("far", "near", "wide") if spot.first.hour == 0 else ()
    return tuple(name for name, places in shown.items() if place in places)


def _reading(overview: Overview, spot: Spot, words: Wording) -> str:
    """What a place says, line by line: where, how many, what it was, what is known of it."""
    curve, figure = overview.curve, overview.curve.figure
    value = spot.counts.figure(figure)
    unit = words.text(f"figures.{figure}")
    lines = [f"{spot_name(spot.first, spot.last, curve.step, words)}: {figure_text(figure, value, words)} {unit}"]
    if spot.before is not None:
        was = spot.before.figure(figure)
        text = words.text(
            "chart.before", place=before_name(overview, spot, words), value=figure_text(figure, was, words)
        )
        lines.append(text + (f" ({change_text(figure, value, was, words)})" if was else ""))
    if spot.lost:
        lines.append(words.text("lost.title"))
    lines += [curve.notes[number].text for number in spot.notes]
    return "\n".join(lines)


def before_name(overview: Overview, spot: Spot, words: Wording) -> str:
    """The name of the days or the hour that a place is compared with."""
    if overview.compared is None:
        return ""
    shift = overview.compared.shift
    return spot_name(spot.first - shift, spot.last - shift, overview.curve.step, words)


def table_of(overview: Overview, words: Wording) -> Table:
    """Each place of the period with its figures, and beside them what the drawn one is compared with."""
    curve = overview.curve
    figures = ("requests",) if curve.step == "hour" else figures_of(overview.state.filters)
    compared = any(spot.before for spot in curve.spots)
    columns = [words.text(f"chart.column_{curve.step}"), *(words.text(f"figures.{name}") for name in figures)]
    if compared:
        columns.append(words.text("chart.column_before", figure=words.text(f"figures.{curve.figure}")))
    rows = []
    for spot in curve.spots:
        if spot.inside:
            texts = [figure_text(name, spot.counts.figure(name), words) for name in figures]
            before = [_of(spot.before, curve.figure, words)] if compared else []
            rows.append((spot_name(spot.first, spot.last, curve.step, words), (*texts, *before)))
    return Table(tuple(columns), tuple(rows))


def _of(counts: Counts | None, figure: str, words: Wording) -> str:
    return "–" if counts is None else figure_text(figure, counts.figure(figure), words)


def picture_of(overview: Overview, facts: Facts, site: str, words: Wording) -> str:
    """The chart as an SVG file for a slide."""
    curve, period = overview.curve, overview.state.period
    tile = next((tile for tile in tiles(overview, words) if tile.drawn), None)
    delta = tile.delta if tile else None
    filters = [f"{chip.breakdown}: {chip.value}" for chip in chips(overview.state.filters, words)]
    compared = ""
    if overview.compared:
        before = overview.compared.before
        compared = words.text("period.compared", span=words.span(before.first, before.last))
    marks = [words.text("page.sample")] if facts.sampled(period.first, period.last) else []
    marks += [words.text("lost.title")] if any(spot.lost for spot in curve.spots) else []
    texts = Slide(
        title=title_of(curve, words),
        subtitle=" · ".join([site, words.span(period.first, period.last), *filters]),
        value=tile.value if tile else "",
        change=f"{SIGNS[delta.direction]} {delta.text}, {delta.verdict.text}" if delta else "",
        compared=compared,
        notes=tuple(f"{note.letter} {note.text}" for note in notes_of(curve, words)),
        marks=" · ".join([*marks, words.text("page.principle")]),
    )
    return slide(
        points_of(overview, words),
        texts,
        tick_label=lambda value: tick_text(curve.figure, value, words),
        running=curve.running,
    )
