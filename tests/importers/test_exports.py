"""Exports of GoatCounter and Plausible."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from consentkit.cli import main
from consentkit.config import parse
from consentkit.importers.counted import days_of_logs, log_source, logs_known
from consentkit.importers.days import Days, browser_named, source_named, system_named
from consentkit.importers.exports import ExportFileError, import_exports
from consentkit.importers.goatcounter import count_goatcounter
from consentkit.importers.goatcounter_json import count_json
from consentkit.importers.plausible import TABLES, count_plausible, table_named
from consentkit.importers.run import LogFileError, import_logs
from consentkit.stats.model import Cell
from consentkit.stats.stores import open_private, open_reader
from consentkit.stats.verify import verify
from tests.stats.page_requests import CHROME
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
    "pages": (
        "date,hostname,page,visits,visitors,pageviews",
        ["2026-03-02,www.example.com,/products/12345,50,40,100", "2026-03-03,www.example.com,/,20,20,60"],
    ),
    "entry_pages": (
        "date,entry_page,visitors,entrances,visit_duration,bounces",
        ["2026-03-02,/,40,50,900,10", "2026-03-02,,4,5,9,5"],
    ),
    "exit_pages": ("date,exit_page,visitors,visit_duration,exits,bounces,pageviews", [
        "2026-03-02,/products/12345,40,900,35,10,100", "2026-03-02,/,40,900,15,10,50",
    ]),
    "custom_events": (
        "date,name,link_url,path,visitors,events",
        [
            "2026-03-02,Contact,,,9,12", "2026-03-02,Outbound Link: Click,https://www.example.org/a?b=c,,9,11",
            "2026-03-02,File Download,https://www.example.com/files/prices.pdf,,9,10", "2026-03-02,404,,/old,9,13",
            "2026-03-02,Signup,,,9,10", "2026-03-02,Contact,,,9,many",
        ],
    ),
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
    return parse(settings(stats={"goals": [{"id": "contact"}]}), base=tmp_path)


def counted(config):
    private = open_private(config.stats.private, config.base)
    try:
        return private.balance().counted
    finally:
        private.close()


def cells(config):
    """What was counted by value, be it published or waiting."""
    private, reader = open_private(config.stats.private, config.base), open_reader(config.stats.sink, base=config.base)
    try:
        found = Counter(private.balance().cells)
    finally:
        private.close()
    for row in reader.cells():
        found[row.breakdown, row.value, row.metric] += row.events
    return found


def test_goatcounter_counts_views_and_visits_of_people(config, tmp_path):
    """Bots and events are left out, a malformed row is counted, and figures appear on their days."""
    rows = [
        view(path, Session=f"{number}a-f", **{"Referrer": referrer})
        for number in range(12)
        for path, referrer in (("/products", "www.google.com/search"), ("/prices", ""))
    ]
    rows += [view(Bot="3"), view("signup", Event="true"), view(Date="yesterday"), ["/short"]]
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(as_csv(HEADER, rows)))
    outcome = import_exports(config, [path])
    assert {
        "rows": 28, "rejected": 2, "left_out": 2, "days": 1, "days_known": 0, "views": 24, "visits": 12,
        "not_counted": [], "already_counted": [],
    } == outcome.as_json()  # fmt: skip
    shown = cells(config)
    for cell, events in {
        ("page", "/products", "views"): 12,
        ("page", "/products", "visits"): 12,
        ("page", "/products", "moves"): 12,
        ("page", "/prices", "views"): 12,
        ("page", "/prices", "visits"): 0,
        ("move", "/products → /prices", "moves"): 12,
        ("channel", "search", "engaged"): 12,
        ("browser", "Firefox", "views"): 24,
        ("browser_version", "Firefox 145", "views"): 24,
        ("os", "Windows", "views"): 24,
        ("country", "NL", "views"): 24,
        ("region", "NL-NH", "views"): 24,
        ("referrer", "google.com", "views"): 12,
        ("referrer", "(internal)", "views"): 12,
        ("channel", "search", "visits"): 12,
    }.items():
        assert events == shown[cell], cell


def test_a_visit_goes_on_after_midnight_and_a_session_is_not_kept_for_ever():
    """A session ends after eight hours, so that one which was not seen on the day before is begun anew."""
    rows = [view(Date="2026-03-02T22:00:00Z"), view(Date="2026-03-02T23:00:00Z")]
    rows += [view(Date=f"2026-03-0{day}T10:00:00Z", Session=f"{day}") for day in (4, 5)]
    days = count_goatcounter(HEADER, [*rows, view(Date="2026-03-05T22:00:00Z")], ZoneInfo("Europe/Amsterdam"))
    visits = {day: found.totals[day, "visits"] for day, found in days.in_order()}
    assert {"2026-03-02": 1, "2026-03-03": 0, "2026-03-04": 1, "2026-03-05": 2} == visits


def test_without_sessions_goatcounter_tells_no_visits(config, tmp_path):
    """A site may keep none; FirstVisit is of a path, not of a visit."""
    path = tmp_path / "export.csv"
    path.write_bytes(as_csv(HEADER, [view(Session=session) for session in ("", "0-0") for _ in range(8)]))
    assert (16, 0) == tuple(import_exports(config, [path]).totals[name] for name in ("views", "visits"))


def test_what_is_below_the_threshold_waits(config, tmp_path):
    """The same rule as for live requests: nine views of a page are not shown."""
    path = tmp_path / "export.csv"
    path.write_bytes(as_csv(HEADER, [view() for _ in range(15)] + [view("/rare") for _ in range(9)]))
    import_exports(config, [path])
    reader = open_reader(config.stats.sink, base=config.base)
    assert ["/products"] == [row.value for row in reader.cells(breakdown="page") if row.metric == "views"]
    assert 24 == counted(config)["page", "views"]


def test_what_the_site_does_not_count_by_is_left_out(config, tmp_path):
    """The days are counted all the same, and which breakdowns are dropped is said."""
    few = replace(config, stats=replace(config.stats, breakdowns=("page", "country", "goal", "status", "reason")))
    outcome = import_exports(few, [zipped(tmp_path / "export.zip", plausible_files())])
    assert (160, 70, 2) == (outcome.totals["views"], outcome.totals["visits"], outcome.days)
    assert {"page", "country", "goal"} == {breakdown for breakdown, _, _ in cells(few)}
    assert {"region", "referrer", "channel", "browser", "outbound"} <= outcome.not_counted
    assert outcome.as_json()["not_counted"] == sorted(outcome.not_counted)


def test_plausible_counts_the_sums_of_days(config, tmp_path):
    """From the zip file as it is downloaded."""
    outcome = import_exports(config, [zipped(tmp_path / "export.zip", plausible_files())])
    assert (160, 70, 2) == (outcome.totals["views"], outcome.totals["visits"], outcome.days)
    shown = cells(config)
    for cell, events in {
        ("page", "/products/{n}", "views"): 100,
        ("page", "/", "visits"): 50,
        ("page", "/", "engaged"): 40,
        ("page", "/products/{n}", "moves"): 65,
        ("goal", "contact", "goals"): 12,
        ("outbound", "example.org", "outbound"): 11,
        ("download", "/files/prices.pdf", "downloads"): 10,
        ("missing", "/old", "missing"): 13,
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


def test_what_visits_did_after_midnight_breaks_no_proof(config, tmp_path):
    """Plausible tells views of a visit by the day on which it began, in some tables; the totals follow."""
    files = plausible_files() | {
        "imported_browsers_20260301_20260331.csv": (
            b"date,browser,browser_version,visits,bounces,pageviews\n"
            b"2026-03-02,Chrome,145.0,52,10,115\n2026-03-03,Chrome,145.0,18,0,45\n2026-03-03,Firefox,145.0,19,0,9\n"
        )
    }
    import_exports(config, [zipped(tmp_path / "export.zip", files)])
    private, reader = open_private(config.stats.private, config.base), open_reader(config.stats.sink, base=config.base)
    try:
        assert [] == verify(reader, private)
        days = {(day, metric): count for day, metric, count in reader.days(date(2026, 3, 1), date(2026, 3, 31))}
    finally:
        private.close()
    assert (115, 54) == (days["2026-03-02", "views"], days["2026-03-03", "views"])


def test_a_later_export_adds_only_its_new_days(config, tmp_path):
    """It holds the days of the one before, which must not count twice."""
    first, later = ([view(Date=f"2026-03-0{day}T10:00:00Z")] * 12 for day in (2, 3))
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, first))
    (tmp_path / "b.csv").write_bytes(as_csv(HEADER, first + later))
    import_exports(config, [tmp_path / "a.csv"])
    outcome = import_exports(config, [tmp_path / "b.csv"])
    assert (1, 1, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 24 == counted(config)["", "views"]
    again = import_exports(config, [tmp_path / "b.csv"], another_site=True)
    assert (0, ["b.csv"]) == (again.totals["views"], again.already_counted)


def test_days_of_another_site_are_added(config, tmp_path):
    """Where two sites become one."""
    for name, path in (("a.csv", "/a"), ("b.csv", "/b")):
        (tmp_path / name).write_bytes(as_csv(HEADER, [view(path)] * 12))
    import_exports(config, [tmp_path / "a.csv"])
    assert 12 == import_exports(config, [tmp_path / "b.csv"], another_site=True).totals["views"]


def test_days_of_a_log_are_left_out(config, tmp_path):
    """They must not count twice, from an export of whatever tool; unless it is another site's."""
    moments = [f"{day:02}/Mar/2026:10:00:{second:02} +0100" for day in (2, 3) for second in range(12)]
    lines = [f'192.0.2.7 - - [{moment}] "GET /products HTTP/1.1" 200 9 "-" "{CHROME}"\n' for moment in moments]
    (tmp_path / "access.log").write_text("".join(lines), "ascii")
    import_logs(config, [tmp_path / "access.log"], lambda _: None)
    views = [view(Date=f"2026-03-0{day}T10:00:00Z") for day in (1, 2, 3)] * 12
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, views))
    outcome = import_exports(config, [tmp_path / "a.csv"])
    assert (1, 2, 12) == (outcome.days, outcome.days_known, outcome.totals["views"])
    assert 36 == counted(config)["", "views"]
    (tmp_path / "b.csv").write_bytes(as_csv(HEADER, views[:-1]))
    assert 35 == import_exports(config, [tmp_path / "b.csv"], another_site=True).totals["views"]


def test_a_log_with_days_of_an_export_is_refused(config, tmp_path):
    """By an error that names the days and says how to mend it; nothing of it counts, unless it is another site's."""
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, [view(Date="2026-03-02T10:00:00Z")] * 12))
    import_exports(config, [tmp_path / "a.csv"])
    moments = [f"{day:02}/Mar/2026:10:00:{second:02} +0100" for day in (1, 2, 3) for second in range(12)]
    lines = [f'192.0.2.7 - - [{moment}] "GET /products HTTP/1.1" 200 9 "-" "{CHROME}"\n' for moment in moments]
    log = tmp_path / "access.log"
    log.write_text("".join(lines), "ascii")
    with pytest.raises(LogFileError) as refused:
        import_logs(config, [log], lambda _: None)
    assert str(refused.value).endswith(
        "access.log: has requests of 2026-03-02, which an export of goatcounter brought already, and would count them "
        "twice. Nothing of it was counted; import only what the log has of other days or, if it is another site's and "
        "is to be added, use --another-site."
    )
    assert 12 == counted(config)["", "views"]
    assert 36 == import_logs(config, [log], lambda _: None, another_site=True).views


DAYS = st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)).map(str), min_size=1)


@given(DAYS)
def test_the_name_of_a_log_tells_its_days(days):
    """However they lie, beside how much was counted of it; names of logs that were imported earlier tell none."""
    name = log_source(7, "d1", days)
    assert days == days_of_logs([name, "log:9:d2", "sample"])
    assert {7: {"d1"}, 9: {"d2"}} == logs_known([name, "log:9:d2", "sample"])


GOATCOUNTER = {
    "info.json": [{"export_version": "1.0", "goatcounter_version": "2.7", "created_at": "2026-03-07T16:49:27Z"}],
    "paths.jsonl": [
        {"id": 211, "path": "/", "title": "Home"},
        {"id": 215, "path": "/orders/123456", "title": "Order"},
        {"id": 9, "event": True, "path": "click-banana", "title": "Banana"},
    ],
    "refs.jsonl": [
        {"id": 1, "ref": "", "ref_scheme": "o"},
        {"id": 2, "ref": "Google", "ref_scheme": "g"},
        {"id": 3, "ref": "spring", "ref_scheme": "c"},
    ],
    "browsers.jsonl": [{"id": 5, "name": "Firefox", "version": "145"}, {"id": 6, "name": "", "version": ""}],
    "systems.jsonl": [{"id": 7, "name": "Windows", "version": "10"}],
    "locations.jsonl": [{"country": "NL", "region": "NH", "country_name": "Netherlands", "region_name": "N-Holland"}],
    "languages.jsonl": [{"iso_639_3": "nld", "name": "Dutch"}],
    "hit_stats.jsonl": [
        {"hour": "2026-03-02T09:00:00Z", "path_id": 211, "ref_id": 2, "count": 30},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 215, "ref_id": 1, "count": 20},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 9, "ref_id": 1, "count": 40},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 211, "ref_id": 99, "count": 40},
        {"hour": "2026-03-02T23:00:00Z", "path_id": 211, "ref_id": 1, "count": -1},
    ],
    "browser_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "browser_id": 5, "count": 30}],
    "system_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "system_id": 7, "count": 30}],
    "location_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "location": "NL-NH", "count": 50}],
    "language_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "language": "nld", "count": 30}],
    "size_stats.jsonl": [{"day": "2026-03-02", "path_id": 211, "width": 1280, "count": 30}],
}


def goatcounter_archive(path, **changes):
    tables = {name: "\n".join(map(json.dumps, rows)).encode() for name, rows in (GOATCOUNTER | changes).items()}
    return zipped(path, {f"goatcounter-export-example/{name}": data for name, data in tables.items()})


def test_goatcounter_counts_the_sums_of_its_json_export(config, tmp_path):
    """By default it keeps nothing else: each path once a visit, no visits, events left out."""
    outcome = import_exports(config, [goatcounter_archive(tmp_path / "export.zip")])
    assert {
        "rows": 9, "rejected": 2, "left_out": 1, "days": 1, "days_known": 0, "views": 50, "visits": 0,
        "not_counted": [], "already_counted": [],
    } == outcome.as_json()  # fmt: skip
    shown = cells(config)
    for cell, events in {
        ("page", "/", "views"): 30,
        ("page", "/orders/{n}", "views"): 20,
        ("referrer", "google.com", "views"): 30,
        ("channel", "direct", "views"): 20,
        ("browser_version", "Firefox 145", "views"): 30,
        ("os", "Windows", "views"): 30,
        ("region", "NL-NH", "views"): 50,
        ("language", "nl", "views"): 30,
    }.items():
        assert events == shown[cell], cell


def test_the_two_exports_of_goatcounter_count_once(config, tmp_path):
    """The CSV of days whose counts were read already adds nothing."""
    import_exports(config, [goatcounter_archive(tmp_path / "export.zip")])
    (tmp_path / "a.csv").write_bytes(as_csv(HEADER, [view()] * 12))
    assert ["a.csv"] == import_exports(config, [tmp_path / "a.csv"]).already_counted


@pytest.mark.parametrize("version", ["2.0", "", 1])
def test_a_json_export_of_another_version_is_refused(version, config, tmp_path):
    """With the version that it has."""
    path = goatcounter_archive(tmp_path / "export.zip", **{"info.json": [{"export_version": version}]})
    with pytest.raises(ExportFileError, match="has the format"):
        import_exports(config, [path])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("2026-03-02"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ("id", "path", "event", "ref", "ref_scheme", "name", "hour", "day", "path_id", "ref_id", "count", "location")


@given(st.dictionaries(st.sampled_from(sorted(GOATCOUNTER)), st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES)))
def test_no_row_of_a_json_export_makes_it_fail(rows):
    """Whatever stands in it."""
    tables = {name: [*good, rows[name]] if name in rows else good for name, good in GOATCOUNTER.items()}
    tables["info.json"] = GOATCOUNTER["info.json"]
    days = count_json(lambda name: [json.dumps(row).encode() for row in tables.get(name, ())])
    days.finish()
    assert days.rows >= days.rejected
    assert all(count >= 0 for _, found in days.in_order() for count in found.cells.values())


NO_DAYS = {name: [] for name in GOATCOUNTER if "_stats" in name}
LATER = {
    "a.csv": as_csv(
        HEADER, [view()] * 12 + [view(Date="9999-03-02T10:00:00Z"), view(Date="0001-01-01T00:00:00+14:00")]
    ),
    "imported_pages.csv": (
        b"date,hostname,page,visits,visitors,pageviews\n2026-03-02,,/,12,12,12\n2027-01-01,,/,9,9,9\n,,/,1,1,1\n"
    ),
}


@pytest.mark.parametrize("name", ["a.csv", "imported_pages.csv", "export.zip"])
def test_days_that_are_yet_to_come_are_rejected(name, config, tmp_path):
    """Else all days until then would pass for counted when the next export comes."""

    def at(day):
        return lambda: datetime.fromisoformat(f"{day}T12:00:00Z").timestamp()

    path = tmp_path / name
    if name in LATER:
        path.write_bytes(LATER[name])
    else:
        later = {"hour": "2026-12-02T09:00:00Z", "path_id": 211, "ref_id": 2, "count": 30}
        rows = [later | {"hour": "2026-03-02T09:00:00Z"}, later, {}]
        goatcounter_archive(path, **NO_DAYS | {"hit_stats.jsonl": rows})
    outcome = import_exports(config, [path], clock=at("2026-11-26"))
    assert (1, 2) == (outcome.days, outcome.rejected)
    if name == "export.zip":
        next_one = goatcounter_archive(path, **NO_DAYS | {"hit_stats.jsonl": [later]})
        assert 30 == import_exports(config, [next_one], clock=at("2026-12-01")).totals["views"]


def test_an_export_of_which_nothing_can_be_read_says_so(config, tmp_path):
    """In place of no rows at all."""
    path = goatcounter_archive(tmp_path / "export.zip", **{name: [{}] for name in GOATCOUNTER if "stats" in name})
    outcome = import_exports(config, [path])
    assert (5, 5, []) == (outcome.rows, outcome.rejected, outcome.already_counted)


@pytest.mark.parametrize("info", [b"[" * 100_000, b'{"a":' * 20_000, b"\n" * 200 + b'{"export_version": "1.0"}'])
def test_an_export_is_refused_by_its_first_lines(info):
    """However deep, or far below, its version stands."""
    with pytest.raises(ValueError, match="has the format of none"):
        count_json(lambda name: info.splitlines(keepends=True) if name == "info.json" else ())


def test_a_line_without_end_is_held_in_parts(config, tmp_path):
    """Each of which is rejected."""
    tables = {name: "\n".join(map(json.dumps, rows)).encode() for name, rows in GOATCOUNTER.items()}
    tables["hit_stats.jsonl"] += b"\n" + b"x" * 300_000 + b"\n" + tables["hit_stats.jsonl"]
    outcome = import_exports(config, [zipped(tmp_path / "export.zip", tables)])
    assert (100, 2 + 2 + 5) == (outcome.totals["views"], outcome.rejected)


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
        ("imported_custom_events_20260101_20260131.csv", "custom_events"),
        ("imported_cities_20260101_20260131.csv", ""),
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
