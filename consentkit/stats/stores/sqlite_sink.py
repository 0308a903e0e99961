"""The sink in one SQLite file: documented tables, and one view per breakdown for Excel, Grafana or pandas."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from consentkit.stats.breakdowns import BETWEEN, BREAKDOWNS, Crossing
from consentkit.stats.model import OTHER, BatchId, Release
from consentkit.stats.stores.protocol import Sums
from consentkit.stats.stores.sqlite import connect, prepare, statements_of, transaction
from consentkit.stats.stores.sums import sums_of_release

SCHEMA_VERSION = 2

_ADD_CELLS = """
    INSERT INTO cells (day, breakdown, value, metric, count, increments, smallest) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, increments = increments + excluded.increments,
        smallest = min(smallest, excluded.smallest)
"""
_ADD_TOTALS = """
    INSERT INTO totals (day, metric, count) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ADD_LOAD = """
    INSERT INTO load (begin, route, metric, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = CASE WHEN metric IN ('busiest_second', 'most_at_once')
        THEN max(count, excluded.count) ELSE count + excluded.count END
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
_KEEP_SUMS = """
    INSERT INTO forgotten (breakdown, metric, count)
    SELECT breakdown, metric, sum(count) FROM (
        SELECT breakdown, metric, count FROM cells WHERE day < :before
        UNION ALL SELECT '', metric, count FROM totals WHERE day < :before
        UNION ALL SELECT CASE route WHEN '' THEN 'load' ELSE 'load by route' END, metric, count FROM load
            WHERE metric = 'served' AND begin < :before
    ) WHERE true GROUP BY breakdown, metric
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""


_OLD_MINUTES = "FROM load WHERE length(begin) = 17 AND begin < :before"
_THIN = (
    f"""INSERT INTO load (begin, route, metric, count)
    SELECT substr(begin, 1, 13) || 'Z', route, metric,
        CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END
    {_OLD_MINUTES} GROUP BY 1, 2, 3
    ON CONFLICT DO UPDATE SET count = CASE WHEN metric IN ('busiest_second', 'most_at_once')
        THEN max(count, excluded.count) ELSE count + excluded.count END""",
    f"DELETE {_OLD_MINUTES}",
)


class SqliteSink:
    """A Sink in a file, made when it is missing, its folder too; `crossings` get a view each.

    Raises StoreError for a file of another version, OSError and sqlite3.Error when the file cannot be used.
    """

    def __init__(self, path: Path, crossings: Iterable[Crossing] = ()) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(path)
        try:
            views = [_view(breakdown, metrics) for breakdown, metrics in BREAKDOWNS.items()]
            prepare(self._connection, path, [*statements_of("sink.sql"), *views], SCHEMA_VERSION)
            for crossing in crossings:
                self._connection.execute(_crossing_view(crossing))
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def apply(self, batch: BatchId, release: Release) -> bool:
        """Add a release; False, and no change, when it was applied before."""
        with transaction(self._connection) as connection:
            if not self._is_new(batch):
                return False
            day = release.day
            connection.executemany(
                _ADD_CELLS,
                [(day, *cell, p.count, p.increments, p.smallest) for cell, p in release.cells.items()],
            )
            connection.executemany(
                _ADD_RELEASES, [(day, *key, p.releases, p.events, p.smallest) for key, p in release.proofs.items()]
            )
            connection.executemany(_ADD_TOTALS, [(*key, count) for key, count in release.totals.items()])
            connection.executemany("INSERT INTO gaps VALUES (?, ?, ?, ?)", release.gaps)
            connection.executemany(_ADD_LOAD, [(*key, count) for key, count in release.load.items()])
            self._add_delivered(batch.source, sums_of_release(release))
        return True

    def applied(self, source: str) -> int:
        """The last number that was applied of a source, 0 if none was."""
        row = self._connection.execute("SELECT number FROM applied WHERE source = ?", (source,)).fetchone()
        return int(row[0]) if row else 0

    def describe(self, facts: Mapping[str, str]) -> None:
        """Set facts that readers show: `site`, `timezone`, `threshold`, `sample`."""
        with transaction(self._connection) as connection:
            connection.executemany("REPLACE INTO meta (key, value) VALUES (?, ?)", list(facts.items()))

    def forget(self, before: date) -> int:
        """Remove the days before a date, keeping their sums; returns how many days were removed."""
        cutoff = {"before": before.isoformat()}
        with transaction(self._connection) as connection:
            old = "SELECT count(DISTINCT day) FROM totals WHERE day < :before"
            days = int(connection.execute(old, cutoff).fetchone()[0])
            connection.execute(_KEEP_SUMS, cutoff)
            for table in ("cells", "totals", "releases"):
                connection.execute(f"DELETE FROM {table} WHERE day < :before", cutoff)  # noqa: S608
            connection.execute("DELETE FROM gaps WHERE begin < :before", cutoff)
            connection.execute("DELETE FROM load WHERE begin < :before", cutoff)
        return days

    def thin(self, before: date) -> None:
        """Keep the load of the days before a date by the hour."""
        with transaction(self._connection) as connection:
            for statement in _THIN:
                connection.execute(statement, {"before": before.isoformat()})

    def _is_new(self, batch: BatchId) -> bool:
        if batch.number <= self.applied(batch.source):
            return False
        self._connection.execute("REPLACE INTO applied (source, number) VALUES (?, ?)", batch)
        return True

    def _add_delivered(self, source: str, sums: Sums) -> None:
        rows = [(source, *key, count) for key, count in sums.items()]
        self._connection.executemany(_ADD_DELIVERED, rows)


def _crossing_view(crossing: Crossing) -> str:
    """A view with the two values of a crossing in columns of their own."""
    columns = ", ".join(f"sum(CASE metric WHEN '{m}' THEN count ELSE 0 END) AS {m}" for m in crossing.metrics)
    between = len(BETWEEN)
    first = f"CASE value WHEN '{OTHER}' THEN value ELSE substr(value, 1, instr(value, '{BETWEEN}') - 1) END"
    second = f"CASE value WHEN '{OTHER}' THEN value ELSE substr(value, instr(value, '{BETWEEN}') + {between}) END"
    return (
        f"CREATE VIEW IF NOT EXISTS {crossing.name} AS "  # noqa: S608
        f"SELECT day, {first} AS {crossing.first}, {second} AS {crossing.second}, {columns} "
        f"FROM cells WHERE breakdown = '{crossing.name}' GROUP BY day, value"
    )


def _view(breakdown: str, metrics: tuple[str, ...]) -> str:
    """A view with one column per metric; the names are our own constants, never input."""
    columns = ", ".join(f"sum(CASE metric WHEN '{m}' THEN count ELSE 0 END) AS {m}" for m in metrics)
    return (
        f"CREATE VIEW {breakdown} AS SELECT day, value, {columns} "  # noqa: S608
        f"FROM cells WHERE breakdown = '{breakdown}' GROUP BY day, value"
    )
