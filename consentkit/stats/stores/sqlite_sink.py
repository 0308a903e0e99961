"""The sink in one SQLite file: documented tables, and one view per breakdown for Excel, Grafana or pandas."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.model import BatchId, Release
from consentkit.stats.stores.periods import month_name
from consentkit.stats.stores.protocol import Sums
from consentkit.stats.stores.sink_migration import from_version_2
from consentkit.stats.stores.sink_views import breakdown_views, crossing_view
from consentkit.stats.stores.sqlite import connect, prepare, statements_of, transaction
from consentkit.stats.stores.sqlite_cells import OLD, add_cells, is_by_month, keep_month, remove_cells, series_of
from consentkit.stats.stores.sqlite_load import add_load, thin_load
from consentkit.stats.stores.sums import sums_of_release

SCHEMA_VERSION = 3
MIGRATIONS = {2: from_version_2}
"""How files of older versions are turned into this one when they are opened for writing."""

_NOTED = "noted_days"
"""Of the facts about the sink: the day by the clock, and the other day that was noted last."""

_ADD_TOTALS = """
    INSERT INTO totals (day, metric, count) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ADD_RELEASES = """
    INSERT INTO releases (day, metric, threshold, releases, events, smallest) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET releases = releases + excluded.releases, events = events + excluded.events,
        smallest = min(smallest, excluded.smallest)
"""
_ADD_DELIVERED = """
    INSERT INTO delivered (source, breakdown, metric, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_OLD_DAYS = OLD.replace("name", "day")
_KEEP_SUMS = """
    INSERT INTO forgotten (breakdown, metric, count)
    SELECT breakdown, metric, sum(count) FROM (
        SELECT '' AS breakdown, metric, count FROM totals WHERE day < :before
        UNION ALL SELECT CASE route WHEN '' THEN 'load' ELSE 'load by route' END, metric, count FROM load
            WHERE metric = 'served' AND begin < :before
    ) WHERE true GROUP BY breakdown, metric
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_FORGET = (
    "DELETE FROM totals WHERE day < :before",
    f"DELETE FROM releases WHERE {_OLD_DAYS}",  # noqa: S608
    "DELETE FROM gaps WHERE begin < :before",
    "DELETE FROM load WHERE begin < :before",
    "DELETE FROM load_hours WHERE begin < :before",
    "DELETE FROM load_days WHERE day < :before",
)


class SqliteSink:
    """A Sink in a file, made when it is missing, its folder too; `crossings` get a view each.

    Raises StoreError for a file of another version, OSError and sqlite3.Error when the file cannot be used.
    """

    def __init__(self, path: Path, crossings: Iterable[Crossing] = ()) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(path)
        try:
            statements = [*statements_of("sink.sql"), *breakdown_views()]
            prepare(self._connection, path, statements, SCHEMA_VERSION, MIGRATIONS)
            self._renew_views()
            self._offer(tuple(crossings))
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def is_there(self) -> bool:
        """Whether its file still stands where it was opened."""
        return self._connection.is_there()

    def apply(self, batch: BatchId, release: Release) -> bool:
        """Add a release; False, and no change, when it was applied before."""
        return self.apply_all([(batch, release)]) == 1

    def apply_all(self, batches: Sequence[tuple[BatchId, Release]]) -> int:
        """Add releases, in order, all or none; returns how many were not applied before."""
        with self._change() as connection:
            new = [(batch, release) for batch, release in batches if self._is_new(batch)]
            if not new:
                return 0
            releases = [release for _, release in new]
            add_cells(connection, [(release.day, release.counts) for release in releases])
            for release in releases:
                day = release.day[:7] if is_by_month(connection, release.day) else release.day
                connection.executemany(
                    _ADD_RELEASES, [(day, *key, p.releases, p.events, p.smallest) for key, p in release.proofs.items()]
                )
                connection.executemany(_ADD_TOTALS, [(*key, count) for key, count in release.totals.items()])
                connection.executemany("INSERT INTO gaps VALUES (?, ?, ?, ?)", release.gaps)
                add_load(connection, release.load)
            for batch, release in new:
                self._add_delivered(batch.source, sums_of_release(release))
        return len(new)

    def applied(self, source: str) -> int:
        """The last number that was applied of a source, 0 if none was."""
        row = self._connection.execute("SELECT number FROM applied WHERE source = ?", (source,)).fetchone()
        return int(row[0]) if row else 0

    def describe(self, facts: Mapping[str, str]) -> None:
        """Set facts that readers show: `site`, `timezone`, `threshold`, `sample`."""
        with self._change() as connection:
            connection.executemany("REPLACE INTO meta (key, value) VALUES (?, ?)", list(facts.items()))

    def note_day(self, today: date) -> date | None:
        """Note which day the clock says it is; returns the other day that was noted last, None if none was."""
        with self._change() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (_NOTED,)).fetchone()
            now, _, before = row[0].partition(" ") if row else ("", "", "")
            if now != today.isoformat():
                now, before = today.isoformat(), now
                connection.execute("REPLACE INTO meta (key, value) VALUES (?, ?)", (_NOTED, f"{now} {before}"))
        return date.fromisoformat(before) if before else None

    def forget(self, before: date) -> int:
        """Remove the days before a date, keeping their sums; returns how many days were removed."""
        cutoff = {"before": before.isoformat(), "month": month_name(before)}
        with self._change() as connection:
            old = "SELECT count(DISTINCT day) FROM totals WHERE day < :before"
            days = int(connection.execute(old, cutoff).fetchone()[0])
            connection.execute(_KEEP_SUMS, cutoff)
            remove_cells(connection, before)
            for statement in _FORGET:
                connection.execute(statement, cutoff)
        return days

    def keep_months(self, before: date) -> int:
        """Keep the counts by value of the months that ended before a date by the month; returns how many were summed.

        Each month is a transaction of its own, so that an interruption leaves whole months, and others wait less.
        """
        kept = 0
        last = month_name(before)
        rows = self._connection.execute("SELECT DISTINCT substr(name, 1, 7) FROM periods WHERE name < ?", (last,))
        for (month,) in rows.fetchall():
            with self._change() as connection:
                kept += keep_month(connection, month)
        return kept

    def thin(self, before: date) -> None:
        """Keep the load of the days before a date by the hour."""
        with self._change() as connection:
            thin_load(connection, before)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction after which readers read anew."""
        with transaction(self._connection) as connection:
            before = connection.total_changes
            yield connection
            if connection.total_changes > before:
                connection.execute("UPDATE changes SET number = number + 1")

    def _renew_views(self) -> None:
        """Make the views anew of breakdowns that are counted otherwise than when the file was made."""
        kept = dict(self._connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
        changed = {name: text for text in breakdown_views() if kept.get(name := text.split()[2]) != text}
        if changed:
            with transaction(self._connection) as connection:
                for name, text in changed.items():
                    connection.execute(f"DROP VIEW IF EXISTS {name}")
                    connection.execute(text)

    def _offer(self, crossings: tuple[Crossing, ...]) -> None:
        """Have a view for each crossing, and let readers know of it before it has values."""
        series = {(crossing.name, metric) for crossing in crossings for metric in crossing.metrics}
        known = set(self._connection.execute("SELECT breakdown, metric FROM series"))
        if not series <= known:
            with self._change() as connection:
                series_of(connection, series)
                for crossing in crossings:
                    connection.execute(crossing_view(crossing))

    def _is_new(self, batch: BatchId) -> bool:
        if batch.number <= self.applied(batch.source):
            return False
        self._connection.execute("REPLACE INTO applied (source, number) VALUES (?, ?)", batch)
        return True

    def _add_delivered(self, source: str, sums: Sums) -> None:
        rows = [(source, *key, count) for key, count in sums.items()]
        self._connection.executemany(_ADD_DELIVERED, rows)
