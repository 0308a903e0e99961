"""What a private store has brought to a sink: it tells whether the sink is still the one that it was brought to."""

import sqlite3

_SET = "REPLACE INTO meta (key, value) VALUES (?, ?)"
_KEEP = "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)"
_READ = "SELECT value FROM meta WHERE key = ?"
NUMBER, SINCE = "brought", "brought_since"


def note_brought(connection: sqlite3.Connection, number: int, now: float) -> None:
    """Note that a sink has the releases up to a number, at `now` (epoch seconds)."""
    connection.execute(_SET, (NUMBER, str(number)))
    connection.execute(_KEEP, (SINCE, str(now)))


def last_brought(connection: sqlite3.Connection) -> int:
    """The last number that is noted, 0 if none is."""
    row = connection.execute(_READ, (NUMBER,)).fetchone()
    return int(row[0]) if row else 0


def forget_brought(connection: sqlite3.Connection) -> float | None:
    """Forget what is noted; returns since when there was something (epoch seconds), None if there was not."""
    row = connection.execute(_READ, (SINCE,)).fetchone()
    connection.execute("DELETE FROM meta WHERE key IN (?, ?)", (NUMBER, SINCE))
    return float(row[0]) if row else None
