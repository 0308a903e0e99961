"""Exports of Plausible."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers.days import Days
from consentkit.importers.exports import import_exports
from consentkit.importers.plausible import TABLES, count_plausible, table_named
from consentkit.stats.model import Cell
from consentkit.stats.stores import open_private, open_reader
from consentkit.stats.verify import verify
from tests.importers.exported import cells, plausible_archive


def test_plausible_counts_the_sums_of_days(config, tmp_path):
    """From the zip file as it is downloaded."""
    outcome = import_exports(config, [plausible_archive(tmp_path / "export.zip")])
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
    changes = {
        "imported_browsers_20260301_20260331.csv": (
            b"date,browser,browser_version,visits,bounces,pageviews\n"
            b"2026-03-02,Chrome,145.0,52,10,115\n2026-03-03,Chrome,145.0,18,0,45\n2026-03-03,Firefox,145.0,19,0,9\n"
        )
    }
    import_exports(config, [plausible_archive(tmp_path / "export.zip", **changes)])
    private, reader = open_private(config.stats.private, config.base), open_reader(config.stats.sink, base=config.base)
    try:
        assert [] == verify(reader, private)
        days = {(day, metric): count for day, metric, count in reader.days(date(2026, 3, 1), date(2026, 3, 31))}
    finally:
        private.close()
    assert (115, 54) == (days["2026-03-02", "views"], days["2026-03-03", "views"])


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
