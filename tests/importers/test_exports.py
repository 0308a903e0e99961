"""Exports of GoatCounter and Plausible."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from consentkit.cli import main
from consentkit.config import parse
from consentkit.importers.days import Days, browser_named, source_named, system_named
from consentkit.importers.exports import ExportFileError, import_exports
from consentkit.importers.goatcounter import count_goatcounter
from consentkit.importers.plausible import TABLES, count_plausible, table_named
from consentkit.stats.model import Cell
from consentkit.stats.stores import open_private, open_reader
from tests.support.sites import settings

HEADER = [
    "2Path", "Title", "Event", "UserAgent", "Browser", "System", "Session", "Bot", "Referrer", "Referrer scheme",
    "Screen size", "Location", "FirstVisit", "Date",
]  # fmt: skip


def view(path="/products", **changes):
    row = dict.fromkeys(HEADER, "") | {
        "2Path": path, "Event": "false", "Browser": "Firefox 145", "System": "Windows 10", "Bot": "0",
        "Session": "3a9f", "Referrer": "www.google.com/search", "Referrer scheme": "h", "Location": "NL-NH",
        "FirstVisit": "true", "Date": "2026-03-02T10:00:00Z",
    } | changes  # fmt: skip
    return [row[name] for name in HEADER]


def as_csv(header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


PLAUSIBLE = {
    "visitors": (
        "date,visitors,pageviews,bounces,visits,visit_duration",
        ["2026-03-02,40,100,10,50,900", "2026-03-03,40,60,0,20,900"],
    ),
    "pages": ("date,hostname,page,visits,visitors,pageviews", ["2026-03-02,www.example.com,/products/12345,50,40,100"]),
    "entry_pages": ("date,entry_page,visitors,entrances,visit_duration,bounces", ["2026-03-02,/,40,50,900,10"]),
    "exit_pages": ("date,exit_page,visitors,visit_duration,exits,bounces,pageviews", ["2026-03-02,/,40,900,30,10,100"]),
    "sources": (
        "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visits,bounces",
        ["2026-03-02,Google,,,,,,,60,30,5", "2026-03-02,,,letter,email,spring,,,40,20,5"],
    ),
    "locations": ("date,country,region,visits,bounces,pageviews", ["2026-03-02,NL,NL-NH,50,10,100"]),
    "devices": ("date,device,visitors,visits,bounces,pageviews", ["2026-03-02,Laptop,40,50,10,100"]),
    "browsers": ("date,browser,browser_version,visits,bounces,pageviews", ["2026-03-02,Chrome,145.0,50,10,100"]),
    "operating_systems": ("date,operating_system,visits,bounces,pageviews", ["2026-03-02,Mac,50,10,100"]),
}  # fmt: skip


def plausible_files():
    return {
        f"imported_{name}_20260301_20260331.csv": "\n".join((header, *rows)).encode()
        for name, (header, rows) in PLAUSIBLE.items()
    }


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def config(tmp_path):
    return parse(settings(), base=tmp_path)


def counted(config):
    private = open_private(config.stats.private, config.base)
    try:
        return private.balance().counted
    finally:
        private.close()


def published(config):
    reader = open_reader(config.stats.sink, base=config.base)
    found = Counter()
    for row in reader.cells():
        found[row.breakdown, row.value, row.metric] += row.events
    return found


def test_goatcounter_counts_views_and_visits_of_people(config, tmp_path):
    """Bots and events are left out, a malformed row is counted, and figures appear on their days."""
    rows = [view() for _ in range(12)] + [view(FirstVisit="false") for _ in range(12)]
    rows += [view(Bot="3"), view("signup", Event="true"), view(Date="yesterday"), ["/short"]]
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(as_csv(HEADER, rows)))
    outcome = import_exports(config, [path])
    assert {
        "rows": 28, "rejected": 2, "left_out": 2, "days": 1, "views": 24, "visits": 12, "already_counted": [],
    } == outcome.as_json()  # fmt: skip
    shown = published(config)
    for cell, events in {
        ("page", "/products", "views"): 24,
        ("page", "/products", "visits"): 12,
        ("browser", "Firefox", "views"): 24,
        ("browser_version", "Firefox 145", "views"): 24,
        ("os", "Windows", "views"): 24,
        ("country", "NL", "views"): 24,
        ("region", "NL-NH", "views"): 24,
        ("referrer", "google.com", "views"): 24,
        ("channel", "search", "visits"): 12,
    }.items():
        assert events == shown[cell], cell


def test_what_is_below_the_threshold_waits(config, tmp_path):
    """The same rule as for live requests: nine views of a page are not shown."""
    path = tmp_path / "export.csv"
    path.write_bytes(as_csv(HEADER, [view() for _ in range(15)] + [view("/rare") for _ in range(9)]))
    import_exports(config, [path])
    assert 0 == published(config)["page", "/rare", "views"]
    assert 24 == counted(config)["page", "views"]


def test_plausible_counts_the_sums_of_days(config, tmp_path):
    """From the zip file as it is downloaded."""
    outcome = import_exports(config, [zipped(tmp_path / "export.zip", plausible_files())])
    assert (160, 70, 2) == (outcome.totals["views"], outcome.totals["visits"], outcome.days)
    shown = published(config)
    for cell, events in {
        ("page", "/products/{n}", "views"): 100,
        ("page", "/", "visits"): 50,
        ("page", "/", "engaged"): 40,
        ("page", "/", "moves"): 70,
        ("referrer", "google.com", "visits"): 30,
        ("channel", "email", "views"): 40,
        ("campaign", "spring", "visits"): 20,
        ("campaign_source", "letter", "visits"): 20,
        ("country", "NL", "views"): 100,
        ("region", "NL-NH", "visits"): 50,
        ("device", "desktop", "views"): 100,
        ("browser_version", "Chrome 145", "views"): 100,
        ("os", "macOS", "views"): 100,
    }.items():
        assert events == shown[cell], cell


def test_the_same_export_counts_once(config, tmp_path):
    """Whatever its name."""
    first = zipped(tmp_path / "a.zip", plausible_files())
    import_exports(config, [first])
    again = import_exports(config, [zipped(tmp_path / "b.zip", plausible_files())])
    assert (0, ["b.zip"]) == (again.totals["views"], again.already_counted)
    assert 160 == counted(config)["", "views"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"a,b\n1,2\n", "neither an export of GoatCounter nor"),
        ("a.csv", as_csv(["9Path", *HEADER[1:]], []), "has the format 9; only 2 can be read"),
        ("a.csv", b"\xff\xfe\x00", "can't decode"),
        ("a.csv.gz", gzip.compress(b"2Path" * 9000, mtime=0)[:60], "ended before"),
        ("a.csv", b"", "neither"),
    ],
    ids=["another table", "another version", "no text", "cut off", "empty"],
)
def test_what_is_no_export_is_refused_whole(name, data, said, config, tmp_path):
    """With what may be named instead; nothing is counted."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ExportFileError, match=said):
        import_exports(config, [path])
    assert not any(counted(config).values())


def test_an_archive_without_tables_is_refused(config, tmp_path):
    """It may be anything."""
    with pytest.raises(ExportFileError, match="holds no table"):
        import_exports(config, [zipped(tmp_path / "a.zip", {"../../etc/passwd": b"x"})])


def test_the_command_prints_what_it_counted(tmp_path, monkeypatch):
    """For people and as JSON, and says what is wrong without a trace."""
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(HEADER, [view() for _ in range(12)]))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert 0 == runner.invoke(main, ["init"]).exit_code
    outcome = runner.invoke(main, ["import-stats", str(path), "--json"])
    assert (0, 12) == (outcome.exit_code, json.loads(outcome.stdout)["views"])
    again = runner.invoke(main, ["import-stats", str(path)])
    assert "a.csv was counted before and is left out." in again.stdout


@given(st.lists(st.lists(st.text(max_size=20), max_size=16), max_size=8))
def test_no_row_of_goatcounter_makes_it_fail(rows):
    """Whatever stands in it."""
    mixed = [*rows, *(view(text) for row in rows for text in row)]
    days = count_goatcounter(HEADER, mixed, ZoneInfo("Europe/Amsterdam"))
    assert days.rows >= days.rejected


COLUMNS = ("date", "page", "source", "visits", "pageviews", "bounces", "exits", "referrer", "utm_medium")
VALUES = st.text(max_size=12) | st.just("2026-03-02") | st.integers().map(str)


@given(st.sampled_from(sorted(TABLES)), st.dictionaries(st.sampled_from(COLUMNS), VALUES))
def test_no_row_of_plausible_makes_it_fail(table, row):
    """Whatever stands in it."""
    days = Days()
    count_plausible(table, [row], days)
    assert 1 == days.rows
    assert all(count >= 0 for _, increments in days.in_order() for count in increments.cells.values())


def test_identifiers_in_pages_become_placeholders():
    """An export may hold what our own counting never keeps."""
    days = Days()
    count_plausible("pages", [{"date": "2026-03-02", "page": "/u/jan@example.org?x=1", "pageviews": "3"}], days)
    assert 3 == days.increments["2026-03-02"].cells[Cell("page", "/u/{email}", "views")]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("imported_pages_20260101_20260131.csv", "pages"),
        ("folder/imported_entry_pages_20260101_20260131.csv", "entry_pages"),
        ("imported_visitors.csv", "visitors"),
        ("imported_custom_events_20260101_20260131.csv", ""),
        ("pages.csv", ""),
    ],
)
def test_tables_are_told_by_their_file(name, table):
    """Others of an export hold nothing that is counted here."""
    assert table == table_named(name)


def test_names_of_other_tools_become_ours():
    """Unknown ones are `(other)`, missing ones `(unknown)`."""
    assert [("Chrome", "Chrome 145"), ("(other)", "(other)"), ("(unknown)", "(unknown)"), ("Safari", "Safari")] == [
        browser_named(name) for name in ("Chrome 145.0.1", "Mosaic 2", " ", "Mobile Safari")
    ]
    assert ["Windows", "macOS", "Linux", "(other)", "(unknown)"] == [
        system_named(name) for name in ("Windows 11", "Mac", "GNU/Linux", "Plan 9", "")
    ]
    assert [("(direct)", "direct"), ("google.com", "search"), ("example.org", "referral"), ("(other)", "referral")] == [
        source_named(name) for name in ("", "Google", "https://www.example.org/a?b", "My Friend")
    ]
