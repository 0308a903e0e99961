"""How the SQLite sink keeps what the server did: by minute and hour, and summed by hour and day to be read fast."""

import sqlite3
from collections.abc import Mapping
from datetime import date

from consentkit.stats.load import ALL_ROUTES, DAY, HOUR, MAXIMA, MINUTE, REQUESTS, LoadSeries
from consentkit.stats.stores import json_text

BUSIEST_MINUTE = "busiest_minute"
"""The most requests of one minute of an hour."""

_SUM = """
    ON CONFLICT DO UPDATE SET count = CASE WHEN metric IN ('busiest_second', 'most_at_once', 'busiest_minute')
        THEN max(count, excluded.count) ELSE count + excluded.count END
"""
# A row of many takes half the time from a text of all of them that it takes by itself.
_EACH = f"FROM json_each(:times) WHERE true {_SUM}"
_ADD_LOAD = f"INSERT INTO load (begin, route, metric, count) SELECT key, :route, :metric, value {_EACH}"
_ADD_HOURS = f"INSERT INTO load_hours (metric, begin, count) SELECT :metric, key, value {_EACH}"
_ADD_DAYS = f"INSERT INTO load_days (route, metric, day, count) SELECT :route, :metric, key, value {_EACH}"
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


def add_load(connection: sqlite3.Connection, load: LoadSeries) -> None:
    """Add what a release says of the server, by its times, by the hour and by the day."""
    for (route, metric), times in load.items():
        # Minutes go into their hours first, of which there are far fewer. What is known by the day stays by the day,
        # and is not among the days.
        hours = _summed(times, HOUR, metric)
        days = _summed({begin: count for begin, count in hours.items() if len(begin) == HOUR}, DAY, metric)
        _add(connection, _ADD_LOAD, route, metric, times)
        _add(connection, _ADD_DAYS, route, metric, days)
        if route == ALL_ROUTES:
            named = {f"{begin}Z" if len(begin) == HOUR else begin: count for begin, count in hours.items()}
            _add(connection, _ADD_HOURS, route, metric, named)
    minutes = {begin[:HOUR] for begin in load.get((ALL_ROUTES, REQUESTS), ()) if len(begin) == MINUTE + 1}
    connection.executemany(_ADD_BUSIEST, [{"hour": hour} for hour in sorted(minutes)])


def _summed(times: Mapping[str, int], length: int, metric: str) -> dict[str, int]:
    """The figures of times put together by so much of their beginning."""
    sums: dict[str, int] = {}
    for begin, count in times.items():
        key = begin[:length]
        held = sums.get(key)
        sums[key] = count if held is None else max(held, count) if metric in MAXIMA else held + count
    return sums


def _add(connection: sqlite3.Connection, statement: str, route: str, metric: str, times: Mapping[str, int]) -> None:
    connection.execute(statement, {"route": route, "metric": metric, "times": json_text.written(times)})


def thin_load(connection: sqlite3.Connection, before: date) -> None:
    """Keep the load of the days before a date by the hour."""
    for statement in _THIN:
        connection.execute(statement, {"before": before.isoformat()})
