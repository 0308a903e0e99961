"""JSON with an object for each row, a line each, so that a large file can be written and read piece by piece."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import BinaryIO

from consentkit.exporters.csv_file import cell
from consentkit.exporters.table import Table, Value


def json_value(value: Value) -> str | int | float | bool | None:
    """A value as JSON has it: days and moments as texts in ISO 8601."""
    return cell(value) if isinstance(value, date | datetime) else value


def json_pieces(tables: Sequence[Table]) -> Iterator[str]:
    """Tables as one object, a list of rows for each by its name."""
    between = "{\n"
    for table in tables:
        yield f"{between}{json.dumps(table.name)}: ["
        between = ",\n"
        yield from _rows(table)
        yield "]"
    yield "\n}\n"


def _rows(table: Table) -> Iterator[str]:
    between = "\n"
    for row in table.rows:
        values = dict(zip(table.header, map(json_value, row), strict=True))
        yield between + json.dumps(values, ensure_ascii=False)
        between = ",\n"


def write_json(tables: Sequence[Table], out: BinaryIO) -> None:
    """Write tables as one JSON object."""
    for piece in json_pieces(tables):
        out.write(piece.encode())
