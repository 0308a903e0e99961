"""The charts of the load page, made of the parts of `charts`: columns with what lies over them, times, a forecast."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import (
    BOTTOM,
    TOP,
    Point,
    TickLabel,
    Words,
    bands,
    coordinates,
    frame,
    grid,
    place_labels,
    stretched,
    stroke,
    x_of,
    y_of,
)
from consentkit.dashboard.scale import ticks

HEIGHT = 240
LANE = 34
"""Pixels of a campaign's lane under the columns."""
STEPS = 4
"""Strengths in which a campaign's views are told apart."""
FACTORS = (1, 3)
"""Marks of a logarithmic axis: 1, 3, 10, 30 …"""


@dataclass(frozen=True, slots=True)
class Lane:
    """What ran over the load: its label, and how much of it in each place."""

    label: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """A place of the chart of times: as a Point, with the milliseconds of each series; None where none were told."""

    point: Point
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """A place of the chart of a forecast: `low` and `high` are None for what has come already."""

    point: Point
    value: float
    low: float | None = None
    high: float | None = None


def course_chart(
    points: Sequence[Point],
    words: Words,
    *,
    tick_label: TickLabel,
    lanes: Sequence[Lane] = (),
    patchy: frozenset[int] = frozenset(),
) -> Markup:
    """Columns over time, the second value of a point as the darker foot of its column; lanes lie under them.

    `patchy` places are hatched: of them counts are missing. The style sheet leaves room for the axis beside it.
    """
    marks = ticks(max((point.values[0] for point in points), default=0), 4)
    height = HEIGHT + LANE * len(lanes)
    content = Markup().join(
        (
            grid(marks, HEIGHT),
            _labels_beside([(y_of(mark, marks[-1], HEIGHT), tick_label(mark)) for mark in marks]),
            _hatched(points, patchy),
            _columns(points, marks[-1]),
            place_labels(points, HEIGHT),
            *(_lane(lane, HEIGHT + LANE * number) for number, lane in enumerate(lanes)),
            bands(points, marks[-1], height, 0),
        )
    )
    return frame(words, height, "columns beside", content)


def _labels_beside(labels: Sequence[tuple[float, str]]) -> Markup:
    """The marks of the axis, each with how far down it is, to the left of the plot: columns would cover them."""
    text = Markup('<text class="tick" x="-8" y="{y}" text-anchor="end">{label}</text>')
    return Markup().join(text.format(y=f"{down + 4:g}", label=label) for down, label in labels)


def _columns(points: Sequence[Point], highest: float) -> Markup:
    column = Markup('<rect class="column s{number}" x="{x}%" y="{y}" width="{width}%" height="{tall}"/>')
    count, found = len(points), []
    for place, point in enumerate(points):
        x, width = f"{(place + 0.14) * 100 / count:.3f}", f"{72 / count:.3f}"
        for number, value in enumerate(point.values):
            y = y_of(value, highest, HEIGHT)
            if value:
                found.append(
                    column.format(number=number, x=x, y=f"{y:g}", width=width, tall=f"{HEIGHT - BOTTOM - y:g}")
                )
    return Markup().join(found)


def _hatched(points: Sequence[Point], patchy: frozenset[int]) -> Markup:
    if not patchy:
        return Markup()
    pattern = Markup(
        '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hatch" d="M0 0V6"/></pattern>'
    )
    place = Markup('<rect class="patchy" fill="url(#hatch)" x="{x}%" y="{top}" width="{width}%" height="{tall}"/>')
    width, tall = f"{100 / len(points):.3f}", f"{HEIGHT - TOP - BOTTOM:g}"
    return pattern + Markup().join(
        place.format(x=f"{number * 100 / len(points):.3f}", top=TOP, width=width, tall=tall)
        for number in sorted(patchy)
    )


def _lane(lane: Lane, top: float) -> Markup:
    most, count = max(lane.places, default=0) or 1, len(lane.places)
    mark = Markup('<rect class="ran r{step}" x="{x}%" y="{y}" width="{width}%" height="10"/>')
    marks = Markup().join(
        mark.format(
            step=max(1, math.ceil(views * STEPS / most)), x=f"{place * 100 / count:.3f}", y=f"{top + 18:g}",
            width=f"{100 / count:.3f}",
        )
        for place, views in enumerate(lane.places)
        if views
    )  # fmt: skip
    return Markup('<text class="lane" x="0" y="{y}">{label}</text>{base}{marks}').format(
        y=f"{top + 13:g}",
        label=lane.label,
        base=Markup('<rect class="ran r0" x="0" y="{y}" width="100%" height="10"/>').format(y=f"{top + 18:g}"),
        marks=marks,
    )


def times_chart(times: Sequence[Times], words: Words, *, tick_label: TickLabel) -> Markup:
    """A line for each series over a logarithmic axis; `tick_label` writes a number of microseconds."""
    values = [value for one in times for value in one.values if value is not None]
    marks = log_ticks(min(values), max(values)) if values else [1.0, 10.0]
    points = [one.point for one in times]

    def y(value: float) -> float:
        low, high = math.log10(marks[0]), math.log10(marks[-1])
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (math.log10(value) - low) / (high - low)), 2)

    line = Markup('<line class="grid{zero}" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
    lines = Markup().join(_broken(times, number, y) for number in range(len(times[0].values)))
    content = Markup().join(
        (
            *(line.format(zero="" if place else " zero", y=f"{y(mark):g}") for place, mark in enumerate(marks)),
            stretched(HEIGHT, lines),
            _labels_beside([(y(mark), tick_label(round(mark * 1000))) for mark in marks]),
            place_labels(points, HEIGHT),
            bands(points, 1, HEIGHT, 0),
        )
    )
    return frame(words, HEIGHT, "lines beside", content)


def log_ticks(lowest: float, highest: float) -> list[float]:
    """Marks of 1 and 3 times ten to a power, from at most the lowest to at least the highest value, at least two."""
    low = math.floor(math.log10(lowest)) - 1  # a float just below a power of ten has that power as its logarithm
    marks = [factor * 10.0**power for power in range(low, low + 16) for factor in FACTORS]
    first = max((place for place, mark in enumerate(marks) if mark <= lowest), default=0)
    last = next((place for place, mark in enumerate(marks) if mark >= highest), len(marks) - 1)
    return marks[first : max(last, first + 1) + 1]


def _broken(times: Sequence[Times], number: int, y: Callable[[float], float]) -> Markup:
    """A line that stops where nothing is known; a single value between such places is a short stroke."""
    count, half = len(times), 25 / len(times)
    steps: list[str] = []
    pen = "M"
    for place, one in enumerate(times):
        value = one.values[number]
        if value is None:
            pen = "M"
            continue
        alone = pen == "M" and (place + 1 == count or times[place + 1].values[number] is None)
        x = x_of(place, count)
        steps.append(f"M{x - half:g} {y(value):g}H{x + half:g}" if alone else f"{pen}{x:g} {y(value):g}")
        pen = "L"
    return stroke(f"line t{number}", "".join(steps)) if steps else Markup()


def forecast_chart(places: Sequence[Expected], words: Words, *, tick_label: TickLabel) -> Markup:
    """What came as a line, what is expected as a dashed one in the band that holds nine days of ten."""
    marks = ticks(max((place.high or place.value for place in places), default=0), 4)
    points, highest, count = [place.point for place in places], marks[-1], len(places)
    begins = next((number for number, place in enumerate(places) if place.high is not None), count)

    def along(values: Sequence[float], start: int) -> str:
        return coordinates(values, start, highest, HEIGHT, count)

    # A polygon there along the upper bounds and back along the lower ones.
    high = along([place.high or 0.0 for place in places[begins:]], begins)
    low = along([place.low or 0.0 for place in places[begins:]], begins)[1:].split("L")
    values, joined = [place.value for place in places], max(begins - 1, 0)
    drawn = Markup().join(
        (
            Markup('<path class="likely" d="{high}L{low}Z"/>').format(high=high, low="L".join(low[::-1])),
            stroke("line s0", along(values[:begins], 0)) if begins else Markup(),
            stroke("line s0 ahead", along(values[joined:], joined)),
        )
    )
    content = Markup().join(
        (
            grid(marks, HEIGHT),
            stretched(HEIGHT, drawn),
            _labels_beside([(y_of(mark, highest, HEIGHT), tick_label(mark)) for mark in marks]),
            place_labels(points, HEIGHT),
            bands(points, highest, HEIGHT, 1),
        )
    )
    return frame(words, HEIGHT, "lines beside", content)
