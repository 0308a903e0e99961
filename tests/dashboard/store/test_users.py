"""The table of dashboard users."""

import sqlite3
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from consentkit.dashboard.store import Store, open_file
from consentkit.dashboard.store.database import DatabaseError
from consentkit.dashboard.store.users import LONGEST_PASSWORD, User, UserError, Users
from consentkit.roles import Role

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "correct horse battery"
NOW = 1_795_444_200.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Tables with a user ann."""
    store = open_file(tmp_path / "new" / "dashboard.db", clock=lambda: NOW, hasher=CHEAP)
    store.users.add("ann", PASSWORD)
    return store


@pytest.fixture
def users(store: Store) -> Users:
    """A table with ann in it."""
    return store.users


def test_the_right_password_is_right_and_no_other(users: Users) -> None:
    """Neither another password, nor another name, nor another spelling of it."""
    tries = [("ann", PASSWORD), ("ann", PASSWORD + " "), ("Ann", PASSWORD), ("bob", PASSWORD), ("ann", ""), ("", "")]
    assert [True, False, False, False, False, False] == [users.check(*pair) for pair in tries]


def test_an_unknown_name_is_hashed_too(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the time taken does not tell which names there are."""
    verified = []
    original = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *a: verified.append(a) or original(self, *a))
    users.check("ann", "wrong")
    users.check("nobody", "wrong")
    users.check("'; DROP TABLE users; --", "wrong")
    assert 3 == len(verified)


def test_a_very_long_password_costs_no_more(users: Users) -> None:
    """It is cut before it is hashed, and is wrong even when its beginning is right."""
    long = "x" * LONGEST_PASSWORD
    users.add("bob", long)
    assert users.check("bob", long)
    assert not users.check("bob", long + "x")
    assert not users.check("bob", "x" * 10_000_000)


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "<b>", "-x", "ann\n", "é"])
def test_a_name_that_cannot_be_used_is_refused(users: Users, name: str) -> None:
    """The message says what a name is made of."""
    with pytest.raises(UserError, match="1 to 64"):
        users.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_a_password_that_cannot_be_used_is_refused_without_being_repeated(users: Users, password: str) -> None:
    """The message says how long it has to be."""
    with pytest.raises(UserError, match="12 to 256") as caught:
        users.set_password("ann", password)
    assert not password or password not in str(caught.value)


def test_a_name_is_taken_once(users: Users) -> None:
    """Adding it again changes nothing and says what does."""
    with pytest.raises(UserError, match="consentkit user password ann"):
        users.add("ann", "another long password")
    assert users.check("ann", PASSWORD)


def test_who_is_not_there_cannot_be_changed(users: Users) -> None:
    """Each change says where the names are."""
    for change in (
        lambda: users.set_password("bob", PASSWORD),
        lambda: users.set_role("bob", Role.EDITOR),
        lambda: users.set_disabled("bob", True),
        lambda: users.remove("bob"),
    ):
        with pytest.raises(UserError, match="consentkit user list"):
            change()


def test_only_hashes_are_stored_and_only_the_owner_may_read_them(store: Store, tmp_path: Path) -> None:
    """argon2id for passwords, SHA-256 for what is long and random; mode 0600, whatever the mask."""
    file = tmp_path / "new" / "dashboard.db"
    token, session = store.tokens.add("grafana"), store.sessions.begin("ann")
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    held = file.read_bytes()
    assert b"$argon2id$" in held
    assert [] == [secret for secret in (PASSWORD, token, session) if secret.encode() in held]


def test_a_disabled_user_has_no_right_password(users: Users) -> None:
    """And one who is enabled again has."""
    users.set_disabled("ann", True)
    assert not users.check("ann", PASSWORD)
    users.set_disabled("ann", False)
    assert users.check("ann", PASSWORD)


def test_the_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """Names and passwords stay, everybody is a reader; the second opening finds everything done."""
    file = tmp_path / "dashboard.db"
    old = sqlite3.connect(file)
    old.execute("CREATE TABLE users (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created TEXT NOT NULL)")
    old.execute("INSERT INTO users VALUES ('ann', ?, '2026-10-01T10:00:00+00:00')", (CHEAP.hash(PASSWORD),))
    old.commit()
    old.close()
    file.chmod(0o644)
    for _ in range(2):
        users = open_file(file, hasher=CHEAP).users
        assert [User("ann", Role.READER, False, users.all()[0].created)] == list(users.all())
        assert "2026-10-01" == users.all()[0].created.isoformat()
        assert users.check("ann", PASSWORD)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """And left as it was."""
    file = tmp_path / "stats.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE cells (day TEXT)")
    other.commit()
    other.close()
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match="schema version"):
        open_file(file).users.all()
    assert before == file.read_bytes()
