"""The table of dashboard users."""

import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from consentkit.dashboard.users import LONGEST_PASSWORD, UserError, Users

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    """A table with ann in it."""
    users = Users(tmp_path / "new" / "users.db", hasher=CHEAP)
    users.add("ann", PASSWORD)
    return users


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
        users.add("bob", password)
    assert not password or password not in str(caught.value)


def test_only_hashes_are_stored_and_only_the_owner_may_read_them(users: Users, tmp_path: Path) -> None:
    """argon2id, mode 0600."""
    file = tmp_path / "new" / "users.db"
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert PASSWORD.encode() not in file.read_bytes()
    assert b"$argon2id$" in file.read_bytes()


def test_a_generation_changes_with_the_password_and_ends_with_the_user(users: Users) -> None:
    """Sessions are tied to it."""
    first = users.generation("ann")
    users.add("ann", "another long password")
    assert users.generation("ann") not in (None, first)
    assert users.remove("ann")
    assert None is users.generation("ann")
    assert [] == users.names()
