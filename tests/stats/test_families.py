"""Parts and wholes: honest counts always fit, whatever was bounded, aged or released when; tampered ones do not."""

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.stats.breakdowns import CONVERSIONS, GOALS, MISSING, MOVES, VIEWS, VISITS, crossing
from consentkit.stats.families import family_findings, wholes_of
from consentkit.stats.model import OTHER, BatchId, Cell, Facet, Increments
from consentkit.stats.observed import Observation
from consentkit.stats.stores import drain
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from tests.stats.observations import BROWSING, DAY, LATER, WHEN, increments_of

CROSSING = crossing("page", "channel")


class Agent:
    """A browser of a name and version."""

    declared = None
    sends_fetch_metadata = False
    sends_client_hints = False
    is_told = True

    def __init__(self, browser: str, version: str) -> None:
        self.facet = Facet(browser=browser, browser_version=f"{browser} {version}", os="(unknown)", device="mobile")


AGENTS = {name: Agent(*name.split()) for name in ("Firefox 130", "Firefox 131", "Chrome 99")}
REST = dict.fromkeys(
    ("referrer", "campaign", "campaign_source", "campaign_medium", "campaign_term", "campaign_content", "click_id",
     "network", "organisation", "host", "language"), "(unknown)",
)  # fmt: skip


def an_event(page: str, channel: str, agent: str, place: str, *, visit: bool = False) -> Increments:
    """What a view adds, from a page before unless it begins a visit."""
    seen = Facet(page=page), Facet(channel=channel, country=place[:2], region=place, **REST)
    by, metrics = AGENTS[agent], (VIEWS, VISITS) if visit else (VIEWS,)
    move = (DAY, by, BROWSING, (MOVES,), (Facet(page="/from", move=f"/from → {page}"),))
    events = ((DAY, by, BROWSING, metrics, seen), *(() if visit else (move,)))
    request = (DAY, by, BROWSING, 200)
    return increments_of(Observation(request, events, (DAY, WHEN, 0.01, 500, 200, page)), crossings=(CROSSING,))


VIEW = st.builds(
    an_event,
    st.sampled_from(["/a", "/b", "/c", "/d", "/e"]),
    st.sampled_from(["search", "email"]),
    st.sampled_from(sorted(AGENTS)),
    st.sampled_from(["NL-GR", "NL-DR", "DE-NI"]),
    visit=st.booleans(),
)
STEPS = st.lists(st.tuples(st.lists(VIEW, max_size=6), st.integers(0, 3), st.booleans()), max_size=9)


@settings(max_examples=12)
@given(steps=STEPS)
def test_honest_counts_fit_at_every_moment(steps):
    """With a bound of three values a day and parts that age after two days, with the private store and without."""
    with tempfile.TemporaryDirectory() as folder:
        private = SqlitePrivateStore(Path(folder) / "private.db", max_values=3)
        sink = SqliteSink(Path(folder) / "stats.db")
        reader = SqliteSinkReader(Path(folder) / "stats.db")
        today = date.fromisoformat(DAY)
        for number, (views, days, delivers) in enumerate(steps, 1):
            today += timedelta(days=days)
            increments = Increments()
            for view in views:
                increments.merge(view)
            private.apply(BatchId("w", number), increments, today.isoformat())
            private.release(threshold=3, patience_days=2, today=today.isoformat(), running=LATER)
            if delivers:
                drain(private, sink)
            assert verify(reader, private) == []
            assert verify(reader) == []
        private.close()
        sink.close()


@pytest.fixture
def stores(tmp_path):
    """Stores with the views of two pages, channels, browsers and countries, 60 and 20, but for what each keeps."""
    private, sink = SqlitePrivateStore(tmp_path / "private.db"), SqliteSink(tmp_path / "stats.db")
    increments = Increments()
    for _ in range(30):
        increments.merge(an_event("/a", "search", "Firefox 130", "NL-GR"))
        increments.merge(an_event("/a", "search", "Firefox 130", "NL-GR", visit=True))
    for _ in range(20):
        increments.merge(an_event("/b", "email", "Chrome 99", "DE-NI", visit=True))
    private.apply(BatchId("w", 1), increments, DAY)
    private.release(threshold=5, patience_days=31, today=DAY, running=LATER)
    drain(private, sink)
    yield private, sink, SqliteSinkReader(tmp_path / "stats.db")
    private.close()
    sink.close()


def renamed(old, new, breakdown, metric="%"):
    """The statement that puts counts of a value to another, in the sums of parts of the month and months too."""
    number = "(SELECT id FROM words WHERE text = '{}')"
    return (
        f"UPDATE counts SET value = {number.format(new)} WHERE value = {number.format(old)} AND series IN "
        f"(SELECT id FROM series WHERE breakdown = '{breakdown}' AND metric LIKE '{metric}')"
    )


@pytest.mark.parametrize(
    ("statement", "part", "whole"),
    [
        (renamed("/a", "/b", "page_by_channel"), "views by page_by_channel", "views by page '/b'"),
        ("UPDATE words SET text = 'Chrome 130' WHERE text = 'Firefox 130'", "browser_version", "browser 'Chrome'"),
        ("UPDATE words SET text = 'DE-GR' WHERE text = 'NL-GR'", "views by region", "views by country 'DE'"),
        ("UPDATE words SET text = '/b → /a' WHERE text = '/from → /a'", "moves by move", "moves by page"),
        (
            "UPDATE counts SET second = (SELECT id FROM words WHERE text = 'email') WHERE second <> 0",
            "page_by_channel", "views by channel 'email'",
        ),
    ],
)  # fmt: skip
def test_parts_of_another_whole_are_found(stores, statement, part, whole):
    """All sums and thresholds are right still; only parts and wholes do not fit."""
    private, sink, reader = stores
    assert verify(reader, private) == []
    sink._connection.execute(statement)
    for findings in (verify(reader, private), verify(reader)):
        assert {finding.rule for finding in findings} == {"family"}
        assert any(part in finding.where and whole in finding.where for finding in findings)


def test_without_the_private_store_fewer_than_k_may_be_ahead():
    """A part may be released before its whole: of that at most k - 1 events wait then, and not one with it."""
    held = {Cell("region", "NL-GR", VIEWS): 14, Cell("country", "NL", VIEWS): 10}
    known, removed = list(held), {}
    assert list(family_findings(held, removed=removed, waiting=9, known=known)) == []
    [finding] = family_findings(held, removed=removed, waiting=0, known=known)
    assert finding.what == "the parts are ahead of their wholes by 4 events, of which 0 can be in (other)"
    assert list(family_findings(held, removed={("country", VIEWS): 4}, waiting=0, known=known)) == []
    covered = Counter(held) + Counter({Cell("country", OTHER, VIEWS): 4})
    assert list(family_findings(covered, removed=removed, waiting=0, known=known)) == []


def test_a_value_that_only_waits_is_not_named():
    """A finding must not publish what is not published."""
    held = {Cell("region", "NL-GR", VIEWS): 14, Cell("country", "NL", VIEWS): 1}
    [finding] = family_findings(held, removed={}, waiting=0, known=[])
    assert "NL" not in str(finding)


@pytest.mark.parametrize(
    ("cell", "wholes"),
    [
        (Cell("page_by_country", "/a × NL", VIEWS), {Cell("page", "/a", VIEWS), Cell("country", "NL", VIEWS)}),
        (Cell("browser_version", "Samsung Internet 30", VIEWS), {Cell("browser", "Samsung Internet", VIEWS)}),
        (Cell("browser_version", "(unknown)", VIEWS), {Cell("browser", "(unknown)", VIEWS)}),
        (Cell("region", "NL-GR", VIEWS), {Cell("country", "NL", VIEWS)}),
        (Cell("region", "(unknown)", VIEWS), set()),
        (Cell("move", "/a → /b", MOVES), {Cell("page", "/a", MOVES)}),
        (Cell("missing_from", "/x ← /a", MISSING), {Cell("missing", "/x", MISSING)}),
        (Cell("outbound_from", "example.org ← /a", "outbound"), {Cell("outbound", "example.org", "outbound")}),
        (Cell("page", "/a", VISITS), {Cell("page", "/a", VIEWS)}),
        (Cell("goal", "contact", CONVERSIONS), {Cell("goal", "contact", GOALS)}),
        (Cell("channel", "email", CONVERSIONS), set()),
        (Cell("page_by_country", OTHER, VIEWS), set()),
    ],
)
def test_each_part_has_its_wholes(cell, wholes):
    """Of a crossing both dimensions; (other) is a part of nothing that could be named."""
    assert set(wholes_of(cell)) == wholes
