"""Who is signed in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.dashboard.store import Store, open_file
from consentkit.dashboard.store.sessions import MOST, SESSION_SECONDS
from consentkit.roles import Role
from tests.dashboard.sinks import CHEAP, PASSWORD


class Clock:
    """Epoch seconds that a test moves."""

    now = 1_795_444_200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    """Tables with an editor ann and a reader bob."""
    store = open_file(tmp_path / "dashboard.db", clock=clock, hasher=CHEAP)
    store.users.add("ann", PASSWORD, Role.EDITOR)
    store.users.add("bob", PASSWORD)
    return store


def test_a_session_is_found_until_it_is_over(store: Store, clock: Clock) -> None:
    """With the user's role of now, and for twelve hours."""
    id_ = store.sessions.begin("ann")
    found = store.sessions.find(id_)
    assert found is not None
    assert ("ann", Role.EDITOR, id_) == (found.name, found.role, found.id)
    clock.now += SESSION_SECONDS
    assert None is store.sessions.find(id_)


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.users.set_password("ann", "another long password"),
        lambda store: store.users.set_role("ann", Role.READER),
        lambda store: store.users.set_disabled("ann", True),
        lambda store: store.users.remove("ann"),
        lambda store: store.sessions.end_all("ann"),
    ],
    ids=["password", "role", "disabled", "removed", "ended"],
)
def test_what_ends_the_sessions_of_one_user(store: Store, change: Callable[[Store], None]) -> None:
    """All of that user's, none of another's, and they do not come back."""
    hers, others = [store.sessions.begin("ann") for _ in range(2)], store.sessions.begin("bob")
    change(store)
    assert [None, None] == [store.sessions.find(id_) for id_ in hers]
    assert store.sessions.find(others)
    if store.users.get("ann") is not None:
        store.users.set_disabled("ann", False)
    assert [None, None] == [store.sessions.find(id_) for id_ in hers]


def test_one_session_ends_alone(store: Store) -> None:
    """Signing out here leaves another browser signed in."""
    here, there = store.sessions.begin("ann"), store.sessions.begin("ann")
    store.sessions.end(here)
    assert None is store.sessions.find(here)
    assert store.sessions.find(there)


def test_a_session_from_the_companys_own_sign_in_has_its_own_role(store: Store) -> None:
    """Not that of a user of the same name; but a disabled name is out, whichever way it comes."""
    id_ = store.sessions.begin("bob", "oidc", Role.EDITOR)
    found = store.sessions.find(id_)
    assert found is not None
    assert Role.EDITOR is found.role
    guest = store.sessions.begin("carol", "oidc", Role.READER)
    assert store.sessions.find(guest)
    store.users.set_disabled("bob", True)
    assert None is store.sessions.find(id_)
    assert None is store.sessions.find(store.sessions.begin("bob", "oidc", Role.EDITOR))


def test_sessions_do_not_pile_up(store: Store, clock: Clock) -> None:
    """Twenty of one name at a time, and none that is over."""
    ids = []
    for _ in range(MOST + 3):
        clock.now += 1
        ids.append(store.sessions.begin("ann"))
    assert [None] * 3 + [True] * MOST == [store.sessions.find(id_) and True for id_ in ids]
    assert [("ann", MOST)] == [(one.name, one.count) for one in store.sessions.open()]
    clock.now += SESSION_SECONDS
    store.sessions.begin("bob")
    assert [("bob", 1)] == [(one.name, one.count) for one in store.sessions.open()]


def test_a_link_is_spent_once(store: Store, clock: Clock) -> None:
    """For as long as it would be valid; after that its signature is too old."""
    assert store.sessions.unspent("x")
    assert store.sessions.spend("x", 3600)
    assert not store.sessions.spend("x", 3600)
    assert not store.sessions.unspent("x")
    assert store.sessions.spend("y", 3600)
