"""Batches of many requests: put aside as texts, and counted all the same."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.stats.breakdowns import DEFAULT_CROSSINGS, crossings_of
from consentkit.stats.model import BatchId, Increments
from consentkit.stats.observed import Observation
from consentkit.stats.stores import sqlite_aside, sqlite_private
from consentkit.stats.stores.protocol import PrivateStore
from consentkit.stats.stores.sqlite_aside import MANY, Aside, added_up
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from tests.stats.observations import DAY, LATER, WHEN, a_request, a_view, an_event, increments_of

NEXT_DAY = "2026-11-24"
CROSSINGS = crossings_of(DEFAULT_CROSSINGS)


@pytest.fixture
def path(tmp_path):
    """Where the store of a test is."""
    return tmp_path / "private.db"


@pytest.fixture
def store(path):
    """A private store in a new file."""
    store = SqlitePrivateStore(path)
    yield store
    store.close()


def requests_of(number: int, views: int) -> list[Observation]:
    """So many views of a second, each tenth the beginning of a visit, one goal, and a probe."""
    seen = [a_view(f"/{one % 7}", visit=one % 10 == 0, when=WHEN + number) for one in range(views)]
    return [*seen, a_view("/thanks")._replace(events=(an_event("goals", goal="contact"),)), a_request()]


def busy_second(number: int = 0, *, views: int = MANY) -> Increments:
    """What they add."""
    return increments_of(*requests_of(number, views), crossings=CROSSINGS)


def texts_in(path: Path) -> list[dict[str, list[list[object]]]]:
    """What is put aside."""
    connection = sqlite3.connect(path)
    texts = [json.loads(text) for (text,) in connection.execute("SELECT text FROM aside ORDER BY number")]
    connection.close()
    return texts


def released(store: PrivateStore, today: str = DAY) -> bool:
    """Release what may be released."""
    return store.release(threshold=5, patience_days=31, today=today, running=LATER)


def test_what_many_requests_bring_is_put_aside(path, store):
    """But for the metrics of which there are few events: their counts together would be nearly one visit's record."""
    assert store.apply(BatchId("a", 1), busy_second(), DAY)
    assert not store.apply(BatchId("a", 1), busy_second(), DAY)
    [text] = texts_in(path)
    assert {"views", "requests"} == {metric for _, metric, *_ in text["counts"]}
    rows = sqlite3.connect(path).execute("SELECT DISTINCT metric FROM arrived ORDER BY 1").fetchall()
    assert [("goals",), ("visits",)] == rows


def test_a_text_does_not_tell_in_which_order_requests_came(path, store):
    """Where each of many came from elsewhere to a page of its own, that would put the two together again."""
    came = [(f"/{one * 37 % MANY}", f"site{one * 11 % MANY}.example") for one in range(MANY)]
    seen = [a_view(page)._replace(events=(an_event("views", page=page, referrer=site),)) for page, site in came]
    assert store.apply(BatchId("a", 1), increments_of(*seen, *seen[:5]), DAY)
    [text] = texts_in(path)
    for breakdown, _, sums in text["counts"]:
        assert sorted(sums) == list(sums), breakdown
    told = [value for name, _, sums in text["counts"] if name == "referrer" for value in sums]
    assert {site for _, site in came} <= set(told)
    assert sorted(text["totals"]) == text["totals"]
    assert sorted(text["load"]) == text["load"]


def test_what_few_requests_bring_is_added_at_once(path, store):
    """A text of its own would tell when somebody was there."""
    store.apply(BatchId("a", 1), busy_second(views=MANY - 3), DAY)
    assert texts_in(path) == []
    assert store.balance().counted["page", "views"] == MANY - 3


def test_put_aside_or_added_at_once_is_the_same(tmp_path, path, store):
    """The same balance, and the same release."""
    with_rows = SqlitePrivateStore(tmp_path / "rows.db")
    for second in range(4):
        store.apply(BatchId("a", second + 1), busy_second(second), DAY)
        requests = requests_of(second, MANY)
        for number, some in enumerate((requests[:30], requests[30:]), 2 * second + 1):
            with_rows.apply(BatchId("a", number), increments_of(*some, crossings=CROSSINGS), DAY)
    assert (4, 0) == (len(texts_in(path)), len(texts_in(tmp_path / "rows.db")))
    for one in ("counted", "waiting", "cells"):
        assert getattr(store.balance(), one) == getattr(with_rows.balance(), one)
    assert released(store)
    assert released(with_rows)
    [(_, mine)], [(_, theirs)] = store.outbox(), with_rows.outbox()
    assert mine == theirs
    assert mine.cells
    with_rows.close()


def test_a_release_leaves_nothing_aside(path, store):
    """What it showed is counted from then on with what waits, on the day on which it came in."""
    store.apply(BatchId("a", 1), busy_second(), DAY)
    store.apply(BatchId("b", 1), busy_second(1), DAY)
    assert len(texts_in(path)) == 2
    assert released(store)
    assert texts_in(path) == []
    [(_, release)] = store.outbox()
    assert release.totals[DAY, "views"] == 2 * MANY


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the adding up before a release and the release."""

    def and_then(connection: sqlite3.Connection) -> Aside:
        found = added_up(connection)
        happens()
        return found

    monkeypatch.setattr(sqlite_private, "added_up", and_then)


def test_what_is_put_aside_while_a_release_adds_up_is_in_it_too(path, store, monkeypatch):
    """Others need not wait for the adding up, and what they write then counts once."""
    other = SqlitePrivateStore(path)
    store.apply(BatchId("a", 1), busy_second(), DAY)
    meanwhile(monkeypatch, lambda: other.apply(BatchId("b", 1), busy_second(1), DAY))
    assert released(store)
    assert texts_in(path) == []
    [(_, release)] = store.outbox()
    assert release.totals[DAY, "views"] == 2 * MANY
    assert store.balance().counted["page", "views"] == 2 * MANY
    other.close()


@pytest.mark.parametrize("after", [0, 1, 2])
def test_what_another_counted_while_a_release_added_up_counts_once(path, store, monkeypatch, after):
    """However many, and larger ones, were put aside since then."""
    other = SqlitePrivateStore(path)
    store.apply(BatchId("a", 1), busy_second(), DAY)
    store.apply(BatchId("a", 2), busy_second(1), DAY)

    def others() -> None:
        other.balance()
        for number in range(after):
            other.apply(BatchId("b", number + 1), busy_second(2 + number, views=2 * MANY), DAY)

    meanwhile(monkeypatch, others)
    assert released(store)
    assert texts_in(path) == []
    [(_, release)] = store.outbox()
    assert release.totals[DAY, "views"] == 2 * MANY + after * 2 * MANY
    assert store.balance().counted["page", "views"] == 2 * MANY + after * 2 * MANY
    other.close()


def test_what_is_put_aside_is_of_one_day_and_bounded(path, store, monkeypatch):
    """So that values are admitted by the day, and a sink that cannot be reached fills no disk."""
    monkeypatch.setattr(sqlite_aside, "MOST_TEXTS", 5)
    for number in range(1, 8):
        store.apply(BatchId("a", number), busy_second(), DAY)
    assert len(texts_in(path)) == 2
    store.apply(BatchId("a", 8), busy_second(), NEXT_DAY)
    assert len(texts_in(path)) == 1
    days = sqlite3.connect(path).execute("SELECT DISTINCT day FROM arrived UNION SELECT day FROM aside").fetchall()
    assert sorted(days) == [(DAY,), (NEXT_DAY,)]


def as_before(path: Path, version: int, missing: tuple[str, ...]) -> None:
    """Turn a file into one of a version before."""
    connection = sqlite3.connect(path, isolation_level=None)
    for number, text in connection.execute("SELECT number, text FROM aside").fetchall():
        data = json.loads(text)
        data["counts"] = [
            [*key, [value for value in sums if sums[value] == 1], {value: n for value, n in sums.items() if n > 1}]
            for *key, sums in data["counts"]
        ]
        connection.execute("UPDATE aside SET text = ? WHERE number = ?", (json.dumps(data), number))
    if version < 6:
        connection.execute("DROP TABLE waiting")
        connection.execute("ALTER TABLE arrived RENAME TO waiting")
        connection.execute("CREATE INDEX waiting_day ON waiting (day)")
    for table in missing:
        connection.execute(f"DROP TABLE {table}")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize(
    ("version", "missing"),
    [(2, ("aside", "health", "shown")), (3, ("health", "shown")), (4, ("shown",)), (5, ()), (6, ())],
)
def test_a_file_of_a_version_before_is_turned(path, version, missing):
    """With what it holds: what waited was kept in rows, as what arrives is now, and texts had two parts."""
    store = SqlitePrivateStore(path)
    store.apply(BatchId("a", 1), busy_second(views=10), DAY)
    if version > 2:
        store.apply(BatchId("a", 2), busy_second(), DAY)
    store.close()
    as_before(path, version, missing)
    store = SqlitePrivateStore(path)
    balance = store.balance()
    assert balance.counted["page", "views"] == 10 + (MANY if version > 2 else 0)
    assert balance.waiting == balance.counted
    assert store.apply(BatchId("a", 3), busy_second(), DAY)
    store.note({"flush_failed": 1})
    assert released(store)
    store.close()
