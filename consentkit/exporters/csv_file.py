"""CSV that a spreadsheet opens without running anything (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from consentkit.exporters.table import Table, Value

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection)."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes the file for its local code page."""
PIECE = 1 << 16
"""Characters that are gathered before they are handed on."""


def safe_text(text: str) -> str:
    """A text as a cell; what a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cell(value: Value) -> str:
    """A value as a cell: days and moments as ISO 8601, nothing as an empty cell."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else str(value)


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Value]], *, marked: bool = True) -> Iterator[str]:
    """A table as CSV, piece by piece; `marked` with a byte order mark."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK if marked else "")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if out.tell() > PIECE:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def write_csv(table: Table, out: BinaryIO, *, marked: bool = True) -> None:
    """Write a table as CSV."""
    for piece in csv_pieces(table.header, table.rows, marked=marked):
        out.write(piece.encode())
