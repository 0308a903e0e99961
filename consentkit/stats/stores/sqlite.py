"""What the SQLite stores share: opening with the right pragmas, schema versions, transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from consentkit.stats.stores.protocol import StoreError

BUSY_SECONDS = 2.0
"""How long a write waits for another process; the batch is kept and tried again afterwards."""


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for writing, in WAL mode so that readers and a writer do not wait for each other.

    `synchronous=FULL`: the two files confirm batches to each other, so neither may forget a commit in a power cut.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A write transaction: committed at the end, rolled back by an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled it back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def prepare(connection: sqlite3.Connection, path: Path, schema: str, version: int) -> bool:
    """Create the tables of a new file; True when it was new. StoreError when another version made it."""
    if _version(connection) == version:
        return False
    with transaction(connection):
        found = _version(connection)
        if found == version:
            return False
        if found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise wrong_version(path, found, version)
        for statement in _statements(schema):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={version}")
    return True


def wrong_version(path: Path, found: int, version: int) -> StoreError:
    """The error for a file that this version of consentkit did not make."""
    return StoreError(
        f"{path} has schema version {found}, this consentkit reads {version}; "
        "use the consentkit that wrote it, or name another file"
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(schema: str) -> list[str]:
    # executescript would commit; these files hold no semicolon other than at the end of a statement.
    text = files(__package__).joinpath(schema).read_text("utf-8")
    return [statement for statement in text.split(";") if statement.strip()]
