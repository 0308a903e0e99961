"""The ledger in one SQLite file, shared by all processes of a host. Nobody but its owner may read it."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from consentkit.config import Config
from consentkit.consent.ledger.chain import (
    ERASURE,
    Finding,
    Head,
    Row,
    canonical,
    count_check,
    digest,
    next_row,
    verify_rows,
)
from consentkit.consent.ledger.record import over_at
from consentkit.stats.stores.protocol import StoreError
from consentkit.stats.stores.sqlite import connect, make_private, prepare, statements_of, transaction
from consentkit.stats.stores.urls import file_of

SCHEMA_VERSION = 1
LEFT = "the records stay in it, but the site proves consent with the new one alone"
BUSY_SECONDS = 5
"""How long a choice waits for the other processes' writes."""

_COLUMNS = "SELECT sequence, time, subject, content, content_hash, previous, hash FROM events"

_LAST = "SELECT subject, max(sequence), content FROM events WHERE subject IS NOT NULL GROUP BY subject"
AT_ONCE = 500
"""People whose records are erased in one transaction."""

_INSERT = """
    INSERT INTO events (sequence, time, subject, content, content_hash, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)
"""

T = TypeVar("T")


class Ledger:
    """Events, the notices they refer to, and daily counts. The file is made and opened when it is first needed.

    All methods may be called from any thread. They raise sqlite3.Error, OSError or StoreError when the file cannot be
    used, and try to open it again at the next call. `path` None keeps everything in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Give the connection back; a later call opens the file again."""
        with self._lock:
            self._drop()

    def append(
        self,
        *,
        time: int,
        day: str,
        kind: str,
        subject: str = "",
        content: str = "",
        notice: tuple[str, str] = ("", ""),
    ) -> Row | None:
        """Count an answer of a kind, and add its event if it has a subject; `notice` is its hash and its HTML."""

        def work(connection: sqlite3.Connection) -> Row | None:
            with transaction(connection):
                _count(connection, day, kind)
                if not subject:
                    return None
                connection.execute("INSERT INTO notices (hash, html) VALUES (?, ?) ON CONFLICT DO NOTHING", notice)
                return _add(connection, time, subject, content)

        return self._run(work)

    def of_subject(self, subject: str) -> list[Row]:
        """The events of a person, the oldest first."""
        return self._run(
            lambda c: [Row(*row) for row in c.execute(f"{_COLUMNS} WHERE subject = ? ORDER BY 1", (subject,))]
        )

    def notice(self, hash_: str) -> str | None:
        """The HTML of a notice."""
        found = self._run(lambda c: c.execute("SELECT html FROM notices WHERE hash = ?", (hash_,)).fetchone())
        return found[0] if found else None

    def notices(self) -> list[tuple[str, str]]:
        """Every notice that an event refers to: its hash and its HTML."""
        return self._run(lambda c: c.execute("SELECT hash, html FROM notices ORDER BY hash").fetchall())

    def counts(self) -> dict[tuple[str, str], int]:
        """The answers by day and kind."""
        return self._run(
            lambda c: {(d, k): n for d, k, n in c.execute("SELECT day, kind, count FROM counts ORDER BY 1, 2")}
        )

    def erase(self, subject: str, *, time: int, day: str, counted: str = "") -> int:
        """Erase what is known of a person; their hashes stay, and a row that names nobody says which rows it were.

        Returns the number of events; `counted` is the answer that the erasure counts as, "" for none.
        """

        def work(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                numbers = [
                    n for (n,) in connection.execute("SELECT sequence FROM events WHERE subject = ?", (subject,))
                ]
                if not numbers:
                    return 0
                connection.execute("UPDATE events SET subject = NULL, content = NULL WHERE subject = ?", (subject,))
                _add(connection, time, None, canonical({ERASURE: {"rows": sorted(numbers)}}))
                if counted:
                    _count(connection, day, counted)
            # The write-ahead log still holds the rows as they were.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return len(numbers)

        return self._run(work)

    def forget(self, before: float, *, time: int) -> tuple[int, int]:
        """Erase the records of those whose consent was over before a moment (epoch seconds), as `erase` does.

        Returns how many people and events these were. Visitors who choose meanwhile wait for a part of it only.
        """

        def work(connection: sqlite3.Connection) -> tuple[int, int]:
            people = events = 0
            found = connection.execute(_LAST)
            over = [(subject, last) for subject, last, content in found if _over_at(last, content) < before]
            for some in (over[first : first + AT_ONCE] for first in range(0, len(over), AT_ONCE)):
                erased, numbers = _forget(connection, some, time)
                people, events = people + erased, events + numbers
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return people, events

        return self._run(work)

    def rows(self) -> Iterator[Row]:
        """Every event in order, read as one moment's state."""
        with self._lock:
            yield from (Row(*row) for row in self._open().execute(f"{_COLUMNS} ORDER BY sequence"))

    def head(self) -> Head | None:
        """The last event as it was noted, None for an empty ledger."""
        return self._run(_head)

    def verify(self) -> list[Finding]:
        """Check everything: the file, the chain, the notices and the counts; [] if all of it holds."""
        try:
            return self._run(_verify)
        except sqlite3.DatabaseError as problem:
            return [Finding("file", 0, f"SQLite cannot read it: {problem}")]

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                return work(self._open())
            except (sqlite3.Error, OSError):
                self._drop()
                raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _opened(self._path)
        return self._connection


def ledger_of(config: Config) -> Ledger:
    """The ledger of a configuration; StoreError for an address that is not ours."""
    return Ledger(file_of(config.consent.ledger, config.base))


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    else:
        make_private(path)
        connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        # What was erased must not be found in the file's free pages.
        connection.execute("PRAGMA secure_delete=ON")
        # A damaged text is to be found by its hash, not to stop the search.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        prepare(
            connection,
            path or Path(":memory:"),
            statements_of("schema.sql", "consentkit.consent.ledger"),
            SCHEMA_VERSION,
            left=LEFT,
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _over_at(sequence: int, content: str) -> float:
    try:
        return over_at(json.loads(content))
    except (ValueError, LookupError, TypeError):
        raise StoreError(f"event {sequence} cannot be read; `consentkit ledger verify` finds what is damaged") from None


def _forget(connection: sqlite3.Connection, over: Sequence[tuple[str, int]], time: int) -> tuple[int, int]:
    """Erase records, each by its subject and the number of its last event: who has chosen since then keeps it."""
    numbers: list[int] = []
    people = 0
    with transaction(connection):
        for subject, last in over:
            rows = [n for (n,) in connection.execute("SELECT sequence FROM events WHERE subject = ?", (subject,))]
            if rows and max(rows) == last:
                connection.execute("UPDATE events SET subject = NULL, content = NULL WHERE subject = ?", (subject,))
                numbers += rows
                people += 1
        if numbers:
            _add(connection, time, None, canonical({ERASURE: {"rows": sorted(numbers)}}))
    return people, len(numbers)


def _head(connection: sqlite3.Connection) -> Head | None:
    found = connection.execute("SELECT sequence, hash FROM head").fetchone()
    return Head(*found) if found else None


def _add(connection: sqlite3.Connection, time: int, subject: str | None, content: str) -> Row:
    row = next_row(_head(connection), time=time, subject=subject, content=content)
    connection.execute(
        _INSERT,
        (row.sequence, row.time, row.subject, row.content, row.content_hash, row.previous, row.hash),
    )
    connection.execute("INSERT OR REPLACE INTO head (id, sequence, hash) VALUES (1, ?, ?)", (row.sequence, row.hash))
    return row


def _count(connection: sqlite3.Connection, day: str, kind: str) -> None:
    found = connection.execute("SELECT count FROM counts WHERE day = ? AND kind = ?", (day, kind)).fetchone()
    count = (found[0] if found else 0) + 1
    values = (day, kind, count, count_check(day, kind, count))
    connection.execute("INSERT OR REPLACE INTO counts (day, kind, count, digest) VALUES (?, ?, ?, ?)", values)


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Reads inside see one state of the file, whatever other processes write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _verify(connection: sqlite3.Connection) -> list[Finding]:
    found: list[Finding] = []
    beside: list[Finding] = []
    with _one_moment(connection):
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                found.append(Finding("file", 0, line))
        hashes = set()
        for hash_, html in connection.execute("SELECT hash, html FROM notices"):
            hashes.add(hash_)
            if not isinstance(html, str) or digest(html) != hash_:
                beside.append(Finding("notice", 0, f"its text does not fit its hash {hash_!r}"))
        for day, kind, count, check in connection.execute("SELECT day, kind, count, digest FROM counts"):
            if check != count_check(day, kind, count):
                beside.append(Finding("count", 0, f"the count of {kind!r} on {day!r} does not fit its check"))
        rows = (Row(*row) for row in connection.execute(f"{_COLUMNS} ORDER BY sequence"))
        found += verify_rows(rows, _head(connection), frozenset(hashes))
    return found + beside
