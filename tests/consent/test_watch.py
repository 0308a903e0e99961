"""One worker watches what its app stores, and tells once."""

import logging
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from consentkit.consent.observed import Sightings
from consentkit.consent.observed_store import observed_store_of
from consentkit.consent.watch import FLUSH_SECONDS, Watch
from consentkit.guard import Guard
from tests.support.sites import NOW, config_of, settings


def watch(folder: Path, requested: Counter[str] | None = None) -> tuple[Watch, Sightings]:
    """A watch over the example site, and what it watches."""
    config = config_of(settings(), folder)
    sightings = Sightings(lambda: NOW)
    return Watch(config, Guard(), sightings, lambda: requested or Counter()), sightings


def test_it_writes_once_a_minute(tmp_path: Path) -> None:
    """What was seen meanwhile waits in memory."""
    watching, sightings = watch(tmp_path)
    store = observed_store_of(config_of(settings(), tmp_path))
    counts = []
    for second in (0, 1, FLUSH_SECONDS):
        sightings.note_set(b"session=1; Max-Age=60", "session", "/")
        watching.tick(NOW + second)
        counts.append(store.rows()[0].count)
    assert [1, 1, 3] == counts


def test_a_clock_that_was_set_back_does_not_stop_it(tmp_path: Path) -> None:
    """It does not wait until the clock has caught up."""
    watching, _ = watch(tmp_path, Counter({"session": 1}))
    watching.tick(NOW)
    watching.tick(NOW - 86_400)
    (row,) = observed_store_of(config_of(settings(), tmp_path)).rows()
    assert 2 == row.count


def test_cookies_of_requests_are_counted_without_a_route(tmp_path: Path) -> None:
    """What a visitor's browser brought from where says something of the visitor."""
    watch(tmp_path, Counter({"_ads_*": 2, "(undeclared)": 5}))[0].flush(NOW)
    rows = observed_store_of(config_of(settings(), tmp_path)).rows()
    assert [("(undeclared)", "", 5), ("_ads_*", "", 2)] == [(row.name, row.route, row.count) for row in rows]


def test_it_tells_once_what_lives_longer_than_declared(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And leaves undeclared cookies to the gate, which has told of them with what to paste."""
    watching, sightings = watch(tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            sightings.note_set(b"session=1; Max-Age=8640000", "session", "/")
            sightings.note_set(b"other=1", "other", "/")
            watching.flush(NOW)
    assert ["the cookie 'session' is set for 100 days, and declared for '14 days'"] == [
        record.getMessage() for record in caplog.records
    ]


def test_it_knows_the_day_of_the_last_comparison(tmp_path: Path) -> None:
    """In the site's own time zone."""
    watching, sightings = watch(tmp_path, Counter({"session": 1}))
    assert sightings.checked is None
    watching.flush(NOW + 11 * 3600 + 1800)
    assert date(2026, 11, 24) == sightings.checked


def test_a_file_that_cannot_be_used_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The error is logged once, by its place."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "observed.db").write_bytes(b"no database, but something else that lies here")
    watching, _ = watch(tmp_path, Counter({"session": 1}))
    watching.flush(NOW)
    watching.flush(NOW)
    assert 1 == len(caplog.records)
    assert "noting what the site stores failed: DatabaseError" in caplog.records[0].getMessage()
