"""Workbooks for Excel, a sheet for each table, by XlsxWriter; rows go to disk as they come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from consentkit.exporters.csv_file import FORMULA
from consentkit.exporters.table import Kind, Table, Value

MOST_ROWS = 1_048_576
"""Rows of a sheet, its header included (Excel's limit); what is beyond goes on in another sheet."""
LONGEST_NAME = 31
"""Characters of a sheet's name (Excel's limit)."""
WIDTHS = {Kind.TEXT: 26, Kind.COUNT: 13, Kind.NUMBER: 13, Kind.FLAG: 9, Kind.DAY: 12, Kind.MOMENT: 20}
"""In characters; Excel cannot be asked to fit columns, and rows that are gone cannot be measured."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How the cells look."""

    header: Format
    literal: Format
    """A text that looks like a formula: it stays a text when somebody edits the cell."""
    by_kind: dict[Kind, Format | None]


def write_xlsx(tables: Sequence[Table], out: BinaryIO, *, most_rows: int = MOST_ROWS) -> None:
    """Write tables as a workbook. A text is written as a text, never as a formula, a link or a number."""
    book = Workbook(out, {"constant_memory": True, "in_memory": False, "remove_timezone": True})
    formats = Formats(
        header=book.add_format({"bold": True, "bg_color": "#eef1f4", "bottom": 1}),
        literal=book.add_format({"quote_prefix": True}),
        by_kind={
            Kind.TEXT: None,
            Kind.FLAG: None,
            Kind.COUNT: book.add_format({"num_format": "#,##0"}),
            Kind.NUMBER: book.add_format({"num_format": "#,##0.0##"}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        },
    )
    try:
        for table in tables:
            _write_table(book, table, formats, most_rows)
    finally:
        book.close()


def _write_table(book: Workbook, table: Table, formats: Formats, most_rows: int) -> None:
    rows = iter(table.rows)
    part, full = 1, True
    while full:
        suffix = f" {part}" if part > 1 else ""
        sheet = book.add_worksheet(table.name[: LONGEST_NAME - len(suffix)] + suffix)
        _write_header(sheet, table, formats)
        written = _write_rows(sheet, table, rows, formats, most_rows)
        sheet.autofilter(0, 0, max(written, 1), len(table.columns) - 1)
        # One that is just full may be followed by a sheet without rows, which says that there is no more.
        full, part = written == most_rows - 1, part + 1


def _write_header(sheet: Worksheet, table: Table, formats: Formats) -> None:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, WIDTHS[column.kind])
        sheet.write_string(0, place, column.name, formats.header)
    sheet.freeze_panes(1, 0)


def _write_rows(
    sheet: Worksheet, table: Table, rows: Iterator[tuple[Value, ...]], formats: Formats, most_rows: int
) -> int:
    """Write rows until there are no more or the sheet is full; how many were written."""
    kinds = [column.kind for column in table.columns]
    written = 0
    for row in rows:
        written += 1
        for place, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            _write_cell(sheet, (written, place), value, _style(kind, value, formats))
        if written == most_rows - 1:
            break
    return written


def _style(kind: Kind, value: Value, formats: Formats) -> Format | None:
    if isinstance(value, str) and value.startswith(FORMULA):
        return formats.literal
    return formats.by_kind[kind]


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Value, style: Format | None) -> None:
    if isinstance(value, str):
        sheet.write_string(*place, value, style)
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(*place, value.astimezone(UTC).replace(tzinfo=None), style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    elif value is not None:
        sheet.write_number(*place, value, style)
