"""Keeps what was observed in one SQLite file that all processes of a host add to."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from consentkit.config import Config
from consentkit.consent.observed import OTHER, Finding, Key, Row, Sight, compare
from consentkit.stats.stores.sqlite import connect, make_private, prepare, statements_of, transaction
from consentkit.stats.stores.urls import file_of

SCHEMA_VERSION = 1
MAX_ROWS = 5000
"""Cookies with their routes in the file; what is over the bound is counted under OTHER."""

KEPT_DAYS = 90
"""How long something is kept after it was last seen."""

_ADD = """
    INSERT INTO sights (name, route, count, longest, first, last) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        count = count + excluded.count, longest = max(longest, excluded.longest),
        first = min(first, excluded.first), last = max(last, excluded.last)
"""


class ObservedStore:
    """The file, which is opened for each call: it is asked once a minute, or by a person.

    Raises sqlite3.Error, OSError or StoreError when it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, seen: Mapping[Key, Sight], today: date) -> None:
        """Add what a worker saw, in one transaction."""
        day = today.isoformat()
        with closing(self._open()) as connection, transaction(connection):
            connection.execute("INSERT INTO meta (key, value) VALUES ('since', ?) ON CONFLICT DO NOTHING", (day,))
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('last', ?)", (day,))
            forgotten = (today - timedelta(days=KEPT_DAYS)).isoformat()
            connection.execute("DELETE FROM sights WHERE last < ?", (forgotten,))
            room = MAX_ROWS - int(connection.execute("SELECT count(*) FROM sights").fetchone()[0])
            for key, sight in seen.items():
                known = connection.execute("SELECT 1 FROM sights WHERE name = ? AND route = ?", key).fetchone()
                room -= not known
                place = key if known or room >= 0 else Key(OTHER, OTHER)
                connection.execute(_ADD, (*place, sight.count, sight.longest, day, day))

    def rows(self) -> list[Row]:
        """Everything that was seen, by name and route."""
        query = "SELECT name, route, count, longest, first, last FROM sights ORDER BY name, route"
        with closing(self._open()) as connection:
            return [
                Row(name, route, count, longest, date.fromisoformat(first), date.fromisoformat(last))
                for name, route, count, longest, first, last in connection.execute(query)
            ]

    def since(self) -> date | None:
        """The first day on which anything was noted."""
        return self._day("since")

    def last(self) -> date | None:
        """The last day on which anything was noted."""
        return self._day("last")

    def forget(self) -> None:
        """Begin anew."""
        with closing(self._open()) as connection, transaction(connection):
            connection.execute("DELETE FROM sights")
            connection.execute("DELETE FROM meta")

    def _day(self, key: str) -> date | None:
        with closing(self._open()) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return date.fromisoformat(found[0]) if found else None

    def _open(self) -> sqlite3.Connection:
        make_private(self.path)
        connection = connect(self.path)
        try:
            statements = statements_of("observed.sql", "consentkit.consent")
            prepare(connection, self.path, statements, SCHEMA_VERSION, left="what was observed is forgotten")
        except BaseException:
            connection.close()
            raise
        return connection


def observed_store_of(config: Config) -> ObservedStore:
    """The store of a configuration; StoreError for an address that is not ours."""
    return ObservedStore(file_of(config.consent.observed, config.base))


def findings_of(store: ObservedStore, config: Config, today: date) -> list[Finding]:
    """How what was observed differs from the declaration."""
    since = store.since()
    if since is None:
        return []
    return compare(config.declaration, config.consent.validity_days, store.rows(), since=since, today=today)
