"""Who is signed in: a row for each session, so that taking it away ends the session at once."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from consentkit.dashboard.store.database import Database, hash_of
from consentkit.roles import Role

SESSION_SECONDS = 12 * 3600
MOST = 20
"""Sessions of one name at a time; the oldest make room."""
OIDC = "oidc"
PROXY = "proxy"
"""Such a session is in no row: a header says who asks with every request."""

_FIND = """
    SELECT s.name, coalesce(u.role, s.role), s.source FROM sessions s LEFT JOIN users u
    ON u.name = s.name AND s.source <> 'oidc'
    WHERE s.id_hash = ? AND s.expires > ? AND (s.source = 'oidc' OR u.name IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM users WHERE name = s.name AND disabled)
"""
_OPEN = "SELECT name, source, count(*), max(began) FROM sessions WHERE expires > ? GROUP BY 1, 2 ORDER BY 1, 2"
_OLDEST = """
    DELETE FROM sessions WHERE name = ? AND id_hash NOT IN
    (SELECT id_hash FROM sessions WHERE name = ? ORDER BY expires DESC LIMIT ?)
"""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in; `id` is another at every sign-in, and binds forms to this session."""

    name: str
    role: Role
    id: str
    source: str = "password"

    @property
    def is_guest(self) -> bool:
        """Whether the company's own sign-in says who this is, and no password here."""
        return self.source in (OIDC, PROXY)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How many sessions a name has; `since` is the day of the latest."""

    name: str
    source: str
    count: int
    since: dt.date


class Sessions:
    """The table of sessions, and of the sign-in links that were used."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, name: str, source: str = "password", role: Role = Role.READER) -> str:
        """Begin a session and give its new id. `role` counts where the source is `oidc`, else it is the user's."""
        id_, now = secrets.token_urlsafe(32), self._clock()
        began = dt.datetime.fromtimestamp(now, dt.UTC).date().isoformat()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
            row = (hash_of(id_), name, source, role, began, now + SESSION_SECONDS)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute(_OLDEST, (name, name, MOST))
        return id_

    def find(self, id_: str) -> Session | None:
        """The session of an id; None when it is over, ended, or its user may no longer sign in."""
        with self._database.reading() as connection:
            row = connection.execute(_FIND, (hash_of(id_), self._clock())).fetchone()
        return Session(row[0], Role(row[1]), id_, row[2]) if row else None

    def end(self, id_: str) -> None:
        """End one session."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE id_hash = ?", (hash_of(id_),))

    def end_all(self, name: str) -> None:
        """End every session of a name."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE name = ?", (name,))

    def open(self) -> tuple[SignedIn, ...]:
        """Who is signed in now, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(_OPEN, (self._clock(),)).fetchall()
        return tuple(SignedIn(name, source, count, dt.date.fromisoformat(day)) for name, source, count, day in rows)

    def spend(self, link_id: str, seconds: float) -> bool:
        """Whether a sign-in link, which lasts that long at most, is used for the first time; it is used then."""
        now = self._clock()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM spent WHERE expires <= ?", (now,))
            row = (hash_of(link_id), now + seconds)
            return connection.execute("INSERT OR IGNORE INTO spent VALUES (?, ?)", row).rowcount == 1

    def unspent(self, link_id: str) -> bool:
        """Whether a sign-in link has not been used."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM spent WHERE id_hash = ?", (hash_of(link_id),)).fetchone() is None
