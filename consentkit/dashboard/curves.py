"""The chart of the first page as SVG: one figure, what it is compared with, annotations, and times without counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import (
    BOTTOM,
    HEIGHT,
    TOP,
    Point,
    TickLabel,
    Words,
    area,
    bands,
    coordinates,
    frame,
    grid,
    place_labels,
    stretched,
    stroke,
    tick_labels,
    veil,
    x_of,
)
from consentkit.dashboard.scale import ticks


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One place: `point` with its label and reading, its `value`, what it is compared with, and its marks.

    `notes` are the letters of annotations that begin there; `lost` says that counts are missing.
    """

    point: Point
    value: float
    before: float | None
    lost: bool
    notes: tuple[str, ...]


def runs(values: Sequence[float | None]) -> Iterable[tuple[int, list[float]]]:
    """The stretches of a series that have values, each with the place where it begins."""
    start, found = 0, list[float]()
    for place, value in enumerate([*values, None]):
        if value is not None:
            start = start if found else place
            found.append(value)
        elif found:
            yield start, found
            found = []


def curve_chart(
    points: Sequence[CurvePoint], words: Words, *, tick_label: TickLabel, running: bool, height: int = HEIGHT
) -> Markup:
    """An area under a line, the compared line thin and dashed behind it; a last place that is not over dotted."""
    marks = ticks(max((max(point.value, point.before or 0) for point in points), default=0))
    highest, count = marks[-1], len(points)
    readings = [point.point for point in points]
    lines = Markup().join(
        (
            area([point.value for point in points], highest, height),
            *(
                stroke("was", coordinates(run, start, highest, height, count))
                for start, run in runs([p.before for p in points])
            ),
            *_lines([point.value for point in points], highest, height, running=running),
        )
    )
    content = Markup().join(
        (
            _hatch(),
            grid(marks, height),
            _lost(points, height),
            stretched(height, lines),
            veil(readings, height),
            tick_labels(marks, tick_label, height),
            place_labels(readings, height),
            _pins(points, height),
            bands(readings, highest, height, 2),
        )
    )
    return frame(words, height, "lines curve" if count > 1 else "lines curve single", content)


def _lines(values: Sequence[float], highest: float, height: float, *, running: bool) -> Iterable[Markup]:
    count = len(values)
    settled = count - 2 if running else count - 1
    if settled > 0:
        yield stroke("line s0", coordinates(values[: settled + 1], 0, highest, height, count))
    if 0 <= settled < count - 1:
        yield stroke("line so-far s0", coordinates(values[settled:], settled, highest, height, count))


def _hatch() -> Markup:
    return Markup(
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line class="hatching" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>'
    )


def _lost(points: Sequence[CurvePoint], height: float) -> Markup:
    count = len(points)
    band = Markup('<rect class="lost-band" x="{x}%" y="{y}" width="{width}%" height="{tall}" fill="url(#hatch)"/>')
    return Markup().join(
        band.format(
            x=f"{place * 100 / count:.3f}", y=TOP, width=f"{100 / count:.3f}", tall=f"{height - TOP - BOTTOM:g}"
        )
        for place, point in enumerate(points)
        if point.lost
    )


def _pins(points: Sequence[CurvePoint], height: float) -> Markup:
    count = len(points)
    pin = Markup(
        '<g class="pin"><line x1="{x}%" x2="{x}%" y1="{top}" y2="{bottom}"/>'
        '<circle cx="{x}%" cy="{cy}" r="9"/><text x="{x}%" y="{ty}" text-anchor="middle">{letter}</text></g>'
    )
    return Markup().join(
        pin.format(
            x=f"{x_of(place, count):g}",
            top=TOP - 4,
            bottom=f"{height - BOTTOM:g}",
            cy=TOP - 13,
            ty=TOP - 9,
            letter=letters,
        )
        for place, point in enumerate(points)
        if (letters := "".join(point.notes[:1]) + ("+" if len(point.notes) > 1 else ""))
    )
