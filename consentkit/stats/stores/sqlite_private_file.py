"""The file of the private store, for its owner alone: its tables, and how an older one gets those that it lacks."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from consentkit.stats.stores.sqlite import Opened, connect, make_private, prepare, statements_of

SCHEMA_VERSION = 6


def open_file(path: Path) -> Opened:
    """A connection to the file, of mode 0600, which is made when it is missing, its folder too.

    Raises StoreError for a file of another version, OSError and sqlite3.Error when it cannot be used.
    """
    make_private(path)
    connection = connect(path)
    try:
        # What was released or forgotten must not be found in the file's free pages.
        connection.execute("PRAGMA secure_delete=ON")
        prepare(connection, path, statements_of("private.sql"), SCHEMA_VERSION, MIGRATIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def _making(*tables: str) -> Callable[[sqlite3.Connection], None]:
    """Makes the tables that an older version did not have; what waited in rows counts as having just arrived."""

    def make(connection: sqlite3.Connection) -> None:
        connection.execute("DROP INDEX IF EXISTS waiting_day")
        connection.execute("ALTER TABLE waiting RENAME TO arrived")
        for statement in statements_of("private.sql"):
            if any(f"TABLE {table} " in statement for table in ("waiting", *tables)):
                connection.execute(statement)

    return make


MIGRATIONS = {
    2: _making("aside", "health", "shown"),
    3: _making("health", "shown"),
    4: _making("shown"),
    5: _making(),
}
