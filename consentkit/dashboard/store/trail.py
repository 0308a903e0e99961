"""The audit trail: who did what on the dashboard, without address or browser."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from consentkit.dashboard.store.database import Database

COMMAND_LINE = "(command line)"
UNKNOWN = "(unknown)"
"""Stands for a name that is not there: what is typed as a name may be a password."""
LONGEST_SUBJECT = 200


class Did(StrEnum):
    """What the trail tells of."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    USER_ADDED = "user_added"
    USER_REMOVED = "user_removed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    ROLE_CHANGED = "role_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of a deed
    SESSIONS_ENDED = "sessions_ended"
    TOKEN_ADDED = "token_added"  # noqa: S105 -- likewise
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 -- likewise
    SHARE_ADDED = "share_added"
    SHARE_REVOKED = "share_revoked"
    NOTE_ADDED = "note_added"
    NOTE_CHANGED = "note_changed"
    NOTE_REMOVED = "note_removed"
    EXPORTED = "exported"


OF_DAYS = frozenset({Did.NOTE_ADDED, Did.NOTE_CHANGED, Did.NOTE_REMOVED})
"""What is done to an annotation: the subject is its days, not its text, which is gone when it is taken away."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`times` counts the same within a minute; `at` is its beginning, in UTC."""

    at: dt.datetime
    who: str
    what: Did
    subject: str
    times: int


class Trail:
    """The table of the trail; entries older than `days` are forgotten whenever one is added."""

    def __init__(self, database: Database, clock: Callable[[], float], days: int) -> None:
        self._database = database
        self._clock = clock
        self._days = days

    def note(self, who: str, what: Did, subject: str = "") -> None:
        """Add an entry, or one more time to that of this minute."""
        now = dt.datetime.fromtimestamp(self._clock(), dt.UTC)
        oldest = now - dt.timedelta(days=self._days)
        statement = """
            INSERT INTO trail (at, who, what, subject, times) VALUES (?, ?, ?, ?, 1)
            ON CONFLICT (at, who, what, subject) DO UPDATE SET times = times + 1
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM trail WHERE at < ?", (_minute(oldest),))
            connection.execute(statement, (_minute(now), who, what, subject[:LONGEST_SUBJECT]))

    def note_days(self, who: str, what: Did, first: dt.date, last: dt.date) -> None:
        """Add an entry of OF_DAYS; the subject is an ISO 8601 interval."""
        self.note(who, what, f"{first}/{last}")

    def latest(self, limit: int, offset: int = 0) -> tuple[Entry, ...]:
        """Entries, the latest first."""
        question = "SELECT at, who, what, subject, times FROM trail ORDER BY id DESC LIMIT ? OFFSET ?"
        with self._database.reading() as connection:
            rows = connection.execute(question, (limit, offset)).fetchall()
        return tuple(Entry(dt.datetime.fromisoformat(row[0]), row[1], Did(row[2]), *row[3:]) for row in rows)


def _minute(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"
