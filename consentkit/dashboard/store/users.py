"""Who may sign in with a password: names, argon2 hashes and roles."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consentkit.dashboard.store.database import Database
from consentkit.errors import ConsentKitError
from consentkit.roles import Role

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
SHORTEST_PASSWORD = 12
"""Characters; NIST SP 800-63B-4 asks for length rather than kinds of characters."""
LONGEST_PASSWORD = 256
"""Characters; argon2 takes more, but nobody types it and hashing it costs."""


_SELECT = "SELECT name, role, disabled, created FROM users"


class UserError(ConsentKitError):
    """Raised when a name or a password cannot be used; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class User:
    """A row of the table; `created` is a day in UTC."""

    name: str
    role: Role
    disabled: bool
    created: dt.date


def check_name(name: str) -> str:
    """The name as it was given; UserError when it is not one."""
    if not NAME.fullmatch(name):
        raise UserError(
            f"the name {name[:64]!r} cannot be used; a name has 1 to 64 of the characters a–z, A–Z, 0–9, . _ @ + - "
            "and begins with a letter or a digit"
        )
    return name


def check_password(password: str) -> str:
    """The password as it was given; UserError, which does not repeat it, when it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UserError(
            f"the password has {len(password)} characters; "
            f"it needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}, of any kind"
        )
    return password


class Users:
    """The table of users. A changed password or role, disabling and removal end a user's sessions."""

    def __init__(self, database: Database, clock: Callable[[], float], hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        # Checked for a name that is not there, so that the time does not tell which names are.
        self._nobody = self._hasher.hash("nobody has this password")

    def add(self, name: str, password: str, role: Role = Role.READER) -> None:
        """Add a user; UserError when the name or the password cannot be used, or the name is taken."""
        created = dt.datetime.fromtimestamp(self._clock(), dt.UTC).date().isoformat()
        row = (check_name(name), self._hasher.hash(check_password(password)), role, created)
        with self._database.transaction() as connection:
            added = connection.execute("INSERT OR IGNORE INTO users VALUES (?, ?, ?, 0, ?)", row).rowcount
        if not added:
            raise UserError(f"there is a user {name!r} already; `consentkit user password {name}` changes the password")

    def set_password(self, name: str, password: str) -> None:
        """Give a user a new password; UserError when it cannot be used or there is no such user."""
        hashed = self._hasher.hash(check_password(password))
        self._change(name, "UPDATE users SET password_hash = ? WHERE name = ?", hashed)

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role; UserError when there is no such user."""
        self._change(name, "UPDATE users SET role = ? WHERE name = ?", role)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Keep a user out, whichever way they come, or let them in again; UserError when there is no such user."""
        self._change(name, "UPDATE users SET disabled = ? WHERE name = ?", int(disabled))

    def remove(self, name: str) -> None:
        """Take a user away; UserError when there is no such user."""
        self._change(name, "DELETE FROM users WHERE name = ?")

    def all(self) -> tuple[User, ...]:
        """Every user, by name."""
        with self._database.reading() as connection:
            return tuple(_user(row) for row in connection.execute(f"{_SELECT} ORDER BY name"))

    def get(self, name: str) -> User | None:
        """The user of that name, disabled or not."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()
        return _user(row) if row else None

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password of a user who may sign in; takes as long for a name that is not there."""
        stored = self._hash(name) if NAME.fullmatch(name) else None
        try:
            self._hasher.verify(stored or self._nobody, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def _hash(self, name: str) -> str | None:
        with self._database.reading() as connection:
            question = "SELECT password_hash FROM users WHERE name = ? AND NOT disabled"
            row = connection.execute(question, (name,)).fetchone()
        return str(row[0]) if row else None

    def _change(self, name: str, statement: str, *values: object) -> None:
        with self._database.transaction() as connection:
            changed = connection.execute(statement, (*values, name)).rowcount
        if not changed:
            raise UserError(f"there is no user {name[:64]!r}; `consentkit user list` shows all of them")


def _user(row: Sequence[Any]) -> User:
    name, role, disabled, created = row
    return User(name, Role(role), bool(disabled), dt.date.fromisoformat(created))
