"""Tokens with which programs read figures; they may do what a reader may."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from consentkit.dashboard.store.database import Database, hash_of
from consentkit.dashboard.store.users import UserError, check_name

PREFIX = "ck_"
"""Lets scanners for leaked secrets find it."""
LONGEST = 100
"""Characters; a token has 46."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret; `last_used` is a day in UTC, None before the first use."""

    name: str
    created: dt.date
    last_used: dt.date | None


class Tokens:
    """The table of tokens. Only a hash of each is stored."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str) -> str:
        """A new token, told this once; UserError when the name cannot be used or is taken."""
        secret = PREFIX + secrets.token_urlsafe(32)
        row = (check_name(name), hash_of(secret), self._today())
        with self._database.transaction() as connection:
            added = connection.execute("INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, NULL)", row).rowcount
        if not added:
            raise UserError(f"there is a token {name!r} already; revoke it first, or name this one otherwise")
        return secret

    def check(self, secret: str) -> Token | None:
        """The token of that secret, with today noted as its last use; None for one that is not there."""
        if not secret.startswith(PREFIX) or len(secret) > LONGEST:
            return None
        hashed, today = hash_of(secret), self._today()
        with self._database.reading() as connection:
            question = "SELECT name, created, last_used FROM tokens WHERE token_hash = ?"
            row = connection.execute(question, (hashed,)).fetchone()
        if row is None:
            return None
        if row[2] != today:
            with self._database.transaction() as connection:
                connection.execute("UPDATE tokens SET last_used = ? WHERE token_hash = ?", (today, hashed))
        return _token(row[0], row[1], today)

    def revoke(self, name: str) -> None:
        """Take a token away; UserError when there is none of that name."""
        with self._database.transaction() as connection:
            removed = connection.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount
        if not removed:
            raise UserError(f"there is no token {name[:64]!r}; `consentkit token list` shows all of them")

    def all(self) -> tuple[Token, ...]:
        """Every token, by name."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT name, created, last_used FROM tokens ORDER BY name").fetchall()
        return tuple(_token(*row) for row in rows)

    def _today(self) -> str:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC).date().isoformat()


def _token(name: str, created: str, last_used: str | None) -> Token:
    used = dt.date.fromisoformat(last_used) if last_used else None
    return Token(name, dt.date.fromisoformat(created), used)
