"""What is on the screen, and everything, as files."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from consentkit.dashboard.store.trail import Did
from consentkit.dashboard.views import downloads
from consentkit.exporters.formats import FORMATS
from consentkit.stats.breakdowns import crossings_of
from consentkit.stats.model import BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import TODAY, Desk, desk, make_sink
from tests.support.parts import by_series

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")')
WEEK = "from=2026-11-16&to=2026-11-22"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Somebody who is signed in, over a sink with a crossing and campaigns that spreadsheets would run."""
    folder = tmp_path_factory.mktemp("downloads")
    make_sink(folder / "stats.db")
    sink = SqliteSink(folder / "stats.db", crossings_of([("page", "country")]))
    cells = {Cell("campaign", value, "views"): 20 for value in FORMULAS}
    cells |= {Cell("page_by_country", "/products × NL", "views"): 30, Cell("page_by_country", "/ × NL", "views"): 12}
    published = by_series({cell: Published(count, 1, count) for cell, count in cells.items()})
    sink.apply(BatchId("more", 1), Release(TODAY.isoformat(), published, {("views", 10): Proof(1, 100, 100)}))
    sink.close()
    front = desk(folder, root="/dashboard")
    front.sign_in()
    return front


def take(reader: Desk, path: str) -> Any:
    """A file as a browser gets it."""
    response = reader.client.get(f"{reader.root}/{path}")
    assert 200 == response.status_code, path
    assert "no-store, private" == response.headers["cache-control"]
    assert response.headers["content-disposition"].startswith('attachment; filename="')
    assert len(response.content) == int(response.headers["content-length"])
    return response


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by the names in its first line."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_list_is_the_same_in_every_format(reader: Desk, tmp_path: Path) -> None:
    """With every metric that it has, numbers as numbers."""
    path = f"card=page&{WEEK}"
    read = json.loads(take(reader, f"list.json?{path}").content)["page"]
    assert {"value": "/", "views": 420, "visits": 210}.items() <= read[0].items()
    assert [{name: str(value) for name, value in row.items()} for row in read] == rows_of(
        take(reader, f"list.csv?{path}").content
    )
    sheet = openpyxl.load_workbook(io.BytesIO(take(reader, f"list.xlsx?{path}").content))["page"]
    assert [tuple(read[0]), *(tuple(row.values()) for row in read)] == list(sheet.iter_rows(values_only=True))
    (tmp_path / "page.parquet").write_bytes(take(reader, f"list.parquet?{path}").content)
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_parquet(?)", [str(tmp_path / "page.parquet")]).fetchall()
    assert [tuple(row.values()) for row in read] == found


def test_filters_and_the_search_of_the_screen_hold_for_the_file(reader: Desk) -> None:
    """What is not on the screen is not in it either."""
    filtered = rows_of(take(reader, "list.csv?card=page&period=today&only.country=NL").content)
    assert [("/products", "30"), ("/", "12")] == [(row["value"], row["views"]) for row in filtered]
    days = rows_of(take(reader, f"days.csv?{WEEK}&only.country=NL").content)
    assert [("2026-11-16", "70", "35")] == [(row["day"], row["views"], row["visits"]) for row in days[:1]]
    assert (7, False) == (len(days), "requests" in days[0])
    searched = rows_of(take(reader, f"list.csv?card=page&q=prod&{WEEK}").content)
    assert ["/products"] == [row["value"] for row in searched]
    by_visits = rows_of(take(reader, f"list.csv?card=referrer&by=visits&{WEEK}").content)
    assert ["visits", "views"] == list(by_visits[0])[1:3]


def test_the_screen_is_a_table_for_each_of_its_parts(reader: Desk) -> None:
    """Headline figures with what they are compared with, the chart's places, the head of each list."""
    read = json.loads(take(reader, f"screen.json?{WEEK}&compare=previous").content)
    figures = {row["figure"]: row for row in read["figures"]}
    assert (770, 770) == (figures["views"]["value"], figures["views"]["before"])
    assert [("2026-11-16", 110)] == [(row["first"], row["views"]) for row in read["chart"][:1]]
    assert 7 == len(read["chart"])
    assert {"value": "/", "views": 420, "share": 420 / 770} == read["page"][0]
    hourly = json.loads(take(reader, "screen.json?period=yesterday&step=hour").content)["chart"]
    assert "2026-11-22T10:00:00Z" in [row["begin"] for row in hourly]
    only = json.loads(take(reader, "screen.json?period=today&only.country=NL").content)
    assert {"fact": "only country", "value": "NL"} in only["about"]
    assert [30, 12] == [row["views"] for row in only["page"]]
    with zipfile.ZipFile(io.BytesIO(take(reader, f"screen.csv?{WEEK}").content)) as archive:
        assert {"about.csv", "figures.csv", "chart.csv", "page.csv", "country.csv"} <= set(archive.namelist())
    book = openpyxl.load_workbook(io.BytesIO(take(reader, f"screen.xlsx?{WEEK}").content))
    assert book["chart"]["A2"].is_date


def test_everything_is_every_table_of_the_sink(reader: Desk) -> None:
    """Whatever period is on the screen; a workbook without the load, which would fill it."""
    read = json.loads(take(reader, "everything.json?period=today").content)
    assert ["about", "cells", "totals", "load", "gaps"] == list(read)
    assert 60 == len({row["day"] for row in read["totals"]})
    with zipfile.ZipFile(io.BytesIO(take(reader, "everything.parquet").content)) as archive:
        assert "load.parquet" in archive.namelist()
    book = openpyxl.load_workbook(io.BytesIO(take(reader, "everything.xlsx").content), read_only=True)
    assert ["about", "totals", "gaps", "cells"] == book.sheetnames


def test_days_and_load_come_in_every_format_too(reader: Desk) -> None:
    """A file for each, of the days on the screen."""
    for name in FORMATS:
        for page in ("days", "load", "routes"):
            disposition = take(reader, f"{page}.{name}?{WEEK}").headers["content-disposition"]
            assert f'filename="{page}-2026-11-16-2026-11-22.{name}"' in disposition


def test_no_cell_of_a_file_is_a_formula(reader: Desk) -> None:
    """Campaigns are what visitors' links say."""
    values = [row["value"] for row in rows_of(take(reader, "list.csv?card=campaign&period=today").content)]
    assert sorted(f"'{text}" for text in FORMULAS) == sorted(values)
    sheet = openpyxl.load_workbook(io.BytesIO(take(reader, "list.xlsx?card=campaign&period=today").content))["campaign"]
    assert {("s", True)} == {(row[0].data_type, bool(row[0].quotePrefix)) for row in sheet.iter_rows(min_row=2)}


def test_who_took_what_is_in_the_audit_trail(reader: Desk) -> None:
    """With the name of the file."""
    take(reader, f"list.xlsx?card=country&{WEEK}")
    latest = reader.store.trail.latest(1)[0]
    assert ("ann", Did.EXPORTED) == (latest.who, latest.what)
    assert "country-2026-11-16-2026-11-22.xlsx" == latest.subject


@pytest.mark.parametrize(
    "path", ["list.xml?card=page", "list.?card=page", "days.exe", "screen.html", "everything.db", "list.csv?card=users"]
)
def test_what_is_not_offered_is_not_found(reader: Desk, path: str) -> None:
    """Other formats and lists."""
    assert 404 == reader.client.get(f"{reader.root}/{path}").status_code


def test_nobody_takes_anything_without_signing_in(tmp_path: Path) -> None:
    """Not in any format."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path)
    for page in ("list", "days", "screen", "everything"):
        for name in FORMATS:
            response = front.client.get(f"/{page}.{name}?card=page", follow_redirects=False)
            assert (303, b"") == (response.status_code, response.content)


def test_the_pages_offer_what_can_be_made(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the state of the screen in the address; a format without its package is neither offered nor answered."""
    page = reader.get(f"/?{WEEK}&only.country=NL")
    for name in FORMATS:
        assert f'/dashboard/screen.{name}?from=2026-11-16&amp;to=2026-11-22&amp;only.country=NL"' in page
        assert f"/dashboard/everything.{name}" in page
        assert f"/dashboard/list.{name}?" in reader.get(f"/list?card=page&{WEEK}")
    assert "q=prod" in reader.get("/list?card=page&q=prod").split('class="files"')[1].split("</ul>")[0]
    monkeypatch.setattr("consentkit.exporters.formats.NEEDS", {"parquet": "no_such_package"})
    assert "list.parquet" not in reader.get(f"/list?card=os&{WEEK}")
    assert 404 == reader.client.get(f"{reader.root}/days.parquet").status_code


def test_before_there_are_figures_there_is_nothing_to_take(tmp_path: Path) -> None:
    """But lists without rows."""
    front = desk(tmp_path)
    front.sign_in()
    assert [404, 404] == [front.client.get(path).status_code for path in ("/screen.csv", "/everything.csv")]
    assert [] == rows_of(front.client.get("/list.csv?card=page").content)


def test_too_much_for_a_workbook_and_two_at_once_are_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site's processor is not spent on sheets that nobody reads; a refused one does not block the next."""
    make_sink(tmp_path / "stats.db", days=3)
    front = desk(tmp_path)
    front.sign_in()
    monkeypatch.setattr(downloads, "LONGEST_WORKBOOK", 10)
    refused = front.client.get("/everything.xlsx")
    assert (413, True) == (refused.status_code, "consentkit export writes all of them" in refused.text)
    assert 200 == front.client.get("/everything.csv").status_code
    monkeypatch.setattr(downloads, "LONGEST_FILE", 10)
    assert 413 == front.client.get("/everything.json").status_code
    busy = downloads.Downloads(None)  # type: ignore[arg-type]
    with busy._one_at_a_time(), pytest.raises(downloads.HTTPException) as second, busy._one_at_a_time():
        pass
    assert (429, {"Retry-After": "30"}) == (second.value.status_code, second.value.headers)
