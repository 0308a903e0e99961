"""Counting the past on its own clock."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.stats import arrivals
from consentkit.stats import history as stats_history
from consentkit.stats.breakdowns import crossings_of
from consentkit.stats.history import History
from consentkit.stats.history_sums import SummedHistory
from consentkit.stats.load import BYTES
from consentkit.stats.model import OTHER, Increments
from consentkit.stats.release import Rule
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from tests.stats.observations import a_request, a_view, an_event
from tests.support.daywise import Daywise, Taken
from tests.support.parts import parts_of

UTC_RULE = Rule(threshold=5, patience_days=31, timezone=ZoneInfo("UTC"))
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp()
DAY_SECONDS = 86400.0
ALWAYS = date.min, date.max


class Files:
    """A private store and a sink with its reader."""

    def __init__(self, folder):
        self.private, self.sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
        self.reader = SqliteSinkReader(folder / "stats.db")

    def close(self):
        """Give the connections back."""
        self.private.close()
        self.sink.close()


@pytest.fixture
def files(tmp_path):
    """New files."""
    files = Files(tmp_path)
    yield files
    files.close()


def view_at(when: float, page: str = "/", *, visit: bool = False, rule: Rule = UTC_RULE):
    """A view at a moment, with the day that the observer would give it."""
    return a_view(page, visit=visit, day=rule.day(when), when=when)


def history_of(moments, rule: Rule = UTC_RULE, **options) -> History:
    """A history of views: (when, page)."""
    history = History(rule, **options)
    for when, page in moments:
        history.add(view_at(when, page))
    return history


def test_history_is_released_under_the_days_it_would_have_been(files):
    """Each day shows its own views, but for as many as always wait, and their proof."""
    moments = [(NOON + day * DAY_SECONDS + second, "/") for day in range(3) for second in range(10 + day)]
    assert history_of(moments).commit(files.private, files.sink, "access.log")
    cells = [(row.day, row.events, row.increments) for row in files.reader.cells(breakdown="page")]
    assert cells == [("2026-09-01", 5, 1), ("2026-09-02", 11, 1), ("2026-09-03", 12, 1)]
    views = [row for row in files.reader.releases() if row.metric == "views"]
    assert [(row.day, row.threshold, row.releases, row.events) for row in views] == [
        ("2026-09-01", 5, 1, 10),
        ("2026-09-02", 5, 1, 11),
        ("2026-09-03", 5, 1, 12),
    ]
    assert verify(files.reader, files.private) == []


def test_the_same_source_counts_once(files):
    """A second import of a file changes nothing and says so."""
    moments = [(NOON + second, "/") for second in range(10)]
    assert history_of(moments).commit(files.private, files.sink, "access.log")
    assert not history_of(moments).commit(files.private, files.sink, "access.log")
    assert files.reader.totals(*ALWAYS)["views"] == 10
    assert verify(files.reader, files.private) == []


def test_what_did_not_gather_enough_waits_in_the_private_store(files):
    """It goes on waiting there, and is released with what comes later, live or imported."""
    history_of([(NOON, "/rare"), (NOON + 1, "/rare")]).commit(files.private, files.sink, "first.log")
    assert files.reader.cells() == []
    assert files.reader.totals(*ALWAYS) == {}
    balance = files.private.balance()
    assert balance.waiting["page", "views"] == 2
    assert verify(files.reader, files.private) == []


def test_rare_values_join_other_when_the_log_grew_old(files):
    """In a log of two months the rare pages of the first are published as `(other)` in the second."""
    rare = [(NOON + number, f"/rare-{number}") for number in range(6)]
    daily = [(NOON + day * DAY_SECONDS + 3600 + n, "/") for day in range(60) for n in range(12)]
    history_of([*rare, *daily]).commit(files.private, files.sink, "access.log")
    other = [row for row in files.reader.cells(breakdown="page") if row.value == OTHER]
    assert [(row.day, row.events) for row in other] == [("2026-10-03", 6)]
    assert not [row for row in files.reader.cells() if row.value.startswith("/rare")]


def test_a_day_ends_where_the_site_is(files):
    """What came a minute before midnight there is released under that day, what came after it under the next."""
    rule = Rule(5, 31, ZoneInfo("Asia/Kathmandu"))
    midnight = datetime(2026, 9, 2, tzinfo=rule.timezone).timestamp()
    moments = [(midnight - 30, "/")] * 16 + [(midnight, "/")] * 17
    history_of(moments, rule).commit(files.private, files.sink, "access.log")
    assert [(row.day, row.events) for row in files.reader.cells(breakdown="page")] == [
        ("2026-09-01", 11),
        ("2026-09-02", 17),
    ]
    assert [(day, metric, count) for day, metric, count in files.reader.days(*ALWAYS) if metric == "views"] == [
        ("2026-09-01", "views", 16),
        ("2026-09-02", "views", 17),
    ]


def test_late_lines_lose_nothing(files):
    """Lines out of order, as a log of many workers has them, are all counted."""
    moments = [(NOON + random.Random(1).randrange(600), "/") for _ in range(50)]
    history_of(moments).commit(files.private, files.sink, "access.log")
    assert files.private.balance().counted["page", "views"] == 50
    assert verify(files.reader, files.private) == []


def test_distinct_values_are_bounded_per_day(files):
    """A log of an attack makes no endless values; the next day has room again, also when it begins at midnight."""
    before_midnight = datetime(2026, 9, 1, 23, 59, tzinfo=UTC).timestamp()
    moments = [(before_midnight + n, f"/{n}") for n in range(20)]
    moments += [(before_midnight + 60 + n, f"/next-{n}") for n in range(20)]
    history_of(moments, max_values=4).commit(files.private, files.sink, "access.log")
    rows = files.private._connection.execute("SELECT DISTINCT value FROM arrived WHERE breakdown = 'page'")
    values = {value for (value,) in rows}
    assert {value for value in values if not value.startswith("/next")} <= {"/0", "/1", "/2", "/3", OTHER}
    assert sum(value.startswith("/next") for value in values) == 4


def test_when_the_sink_fails_nothing_is_lost(files, tmp_path, monkeypatch):
    """The history is stored; the next drain brings it, and a second commit does not count it again."""

    def full(*_):
        raise OSError("no space")

    moments = [(NOON + second, "/") for second in range(10)]
    monkeypatch.setattr(SqliteSink, "apply_all", full)
    with pytest.raises(OSError, match="no space"):
        history_of(moments).commit(files.private, files.sink, "access.log")
    monkeypatch.undo()
    assert not history_of(moments).commit(files.private, files.sink, "access.log")
    assert files.reader.totals(*ALWAYS)["views"] == 10
    assert verify(files.reader, files.private) == []


CROSSINGS = crossings_of([("page", "device"), ("page", "country")])
KINDS = st.sampled_from(["view", "entry", "move", "missing", "probe"])
LATE = st.sampled_from([0, 0, 0, 30, 90, 4000])
PAST = st.lists(
    st.tuples(st.integers(0, 5000), KINDS, st.sampled_from(["/a", "/b", "/c", "/d"]), LATE), min_size=1, max_size=80
)


def observations_of(past, rule):
    """Observations with their moments: minutes from one to the next, what it is, its page, by how many seconds late."""
    moment = NOON
    for gap, kind, page, late in past:
        # Most follow closely, some after days.
        moment += gap % 7 * 20 if gap < 4000 else (gap - 4000) * 400
        when = moment - late
        day = rule.day(when)
        request = a_request(404, day=day)
        load = (day, when, None if gap % 2 else 0.01 * gap, gap * 10, 404, page)
        event = {
            "view": lambda day=day, page=page: an_event("views", day=day, page=page),
            "entry": lambda day=day, page=page: an_event("views", "visits", day=day, page=page),
            "move": lambda day=day, page=page: an_event("moves", day=day, page=page, move=f"{page} → /z"),
            "missing": lambda day=day, page=page: an_event("missing", day=day, missing=page),
        }.get(kind)
        yield request._replace(events=(event(),) if event else (), load=load), when


@settings(max_examples=200, deadline=None)
@given(
    past=PAST,
    threshold=st.integers(1, 5),
    patience=st.integers(0, 3),
    zone=st.sampled_from(["UTC", "Europe/Amsterdam", "Asia/Kathmandu"]),
    most=st.sampled_from([1, 3, 1000]),
)
def test_a_history_releases_what_decide_would_at_the_end_of_each_day(past, threshold, patience, zone, most):
    """By that rule itself, and however much is held at once: the same cells, proofs, totals and load on the same days,
    the same that waits."""
    rule = Rule(threshold, patience, ZoneInfo(zone))
    history, taken, daywise = History(rule, CROSSINGS), Taken(), Daywise(rule, CROSSINGS)
    released = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrivals, "MOST_HELD", most)
        patch.setattr(stats_history, "AT_ONCE", most)
        for observation, when in observations_of(past, rule):
            history.add(observation)
            released += daywise.add(observation, when)
        released += daywise.end()
        assert history.commit(taken, None, "access.log")
    expected = {release.day: release for release in released}
    remainder = taken.remainder
    if any(late for *_, late in past):
        # What comes late to a minute counts with it, where its own load has left already.
        for release in (*expected.values(), *taken.days.values()):
            release.load.clear()
            for key in [key for key in release.totals if key[1] == BYTES]:
                del release.totals[key]
    else:
        assert +daywise.load == +Counter(remainder.load)
    assert expected == taken.days
    assert +daywise.waiting == parts_of(remainder.waiting)
    assert +daywise.fresh == +Counter(remainder.fresh)
    assert +daywise.totals == +Counter(remainder.totals)


VALUES = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 6), max_size=6)


@settings(max_examples=100, deadline=None)
@given(days=st.lists(st.tuples(st.integers(1, 3), VALUES), min_size=1, max_size=12), patience=st.integers(0, 4))
def test_sums_of_days_are_released_as_decide_would(days, patience):
    """The same of what another tool exported."""
    rule = Rule(5, patience, ZoneInfo("UTC"))
    history, taken, daywise = SummedHistory(rule), Taken(), Daywise(rule)
    day, released = date(2026, 9, 1), []
    for gap, values in days:
        day += timedelta(days=gap)
        name = day.isoformat()
        sums = Counter({(name, "views"): sum(values.values())})
        increments = Increments({("page", "views"): dict(values)} if values else {}, sums)
        history.add_day(increments, name)
        released += daywise.release(increments, name, running="")
    history.commit(taken, None, "export")
    assert {release.day: release for release in released} == taken.days
    assert +daywise.waiting == parts_of(taken.remainder.waiting)
    assert +daywise.totals == +Counter(taken.remainder.totals)
