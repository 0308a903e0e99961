"""How the SQLite sink keeps what the server did: by minute and hour, and summed by hour and day to be read fast."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from consentkit.stats.load import ALL_ROUTES, DAY, HOUR, MAXIMA, MINUTE, REQUESTS, Load

BUSIEST_MINUTE = "busiest_minute"
"""The most requests of one minute of an hour."""

Row = tuple[str, str, str, int]
"""Begin, route, metric, count."""

Place = tuple[str, str, str]
Key = TypeVar("Key")

_SUM = """
    ON CONFLICT DO UPDATE SET count = CASE WHEN metric IN ('busiest_second', 'most_at_once', 'busiest_minute')
        THEN max(count, excluded.count) ELSE count + excluded.count END
"""
_ADD_LOAD = f"INSERT INTO load (begin, route, metric, count) VALUES (?, ?, ?, ?) {_SUM}"  # noqa: S608
_ADD_HOURS = f"INSERT INTO load_hours (metric, begin, count) VALUES (?, ?, ?) {_SUM}"  # noqa: S608
_ADD_DAYS = f"INSERT INTO load_days (route, metric, day, count) VALUES (?, ?, ?, ?) {_SUM}"  # noqa: S608
_ADD_BUSIEST = f"""
    INSERT INTO load_hours
    SELECT '{BUSIEST_MINUTE}', :hour || 'Z', max(count) FROM load
    WHERE begin BETWEEN :hour || ':' AND :hour || ':~' AND route = '' AND metric = '{REQUESTS}' HAVING count(*)
    {_SUM}
"""  # noqa: S608
_OLD_MINUTES = "FROM load WHERE length(begin) = 17 AND begin < :before"
_THIN = (
    f"""INSERT INTO load (begin, route, metric, count)
    SELECT substr(begin, 1, 13) || 'Z', route, metric,
        CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END
    {_OLD_MINUTES} GROUP BY 1, 2, 3 {_SUM}""",
    f"DELETE {_OLD_MINUTES}",
)


def add_load(connection: sqlite3.Connection, loads: Sequence[Load]) -> None:
    """Add what releases say of the server, by its times, by the hour and by the day."""
    rows = [(*cell, count) for load in loads for cell, count in load.items()]
    hours, days, minutes = _summed(rows)
    connection.executemany(_ADD_LOAD, rows)
    connection.executemany(_ADD_HOURS, [(*place, count) for place, count in hours.items()])
    connection.executemany(_ADD_DAYS, [(*place, count) for place, count in days.items()])
    connection.executemany(_ADD_BUSIEST, [{"hour": hour} for hour in sorted(minutes)])


def _summed(rows: Iterable[Row]) -> tuple[dict[tuple[str, str], int], dict[Place, int], set[str]]:
    """The load of all requests by (metric, UTC hour); that of each route by (route, metric, UTC day); hours of minutes.

    What is known by the day stays by the day, and is not among the days.
    """
    # Minutes go into their hours first, of which there are far fewer.
    of_hours: dict[Place, int] = {}
    minutes: set[str] = set()
    for begin, route, metric, count in rows:
        _put(of_hours, (begin[:HOUR], route, metric), metric, count)
        if len(begin) == MINUTE + 1 and metric == REQUESTS:
            minutes.add(begin[:HOUR])
    hours: dict[tuple[str, str], int] = {}
    days: dict[Place, int] = {}
    for (begin, route, metric), count in of_hours.items():
        is_hour = len(begin) == HOUR
        if is_hour:
            _put(days, (route, metric, begin[:DAY]), metric, count)
        if route == ALL_ROUTES:
            _put(hours, (metric, f"{begin}Z" if is_hour else begin), metric, count)
    return hours, days, minutes


def _put(sums: dict[Key, int], key: Key, metric: str, count: int) -> None:
    held = sums.get(key)
    sums[key] = count if held is None else max(held, count) if metric in MAXIMA else held + count


def thin_load(connection: sqlite3.Connection, before: date) -> None:
    """Keep the load of the days before a date by the hour."""
    for statement in _THIN:
        connection.execute(statement, {"before": before.isoformat()})
