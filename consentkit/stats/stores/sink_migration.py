"""From the SQLite sink of an older version to that of this one, with all its figures."""

import sqlite3

from consentkit.stats.breakdowns import BETWEEN, crossing_named
from consentkit.stats.model import OTHER
from consentkit.stats.stores.sink_views import breakdown_views, crossing_view
from consentkit.stats.stores.sqlite import statements_of
from consentkit.stats.stores.sqlite_cells import sum_up
from consentkit.stats.stores.sqlite_load import BUSIEST_MINUTE

_PAIR = "CASE WHEN x.crossed AND instr(value, :between) THEN"
_FIRST = f"{_PAIR} substr(value, 1, instr(value, :between) - 1) ELSE value END"
_SECOND = f"{_PAIR} substr(value, instr(value, :between) + :length) ELSE '' END"
_OLD = "FROM old_cells JOIN temp.names x USING (breakdown)"
_MOVE_CELLS = (
    "INSERT INTO series (breakdown, metric) SELECT DISTINCT breakdown, metric FROM old_cells",
    "INSERT INTO periods (name, shown) SELECT DISTINCT day, 1 FROM old_cells ORDER BY day",
    f"INSERT OR IGNORE INTO words (text) SELECT DISTINCT {_FIRST} {_OLD} UNION SELECT DISTINCT {_SECOND} {_OLD}",
    f"""INSERT INTO counts
    SELECT p.id, s.id, w.id, v.id, count, increments, smallest
    {_OLD} JOIN periods p ON p.name = day JOIN series s USING (breakdown, metric)
        JOIN words v ON v.text = {_FIRST} JOIN words w ON w.text = {_SECOND}""",
    """INSERT INTO named
    SELECT period, series, sum(count) FROM counts
    WHERE second <> 0 OR value <> coalesce((SELECT id FROM words WHERE text = :other), 0) GROUP BY 1, 2""",
    "INSERT INTO seconds SELECT DISTINCT series, second FROM counts WHERE second <> 0",
    "DROP TABLE old_cells",
)  # fmt: skip
_SUM_LOAD = (
    """INSERT INTO load_hours
    SELECT metric, CASE length(begin) WHEN 11 THEN begin ELSE substr(begin, 1, 13) || 'Z' END AS hour,
        CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END
    FROM load WHERE route = '' GROUP BY metric, hour""",
    """INSERT INTO load_days
    SELECT route, metric, substr(begin, 1, 10) AS day,
        CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END
    FROM load WHERE length(begin) > 11 GROUP BY route, metric, day""",
    f"""INSERT INTO load_hours
    SELECT '{BUSIEST_MINUTE}', substr(begin, 1, 13) || 'Z' AS hour, max(count) FROM load
    WHERE route = '' AND metric = 'requests' AND length(begin) = 17 GROUP BY hour""",  # noqa: S608
)


def from_version_2(connection: sqlite3.Connection) -> None:
    """Version 2 kept the counts of each day as texts in one table, and no sums."""
    tables = dict(connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"))
    for name, kind in tables.items():
        if kind == "view":
            connection.execute(f'DROP VIEW "{name}"')
    connection.execute("ALTER TABLE cells RENAME TO old_cells")
    for statement in (*statements_of("sink.sql"), *breakdown_views()):
        kind, name = statement.split()[1:3]
        if kind != "TABLE" or name not in tables:
            connection.execute(statement)
    breakdowns = [name for (name,) in connection.execute("SELECT DISTINCT breakdown FROM old_cells")]
    crossings = [found for name in breakdowns if (found := crossing_named(name))]
    for found in crossings:
        connection.execute(crossing_view(found))
    connection.execute("CREATE TEMP TABLE names (breakdown TEXT PRIMARY KEY, crossed INTEGER NOT NULL)")
    names = {found.name for found in crossings}
    connection.executemany("INSERT INTO temp.names VALUES (?, ?)", [(name, name in names) for name in breakdowns])
    values = {"between": BETWEEN, "length": len(BETWEEN), "other": OTHER}
    for statement in _MOVE_CELLS:
        connection.execute(statement, values)
    connection.execute("DROP TABLE temp.names")
    months = connection.execute("SELECT DISTINCT substr(name, 1, 7) FROM periods").fetchall()
    for (month,) in months:
        sum_up(connection, month)
    for statement in _SUM_LOAD:
        connection.execute(statement)
