"""Exports of GoatCounter, as CSV and as JSON."""

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers.exports import ExportFileError, import_exports
from consentkit.importers.goatcounter import count_goatcounter
from consentkit.importers.goatcounter_json import count_json
from tests.importers.exported import (
    GOATCOUNTER,
    HEADER,
    cells,
    goatcounter_archive,
    goatcounter_csv,
    view,
)


def test_goatcounter_counts_views_and_visits_of_people(config, tmp_path):
    """Bots and events are left out, a malformed row is counted, and figures appear on their days."""
    rows = [
        view(path, Session=f"{number}a-f", **{"Referrer": referrer})
        for number in range(12)
        for path, referrer in (("/products", "www.google.com/search"), ("/prices", ""))
    ]
    rows += [view(Bot="3"), view("signup", Event="true"), view(Date="yesterday"), ["/short"]]
    outcome = import_exports(config, [goatcounter_csv(tmp_path / "export.csv.gz", rows)])
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
    rows = [view(Session=session) for session in ("", "0-0") for _ in range(8)]
    totals = import_exports(config, [goatcounter_csv(tmp_path / "export.csv", rows)]).totals
    assert (16, 0) == (totals["views"], totals["visits"])


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
    again = import_exports(config, [goatcounter_csv(tmp_path / "a.csv", [view()] * 12)])
    assert ["a.csv"] == again.already_counted


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


@pytest.mark.parametrize("info", [b"[" * 100_000, b'{"a":' * 20_000, b"\n" * 200 + b'{"export_version": "1.0"}'])
def test_an_export_is_refused_by_its_first_lines(info):
    """However deep, or far below, its version stands."""
    with pytest.raises(ValueError, match="has the format of none"):
        count_json(lambda name: info.splitlines(keepends=True) if name == "info.json" else ())


@given(st.lists(st.lists(st.text(max_size=20), max_size=16), max_size=8))
def test_no_row_of_goatcounter_makes_it_fail(rows):
    """Whatever stands in it."""
    mixed = [*rows, *(view(text) for row in rows for text in row)]
    days = count_goatcounter(HEADER, mixed, ZoneInfo("Europe/Amsterdam"))
    assert days.rows >= days.rejected
