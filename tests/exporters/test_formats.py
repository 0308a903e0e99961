"""Each format gives back what a table holds, typed, and runs nothing."""

import csv
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.exporters.csv_file import FORMULA, cell, write_csv
from consentkit.exporters.formats import FORMATS, FormatError, format_named, write_zip
from consentkit.exporters.json_file import write_json
from consentkit.exporters.parquet_file import BATCH, write_parquet
from consentkit.exporters.table import Kind, Table, Value, columns
from consentkit.exporters.xlsx_file import write_xlsx

HOSTILE = ("=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "http://evil.example", "1e5",
           "{=1}", "a,b\"c\nd", "NULL", "", "'", "<b>", "\u202egnp.exe", "日本")  # fmt: skip
MOMENT = datetime(2026, 11, 23, 19, 8, 7, tzinfo=UTC)
COLUMNS = columns(
    day=Kind.DAY, begin=Kind.MOMENT, value=Kind.TEXT, count=Kind.COUNT, share=Kind.NUMBER, sample=Kind.FLAG
)


def table_of(*rows: tuple[Value, ...]) -> Table:
    """A table with a column of each kind."""
    return Table("cells", COLUMNS, rows)


def hostile() -> Table:
    """Every hostile text as a value."""
    return table_of(*((date(2026, 11, 23), MOMENT, text, 2**53, 0.25, True) for text in HOSTILE))


def parquet(table: Table, folder: Path, chosen: str = "*") -> list[tuple[Any, ...]]:
    """The rows that another program reads from what is written."""
    path = folder / "table.parquet"
    with path.open("wb") as out:
        write_parquet(table, out)
    with duckdb.connect() as database:
        return database.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)]).fetchall()


def book(*tables: Table, most_rows: int = 1000) -> openpyxl.Workbook:
    """The workbook that another program reads from what is written."""
    out = io.BytesIO()
    write_xlsx(tables, out, most_rows=most_rows)
    return openpyxl.load_workbook(out)


def test_csv_gives_back_every_value_and_no_formula() -> None:
    """Read by another reader; what a spreadsheet would run has an apostrophe in front, and nothing else is changed."""
    out = io.BytesIO()
    write_csv(hostile(), out)
    text = out.getvalue().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert list(hostile().header) == header
    assert ["2026-11-23", "2026-11-23T19:08:07Z", "'+1", str(2**53), "0.25", "true"] == rows[1]
    assert [text if not text.startswith(FORMULA) else f"'{text}" for text in HOSTILE] == [row[2] for row in rows]
    assert out.getvalue().startswith(b"\xef\xbb\xbf")


def test_csv_for_other_programs_has_no_mark() -> None:
    """They take it for a part of the first name."""
    out = io.BytesIO()
    write_csv(hostile(), out, marked=False)
    assert out.getvalue().startswith(b"day,")


@given(st.text())
def test_no_cell_of_text_begins_a_formula(text: str) -> None:
    """Whatever a visitor wrote; and but for the apostrophe it is what it was."""
    written = cell(text)
    assert not written.startswith(FORMULA)
    assert written in (text, f"'{text}")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5, "-5"),
        (None, ""),
        (False, "false"),
        (datetime(2026, 11, 23, 20, 8, 7, tzinfo=timezone(timedelta(hours=1))), "2026-11-23T19:08:07Z"),
    ],
    ids=["number", "nothing", "flag", "moment"],
)
def test_csv_writes_values_that_are_no_text_as_they_are(value: Value, written: str) -> None:
    """A negative number is none of a formula, and moments are in UTC."""
    assert written == cell(value)


def test_json_is_one_object_with_a_list_of_rows_for_each_table() -> None:
    """Numbers as numbers, days and moments as ISO texts, and one line for each row."""
    out = io.BytesIO()
    write_json([hostile(), Table("gaps", COLUMNS, ())], out)
    read = json.loads(out.getvalue())
    assert list(HOSTILE) == [row["value"] for row in read["cells"]]
    first = {"day": "2026-11-23", "begin": "2026-11-23T19:08:07Z", "count": 2**53, "share": 0.25, "sample": True}
    assert first.items() <= read["cells"][0].items()
    assert [] == read["gaps"]
    assert len(HOSTILE) == out.getvalue().count(b'{"day"')


def test_parquet_keeps_types_and_every_value(tmp_path: Path) -> None:
    """Read by DuckDB: dates, timestamps, 64-bit numbers, empty texts that are not nothing."""
    # As a moment without a zone, for which DuckDB needs no other package.
    rows = parquet(hostile(), tmp_path, "* REPLACE (make_timestamp(epoch_us(begin)) AS begin)")
    assert [(row[0], MOMENT.replace(tzinfo=None), *row[2:]) for row in hostile().rows] == rows
    kinds = parquet(hostile(), tmp_path, "typeof(COLUMNS(*))")[0]
    assert ("DATE", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN") == kinds


def test_parquet_of_nothing_and_of_several_batches(tmp_path: Path) -> None:
    """Cells without a value, a table without rows, and one that does not end with a batch."""
    assert [(None,) * 6] == parquet(table_of((None,) * 6), tmp_path)
    assert [] == parquet(table_of(), tmp_path)
    many = Table("many", columns(n=Kind.COUNT), ((n,) for n in range(BATCH + 5)))
    assert list(range(BATCH + 5)) == [n for (n,) in parquet(many, tmp_path)]


def test_xlsx_holds_texts_that_no_edit_turns_into_formulas() -> None:
    """Texts stay texts, no cell is a formula or a link, and what looks like a formula is marked as a text for good."""
    sheet = book(hostile())["cells"]
    cells = [row[2] for row in sheet.iter_rows(min_row=2)]
    # A carriage return is written as the standard says (ECMA-376 part 1, 22.4.2.4), which openpyxl does not read back.
    assert list(HOSTILE) == [(one.value or "").replace("_x000D_", "\r") for one in cells]
    assert {"s"} == {one.data_type for one in cells if one.value is not None}
    assert [] == [one.value for one in cells if one.hyperlink]
    marked = [one.quotePrefix for one in cells]
    assert [text.startswith(FORMULA) for text in HOSTILE] == [bool(mark) for mark in marked]


def test_xlsx_has_typed_dates_and_numbers() -> None:
    """So that Excel sorts, filters and draws them."""
    day, begin, _, count, share, sample = next(book(hostile())["cells"].iter_rows(min_row=2))
    assert (datetime(2026, 11, 23), True) == (day.value, day.is_date)
    assert (MOMENT.replace(tzinfo=None), True) == (begin.value, begin.is_date)
    assert (2**53, 0.25, True) == (count.value, share.value, sample.value)
    assert ("yyyy-mm-dd", "#,##0") == (day.number_format, count.number_format)


def test_xlsx_goes_on_in_another_sheet_where_one_is_full() -> None:
    """Excel's sheets end after 1,048,576 rows; here after three."""

    def rows() -> Iterator[tuple[int]]:
        yield from ((n,) for n in range(5))

    made = book(Table("cells", columns(n=Kind.COUNT), rows()), most_rows=3)
    assert ["cells", "cells 2", "cells 3"] == made.sheetnames
    found = [row[0].value for sheet in made for row in sheet.iter_rows(min_row=2)]
    assert [0, 1, 2, 3, 4] == found
    assert ["n", "n", "n"] == [sheet["A1"].value for sheet in made]


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_a_zip_file_has_a_file_for_each_table(name: str) -> None:
    """For formats of which a file holds one table."""
    out = io.BytesIO()
    write_zip([hostile(), Table("gaps", COLUMNS, ())], FORMATS[name], out)
    with zipfile.ZipFile(out) as archive:
        assert [f"cells.{name}", f"gaps.{name}"] == archive.namelist()
        assert archive.testzip() is None
        if name == "csv":
            assert len(HOSTILE) + 1 == len(
                list(csv.reader(io.StringIO(archive.read("cells.csv").decode(), newline="")))
            )


def test_an_unknown_format_is_refused_with_those_that_there_are() -> None:
    """The message is all that somebody needs who mistyped it."""
    with pytest.raises(FormatError, match="'xml' is no format; allowed are csv, json, parquet, xlsx"):
        format_named("xml")


@pytest.mark.parametrize(("name", "package"), [("parquet", "arro3"), ("xlsx", "xlsxwriter")])
def test_a_missing_package_is_named_with_how_to_install_it(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are in the extra `export`."""
    for loaded in [*sys.modules]:
        if loaded.startswith((package, "consentkit.exporters.parquet_file", "consentkit.exporters.xlsx_file")):
            monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package if name == "xlsx" else "arro3.core", None)
    with pytest.raises(FormatError, match=r"pip install 'consentkit\[export\]'"):
        FORMATS[name].write([hostile()], io.BytesIO())
