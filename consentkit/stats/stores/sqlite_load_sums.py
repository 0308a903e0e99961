"""The questions about what the server did, as SQL over the sink's tables.

Their parameters: `places` (stretches of UTC time as JSON: key, first, until), `route`, `metric`, `first` and `until`.
"""

import json
from collections.abc import Sequence

from consentkit.stats.load import ALL_ROUTES, HOUR, MAXIMA, REQUESTS
from consentkit.stats.stores.reading import LoadSum
from consentkit.stats.stores.sqlite import Ask
from consentkit.stats.stores.sqlite_load import BUSIEST_MINUTE
from consentkit.stats.stores.whole_days import cut, on_the_hour

CELLS = """
    SELECT begin, route, metric, count FROM load
    WHERE begin BETWEEN ? AND ? AND (route = ? OR (? IS NULL AND route <> '')) ORDER BY begin, route, metric
"""
EACH = "SELECT begin, route, metric, count FROM load ORDER BY begin"
_PLACE = """
    place AS MATERIALIZED (
        SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS first,
            json_extract(value, '$[2]') AS until
        FROM json_each(:places)
    )
"""
_AMOUNT = "CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END"
# CROSS JOIN: SQLite is to go through the places and seek each in the load, not the other way round.
_SUMS = f"""
    WITH {_PLACE}
    SELECT key, route, metric, {_AMOUNT}
    FROM place CROSS JOIN load ON begin >= first AND begin < until
    WHERE (route = :route OR (:route IS NULL AND route <> '')) AND metric = coalesce(:metric, metric)
        AND (length(begin) > 11 OR begin = first)
    GROUP BY 1, 2, 3
"""  # noqa: S608
# The metrics are found by one seek each: to read the whole table for their names would take longer than the answer.
_SUMS_OF_HOURS = f"""
    WITH RECURSIVE {_PLACE}, named (metric) AS (
        SELECT min(metric) FROM load_hours
        UNION ALL
        SELECT (SELECT min(metric) FROM load_hours WHERE metric > named.metric) FROM named WHERE metric IS NOT NULL
    )
    SELECT key, :route, metric, {_AMOUNT}
    FROM place CROSS JOIN named CROSS JOIN load_hours USING (metric)
    WHERE begin >= first AND begin < until AND metric = coalesce(:metric, metric) AND metric <> 'busiest_minute'
        AND (length(begin) > 11 OR begin = first)
    GROUP BY 1, 3
"""  # noqa: S608
# One stretch at a time, in the table's own order, so that nothing need be sorted.
_SUMS_OF_DAYS = f"""
    SELECT :key, route, metric, {_AMOUNT} FROM load_days
    WHERE {{}} AND day >= :first AND day < :until GROUP BY route, metric
"""  # noqa: S608


def _sums_of_days(route: str | None, metric: str | None) -> str:
    """The load of whole days of a route or of each, of a metric or of all."""
    of_route = "route <> ''" if route is None else "route = :route"
    return _SUMS_OF_DAYS.format(of_route if metric is None else f"{of_route} AND metric = :metric")


_HIGHEST_HOUR = """
    SELECT begin, count FROM load_hours
    WHERE metric = :metric AND begin >= :first AND begin < :until AND length(begin) > 11
    ORDER BY count DESC, begin LIMIT 1
"""
_HIGHEST_MINUTE = """
    SELECT begin, count FROM load
    WHERE begin >= :first AND begin < :until AND route = '' AND metric = :metric AND length(begin) = 17
    ORDER BY count DESC, begin LIMIT 1
"""


def summed(ask: Ask, places: Sequence[tuple[str, str]], route: str | None, metric: str | None) -> list[LoadSum]:
    """The load of stretches of UTC time: of their whole days from the sums of days, of the rest from hours or times."""
    pieces, asked = cut(places), {"route": route, "metric": metric}
    by_hour = route == ALL_ROUTES and all(on_the_hour(text) for piece in pieces.rest for text in piece[1:])
    of_days = _sums_of_days(route, metric)
    rows = [
        row
        for key, begin, end in pieces.days
        for row in ask(of_days, {**asked, "key": key, "first": begin, "until": end})
    ]
    rows += ask(_SUMS_OF_HOURS if by_hour else _SUMS, {**asked, "places": json.dumps(pieces.rest)})
    found: dict[tuple[int, str, str], int] = {}
    for *place, amount in rows:
        key = (place[0], place[1], place[2])
        held = found.get(key, 0)
        found[key] = max(held, amount) if place[2] in MAXIMA else held + amount
    return [LoadSum(*key, amount) for key, amount in sorted(found.items())]


def highest(ask: Ask, metric: str, first: str, until: str) -> tuple[str, int] | None:
    """The minute in which a metric was highest; its hour, with the same figure, where minutes are no longer kept."""
    minutes = {"metric": metric, "first": first, "until": until}
    if not (on_the_hour(first) and on_the_hour(until)):
        return next(iter(ask(_HIGHEST_MINUTE, minutes)), None)
    of_hours = BUSIEST_MINUTE if metric == REQUESTS else metric
    hours: list[tuple[str, int]] = ask(_HIGHEST_HOUR, {**minutes, "metric": of_hours})
    if not hours:
        return None
    hour = hours[0][0][:HOUR]
    return next(iter(ask(_HIGHEST_MINUTE, {"metric": metric, "first": f"{hour}:", "until": f"{hour}:~"})), hours[0])
