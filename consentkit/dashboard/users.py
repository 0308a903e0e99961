"""Who may read the figures: names and argon2 hashes in a small SQLite file."""

import datetime as dt
import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consentkit.errors import ConsentKitError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
SHORTEST_PASSWORD = 12
"""Characters; NIST SP 800-63B-4 asks for length rather than kinds of characters."""
LONGEST_PASSWORD = 256
"""Characters; argon2 takes more, but nobody types it and hashing it costs."""

_TABLE = "CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created TEXT NOT NULL)"


class UserError(ConsentKitError):
    """Raised when a name or a password cannot be used; the message says what is allowed."""


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
    """The table of users. Every call opens the file for itself, so that threads and processes may share it."""

    def __init__(self, path: Path, *, hasher: PasswordHasher | None = None) -> None:
        self._path = path
        self._hasher = hasher or PasswordHasher()
        # Checked for a name that is not there, so that the time does not tell which names are.
        self._nobody = self._hasher.hash("nobody has this password")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._opened() as database:
            database.execute(_TABLE)

    def add(self, name: str, password: str, *, now: Callable[[], dt.datetime] | None = None) -> None:
        """Add a user, or give one a new password, which ends that user's sessions.

        UserError when the name or the password cannot be used.
        """
        created = (now or _utc_now)().isoformat(timespec="seconds")
        row = (check_name(name), self._hasher.hash(check_password(password)), created)
        with self._opened() as database:
            database.execute(
                "INSERT INTO users VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
                row,
            )

    def remove(self, name: str) -> bool:
        """Take a user away, which ends that user's sessions; False when there was none of that name."""
        with self._opened() as database:
            return database.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount == 1

    def names(self) -> list[str]:
        """The names, sorted."""
        with self._opened() as database:
            return [row[0] for row in database.execute("SELECT name FROM users ORDER BY name")]

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password of that name; takes as long for a name that is not there."""
        stored = self._hash(name) if NAME.fullmatch(name) else None
        try:
            self._hasher.verify(stored or self._nobody, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def generation(self, name: str) -> str | None:
        """Changes with the password, so that a session ends with it; None for a name that is not there."""
        stored = self._hash(name) if NAME.fullmatch(name) else None
        return hashlib.sha256(stored.encode()).hexdigest()[:16] if stored else None

    def _hash(self, name: str) -> str | None:
        with self._opened() as database:
            row = database.execute("SELECT password_hash FROM users WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=5)
        try:
            with database:
                yield database
        finally:
            database.close()


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
