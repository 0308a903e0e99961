"""`consentkit export`: files of every format, and errors that say what is allowed."""

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.dashboard.sinks import make_sink
from tests.test_cli import run


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site with ten days of figures, some of them sample data."""
    folder = tmp_path_factory.mktemp("site")
    assert 0 == run("init", "--config", str(folder / "consentkit.toml")).exit_code
    make_sink(folder / "var" / "stats.db", days=10, sample="2026-11-01/2026-11-20")
    return str(folder / "consentkit.toml")


def stored(config: str, question: str) -> int:
    """A number from the sink's own tables."""
    with sqlite3.connect(Path(config).parent / "var" / "stats.db") as database:
        return int(database.execute(question).fetchone()[0])


def test_every_format_holds_every_published_cell(config: str, tmp_path: Path) -> None:
    """The sum and the number of the cells are those of the sink, read by other programs; no half file stays behind."""
    for name in ("csv", "json", "parquet", "xlsx"):
        result = run("export", "--out", str(tmp_path / f"figures.{name}"), "--config", config)
        assert 0 == result.exit_code, result.output
        assert "2026-11-14 to 2026-11-23" in result.output
        assert "sample data" in result.output
    rows, total = stored(config, "SELECT count(*) FROM cells"), stored(config, "SELECT sum(count) FROM cells")
    with duckdb.connect() as database:
        for name, reading in (("csv", "read_csv"), ("parquet", "read_parquet")):
            question = f"SELECT count(*), sum(count), min(typeof(day)) FROM {reading}(?)"
            assert (rows, total, "DATE") == database.execute(question, [str(tmp_path / f"figures.{name}")]).fetchone()
    read = json.loads((tmp_path / "figures.json").read_text())
    assert (rows, total) == (len(read["cells"]), sum(row["count"] for row in read["cells"]))
    with closing(openpyxl.load_workbook(tmp_path / "figures.xlsx", read_only=True)) as book:
        counts = [row[4] for row in book["cells"].iter_rows(min_row=2, values_only=True)]
    assert (rows, total) == (len(counts), sum(counts))
    assert 4 == len(list(tmp_path.iterdir()))


def test_a_zip_file_holds_all_tables(config: str, tmp_path: Path) -> None:
    """In the format asked for."""
    assert 0 == run("export", "--format", "csv", "--out", str(tmp_path / "all.zip"), "--config", config).exit_code
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert ["about.csv", "cells.csv", "totals.csv", "load.csv", "gaps.csv"] == archive.namelist()


def test_standard_output_takes_csv_of_some_days_and_one_breakdown(config: str) -> None:
    """For other programs: no byte order mark, the message on the other channel."""
    arguments = ("--from", "2026-11-20", "--to", "2026-11-21", "--by", "device", "--config", config)
    result = run("export", "--format", "csv", "--out", "-", *arguments)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {("2026-11-20", "true"), ("2026-11-21", "false")} == {(row["day"], row["sample"]) for row in rows}
    assert {"device"} == {row["breakdown"] for row in rows}
    totals = run("export", "--format", "csv", "--out", "-", "--table", "totals", "--config", config).stdout_bytes
    assert totals.startswith(b"day,metric,count,sample\r\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "figures.xml"), "add --format csv|json|parquet|xlsx"),
        (("--out", "-", "--format", "xlsx"), "csv and json may go to standard output"),
        (("--out", "x.csv", "--table", "cells", "--table", "load"), "a csv file holds one table, not 2"),
        (("--out", "x.csv", "--by", "pages"), "'pages' is no breakdown; there are page, move"),
        (("--out", "x.csv", "--by", "page", "--table", "load"), "only --table cells goes with it"),
        (("--out", "x.csv", "--from", "2026-11-20", "--to", "2026-11-01"), "exchange the two"),
        (("--out", "x.csv", "--table", "visitors"), "'cells', 'totals', 'load', 'gaps'"),
    ],
    ids=["format", "stdout", "tables", "breakdown", "by", "days", "table"],
)
def test_wrong_use_is_named_with_what_is_allowed(config: str, arguments: tuple[str, ...], message: str) -> None:
    """Exit status 2, and nothing is written."""
    result = run("export", *arguments, "--config", config)
    assert (2, True) == (result.exit_code, message in " ".join(result.output.split())), result.output
    assert not Path("x.csv").exists()


def test_a_folder_that_is_not_there_is_named(config: str) -> None:
    """By the name that was asked for, not by that of the file while it is written."""
    result = run("export", "--out", "none/x.csv", "--config", config)
    message = "consentkit: none/x.csv: No such file or directory; there is no folder none, make it first\n"
    assert (2, message) == (result.exit_code, result.output)


def test_an_export_that_fails_leaves_the_file_that_was_there(config: str, tmp_path: Path) -> None:
    """And no half one beside it."""
    (tmp_path / "figures.csv").write_text("before")
    empty = tmp_path / "consentkit.toml"
    run("init", "--config", str(empty))
    result = run("export", "--out", str(tmp_path / "figures.csv"), "--config", str(empty))
    assert (2, True) == (result.exit_code, "no figures yet" in result.output)
    assert "before" == (tmp_path / "figures.csv").read_text()
    assert {"figures.csv", "consentkit.toml"} == {path.name for path in tmp_path.iterdir()}
