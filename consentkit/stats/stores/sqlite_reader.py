"""Reads the sink's SQLite file, opened read-only, while others write to it."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from consentkit.stats.load import LoadCell
from consentkit.stats.model import OTHER, Gap
from consentkit.stats.stores.protocol import CellRow, Ledger, LoadSum, ReleaseRow, Sums
from consentkit.stats.stores.sqlite import BUSY_SECONDS, wrong_version
from consentkit.stats.stores.sqlite_sink import SCHEMA_VERSION

_TOP = """
    SELECT value, sum(count) AS events FROM cells
    WHERE breakdown = ? AND metric = ? AND day BETWEEN ? AND ? AND value LIKE ? ESCAPE '\\'
    GROUP BY value ORDER BY events DESC, value LIMIT ? OFFSET ?
"""
_COUNT_VALUES = """
    SELECT count(DISTINCT value) FROM cells
    WHERE breakdown = ? AND metric = ? AND day BETWEEN ? AND ? AND value LIKE ? ESCAPE '\\'
"""
_CELLS = """
    SELECT day, breakdown, value, metric, count, increments, smallest FROM cells
    WHERE day BETWEEN ? AND ? AND breakdown = coalesce(?, breakdown) ORDER BY day, breakdown, value, metric
"""
_LOAD = """
    SELECT begin, route, metric, count FROM load
    WHERE begin BETWEEN ? AND ? AND (route = ? OR (? IS NULL AND route <> '')) ORDER BY begin, route, metric
"""
# CROSS JOIN: SQLite is to go through the places and seek each in the load, not the other way round.
_LOAD_SUMS = """
    WITH place AS (
        SELECT key, json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS until FROM json_each(?)
    )
    SELECT key, route, metric,
        CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END
    FROM place CROSS JOIN load ON begin >= first AND begin < until
    WHERE (route = ? OR (? IS NULL AND route <> '')) AND metric = coalesce(?, metric)
        AND (length(begin) > 11 OR begin = first)
    GROUP BY 1, 2, 3
"""
_HIGHEST_LOAD = """
    SELECT begin, count FROM load WHERE route = '' AND metric = ? AND begin >= ? AND begin < ? AND length(begin) > 11
    ORDER BY count DESC, begin LIMIT 1
"""
# Before and after every text that a day's column can hold, even one that somebody changed.
_FIRST_TEXT = ""
_LAST_TEXT = "\U0010ffff"


class SqliteSinkReader:
    """A SinkReader over a file; before the file exists every answer is empty.

    Safe to use from several threads: each question opens the file anew (about 0.4 ms), unless it is asked inside
    `snapshot()`. Raises StoreError for a file of another version and sqlite3.Error when the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = threading.local()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A block in which all questions of this thread see the sink at one instant."""
        if self._current() is not None or (connection := self._open()) is None:
            yield
            return
        self._held.connection = connection
        try:
            connection.execute("BEGIN")
            yield
        finally:
            self._held.connection = None
            connection.close()

    def meta(self) -> dict[str, str]:
        """Facts about the sink: `site`, `timezone`, `threshold`, `sample`, `schema`."""
        facts = dict(self._rows("SELECT key, value FROM meta"))
        return {**facts, "schema": str(SCHEMA_VERSION)} if self._path.exists() else facts

    def span(self) -> tuple[date, date] | None:
        """The first and the last day that have figures."""
        rows = self._rows("SELECT min(day), max(day) FROM totals")
        if not rows or rows[0][0] is None:
            return None
        return date.fromisoformat(rows[0][0]), date.fromisoformat(rows[0][1])

    def days(self, first: date, last: date) -> list[tuple[str, str, int]]:
        """The totals as (day, metric, count), by day."""
        return self._rows(
            "SELECT day, metric, count FROM totals WHERE day BETWEEN ? AND ? ORDER BY day, metric",
            (first.isoformat(), last.isoformat()),
        )

    def totals(self, first: date, last: date) -> dict[str, int]:
        """The totals of the period by metric."""
        return dict(
            self._rows(
                "SELECT metric, sum(count) FROM totals WHERE day BETWEEN ? AND ? GROUP BY metric",
                (first.isoformat(), last.isoformat()),
            )
        )

    def top(
        self,
        breakdown: str,
        metric: str,
        first: date,
        last: date,
        limit: int | None,
        *,
        offset: int = 0,
        search: str | None = None,
    ) -> list[tuple[str, int]]:
        """Values and their counts, largest first; `search` keeps values that contain it, in any case."""
        where = (breakdown, metric, first.isoformat(), last.isoformat(), _containing(search))
        return self._rows(_TOP, (*where, -1 if limit is None else limit, offset))

    def count_values(self, breakdown: str, metric: str, first: date, last: date, search: str | None = None) -> int:
        """How many values `top` would list without a limit."""
        where = (breakdown, metric, first.isoformat(), last.isoformat(), _containing(search))
        rows = self._rows(_COUNT_VALUES, where)
        return int(rows[0][0]) if rows else 0

    def shown(self, first: date, last: date) -> Sums:
        """The published events of the period by (breakdown, metric), `(other)` left out."""
        rows = self._rows(
            "SELECT breakdown, metric, sum(count) FROM cells WHERE day BETWEEN ? AND ? AND value <> ? GROUP BY 1, 2",
            (first.isoformat(), last.isoformat(), OTHER),
        )
        return {(breakdown, metric): count for breakdown, metric, count in rows}

    def cells(self, first: date | None = None, last: date | None = None, breakdown: str | None = None) -> list[CellRow]:
        """The published cells as they are stored, by day."""
        return [CellRow(*row) for row in self._rows(_CELLS, (*_texts(first, last), breakdown))]

    def each_cell(self, first: date | None = None, last: date | None = None) -> Iterator[CellRow]:
        """The published cells, by day, without holding all of them in memory; to be asked in a `snapshot()`."""
        connection = self._current()
        if connection is not None:
            rows = connection.execute(_CELLS, (*_texts(first, last), None))
            yield from (CellRow(*row) for row in rows)

    def load(self, first: str, last: str, route: str | None = "") -> list[tuple[LoadCell, int]]:
        """The load of a route ("" for all requests, None for each route) that begins in UTC times, both included.

        Times are compared as texts, so `2026-11-23T19` to `2026-11-23T20` is the minutes and the rest of an hour.
        """
        rows = self._rows(_LOAD, (first, last, route, route))
        return [(LoadCell(begin, named, metric), count) for begin, named, metric, count in rows]

    def load_sums(
        self, places: Sequence[tuple[str, str]], route: str | None = "", *, metric: str | None = None
    ) -> list[LoadSum]:
        """The load of stretches of UTC time, each from a text to before another, added up (of MAXIMA the highest).

        Of a `metric`, or of all. What is kept by the day counts only for a stretch that begins with its very text, as
        `2026-11-23Z`.
        """
        return [LoadSum(*row) for row in self._rows(_LOAD_SUMS, (json.dumps(places), route, route, metric))]

    def highest_load(self, metric: str, first: str, until: str) -> tuple[str, int] | None:
        """The minute, or the hour where minutes are no longer kept, in which a metric of all requests was highest."""
        rows = self._rows(_HIGHEST_LOAD, (metric, first, until))
        return rows[0] if rows else None

    def gaps(self, first: date, last: date) -> list[Gap]:
        """The times of the period of which counts are missing."""
        question = "SELECT begin, until, reason, batches FROM gaps WHERE begin < ? AND until >= ? ORDER BY begin"
        period = ((last + timedelta(days=1)).isoformat(), first.isoformat())
        return [Gap(*row) for row in self._rows(question, period)]

    def releases(self) -> list[ReleaseRow]:
        """The proofs of all releases, by day."""
        rows = self._rows("SELECT day, metric, threshold, releases, events, smallest FROM releases ORDER BY 1, 2, 3")
        return [ReleaseRow(*row) for row in rows]

    def ledger(self) -> Ledger:
        """What the sink says of its own completeness."""
        ledger = Ledger(applied=dict(self._rows("SELECT source, number FROM applied")))
        for source, breakdown, metric, count in self._rows("SELECT * FROM delivered"):
            ledger.delivered.setdefault(source, {})[breakdown, metric] = count
        for breakdown, metric, count in self._rows("SELECT * FROM forgotten"):
            ledger.forgotten[breakdown, metric] = count
        return ledger

    def _rows(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        held = self._current()
        if held is not None:
            return held.execute(question, values).fetchall()
        connection = self._open()
        if connection is None:
            return []
        try:
            return connection.execute(question, values).fetchall()
        finally:
            connection.close()

    def _current(self) -> sqlite3.Connection | None:
        found: sqlite3.Connection | None = getattr(self._held, "connection", None)
        return found

    def _open(self) -> sqlite3.Connection | None:
        """A read-only connection, or None while the file does not exist or has no tables yet."""
        if not self._path.exists():
            return None
        connection = _connect(self._path)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.Error:
            connection.close()
            raise
        if version == SCHEMA_VERSION:
            return connection
        connection.close()
        if version == 0:
            return None
        raise wrong_version(self._path, version, SCHEMA_VERSION)


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(f"{path.name}-wal").exists():
            raise
        # A copy in a folder that may not be written to: WAL needs a -shm file beside it, unless nobody writes.
        return sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
    return connection


def _texts(first: date | None, last: date | None) -> tuple[str, str]:
    return first.isoformat() if first else _FIRST_TEXT, last.isoformat() if last else _LAST_TEXT


def _containing(search: str | None) -> str:
    if not search:
        return "%"
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
