"""What the sink holds, as tables."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.exporters.sink import NoFiguresError, Span, moment, span_of, tables_of
from consentkit.exporters.table import CELLS, Table
from consentkit.stats.model import BatchId, Gap, Release
from consentkit.stats.stores.protocol import StoreError
from consentkit.stats.stores.reading import CellRow
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import TODAY, make_sink


def read(
    path: Path, first: dt.date | None = None, last: dt.date | None = None, breakdown: str = ""
) -> dict[str, Table]:
    """The tables of a sink by their names, their rows read."""
    reader = SqliteSinkReader(path)
    with reader.snapshot():
        tables = tables_of(reader, span_of(reader, first, last), breakdown=breakdown)
        return {table.name: Table(table.name, table.columns, list(table.rows)) for table in tables}


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days, a time of lost counts, and load by minute, hour, day and route."""
    path = tmp_path_factory.mktemp("sink") / "stats.db"
    make_sink(path, days=10)
    writer = SqliteSink(path)
    load = {("/a", "served"): {"2026-11-20T08Z": 12}, ("(other)", "served"): {"2026-11-19Z": 10}}
    gap = Gap("2026-11-20T08:00:07Z", "2026-11-20T08:01:07Z", "killed", 0)
    writer.apply(BatchId("more", 1), Release("2026-11-20", {}, {}, load=load, gaps=[gap]))
    writer.close()
    return path


def test_every_cell_total_and_gap_of_the_sink_is_in_a_table(sink: Path) -> None:
    """The same numbers as the sink's own questions give."""
    tables, reader = read(sink), SqliteSinkReader(sink)
    assert ["about", "cells", "totals", "load", "gaps"] == list(tables)
    stored = reader.cells()
    assert [(dt.date.fromisoformat(row.day), *row[1:], "day") for row in stored] == list(tables["cells"].rows)
    assert len(reader.days(TODAY - dt.timedelta(days=9), TODAY)) == len(list(tables["totals"].rows))
    gap = (moment("2026-11-20T08:00:07Z"), moment("2026-11-20T08:01:07Z"), "killed", 0)
    assert [gap] == tables["gaps"].rows
    assert ("site", "Example") in tables["about"].rows


def test_load_has_moments_and_says_how_long_each_is(sink: Path) -> None:
    """A minute, an hour or a day, of all requests and by route."""
    rows = list(read(sink)["load"].rows)
    assert (moment("2026-11-20T08:00Z"), "hour", "/a", "served", 12) in rows
    assert (moment("2026-11-19T00:00Z"), "day", "(other)", "served", 10) in rows
    assert (moment("2026-11-19T10:04Z"), "minute", "", "requests", 14) in rows
    assert 10 * 5 == sum(row[1] == "minute" for row in rows)


def test_days_and_a_breakdown_can_be_chosen(sink: Path) -> None:
    """Both days included."""
    first, last = dt.date(2026, 11, 19), dt.date(2026, 11, 20)
    tables = read(sink, first, last, "device")
    assert {first, last} == {row[0] for row in tables["totals"].rows}
    assert {("device", first), ("device", last)} == {(row[1], row[0]) for row in tables["cells"].rows}


def test_months_of_which_only_the_month_is_kept_are_told(tmp_path: Path) -> None:
    """As their first day, so that the column stays one of dates, with the sums of all their days."""
    make_sink(tmp_path / "stats.db", days=60)
    writer = SqliteSink(tmp_path / "stats.db")
    before = sum(row.events for row in SqliteSinkReader(tmp_path / "stats.db").cells())
    writer.keep_months(dt.date(2026, 11, 1))
    writer.close()
    cells = list(read(tmp_path / "stats.db")["cells"].rows)
    assert before == sum(row[4] for row in cells)
    months = {row[0] for row in cells if row[-1] == "month"}
    assert {dt.date(2026, 9, 1), dt.date(2026, 10, 1)} == months
    assert {"day"} == {row[-1] for row in cells if row[0] >= dt.date(2026, 11, 1)}


def test_days_of_sample_data_are_marked(tmp_path: Path) -> None:
    """In a column of their own; a sink without any has no such column."""
    make_sink(tmp_path / "stats.db", days=3, sample="2026-11-01/2026-11-22")
    totals = read(tmp_path / "stats.db")["totals"]
    assert "sample" == totals.header[-1]
    assert {(TODAY, False), (dt.date(2026, 11, 22), True), (dt.date(2026, 11, 21), True)} == {
        (row[0], row[-1]) for row in totals.rows
    }


def test_an_empty_sink_says_so(tmp_path: Path) -> None:
    """Instead of an empty file."""
    with pytest.raises(NoFiguresError, match="no figures yet"):
        span_of(SqliteSinkReader(tmp_path / "stats.db"), None, None)


def test_a_day_that_is_none_is_an_error_with_a_name(tmp_path: Path) -> None:
    """A sink that somebody changed is not exported as if nothing was wrong."""
    make_sink(tmp_path / "stats.db", days=1)
    writer = SqliteSink(tmp_path / "stats.db")
    writer._connection.execute("UPDATE totals SET day = '2026-11-1x' WHERE metric = 'views'")
    writer.close()
    reader = SqliteSinkReader(tmp_path / "stats.db")
    with reader.snapshot(), pytest.raises(StoreError, match="'2026-11-1x'"):
        list(tables_of(reader, Span(TODAY - dt.timedelta(days=9), TODAY, None), ["totals"])[1].rows)


def test_a_database_is_asked_day_by_day_and_for_old_months_by_the_month(tmp_path: Path) -> None:
    """It sorts what it is asked for in memory, and a year of a large site would not fit."""
    asked: list[tuple[dt.date | None, dt.date | None]] = []

    class Noting(SqliteSinkReader):
        def each_cell(self, first: dt.date | None = None, last: dt.date | None = None) -> Iterator[CellRow]:
            asked.append((first, last))
            return super().each_cell(first, last)

    make_sink(tmp_path / "stats.db", days=60)
    writer = SqliteSink(tmp_path / "stats.db")
    writer.keep_months(dt.date(2026, 11, 1))
    writer.close()
    reader = Noting(tmp_path / "stats.db")
    with reader.snapshot():
        (_, cells) = tables_of(reader, span_of(reader, None, None), [CELLS])
        assert list(cells.rows)
    september, october = (dt.date(2026, 9, 1), dt.date(2026, 9, 30)), (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    days = [dt.date(2026, 11, day) for day in range(1, 24)]
    assert [september, october, *((day, day) for day in days)] == asked


def test_reading_holds_one_row_at_a_time(sink: Path) -> None:
    """The rows of the cells are asked of the database as they are taken."""
    reader = SqliteSinkReader(sink)
    with reader.snapshot():
        (_, cells) = tables_of(reader, span_of(reader, None, None), [CELLS])
        assert iter(cells.rows) is cells.rows
        assert next(iter(cells.rows))[0] == TODAY - dt.timedelta(days=9)
