"""`consentkit export`: what the sink holds, as a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from consentkit.cli_options import DAY, config_option
from consentkit.config import load
from consentkit.exporters.csv_file import write_csv
from consentkit.exporters.formats import FORMATS, Format, format_named, write_zip
from consentkit.exporters.table import ABOUT, CELLS, TABLES, Table

STANDARD_OUTPUT = Path("-")
ZIP = ".zip"


@click.command()
@click.option(
    "--format", "format_name", type=click.Choice(list(FORMATS)), help="Default: as the name of the file ends."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file; `-` is standard output, for csv and json."
)
@click.option("--table", "names", multiple=True, type=click.Choice(TABLES), help="Only this table; may be repeated.")
@click.option("--by", "breakdown", default="", help="Only the cells of this breakdown (page, page_by_channel …).")
@click.option("--from", "first", type=DAY, help="First day, as 2026-11-01; default: the first that has figures.")
@click.option("--to", "last", type=DAY, help="Last day; default: the last that has figures.")
@config_option
def export(
    *,
    format_name: str | None,
    out: Path,
    names: tuple[str, ...],
    breakdown: str,
    first: datetime | None,
    last: datetime | None,
    config_path: Path,
) -> None:
    """Write what is published to a file: the tables cells, totals, load and gaps.

    JSON and XLSX hold all of them. A CSV or Parquet file holds one, cells unless --table says another; to a file whose
    name ends with .zip all are written, a file for each.
    """
    from consentkit.exporters.sink import span_of, tables_of  # noqa: PLC0415 -- the other commands need no sink
    from consentkit.stats.report import check_breakdown  # noqa: PLC0415
    from consentkit.stats.stores import open_reader  # noqa: PLC0415

    form = _format(format_name, out)
    if breakdown:
        check_breakdown(breakdown)
    if first and last and first > last:
        raise click.UsageError(f"--from {first.date()} lies after --to {last.date()}; exchange the two")
    zipped = out.suffix.lower() == ZIP
    wanted = _wanted(names, breakdown, form, zipped)
    config = load(config_path)
    reader = open_reader(config.stats.sink, base=config.base)
    with reader.snapshot():
        span = span_of(reader, first.date() if first else None, last.date() if last else None)
        tables = tables_of(reader, span, wanted, breakdown=breakdown)
        with _opened(out) as file:
            _write(tables, form, file, zipped=zipped, to_screen=out == STANDARD_OUTPUT)
    note = "; it holds sample data, marked in the column `sample`" if span.sampled() else ""
    click.echo(f"{', '.join(wanted)} of {span.first} to {span.last} are in {out}{note}.", err=True)


def _format(name: str | None, out: Path) -> Format:
    if name is None:
        suffix = out.suffix.lower().removeprefix(".")
        if suffix not in FORMATS:
            raise click.UsageError(f"the name {out} does not tell the format; add --format {'|'.join(FORMATS)}")
        name = suffix
    form = format_named(name)
    if out == STANDARD_OUTPUT and not form.text:
        allowed = " and ".join(one.name for one in FORMATS.values() if one.text)
        raise click.UsageError(f"--out -: {name} is written to a file only; {allowed} may go to standard output")
    return form


def _wanted(names: tuple[str, ...], breakdown: str, form: Format, zipped: bool) -> tuple[str, ...]:
    """The tables to write; UsageError for more than the file can hold."""
    if breakdown and any(name != CELLS for name in names):
        raise click.UsageError("--by leaves cells of one breakdown; only --table cells goes with it")
    if breakdown:
        return (CELLS,)
    whole = form.several or zipped
    if len(set(names)) > 1 and not whole:
        raise click.UsageError(
            f"a {form.name} file holds one table, not {len(set(names))}; name one, or a file that ends with {ZIP}"
        )
    return tuple(dict.fromkeys(names)) or (TABLES if whole else (CELLS,))


def _write(tables: list[Table], form: Format, file: BinaryIO, *, zipped: bool, to_screen: bool) -> None:
    if zipped:
        write_zip(tables, form, file)
    elif form.several:
        form.write(tables, file)
    elif to_screen:
        # Other programs read it there, which take a byte order mark for a part of the first name.
        write_csv(tables[-1], file, marked=False)
    else:
        form.write([table for table in tables if table.name != ABOUT], file)


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    """The file to write to; it appears under its name once it is whole. What is no plain file is written directly."""
    if out == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if out.exists() and not out.is_file():
        with out.open("wb") as file:
            yield file
        return
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError as problem:
        if problem.filename == str(part):
            problem.filename = str(out)
        raise
    finally:
        part.unlink(missing_ok=True)
