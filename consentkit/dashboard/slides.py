"""The chart as a picture for a slide or a page: an SVG file that holds everything it needs.

Colours and fonts are attributes, so that it looks the same wherever it is put: nothing of it depends on a style sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import TickLabel
from consentkit.dashboard.curves import CurvePoint, runs
from consentkit.dashboard.scale import label_places, ticks

WIDTH, HEIGHT = 1280, 720
"""The shape of a slide."""
LEFT, RIGHT, TOP, BOTTOM = 120, 56, 236, 118
LABELS = 12
FONT = "Segoe UI, Helvetica Neue, Arial, sans-serif"
INK, SOFT, GRID, LINE, WAS, PAPER = "#141824", "#596277", "#e3e6ee", "#2f4fd0", "#868fa5", "#ffffff"


@dataclass(frozen=True, slots=True)
class Slide:
    """The texts of the picture. `notes` are annotations, each with its letter; `marks` is said at the foot."""

    title: str
    subtitle: str
    value: str
    change: str
    compared: str
    notes: tuple[str, ...]
    marks: str


def slide(points: Sequence[CurvePoint], texts: Slide, *, tick_label: TickLabel, running: bool) -> Markup:
    """The picture as an SVG document."""
    marks = ticks(max((max(point.value, point.before or 0) for point in points), default=0), 4)
    plot = _Plot(len(points), marks[-1])
    content = Markup().join(
        (
            _grid(plot, marks, tick_label),
            _labels(plot, points),
            _lost(plot, points),
            _curves(plot, points, running=running),
            _pins(plot, points),
            _head(texts),
            _foot(texts),
        )
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="{font}"><title>{title}</title><desc>{subtitle}</desc>'
        '<rect width="{width}" height="{height}" fill="{paper}"/>{content}</svg>\n'
    ).format(
        width=WIDTH,
        height=HEIGHT,
        font=FONT,
        title=f"{texts.title}, {texts.subtitle}",
        subtitle=f"{texts.value} {texts.change} {texts.compared}".strip(),
        paper=PAPER,
        content=content,
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    count: int
    highest: float

    def x(self, place: float) -> float:
        return round(LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / self.count, 1)

    def y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.highest), 1)

    def path(self, values: Sequence[float], start: int) -> str:
        return "M" + "L".join(f"{self.x(start + place):g} {self.y(value):g}" for place, value in enumerate(values))


def text_at(
    x: float, y: float, size: int, text: str, *, fill: str = SOFT, anchor: str = "start", bold: bool = False
) -> Markup:
    """A line of text."""
    return Markup(
        '<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{weight}>{text}</text>'
    ).format(
        x=x, y=y, size=size, fill=fill, anchor=anchor, weight=Markup(' font-weight="600"') if bold else "", text=text
    )


def _line(begin: tuple[float, float], end: tuple[float, float], stroke: str, dashes: str = "none") -> Markup:
    return Markup(
        '<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}" stroke-dasharray="{dashes}"/>'
    ).format(x1=begin[0], y1=begin[1], x2=end[0], y2=end[1], stroke=stroke, dashes=dashes)


def _grid(plot: _Plot, marks: Sequence[int], tick_label: TickLabel) -> Markup:
    return Markup().join(
        _line((LEFT, plot.y(mark)), (WIDTH - RIGHT, plot.y(mark)), GRID if mark else WAS)
        + text_at(LEFT - 16, plot.y(mark) + 6, 18, tick_label(mark), anchor="end")
        for mark in marks
    )


def _labels(plot: _Plot, points: Sequence[CurvePoint]) -> Markup:
    places = label_places(len(points), LABELS)
    return Markup().join(
        text_at(plot.x(place), HEIGHT - BOTTOM + 30, 18, points[place].point.label, anchor="middle") for place in places
    )


def _lost(plot: _Plot, points: Sequence[CurvePoint]) -> Markup:
    wide = (WIDTH - LEFT - RIGHT) / plot.count
    rect = Markup('<rect x="{x:g}" y="{y}" width="{wide:g}" height="{tall}" fill="{fill}" fill-opacity="0.25"/>')
    return Markup().join(
        rect.format(x=plot.x(place) - wide / 2, y=TOP, wide=wide, tall=HEIGHT - TOP - BOTTOM, fill=WAS)
        for place, point in enumerate(points)
        if point.lost
    )


def _curves(plot: _Plot, points: Sequence[CurvePoint], *, running: bool) -> Markup:
    values = [point.value for point in points]
    settled = len(values) - 1 if running else len(values)
    base = f"L{plot.x(len(values) - 1):g} {plot.y(0):g}L{plot.x(0):g} {plot.y(0):g}Z"
    area = Markup('<path d="{d}" fill="{fill}" fill-opacity="0.1"/>').format(d=plot.path(values, 0) + base, fill=LINE)
    path = Markup(
        '<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-dasharray="{dashes}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )
    before = [
        path.format(d=plot.path(run, start), stroke=WAS, width=2.5, dashes="7 7")
        for start, run in runs([point.before for point in points])
    ]
    lines = [path.format(d=plot.path(values[:settled], 0), stroke=LINE, width=4, dashes="none")] if settled else []
    if running and settled:
        lines.append(path.format(d=plot.path(values[settled - 1 :], settled - 1), stroke=LINE, width=4, dashes="0.1 9"))
    return Markup().join((area, *before, *lines))


def _pins(plot: _Plot, points: Sequence[CurvePoint]) -> Markup:
    circle = Markup('<circle cx="{x:g}" cy="{y}" r="15" fill="{fill}"/>')
    return Markup().join(
        _line((plot.x(place), TOP - 8), (plot.x(place), HEIGHT - BOTTOM), WAS, "3 4")
        + circle.format(x=plot.x(place), y=TOP - 22, fill=INK)
        + text_at(plot.x(place), TOP - 16, 16, point.notes[0], fill=PAPER, anchor="middle", bold=True)
        for place, point in enumerate(points)
        if point.notes
    )


def _head(texts: Slide) -> Markup:
    legend = Markup()
    if texts.compared:
        legend = _line((56, 168), (96, 168), WAS, "7 7") + text_at(110, 174, 18, texts.compared)
    return (
        text_at(56, 78, 38, texts.title, fill=INK, bold=True)
        + text_at(56, 116, 21, texts.subtitle)
        + text_at(WIDTH - RIGHT, 82, 46, texts.value, fill=INK, anchor="end", bold=True)
        + text_at(WIDTH - RIGHT, 116, 21, texts.change, anchor="end")
        + legend
    )


def _foot(texts: Slide) -> Markup:
    return text_at(56, HEIGHT - 48, 17, " · ".join(texts.notes)) + text_at(56, HEIGHT - 20, 15, texts.marks)
