"""The formats of files, and how one or several tables are written in each."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import BinaryIO

from consentkit.errors import ConsentKitError
from consentkit.exporters.csv_file import write_csv
from consentkit.exporters.json_file import write_json
from consentkit.exporters.table import Table

NEEDS = {"parquet": "arro3", "xlsx": "xlsxwriter"}
"""The packages of formats that need one."""
INSTALL = "pip install 'consentkit[export]'"


class FormatError(ConsentKitError):
    """Raised for a format that there is not, or that cannot be written here; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `several`: one file holds several tables; else they come as a zip file with a file for each."""

    name: str
    media_type: str
    several: bool
    text: bool
    write: Callable[[Sequence[Table], BinaryIO], None]


def _csv(tables: Sequence[Table], out: BinaryIO) -> None:
    (table,) = tables
    write_csv(table, out)


def _parquet(tables: Sequence[Table], out: BinaryIO) -> None:
    try:
        from consentkit.exporters.parquet_file import write_parquet  # noqa: PLC0415 -- in an extra, and takes 15 MB
    except ImportError as problem:
        raise FormatError(f"Parquet needs the package {problem.name}; install it with {INSTALL}") from None
    (table,) = tables
    write_parquet(table, out)


def _xlsx(tables: Sequence[Table], out: BinaryIO) -> None:
    try:
        from consentkit.exporters.xlsx_file import write_xlsx  # noqa: PLC0415 -- in an extra
    except ImportError as problem:
        raise FormatError(f"XLSX needs the package {problem.name}; install it with {INSTALL}") from None
    write_xlsx(tables, out)


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8", several=False, text=True, write=_csv),
    "json": Format("json", "application/json", several=True, text=True, write=write_json),
    "parquet": Format("parquet", "application/vnd.apache.parquet", several=False, text=False, write=_parquet),
    "xlsx": Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        several=True,
        text=False,
        write=_xlsx,
    ),
}


def format_named(name: str) -> Format:
    """The format of that name; FormatError, with what is allowed, for another."""
    if name not in FORMATS:
        raise FormatError(f"{name!r} is no format; allowed are {', '.join(FORMATS)}")
    return FORMATS[name]


def installed(name: str) -> bool:
    """Whether the package that a format needs is there."""
    package = NEEDS.get(name)
    return package is None or find_spec(package) is not None


def write_zip(tables: Sequence[Table], form: Format, out: BinaryIO) -> None:
    """Write a zip file with a file for each table; what is compressed already is only stored."""
    kept = zipfile.ZIP_DEFLATED if form.text else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kept) as archive:
        for table in tables:
            with archive.open(f"{table.name}.{form.name}", "w", force_zip64=True) as inside:
                form.write([table], inside)  # type: ignore[arg-type]
