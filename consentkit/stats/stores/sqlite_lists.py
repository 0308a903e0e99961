"""The questions about counts by value, as SQL over the sink's tables of numbers.

Their parameters: `periods` (names as a JSON list), `breakdown` and `metric`, `wanted` (a value), `second` (that of a
crossing's cell, else ""), `search`.
"""

_PERIODS = "period IN (SELECT id FROM periods WHERE name IN (SELECT value FROM json_each(:periods)))"
_SERIES = "series = (SELECT id FROM series WHERE breakdown = :breakdown AND metric = :metric)"
_WANTED = "(SELECT id FROM words WHERE text = :wanted)"
_SECOND = "(SELECT id FROM words WHERE text = :second)"
_TEXT = "CASE f.second WHEN 0 THEN v.text ELSE v.text || ' × ' || w.text END"

ALL = f"SELECT value, second, sum(count) AS events FROM counts WHERE {_PERIODS} AND {_SERIES} GROUP BY second, value"  # noqa: S608
"""Of all events."""
BY_SECOND = f"""
    SELECT value, 0 AS second, sum(count) AS events FROM counts
    WHERE {_PERIODS} AND {_SERIES} AND second = {_WANTED} GROUP BY value
"""  # noqa: S608
"""First values of a crossing, of the events that have the wanted value as their second."""
BY_FIRST = f"""
    SELECT second AS value, 0 AS second, sum(count) AS events FROM counts
    WHERE {_PERIODS} AND {_SERIES} AND value = {_WANTED}
        AND second IN (SELECT second FROM seconds WHERE {_SERIES}) GROUP BY counts.second
"""  # noqa: S608
"""Second values of a crossing, of the events that have the wanted value as their first."""

SHOWN = f"""
    SELECT breakdown, metric, sum(count) FROM named JOIN series ON series.id = named.series
    WHERE {_PERIODS} GROUP BY series.id
"""  # noqa: S608
EXTENT = "SELECT min(name), max(name) FROM periods WHERE shown"
_WITHIN = """
    p.shown AND (length(p.name) <> 7 AND p.name BETWEEN :first AND :last
        OR length(p.name) = 7 AND p.name BETWEEN :first_month AND :last_month)
"""
OF_VALUE = f"""
    SELECT p.name, s.metric, c.count FROM periods p CROSS JOIN series s CROSS JOIN counts c
        ON c.period = p.id AND c.series = s.id AND c.second = {_SECOND} AND c.value = {_WANTED}
    WHERE {_WITHIN} AND s.breakdown = :breakdown AND s.metric = coalesce(:metric, s.metric) ORDER BY p.name, s.metric
"""  # noqa: S608
BY_DAY = f"""
    SELECT p.name, {_TEXT.replace("f.", "c.")}, c.count
    FROM periods p CROSS JOIN series s CROSS JOIN counts c ON c.period = p.id AND c.series = s.id
        CROSS JOIN words v ON v.id = c.value CROSS JOIN words w ON w.id = c.second
    WHERE {_WITHIN} AND s.breakdown = :breakdown AND s.metric = :metric
"""  # noqa: S608
_CELL = f"""
    p.name, s.breakdown, {_TEXT.replace("f.", "c.")} AS text, s.metric, c.count, c.increments, c.smallest
"""
_ORDERED = "ORDER BY p.name, s.breakdown, text, s.metric"
# CROSS JOIN: day by day, so that only the cells of one have to be sorted at once.
EACH_CELL = f"""
    SELECT {_CELL} FROM periods p CROSS JOIN counts c ON c.period = p.id CROSS JOIN series s ON s.id = c.series
        CROSS JOIN words v ON v.id = c.value CROSS JOIN words w ON w.id = c.second
    WHERE {_WITHIN} {_ORDERED}
"""  # noqa: S608
CELLS = f"""
    SELECT {_CELL} FROM periods p CROSS JOIN series s CROSS JOIN counts c ON c.period = p.id AND c.series = s.id
        CROSS JOIN words v ON v.id = c.value CROSS JOIN words w ON w.id = c.second
    WHERE {_WITHIN} AND s.breakdown = coalesce(:breakdown, s.breakdown) {_ORDERED}
"""  # noqa: S608


def top(inner: str, *, searched: bool) -> str:
    """The largest of a list, as (text, events)."""
    return f"SELECT {_TEXT} AS text, f.events {_named(inner, searched)} ORDER BY f.events DESC, text LIMIT :limit OFFSET :offset"  # noqa: E501


def how_many(inner: str, *, searched: bool) -> str:
    """How many values a list has."""
    return f"SELECT count(*) {_named(inner, searched)}" if searched else f"SELECT count(*) FROM ({inner})"  # noqa: S608


def _named(inner: str, searched: bool) -> str:
    matching = f"WHERE {_TEXT} LIKE :search ESCAPE '\\'" if searched else ""
    return f"FROM ({inner}) f JOIN words v ON v.id = f.value JOIN words w ON w.id = f.second {matching}"
