"""What workers say of themselves, and what is missing of those that ended without a word."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

from consentkit.stats.model import BatchId, Gap
from consentkit.stats.release import aged_before

SOURCE_DAYS = 31
"""How long the last batch number of a worker is kept; no worker sends a batch again after that."""

_ADD_HEALTH = """
    INSERT INTO health (name, count) VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
# A store that was made anew while a worker ran has not heard of it.
_KNOW = """
    INSERT INTO applied (source, number, day) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number
"""
_TAKE_LEASE = """
    INSERT INTO lease (name, holder, until) VALUES ('release', ?, ?)
    ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder IN (excluded.holder, '') OR lease.until <= ? OR lease.until > ?
"""
# A lease that ends later than any may was taken before the clock was set back.


def is_new(connection: sqlite3.Connection, batch: BatchId, day: str) -> bool:
    """Whether a batch that came in on an ISO date is the first of its number; it is known from now on."""
    known = connection.execute("SELECT number FROM applied WHERE source = ?", (batch.source,)).fetchone()
    if known and batch.number <= known[0]:
        return False
    connection.execute("REPLACE INTO applied (source, number, day) VALUES (?, ?, ?)", (*batch, day))
    if known is None:
        connection.execute("DELETE FROM applied WHERE day < ?", (aged_before(day, SOURCE_DAYS),))
    return True


def sign(connection: sqlite3.Connection, source: str, number: int, now: float) -> None:
    """Note that a worker lives and has brought all batches up to a number; those that are not here are a gap."""
    known = connection.execute("SELECT number FROM applied WHERE source = ?", (source,)).fetchone()
    missing = number - (known[0] if known else 0)
    before = connection.execute("SELECT seen FROM workers WHERE source = ?", (source,)).fetchone()
    if missing > 0:
        note_gap(connection, before[0] if before else now, now, "batches", missing)
        connection.execute(_KNOW, (source, number, _utc(now)[:10]))
    connection.execute("REPLACE INTO workers (source, seen, number) VALUES (?, ?, ?)", (source, now, number))


def sign_off(connection: sqlite3.Connection, source: str) -> None:
    """Note that a worker has ended as it should, which leaves the release to the others."""
    connection.execute("DELETE FROM workers WHERE source = ?", (source,))
    # The time stays: it tells when a release was last tried.
    connection.execute("UPDATE lease SET holder = '' WHERE holder = ?", (source,))


def note_happenings(connection: sqlite3.Connection, happened: Mapping[str, int]) -> None:
    """Add to how often something has happened to the workers."""
    connection.executemany(_ADD_HEALTH, happened.items())


def take_lease(connection: sqlite3.Connection, holder: str, now: float, seconds: float) -> bool:
    """Whether `holder` is the one to release until `now` + `seconds` (epoch seconds)."""
    return connection.execute(_TAKE_LEASE, (holder, now + seconds, now, now + seconds)).rowcount > 0


def find_gaps(connection: sqlite3.Connection, now: float, silent: float) -> None:
    """Note as gaps the workers that were not alive for `silent` seconds and have not ended."""
    question = "SELECT source, seen FROM workers WHERE seen < ?"
    for source, seen in connection.execute(question, (now - silent,)).fetchall():
        # While the store could not be written it may have gone on counting until now.
        note_gap(connection, seen, now, "killed", 0)
        sign_off(connection, source)


def note_gap(connection: sqlite3.Connection, begin: float, until: float, reason: str, batches: int) -> None:
    """Note that counts are missing of a time (epoch seconds)."""
    row = (_utc(begin), _utc(until), reason, batches)
    connection.execute("INSERT INTO gaps VALUES (?, ?, ?, ?)", row)


def reasons_of_gaps(connection: sqlite3.Connection) -> set[str]:
    """Why counts are missing, of the gaps that were noted and are not told yet."""
    return {reason for (reason,) in connection.execute("SELECT DISTINCT reason FROM gaps")}


def take_gaps(connection: sqlite3.Connection) -> list[Gap]:
    """The gaps that were noted, which are told with the release that runs and lie there no longer."""
    gaps = [Gap(*row) for row in connection.execute("SELECT begin, until, reason, batches FROM gaps")]
    connection.execute("DELETE FROM gaps")
    return gaps


def _utc(moment: float) -> str:
    return f"{datetime.fromtimestamp(int(moment), UTC).isoformat()[:19]}Z"
