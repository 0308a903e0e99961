"""A report as plain text, for the terminal and for mail programs that show no HTML."""

from collections.abc import Iterator

from consentkit.reports.saying import Bar, Said, Section, Tile

WIDTH = 72
"""Characters; mail programs wrap at 78."""
LABEL = 38
COUNT = 18
COLUMNS = 24
"""Characters of the longest bar of the chart."""
FULL, INNER = "░", "█"


def as_text(said: Said) -> str:
    """The text; lines end with a line feed."""
    return "\n".join(line.rstrip() for line in _lines(said)) + "\n"


def _lines(said: Said) -> Iterator[str]:
    yield said.title
    yield said.span
    yield from (line for line in (said.compared, said.sample, *said.gaps) if line)
    yield ""
    if said.empty:
        yield said.empty
    for tile in said.tiles:
        yield f"{cut(tile.label, 22):<22}{tile.value:>10}  {_aside(tile)}"
    if said.bars:
        yield from _chart(said)
    for section in said.sections:
        yield from _section(section)
    yield ""
    yield from said.notes
    if said.link:
        yield ""
        yield f"{said.link_text}: {said.link}"


def _aside(tile: Tile) -> str:
    beside = " ".join(text for text in (tile.change, tile.was) if text)
    return f"{beside}, {tile.verdict}" if tile.verdict else beside


def _chart(said: Said) -> Iterator[str]:
    yield ""
    yield f"{said.chart_title} {said.chart_unit}  ({FULL} {said.chart_views}, {INNER} {said.chart_visits})"
    yield "-" * WIDTH
    label = max(len(bar.label) for bar in said.bars) + 2
    for bar in said.bars:
        yield f"{bar.label:<{label}}{_bar(bar):<{COLUMNS}} {bar.views:>10} {bar.visits:>10}"


def _bar(bar: Bar) -> str:
    inner, whole = round(COLUMNS * bar.inner), round(COLUMNS * bar.height)
    return INNER * inner + FULL * (whole - inner)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield f"{section.title} ({section.unit})" if section.unit else section.title
    yield "-" * WIDTH
    for line in section.lines:
        yield f"{cut(line.label, LABEL):<{LABEL}} {line.count:>{COUNT}}  {line.share}{line.note}"


def cut(text: str, length: int) -> str:
    """A text that fits, shortened in the middle, where paths say least."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[-(length - 1 - head) :]}"
