"""Read-only connections to a SQLite file that may not exist yet, kept open between questions."""

import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from consentkit.stats.stores.sqlite import BUSY_SECONDS, naming, outdated, wrong_version

IDLE = 4
"""Connections that stay open; each keeps at most about CACHE_KB of the file in memory."""
CACHE_KB = 2_000


class Connections:
    """Lends read-only connections to one file of one schema version; safe to use from several threads.

    Of `turned` versions the error says how such a file becomes one of this version.

    Raises StoreError for a file of another version and sqlite3.Error when the file cannot be read.
    """

    def __init__(self, path: Path, version: int, turned: Collection[int] = ()) -> None:
        self._path = path
        self._turned = turned
        self._version = version
        self._held = threading.local()
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[int, int], sqlite3.Connection]] = []
        self._finalizer = weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A block in which this thread is lent the same connection, at one instant of the file."""
        if self.current() is not None:
            yield
            return
        with self._lent() as connection:
            if connection is None:
                yield
                return
            self._held.connection = connection
            connection.execute("BEGIN")
            try:
                yield
            finally:
                self._held.connection = None
                connection.execute("ROLLBACK")

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection | None]:
        """A connection, or None while the file does not exist or has no tables yet."""
        held = self.current()
        if held is not None:
            yield held
            return
        with self._lent() as connection:
            yield connection

    def current(self) -> sqlite3.Connection | None:
        """The connection of the snapshot in which this thread is."""
        found: sqlite3.Connection | None = getattr(self._held, "connection", None)
        return found

    def close(self) -> None:
        """Close what is open and not lent."""
        with self._lock:
            _close_all(self._idle)

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection | None]:
        file = _file(self._path)
        if file is None:
            yield None
            return
        with naming(self._path):
            connection, reusable = self._take(file)
            try:
                yield connection if self._is_ready(connection) else None
            except BaseException:
                reusable = False
                raise
            finally:
                self._give_back(file, connection, reusable=reusable)

    def _take(self, file: tuple[int, int]) -> tuple[sqlite3.Connection, bool]:
        with self._lock:
            while self._idle:
                opened, connection = self._idle.pop()
                if opened == file:
                    return connection, True
                connection.close()  # the file was put aside, and another stands in its place
        return _connect(self._path)

    def _give_back(self, file: tuple[int, int], connection: sqlite3.Connection, *, reusable: bool) -> None:
        with self._lock:
            if reusable and len(self._idle) < IDLE:
                self._idle.append((file, connection))
                return
        connection.close()

    def _is_ready(self, connection: sqlite3.Connection) -> bool:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version in self._turned:
            raise outdated(self._path, version, self._version)
        if version not in (0, self._version):
            raise wrong_version(self._path, version, self._version)
        return version != 0


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> tuple[sqlite3.Connection, bool]:
    """A new connection, and whether it may be used again."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _open(address), True
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists():
            raise
        # A copy in a folder that may not be written to: WAL needs a -shm file beside it, unless nobody writes. Or a
        # new file whose maker was killed before it had changed its mode: who writes next undoes what was begun.
        return _open(f"{address}&immutable=1"), False


def _open(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _close_all(idle: list[tuple[tuple[int, int], sqlite3.Connection]]) -> None:
    while idle:
        idle.pop()[1].close()
