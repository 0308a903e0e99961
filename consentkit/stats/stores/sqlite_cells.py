"""How the SQLite sink keeps counts by value: small rows of numbers, summed up by day, part of a month and month."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from consentkit.stats.breakdowns import BETWEEN, crossing_named
from consentkit.stats.model import OTHER, Published, PublishedCounts
from consentkit.stats.months import month_end
from consentkit.stats.stores import json_text
from consentkit.stats.stores.periods import (
    PART_BEGINS,
    day_name,
    first_day,
    last_day,
    month_name,
    part_name,
)

_ADD_COUNTS = """
    INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, increments = increments + excluded.increments,
        smallest = min(smallest, excluded.smallest)
"""
_ADD_NAMED = "INSERT INTO named VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
_DAYS = "name BETWEEN :first AND :last AND length(name) = 10"
_SUM_COUNTS = f"""
    INSERT INTO counts
    SELECT :period, series, second, value, sum(count), sum(increments), min(smallest) FROM counts
    WHERE period IN (SELECT id FROM periods WHERE {_DAYS})
        AND (second = 0 OR NOT :single) GROUP BY series, second, value
"""  # noqa: S608
_SUM_NAMED = f"""
    INSERT INTO named
    SELECT :period, series, sum(count) FROM named
    WHERE period IN (SELECT id FROM periods WHERE {_DAYS}) GROUP BY series
"""  # noqa: S608
_SUM_RELEASES = """
    INSERT INTO releases
    SELECT :month, metric, threshold, sum(releases), sum(events), min(smallest) FROM releases
    WHERE day BETWEEN :first AND :last GROUP BY metric, threshold
    ON CONFLICT DO UPDATE SET releases = releases + excluded.releases, events = events + excluded.events,
        smallest = min(smallest, excluded.smallest)
"""
_KEEP_SUMS = """
    INSERT INTO forgotten (breakdown, metric, count)
    SELECT s.breakdown, s.metric, f.events FROM series s JOIN (
        SELECT c.series AS series, sum(c.count) AS events FROM periods p CROSS JOIN counts c ON c.period = p.id
        WHERE p.shown AND ({}) GROUP BY c.series
    ) f ON f.series = s.id WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
# Whatever was counted in a month stands in the sums of the month, so that its days need not be looked through.
_UNUSED = (
    """DELETE FROM seconds WHERE (series, second) NOT IN (
        SELECT series, second FROM counts WHERE period IN (SELECT id FROM periods WHERE length(name) = 7)
    )""",
    """DELETE FROM words WHERE id <> 0 AND id NOT IN (SELECT second FROM seconds) AND id NOT IN (
        SELECT value FROM counts WHERE period IN (SELECT id FROM periods WHERE length(name) = 7)
    )""",
)


Place = tuple[int, int, int]
"""Numbers of series, second value and value."""
Row = tuple[int, int, int, int, int, int]
"""A place, and what is added there: events, in how many releases, the least of one."""
Dated = tuple[str, PublishedCounts]
"""What was published on a day."""
Split = dict[tuple[str, str], list[tuple[str, str, Published]]]
"""By breakdown and metric: value, second value of a crossing, what was published."""

OLD = "name < :month OR length(name) = 10 AND name < :before"
"""Which periods are over before a day and its month, as `2026-11-15` and `2026-11`."""


def is_by_month(connection: sqlite3.Connection, day: str) -> bool:
    """Whether of the month of a day only the month is kept."""
    found = connection.execute("SELECT shown FROM periods WHERE name = ?", (day[:7],)).fetchone()
    return found is not None and bool(found[0])


def add_cells(connection: sqlite3.Connection, releases: Sequence[Dated]) -> None:
    """Add what releases published, each to its day (ISO date), and to the sums of parts of the month and of months."""
    split = [(day, _split(counts)) for day, counts in releases]
    series = series_of(connection, {key for _, counts in split for key in counts})
    words = words_of(connection, {OTHER, *_texts_of([counts for _, counts in split])})
    parts: dict[tuple[int, bool], list[list[Row]]] = {}
    named: Counter[tuple[int, int]] = Counter()
    seconds: set[tuple[int, int]] = set()
    for day, counts in split:
        rows = _rows(counts, series, words)
        seconds.update([row[:2] for row in rows if row[1]])
        counted = {series[key]: _named(cells) for key, cells in counts.items()}
        for period in _periods_of(connection, date.fromisoformat(day)):
            parts.setdefault(period, []).append(rows)
            named.update({(period[0], number): count for number, count in counted.items() if count})
    for (number, single), chunks in parts.items():
        rows = chunks[0] if len(chunks) == 1 else _summed(chunks)
        connection.executemany(_ADD_COUNTS, ((number, *row) for row in rows if not (single and row[1])))
    connection.executemany(_ADD_NAMED, [(*key, count) for key, count in named.items()])
    connection.executemany("INSERT OR IGNORE INTO seconds (series, second) VALUES (?, ?)", sorted(seconds))


def _split(counts: PublishedCounts) -> Split:
    return {
        (breakdown, metric): [
            (value, "", one) if BETWEEN not in value else (*split_value(breakdown, value), one)
            for value, one in values.items()
        ]
        for (breakdown, metric), values in counts.items()
    }


def _texts_of(splits: Iterable[Split]) -> Iterator[str]:
    for split in splits:
        for cells in split.values():
            for value, second, _ in cells:
                yield value
                yield second


def _rows(counts: Split, series: Mapping[tuple[str, str], int], words: Mapping[str, int]) -> list[Row]:
    return [
        (number, words[second], words[value], one.count, one.increments, one.smallest)
        for number, cells in [(series[key], cells) for key, cells in counts.items()]
        for value, second, one in cells
    ]


def _named(cells: Iterable[tuple[str, str, Published]]) -> int:
    """What published counts add up to, `(other)` left out."""
    return sum([one.count for value, second, one in cells if second or value != OTHER])


def _summed(chunks: Iterable[Iterable[Row]]) -> list[Row]:
    """What several releases add to a period, once for each place: to add up here is faster than in the file."""
    sums: dict[Place, list[int]] = {}
    for rows in chunks:
        for series, second, value, count, increments, smallest in rows:
            held = sums.get((series, second, value))
            if held is None:
                sums[series, second, value] = [count, increments, smallest]
            else:
                held[0] += count
                held[1] += increments
                held[2] = min(held[2], smallest)
    return [(*place, held[0], held[1], held[2]) for place, held in sums.items()]


def _periods_of(connection: sqlite3.Connection, day: date) -> list[tuple[int, bool]]:
    """The periods of a day as (number, without crossings), the shown one first.

    Crossings are too many to be kept by part of a month as well. Where only a month is kept, it is that alone.
    """
    if is_by_month(connection, day_name(day)):
        return [(_period(connection, month_name(day), shown=True), False)]
    return [
        (_period(connection, day_name(day), shown=True), False),
        (_period(connection, part_name(day), shown=False), True),
        (_period(connection, month_name(day), shown=False), False),
    ]


def _period(connection: sqlite3.Connection, name: str, *, shown: bool) -> int:
    connection.execute("INSERT OR IGNORE INTO periods (name, shown) VALUES (?, ?)", (name, shown))
    return int(connection.execute("SELECT id FROM periods WHERE name = ?", (name,)).fetchone()[0])


def split_value(breakdown: str, value: str) -> tuple[str, str]:
    """The two values of a crossing, else the value and ""."""
    if BETWEEN not in value or not _is_crossing(breakdown):
        return value, ""
    first, _, second = value.partition(BETWEEN)
    return first, second


@lru_cache(maxsize=256)
def _is_crossing(breakdown: str) -> bool:
    return crossing_named(breakdown) is not None


def series_of(connection: sqlite3.Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The numbers of breakdowns with their metrics, given where they had none."""
    connection.executemany("INSERT OR IGNORE INTO series (breakdown, metric) VALUES (?, ?)", sorted(wanted))
    rows = connection.execute("SELECT breakdown, metric, id FROM series")
    return {(breakdown, metric): number for breakdown, metric, number in rows}


def words_of(connection: sqlite3.Connection, wanted: Iterable[str]) -> dict[str, int]:
    """The numbers of values, given where they had none."""
    texts = json_text.written(sorted(wanted))
    connection.execute("INSERT OR IGNORE INTO words (text) SELECT value FROM json_each(?)", (texts,))
    return dict(
        connection.execute("SELECT text, id FROM words WHERE text IN (SELECT value FROM json_each(?))", (texts,))
    )


def keep_month(connection: sqlite3.Connection, month: str) -> bool:
    """Forget the days of a month (`2026-11`) and keep the month; False when that is done already."""
    first = date.fromisoformat(f"{month}-01")
    days = {"first": day_name(first), "last": day_name(month_end(first)), "month": month}
    if not connection.execute("SELECT 1 FROM periods WHERE name BETWEEN :first AND :last LIMIT 1", days).fetchone():
        return False
    _remove_periods(connection, "name BETWEEN :first AND :last || '~'", days)
    connection.execute("UPDATE periods SET shown = 1 WHERE name = :month", days)
    connection.execute(_SUM_RELEASES, days)
    connection.execute("DELETE FROM releases WHERE day BETWEEN :first AND :last", days)
    return True


def remove_cells(connection: sqlite3.Connection, before: date) -> None:
    """Remove the counts of the days before a date, and of the months kept as such that ended before it.

    Their sums go to what is forgotten, and values that are not found elsewhere are removed.
    """
    days = {"month": month_name(before), "before": day_name(before)}
    if not connection.execute(f"SELECT 1 FROM periods WHERE {OLD} LIMIT 1", days).fetchone():  # noqa: S608
        return
    connection.execute(_KEEP_SUMS.format(OLD), days)
    _remove_periods(connection, OLD, days)
    if before.day > 1 and not is_by_month(connection, days["before"]):
        sum_up(connection, days["month"])
    for statement in _UNUSED:
        connection.execute(statement)


def sum_up(connection: sqlite3.Connection, month: str) -> None:
    """Sum up the days of a month (`2026-11`) anew, by part and as a whole."""
    begin = date.fromisoformat(f"{month}-01")
    parts = [part_name(begin.replace(day=day)) for day in PART_BEGINS]
    _remove_periods(connection, "name BETWEEN :month AND :month || '~' AND length(name) <> 10", {"month": month})
    for name in (*parts, month):
        days = {"first": day_name(first_day(name)), "last": day_name(last_day(name))}
        if connection.execute(f"SELECT 1 FROM periods WHERE {_DAYS} LIMIT 1", days).fetchone():  # noqa: S608
            values = {**days, "period": _period(connection, name, shown=False), "single": name != month}
            connection.execute(_SUM_COUNTS, values)
            connection.execute(_SUM_NAMED, values)


def _remove_periods(connection: sqlite3.Connection, which: str, values: Mapping[str, str]) -> None:
    for table in ("counts", "named"):
        periods = f"SELECT id FROM periods WHERE {which}"  # noqa: S608
        connection.execute(f"DELETE FROM {table} WHERE period IN ({periods})", values)  # noqa: S608
    connection.execute(f"DELETE FROM periods WHERE {which}", values)  # noqa: S608
