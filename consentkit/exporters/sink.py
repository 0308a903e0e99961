"""What a sink holds, as the tables that `consentkit export` and the dashboard write."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from consentkit.errors import ConsentKitError
from consentkit.exporters.table import (
    ABOUT,
    CELLS,
    GAPS,
    LOAD,
    TABLES,
    TOTALS,
    Column,
    Kind,
    Table,
    Value,
    columns,
    facts,
)
from consentkit.stats.about import holds_sample, sample_of
from consentkit.stats.breakdowns import TOLD
from consentkit.stats.load import HOUR, MINUTE
from consentkit.stats.months import month_end, next_month
from consentkit.stats.stores import SinkReader
from consentkit.stats.stores.protocol import StoreError
from consentkit.stats.stores.reading import CellRow

MONTH = 7
"""The length of a month's name, as `2026-11`: cells of old months are kept together."""
RESOLUTIONS = {MINUTE + 1: "minute", HOUR + 1: "hour"}
"""Of a time of the load, by its length; what is longer kept is by day."""

_CELLS = columns(
    day=Kind.DAY, breakdown=Kind.TEXT, value=Kind.TEXT, metric=Kind.TEXT,
    count=Kind.COUNT, increments=Kind.COUNT, smallest=Kind.COUNT, resolution=Kind.TEXT,
)  # fmt: skip
_TOTALS = columns(day=Kind.DAY, metric=Kind.TEXT, count=Kind.COUNT)
_LOAD = columns(begin=Kind.MOMENT, resolution=Kind.TEXT, route=Kind.TEXT, metric=Kind.TEXT, count=Kind.COUNT)
_GAPS = columns(begin=Kind.MOMENT, until=Kind.MOMENT, reason=Kind.TEXT, batches=Kind.COUNT)
_SAMPLE = Column("sample", Kind.FLAG)


class NoFiguresError(ConsentKitError):
    """Raised when a sink holds nothing yet, so that there is nothing to take away."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included; `sample` is the range of days that hold sample data, if any.

    `everything`: no days were asked for, so that a month of which only the month is kept counts though it began before.
    """

    first: date
    last: date
    sample: tuple[date, date] | None
    everything: bool = False

    def sampled(self) -> bool:
        """Whether any of the days holds sample data."""
        return holds_sample(self.sample, self.first, self.last)


def span_of(reader: SinkReader, first: date | None, last: date | None) -> Span:
    """The days to write: those asked for, by default all that have figures; NoFiguresError while there are none."""
    meta, known = reader.meta(), reader.span()
    if known is None:
        raise NoFiguresError("the sink holds no figures yet; they appear once the first ones have been released")
    return Span(first or known[0], last or known[1], sample_of(meta), everything=first is None and last is None)


def tables_of(reader: SinkReader, span: Span, wanted: Iterable[str] = TABLES, *, breakdown: str = "") -> list[Table]:
    """The tables by their names, `about` before them; `breakdown` leaves only its cells.

    To be asked, and the rows read, inside one `reader.snapshot()`. Days that hold sample data are marked as such.
    """
    makers: dict[str, Callable[[SinkReader, Span], Table]] = {
        CELLS: partial(_cells, breakdown=breakdown),
        TOTALS: _totals,
        LOAD: _load,
        GAPS: _gaps,
    }
    return [about(reader.meta(), span), *(_marked(makers[name](reader, span), span) for name in wanted)]


def about(meta: Mapping[str, str], span: Span) -> Table:
    """What the tables are of."""
    rows = [("first day", span.first.isoformat()), ("last day", span.last.isoformat())]
    names = {
        "site": "site",
        "timezone": "time zone of the days",
        "threshold": "threshold",
        "breakdowns": "counted by",
        "sample": "sample data",
    }
    return facts(ABOUT, [*rows, *((text, meta[name]) for name, text in names.items() if name in meta)])


def _cells(reader: SinkReader, span: Span, breakdown: str) -> Table:
    rows = (
        (_day(cell.day), *cell[1:], "month" if len(cell.day) == MONTH else "day")
        for first, last in _stretches(reader, span)
        for cell in _each_cell(reader, first, last)
        if not breakdown or cell.breakdown == breakdown
    )
    return Table(CELLS, _CELLS, rows)


def _each_cell(reader: SinkReader, first: date, last: date) -> Iterator[CellRow]:
    """The cells, and of goals what their totals tell, which no release had to wait for, by the day of the event."""
    yield from (cell for cell in reader.each_cell(first, last) if (cell.breakdown, cell.metric) != TOLD)
    for day, goal, count in reader.days_by_value(*TOLD, first, last):
        yield CellRow(day, TOLD[0], goal, TOLD[1], count, 0, 0)


def _stretches(reader: SinkReader, span: Span) -> Iterator[tuple[date, date]]:
    """The span in pieces that a database may sort in memory: months of which only the month is kept, then days."""
    by_day = reader.by_month_before()
    first = span.first
    if by_day is not None and span.everything:
        # No days were asked for: a month counts though figures begin in the middle of it.
        first = first.replace(day=1)
    while by_day is not None and first < min(by_day, span.last):
        yield first, min(month_end(first), span.last)
        first = next_month(first)
    while first <= span.last:
        yield first, first
        first += timedelta(days=1)


def _totals(reader: SinkReader, span: Span) -> Table:
    rows = ((_day(day), metric, count) for day, metric, count in reader.days(span.first, span.last))
    return Table(TOTALS, _TOTALS, rows)


def _load(reader: SinkReader, span: Span) -> Table:
    return Table(LOAD, _LOAD, _load_rows(reader, span))


def _load_rows(reader: SinkReader, span: Span) -> Iterator[tuple[Value, ...]]:
    """Asked day by day, as a year of minutes and routes would not fit into memory."""
    day = span.first
    while day <= span.last:
        text = day.isoformat()
        for route in ("", None):
            for place, count in reader.load(text, f"{text}~", route):
                resolution = RESOLUTIONS.get(len(place.begin), "day")
                yield moment(place.begin), resolution, place.route, place.metric, count
        day += timedelta(days=1)


def _gaps(reader: SinkReader, span: Span) -> Table:
    rows = (
        (moment(gap.begin), moment(gap.until), gap.reason, gap.batches) for gap in reader.gaps(span.first, span.last)
    )
    return Table(GAPS, _GAPS, rows)


def _marked(table: Table, span: Span) -> Table:
    """A sink with sample data says of each day whether it holds some; another has no such column."""
    if span.sample is None or table.columns[0].kind is not Kind.DAY:
        return table
    first, last = span.sample
    rows = ((*row, isinstance(row[0], date) and first <= row[0] <= last) for row in table.rows)
    return Table(table.name, (*table.columns, _SAMPLE), rows)


def moment(text: str) -> datetime:
    """A UTC time of the sink: `2026-11-23Z`, `2026-11-23T19Z`, `2026-11-23T19:08Z`, `2026-11-23T19:08:07Z`."""
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise _damaged(text) from None


def _day(text: str) -> date:
    """A day of the sink, or the first of a month."""
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == MONTH else text)
    except ValueError:
        raise _damaged(text) from None


def _damaged(text: str) -> StoreError:
    return StoreError(f"the sink holds {text[:40]!r} where a date belongs; it was changed by something else")
