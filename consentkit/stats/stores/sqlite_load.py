"""How the SQLite sink keeps what the server did: by minute and hour, and summed by hour and day to be read fast."""

import sqlite3
from collections.abc import Mapping
from datetime import date

from consentkit.stats.load import ALL_ROUTES, DAY, HOUR, MAXIMA, MINUTE, REQUESTS, LoadCell

BUSIEST_MINUTE = "busiest_minute"
"""The most requests of one minute of an hour."""

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


def add_load(connection: sqlite3.Connection, load: Mapping[LoadCell, int]) -> None:
    """Add what a release says of the server, by its times, by the hour and by the day."""
    connection.executemany(_ADD_LOAD, [(*cell, count) for cell, count in load.items()])
    connection.executemany(_ADD_HOURS, [(*place, count) for place, count in hours_of(load).items()])
    connection.executemany(_ADD_DAYS, [(*place, count) for place, count in days_of(load).items()])
    minutes = {c.begin[:HOUR] for c in load if c.route == ALL_ROUTES and len(c.begin) == MINUTE + 1}
    connection.executemany(_ADD_BUSIEST, [{"hour": hour} for hour in sorted(minutes)])


def hours_of(load: Mapping[LoadCell, int]) -> dict[tuple[str, str], int]:
    """The load of all requests by (metric, UTC hour); what is known by the day stays by the day."""
    found: dict[tuple[str, str], int] = {}
    for cell, count in load.items():
        if cell.route == ALL_ROUTES:
            begin = cell.begin if len(cell.begin) == DAY + 1 else f"{cell.begin[:HOUR]}Z"
            held = found.get((cell.metric, begin), 0)
            found[cell.metric, begin] = max(held, count) if cell.metric in MAXIMA else held + count
    return found


def days_of(load: Mapping[LoadCell, int]) -> dict[tuple[str, str, str], int]:
    """The load by (route, metric, UTC day), without what is known by the day already."""
    found: dict[tuple[str, str, str], int] = {}
    for cell, count in load.items():
        if len(cell.begin) > DAY + 1:
            place = cell.route, cell.metric, cell.begin[:DAY]
            held = found.get(place, 0)
            found[place] = max(held, count) if cell.metric in MAXIMA else held + count
    return found


def thin_load(connection: sqlite3.Connection, before: date) -> None:
    """Keep the load of the days before a date by the hour."""
    for statement in _THIN:
        connection.execute(statement, {"before": before.isoformat()})
