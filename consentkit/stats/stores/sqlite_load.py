"""How the SQLite sink keeps what the server did: by minute and hour, and summed by hour and day to be read fast."""

import sqlite3
from collections import defaultdict
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
# Many rows from one text take half the time that they take one by one.
_ADD_LOAD = f"""
    INSERT INTO load (begin, route, metric, count) SELECT key, ?, ?, value FROM json_each(?) WHERE true {_SUM}
"""  # noqa: S608
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


def add_load(connection: sqlite3.Connection, load: LoadSeries) -> None:
    """Add what a release says of the server, by its times, by the hour and by the day."""
    connection.executemany(_ADD_LOAD, [(*key, json_text.written(times)) for key, times in load.items()])
    of_hours: list[tuple[str, str, int]] = []
    of_days: list[tuple[str, str, str, int]] = []
    for (route, metric), times in load.items():
        # Minutes go into their hours first, of which there are far fewer.
        sums = _summed(times, HOUR, metric)
        # What is known by the day stays by the day, and is not among the days.
        hours = {begin: count for begin, count in sums.items() if len(begin) == HOUR}
        of_days += [(route, metric, day, count) for day, count in _summed(hours, DAY, metric).items()]
        if route == ALL_ROUTES:
            of_hours += [(metric, f"{begin.rstrip('Z')}Z", count) for begin, count in sums.items()]
    connection.executemany(_ADD_HOURS, of_hours)
    connection.executemany(_ADD_DAYS, of_days)
    minutes = {begin[:HOUR] for begin in load.get((ALL_ROUTES, REQUESTS), ()) if len(begin) == MINUTE + 1}
    connection.executemany(_ADD_BUSIEST, [{"hour": hour} for hour in sorted(minutes)])


def _summed(times: Mapping[str, int], length: int, metric: str) -> dict[str, int]:
    """The figures of times put together by so much of their beginning."""
    sums: defaultdict[str, int] = defaultdict(int)
    if metric in MAXIMA:
        for begin, count in times.items():
            sums[begin[:length]] = max(sums[begin[:length]], count)
    else:
        for begin, count in times.items():
            sums[begin[:length]] += count
    return sums


def thin_load(connection: sqlite3.Connection, before: date) -> None:
    """Keep the load of the days before a date by the hour."""
    for statement in _THIN:
        connection.execute(statement, {"before": before.isoformat()})
