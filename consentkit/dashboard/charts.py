"""Charts as SVG text: pure functions from values to markup, no script, no style attribute.

Horizontal places are percentages of the outer SVG, which has no viewBox: it fills whatever width it gets while
text keeps its size, so the same chart is legible at 320 px and at 1920 px. Lines and areas, whose coordinates
cannot be percentages, lie in an inner SVG that stretches under them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.scale import ticks

HEIGHT = 280
TOP = 26
BOTTOM = 28
ROOMS = {"far": 4, "near": 8, "wide": 14}
"""How many labels fit on a phone, on a tablet and on a wide screen; the names are classes in the style sheet."""
HOUR_ROOMS = {0: ("far", "near", "wide"), 6: ("near", "wide"), 12: ("far", "near", "wide"), 18: ("near", "wide")}
"""Hours of the day that get a label under a chart of up to two days, and where."""

TickLabel = Callable[[int], str]
"""Writes a value of the axis in the reader's language."""


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the chart: the label under it, how it is read out, and its values, one for each series.

    `rooms` are the widths at which the label is shown, `muted` marks a place before the period.
    """

    label: str
    reading: str
    values: tuple[float, ...]
    rooms: tuple[str, ...] = ()
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a chart: `title` and `description` are for screen readers, `identifier` is unique on the page."""

    title: str
    description: str
    identifier: str


def y_of(value: float, highest: float, height: float) -> float:
    """How far down a value lies, in pixels."""
    return round(TOP + (height - TOP - BOTTOM) * (1 - value / highest), 2)


def x_of(place: int, count: int) -> float:
    """The middle of a place's band, in per cent."""
    return round((place + 0.5) * 100 / count, 3)


def coordinates(values: Sequence[float], start: int, highest: float, height: float, count: int) -> str:
    """The places and heights of a run of values that begins at a place, as a path has them."""
    steps = (f"{x_of(start + i, count):g} {y_of(value, highest, height):g}" for i, value in enumerate(values))
    return "M" + "L".join(steps)


def stroke(kind: str, d: str) -> Markup:
    """A line along a path; `kind` are its classes. It is as thin as ever where its inner SVG is stretched."""
    return Markup('<path class="{kind}" d="{d}" vector-effect="non-scaling-stroke"/>').format(kind=kind, d=d)


def area(values: Sequence[float], highest: float, height: float) -> Markup:
    """What lies under a line over all places."""
    count, base = len(values), f"{height - BOTTOM:g}"
    line = coordinates(values, 0, highest, height, count)
    closed = f"{line}L{x_of(count - 1, count):g} {base}L{x_of(0, count):g} {base}Z"
    return Markup('<path class="area" d="{d}"/>').format(d=closed)


def grid(marks: Sequence[int], height: float) -> Markup:
    """A line across for each mark of the axis."""
    line = Markup('<line class="grid{zero}" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
    return Markup().join(
        line.format(zero="" if mark else " zero", y=f"{y_of(mark, marks[-1], height):g}") for mark in marks
    )


def tick_labels(marks: Sequence[int], tick_label: TickLabel, height: float) -> Markup:
    """Above their lines, inside the plot: so the plot needs no margin of a width that nobody knows."""
    text = Markup('<text class="tick" x="0" y="{y}">{label}</text>')
    return Markup().join(
        text.format(y=f"{y_of(mark, marks[-1], height) - 6:g}", label=tick_label(mark)) for mark in marks if mark
    )


def place_labels(points: Sequence[Point], height: float) -> Markup:
    """The labels under the places that have one."""
    count = len(points)
    text = Markup('<text class="place {names}" x="{x}%" y="{y}" text-anchor="{anchor}">{label}</text>')
    rows = []
    for place, point in enumerate(points):
        if not point.rooms:
            continue
        # A label at the very edge would be cut off by it.
        x, anchor = x_of(place, count), "middle"
        if count > 7 and x < 4:
            x, anchor = 0, "start"
        elif count > 7 and x > 96:
            x, anchor = 100, "end"
        names = " ".join(point.rooms)
        rows.append(text.format(names=names, x=f"{x:g}", y=f"{height - 7:g}", anchor=anchor, label=point.label))
    return Markup().join(rows)


def bands(points: Sequence[Point], highest: float, height: float, dots: int) -> Markup:
    """A band for each place: what the pointer hits, with the reading as its title."""
    count = len(points)
    band = Markup(
        '<g class="band"><title>{reading}</title>'
        '<rect class="hit" x="{left}%" y="0" width="{width}%" height="{height}"/>'
        '<line class="guide" x1="{x}%" x2="{x}%" y1="{top}" y2="{bottom}"/>{circles}</g>'
    )
    dot = Markup('<circle class="dot s{number}" cx="{x}%" cy="{y}" r="4"/>')
    rows = []
    for place, point in enumerate(points):
        x = f"{x_of(place, count):g}"
        circles = Markup().join(
            dot.format(number=number, x=x, y=f"{y_of(value, highest, height):g}")
            for number, value in enumerate(point.values[:dots])
        )
        left, width = f"{place * 100 / count:.3f}", f"{100 / count:.3f}"
        rows.append(
            band.format(
                reading=point.reading,
                left=left,
                width=width,
                height=f"{height:g}",
                x=x,
                top=TOP,
                bottom=f"{height - BOTTOM:g}",
                circles=circles,
            )
        )
    return Markup().join(rows)


def _series(points: Sequence[Point], number: int, highest: float, height: float, settled: int) -> Markup:
    """One line; the part after place `settled` (a day that is not over) is dotted."""
    count = len(points)
    values = [point.values[number] for point in points]
    parts = [("line", values[: settled + 1], 0)]
    if settled < count - 1:
        parts.append(("line so-far", values[settled:], settled))
    return Markup().join(
        stroke(f"{kind} s{number}", coordinates(part, start, highest, height, count))
        for kind, part, start in parts
        if len(part) > 1
    )


def frame(words: Words, height: float, kind: str, content: Markup) -> Markup:
    """The outer SVG, with what a screen reader says of it; `kind` is its class."""
    return Markup(
        '<svg class="chart {kind}" width="100%" height="{height}" role="img" tabindex="0" '
        'aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{title}</title>'
        '<desc id="{id}-desc">{description}</desc>{content}</svg>'
    ).format(
        kind=kind,
        height=f"{height:g}",
        id=words.identifier,
        title=words.title,
        description=words.description,
        content=content,
    )


def stretched(height: float, content: Markup) -> Markup:
    """What has coordinates from 0 to 100 across, as wide as the chart."""
    return Markup(
        '<svg x="0" y="0" width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none">'
        "{content}</svg>"
    ).format(height=f"{height:g}", content=content)


def line_chart(
    points: Sequence[Point], words: Words, *, tick_label: TickLabel, running: bool = False, height: int = HEIGHT
) -> Markup:
    """Lines over days: the first series as an area with a solid line, the second dashed; a running last day dotted."""
    marks = ticks(max((value for point in points for value in point.values), default=0))
    highest, count = marks[-1], len(points)
    settled = count - 2 if running else count - 1
    numbers = range(len(points[0].values))
    lines = Markup().join(_series(points, number, highest, height, settled) for number in numbers)
    content = Markup().join(
        (
            grid(marks, height),
            stretched(height, area([point.values[0] for point in points], highest, height) + lines),
            veil(points, height),
            tick_labels(marks, tick_label, height),
            place_labels(points, height),
            bands(points, highest, height, len(numbers)),
        )
    )
    return frame(words, height, "lines" if count > 1 else "lines single", content)


def veil(points: Sequence[Point], height: float) -> Markup:
    """Over the days that lie before the period."""
    count = sum(point.muted for point in points)
    if not count:
        return Markup()
    return Markup('<rect class="veil" x="0" y="{top}" width="{width}%" height="{tall}"/>').format(
        top=TOP, width=f"{count * 100 / len(points):.3f}", tall=f"{height - TOP - BOTTOM:g}"
    )


def bar(share: float) -> Markup:
    """A horizontal bar filling a share (0–1) of the box it lies in."""
    width = f"{min(max(share, 0), 1) * 100:.2f}"
    return Markup(
        '<svg class="bar" width="100%" height="100%" aria-hidden="true" focusable="false">'
        '<rect width="{width}%" height="100%" rx="3"/></svg>'
    ).format(width=width)
