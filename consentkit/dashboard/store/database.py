"""The dashboard's own SQLite file, which only its owner may read."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

from consentkit.errors import ConsentKitError
from consentkit.stats.stores.sqlite import naming, transaction

VERSION = 1
BUSY_SECONDS = 5.0

_FROM_BEFORE = "INSERT INTO users SELECT name, password_hash, 'reader', 0, substr(created, 1, 10) FROM users_before"


class DatabaseError(ConsentKitError):
    """Raised when the dashboard's file was made by another version; the message says how to mend it."""


class Database:
    """The file at a path; made, with mode 0600, if it is not there when it is first used.

    Every transaction opens the file for itself (about 0.4 ms), so that threads and processes may share it. A file that
    cannot be used is an error then and not before, because a site with its dashboard mounted must start without it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_prepared = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed at the end, rolled back by an error."""
        with self.reading() as connection, transaction(connection):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for questions; DatabaseError, OSError or sqlite3.Error when the file cannot be used."""
        if not self._is_prepared:
            self._prepare()
            self._is_prepared = True
        with self._connected() as connection:
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with (
            naming(self._path),
            closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as opened,
        ):
            yield opened

    def _prepare(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _keep_to_the_owner(self._path)
        with self._connected() as connection, transaction(connection):
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version == VERSION:
                return
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if version or tables - {"users"}:
                raise DatabaseError(
                    f"{self._path} is of schema version {version}, this consentkit reads {VERSION}; use the one that "
                    "wrote it, or move the file away and add the users anew"
                )
            if tables:
                connection.execute("ALTER TABLE users RENAME TO users_before")
            for statement in _statements():
                connection.execute(statement)
            if tables:
                connection.execute(_FROM_BEFORE)
                connection.execute("DROP TABLE users_before")
            connection.execute(f"PRAGMA user_version={VERSION}")


def _keep_to_the_owner(path: Path) -> None:
    """Make the file if it is not there, and take it from others who could read it."""
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        found = os.fstat(file)
        if found.st_mode & 0o077 and found.st_uid == os.geteuid():
            os.fchmod(file, 0o600)
    finally:
        os.close(file)


def hash_of(secret: str) -> str:
    """What is stored of a long random secret; SHA-256 is enough, for nobody can try 2²⁵⁶ of them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _statements() -> Iterator[str]:
    statement = ""
    for line in files(__package__).joinpath("schema.sql").read_text("utf-8").splitlines():
        statement += line.partition("--")[0] + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
