"""The file of the private store, for its owner alone: its tables, and how an older one gets those that it lacks."""

import sqlite3
from pathlib import Path

from consentkit.stats.stores import json_text
from consentkit.stats.stores.sqlite import Migration, Opened, connect, make_private, prepare, statements_of

SCHEMA_VERSION = 7


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


def _making(*tables: str) -> Migration:
    """Makes the tables that an older version did not have; what waited in rows counts as having just arrived."""

    def make(connection: sqlite3.Connection) -> None:
        connection.execute("DROP INDEX IF EXISTS waiting_day")
        connection.execute("ALTER TABLE waiting RENAME TO arrived")
        for statement in statements_of("private.sql"):
            if any(f"TABLE {table} " in statement for table in ("waiting", *tables)):
                connection.execute(statement)
        _write_texts_anew(connection)

    return make


def _write_texts_anew(connection: sqlite3.Connection) -> None:
    """Until version 6 a text that was put aside had the values that were met once apart from the others."""
    for number, text in connection.execute("SELECT number, text FROM aside").fetchall():
        data = json_text.read(text)
        data["counts"] = [[*key, {**dict.fromkeys(once, 1), **more}] for *key, once, more in data["counts"]]
        connection.execute("UPDATE aside SET text = ? WHERE number = ?", (json_text.in_order(data), number))


MIGRATIONS: dict[int, Migration] = {
    2: _making("aside", "health", "shown"),
    3: _making("health", "shown"),
    4: _making("shown"),
    5: _making(),
    6: _write_texts_anew,
}
