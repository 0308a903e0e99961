"""The file of what was observed: added to by several processes, bounded, and forgetful."""

import multiprocessing
from datetime import date, timedelta
from pathlib import Path

import pytest

from consentkit.consent import observed_store
from consentkit.consent.observed import OTHER, Key, Row, Sight
from consentkit.consent.observed_store import KEPT_DAYS, ObservedStore, findings_of, observed_store_of
from tests.support.sites import config_of, settings

TODAY = date(2026, 11, 23)


@pytest.fixture
def store(tmp_path: Path) -> ObservedStore:
    """A new store."""
    return ObservedStore(tmp_path / "var" / "observed.db")


def test_counts_are_added_and_the_longest_lifetime_stays(store: ObservedStore) -> None:
    """Whatever the order in which workers write."""
    store.add({Key("a", "/"): Sight(2, 30)}, TODAY)
    store.add({Key("a", "/"): Sight(3, 7), Key("b", "/x"): Sight(1, 0)}, TODAY + timedelta(days=1))
    assert [
        Row("a", "/", 5, 30, TODAY, TODAY + timedelta(days=1)),
        Row("b", "/x", 1, 0, TODAY + timedelta(days=1), TODAY + timedelta(days=1)),
    ] == store.rows()
    assert (TODAY, TODAY + timedelta(days=1)) == (store.since(), store.last())


def test_only_its_owner_may_read_it(store: ObservedStore) -> None:
    """As the other files beside it, also one that others could read before."""
    for _ in range(2):
        store.add({Key("a", "/"): Sight(1, 1)}, TODAY)
        assert 0o600 == store.path.stat().st_mode & 0o777
        store.path.chmod(0o644)


def test_what_was_not_seen_for_long_is_forgotten(store: ObservedStore) -> None:
    """A finding that was mended goes away by itself."""
    store.add({Key("old", "/"): Sight(1, 1)}, TODAY)
    store.add({Key("new", "/"): Sight(1, 1)}, TODAY + timedelta(days=KEPT_DAYS + 1))
    assert ["new"] == [row.name for row in store.rows()]


def test_all_of_it_can_be_forgotten(store: ObservedStore) -> None:
    """It begins anew, with the first day."""
    store.add({Key("old", "/"): Sight(1, 1)}, TODAY)
    store.forget()
    assert ([], None) == (store.rows(), store.since())


def test_rows_are_bounded(store: ObservedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over the bound is counted together, and what is known goes on being counted by itself."""
    monkeypatch.setattr(observed_store, "MAX_ROWS", 3)
    store.add({Key(f"c{number}", "/"): Sight(1, 1) for number in range(5)}, TODAY)
    store.add({Key("c0", "/"): Sight(1, 1), Key("c9", "/"): Sight(1, 1)}, TODAY)
    counts = {row.name: row.count for row in store.rows()}
    assert {"c0": 2, "c1": 1, "c2": 1, OTHER: 3} == counts


def _add_many(path: Path) -> None:
    for _ in range(20):
        ObservedStore(path).add({Key("a", "/"): Sight(1, 1)}, TODAY)


def test_several_processes_may_write(store: ObservedStore) -> None:
    """No count is lost between them."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_many, args=(store.path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [0, 0] == [process.exitcode for process in processes]
    assert [40] == [row.count for row in store.rows()]


def test_findings_come_from_the_declaration_of_today(tmp_path: Path) -> None:
    """An empty store has none."""
    config = config_of(settings(), tmp_path)
    store = observed_store_of(config)
    assert [] == findings_of(store, config, TODAY)
    store.add({Key("other", "/"): Sight(1, 1)}, TODAY)
    assert ["undeclared"] == [finding.kind for finding in findings_of(store, config, TODAY)]
