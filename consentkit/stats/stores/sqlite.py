"""What the SQLite stores share: opening with the right pragmas, schema versions, transactions."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consentkit.stats.stores.protocol import StoreError

BUSY_SECONDS = 2.0
"""How long a write waits for another process; the batch is kept and tried again afterwards."""
RETRY_SECONDS = 0.01
OF_FIGURES = "published figures stay readable in it, what had not been released is lost"
"""What becomes of the content of a file that is moved away."""

Ask = Callable[[str, Mapping[str, object]], list[Any]]
"""Gives the rows of a question with its parameters."""


class Opened(sqlite3.Connection):
    """A connection that knows which file it has opened."""

    path: Path
    identity: tuple[int, int]

    def is_there(self) -> bool:
        """Whether that file still stands at its path; one that was moved or deleted takes what nobody will find."""
        try:
            return self.identity == _identity(self.path)
        except FileNotFoundError:
            return False


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def connect(path: Path) -> Opened:
    """Open a file for writing, in WAL mode so that readers and a writer do not wait for each other.

    `synchronous=FULL`: the two files confirm batches to each other, so neither may forget a commit in a power cut.
    """
    with naming(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=Opened
        )
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous=FULL")
            connection.path, connection.identity = path, _identity(path)
        except (sqlite3.Error, OSError):
            connection.close()
            raise
    return connection


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """A block whose errors of SQLite bear the path of the file as a note: their messages name none."""
    try:
        yield
    except sqlite3.Error as problem:
        if not hasattr(problem, "__notes__"):
            problem.add_note(str(path))
        raise


def _use_wal(connection: sqlite3.Connection) -> None:
    """Change a new file's mode; SQLite itself does not wait for other processes that are about to do the same."""
    end = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(RETRY_SECONDS)


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


Migration = Callable[[sqlite3.Connection], None]
"""Turns the tables of an older version into those of this one, inside a transaction."""


def prepare(
    connection: sqlite3.Connection,
    path: Path,
    statements: Sequence[str],
    version: int,
    migrations: Mapping[int, Migration] = MappingProxyType({}),
    *,
    left: str = OF_FIGURES,
) -> None:
    """Run the statements that make the tables of a new file, or the migration of the version that made it.

    Raises StoreError when another version made it; `left` is what becomes of its content where it is moved away.
    """
    if _version(connection) == version:
        return
    with transaction(connection):
        found = _version(connection)
        if found == version:
            return  # another process was faster
        if found in migrations:
            migrations[found](connection)
        elif found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise wrong_version(path, found, version, left)
        else:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={version}")


def make_private(path: Path) -> None:
    """Create a file for its owner alone before SQLite does, its folder too; SQLite gives -wal and -shm the file's mode.

    One that others could read is taken from them; OSError where that cannot be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def statements_of(schema: str, package: str = "consentkit.stats.stores") -> list[str]:
    """The statements of a .sql file in a package; it has no semicolon but at the end of a statement."""
    text = files(package).joinpath(schema).read_text("utf-8")
    return [statement for statement in text.split(";") if statement.strip()]


def wrong_version(path: Path, found: int, version: int, left: str = OF_FIGURES) -> StoreError:
    """The error for a file that this version of consentkit did not make; `left` is what becomes of its content."""
    return StoreError(
        f"{path} has schema version {found}, this consentkit reads {version}; use the one that wrote it, or move "
        f"the file away ({left}) and begin a new one"
    )


def outdated(path: Path, found: int, version: int) -> StoreError:
    """The error of who may not write, for a file of an older version that this one knows how to turn."""
    return StoreError(
        f"{path} has schema version {found}, this consentkit reads {version}; it is turned, with all its figures, when "
        "the site starts with this consentkit, or by `consentkit stats release`"
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
