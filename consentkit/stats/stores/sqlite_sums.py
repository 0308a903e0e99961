"""Questions that compare what the SQLite sink keeps to be read faster with what it sums up.

Each answers (place, kept, sum of the parts) for what is not equal; 0 stands for what is not there.
"""

_OTHER = "SELECT id FROM words WHERE text = '(other)'"
_DAY = "CAST(substr(name, 9, 2) AS INTEGER)"
_PART = f"""
    CASE WHEN {_DAY} < 8 THEN '01/07' WHEN {_DAY} < 15 THEN '08/14' WHEN {_DAY} < 22 THEN '15/21'
    ELSE '22/' || strftime('%d', name, 'start of month', '+1 month', '-1 day') END
"""
_HIGHEST = "CASE WHEN metric IN ('busiest_second', 'most_at_once') THEN max(count) ELSE sum(count) END"
# By part of a month there are no counts of crossings.
_KEPT_WHOLE = """
    (series NOT IN (SELECT series FROM seconds) OR period NOT IN (SELECT id FROM periods WHERE length(name) = 13))
"""


def _unequal(place: str, keys: str, kept: str, summed: str) -> str:
    """Where the counts of `kept` and of `summed`, both (keys, count), differ."""
    return f"""
        SELECT {place}, sum(kept), sum(summed) FROM (
            SELECT {keys}, count AS kept, 0 AS summed FROM ({kept})
            UNION ALL SELECT {keys}, 0, count FROM ({summed})
        ) GROUP BY {keys} HAVING sum(kept) <> sum(summed)
    """  # noqa: S608


def _by_period(wanted: str, period: str, counted: str) -> str:
    """The counts of the periods that sum days up, of the days whose months are not yet kept as such."""
    return _unequal(
        "'counts of ' || name",
        "name, series, second, value",
        f"""SELECT name, series, second, value, count FROM counts JOIN periods ON periods.id = period
            WHERE NOT shown AND {wanted}""",  # noqa: S608
        f"""SELECT {period} AS name, series, second, value, sum(count) AS count
            FROM counts JOIN periods ON periods.id = period
            WHERE shown AND length(name) = 10 AND {counted} GROUP BY 1, 2, 3, 4""",  # noqa: S608
    )


UNEQUAL = (
    _by_period("length(name) = 7", "substr(name, 1, 7)", "1"),
    _by_period("length(name) = 13", f"substr(name, 1, 8) || {_PART}", "second = 0"),
    _unequal(
        "'sum of values in ' || (SELECT name FROM periods WHERE id = period)",
        "period, series",
        f"SELECT period, series, count FROM named WHERE {_KEPT_WHOLE}",  # noqa: S608
        f"""SELECT period, series, sum(count) AS count FROM counts
            WHERE (second <> 0 OR value IS NOT ({_OTHER}))
                AND {_KEPT_WHOLE} GROUP BY 1, 2""",  # noqa: S608
    ),
    _unequal(
        "'load by hour, ' || metric || ' of ' || begin",
        "metric, begin",
        "SELECT metric, begin, count FROM load_hours WHERE metric <> 'busiest_minute'",
        f"""SELECT metric, CASE length(begin) WHEN 11 THEN begin ELSE substr(begin, 1, 13) || 'Z' END AS begin,
            {_HIGHEST} AS count FROM load WHERE route = '' GROUP BY 1, 2""",  # noqa: S608
    ),
    _unequal(
        "'load by day, ' || metric || ' of ' || day",
        "route, metric, day",
        "SELECT route, metric, day, count FROM load_days",
        f"""SELECT route, metric, substr(begin, 1, 10) AS day, {_HIGHEST} AS count
            FROM load WHERE length(begin) > 11 GROUP BY 1, 2, 3""",  # noqa: S608
    ),
)
