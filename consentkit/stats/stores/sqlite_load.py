"""How the SQLite sink keeps what the server did: by minute and hour, and summed by hour and day to be read fast."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date

from consentkit.stats.load import ALL_ROUTES, DAY, HOUR, MAXIMA, MINUTE, REQUESTS, Load

BUSIEST_MINUTE = "busiest_minute"
"""The most requests of one minute of an hour."""

Row = tuple[str, str, str, int]
"""Begin, route, metric, count."""

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


def _summed(rows: Iterable[Row]) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str, str], int], set[str]]:
    """The load of all requests by (metric, UTC hour); that of each route by (route, metric, UTC day); hours of minutes.

    What is known by the day stays by the day, and is not among the days.
    """
    hours: dict[tuple[str, str], int] = {}
    days: dict[tuple[str, str, str], int] = {}
    minutes: set[str] = set()
    for begin, route, metric, count in rows:
        highest = metric in MAXIMA
        if len(begin) > DAY + 1:
            place = route, metric, begin[:DAY]
            held = days.get(place, 0)
            days[place] = max(held, count) if highest else held + count
        if route == ALL_ROUTES:
            hour = begin if len(begin) == DAY + 1 else f"{begin[:HOUR]}Z"
            held = hours.get((metric, hour), 0)
            hours[metric, hour] = max(held, count) if highest else held + count
            if len(begin) == MINUTE + 1:
                minutes.add(begin[:HOUR])
    return hours, days, minutes


def thin_load(connection: sqlite3.Connection, before: date) -> None:
    """Keep the load of the days before a date by the hour."""
    for statement in _THIN:
        connection.execute(statement, {"before": before.isoformat()})
