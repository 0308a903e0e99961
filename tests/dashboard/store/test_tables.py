"""Tokens, annotations and the audit trail."""

import datetime as dt
from pathlib import Path

import pytest

from consentkit.dashboard.store import Store, open_file
from consentkit.dashboard.store.annotations import LONGEST_TEXT, AnnotationError
from consentkit.dashboard.store.trail import Did
from consentkit.dashboard.store.users import UserError
from tests.dashboard.sinks import CHEAP

DAY = dt.date(2026, 11, 23)


class Clock:
    """Epoch seconds that a test moves."""

    now = dt.datetime(2026, 11, 23, 14, 30, 7, tzinfo=dt.UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    """Empty tables; the trail is kept for 30 days."""
    return open_file(tmp_path / "dashboard.db", clock=clock, hasher=CHEAP, audit_days=30)


def test_a_token_is_known_by_its_secret_alone(store: Store, clock: Clock) -> None:
    """Its last use is noted by the day; what is not a token raises nothing."""
    secret = store.tokens.add("grafana")
    assert [None] == [token.last_used for token in store.tokens.all()]
    clock.now += 86_400
    found = store.tokens.check(secret)
    assert found is not None
    assert ("grafana", DAY + dt.timedelta(days=1)) == (found.name, found.last_used)
    assert (found,) == store.tokens.all()
    wrong = ["", "grafana", secret[:-1], secret + "x", "ck_" + "x" * 1000, secret.upper(), "ck_' OR 1=1 --"]
    assert [None] * len(wrong) == [store.tokens.check(text) for text in wrong]


def test_a_revoked_token_is_nothing(store: Store) -> None:
    """Its name may be used again, with another secret."""
    secret = store.tokens.add("grafana")
    with pytest.raises(UserError, match="already"):
        store.tokens.add("grafana")
    store.tokens.revoke("grafana")
    assert None is store.tokens.check(secret)
    assert secret != store.tokens.add("grafana")
    with pytest.raises(UserError, match="token list"):
        store.tokens.revoke("excel")


def test_annotations_of_a_period(store: Store) -> None:
    """Those that touch it, by day; a change and a removal hold."""
    notes = store.annotations
    long = notes.add(DAY, DAY + dt.timedelta(days=6), "A  campaign\nin autumn", "ann")
    one = notes.add(DAY - dt.timedelta(days=1), DAY - dt.timedelta(days=1), "Launch", "bob")
    assert [one, long] == [note.id for note in notes.between(DAY - dt.timedelta(days=9), DAY)]
    assert ["A campaign in autumn"] == [note.text for note in notes.between(DAY + dt.timedelta(days=6), DAY.max)]
    assert () == notes.between(DAY + dt.timedelta(days=7), DAY.max)
    assert notes.change(one, DAY, DAY, "Relaunch", "ann")
    assert (one, "Relaunch", "ann", DAY) in [(n.id, n.text, n.author, n.first) for n in notes.between(DAY, DAY)]
    removed = notes.remove(one)
    assert removed is not None
    assert (one, DAY, "Relaunch") == (removed.id, removed.last, removed.text)
    assert [None, False] == [notes.remove(one), notes.change(one, DAY, DAY, "x", "ann")]


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_TEXT + 1)])
def test_an_annotation_that_cannot_be_kept_says_why(store: Store, text: str) -> None:
    """An empty text, one that is too long, days the wrong way round."""
    with pytest.raises(AnnotationError, match="1 to 200"):
        store.annotations.add(DAY, DAY, text, "ann")
    with pytest.raises(AnnotationError, match="exchange"):
        store.annotations.add(DAY, DAY - dt.timedelta(days=1), "x", "ann")


def test_the_trail_tells_who_did_what(store: Store, clock: Clock) -> None:
    """The latest first, by the minute; the same within a minute is counted and not written again."""
    for _ in range(30):
        store.trail.note("(unknown)", Did.SIGN_IN_FAILED)
    clock.now += 60
    store.trail.note("ann", Did.SHARE_ADDED, "Agency" * 100)
    first, second = store.trail.latest(10)
    assert ("ann", Did.SHARE_ADDED, 1, 200) == (first.who, first.what, first.times, len(first.subject))
    assert ("(unknown)", Did.SIGN_IN_FAILED, 30) == (second.who, second.what, second.times)
    assert "2026-11-23T14:30:00+00:00" == second.at.isoformat()
    assert (second,) == store.trail.latest(1, 1)


def test_the_trail_is_kept_for_as_long_as_configured(store: Store, clock: Clock) -> None:
    """Older entries go when another is added."""
    store.trail.note("ann", Did.SIGNED_IN)
    clock.now += 30 * 86_400 - 60
    store.trail.note("bob", Did.SIGNED_IN)
    assert ["bob", "ann"] == [entry.who for entry in store.trail.latest(10)]
    clock.now += 120
    store.trail.note("cas", Did.SIGNED_IN)
    assert ["cas", "bob"] == [entry.who for entry in store.trail.latest(10)]
