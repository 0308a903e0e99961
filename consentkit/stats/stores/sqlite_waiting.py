"""What waits in the private store: what a moment of release left, in texts, and what arrived since, in rows.

A moment reads all of it, and what is decided of a value hangs on the others. A text for each breakdown, metric and day
is read and written in a tenth of the time that rows of its values take (5 ms where it was 53, after a minute of 1,000
requests a second with the variety of a busy site). Its values stand in the order of their names: that in which they
came would tell which belong together. What only few events brought is added to rows each second.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from consentkit.stats.model import OTHER, Counts, Held
from consentkit.stats.stores import json_text

# From a text in one statement: a statement for each row takes half as long again.
_ADD_COUNTS = """
    INSERT INTO arrived (metric, breakdown, value, day, count) SELECT ?, ?, key, ?, value FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ARRIVED = "SELECT breakdown, metric, day, json_group_object(value, count) FROM arrived GROUP BY metric, breakdown, day"
_HELD = "SELECT breakdown, metric, day, counts FROM waiting"
_KEEP = """
    INSERT INTO waiting (breakdown, metric, day, counts) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET counts = excluded.counts
"""
_REMOVE = "DELETE FROM waiting WHERE breakdown = ? AND metric = ? AND day = ?"

Arrived = Sequence[tuple[str, Counts]]
"""What comes in now, by ISO date."""
Place = tuple[str, str, str]
"""Breakdown, metric, ISO date."""


def add_counts(connection: sqlite3.Connection, counts: Counts, day: str) -> None:
    """Add what came in on an ISO date."""
    for (breakdown, metric), sums in counts.items():
        if sums:
            connection.execute(_ADD_COUNTS, (metric, breakdown, day, json_text.in_order(sums)))


def held_in(connection: sqlite3.Connection) -> Held:
    """What the last moment of release has left."""
    return _gathered({}, _texts(connection, _HELD))


def with_arrived(connection: sqlite3.Connection, held: Held, arrived: Arrived) -> Held:
    """What was held, what arrived since and is in the file, and what arrives now; `held` is not changed."""
    whole = {series: dict(days) for series, days in held.items()}
    _gathered(whole, _texts(connection, _ARRIVED))
    return _gathered(whole, [((*series, day), sums) for day, counts in arrived for series, sums in counts.items()])


def leave(connection: sqlite3.Connection, held: Held, waiting: Held) -> None:
    """Leave `waiting`, with all that arrived, where `held` was."""
    before, after = dict(_places(held)), dict(_places(waiting))
    connection.execute("DELETE FROM arrived")
    connection.executemany(_REMOVE, sorted(before.keys() - after.keys()))
    changed = sorted([place for place, sums in after.items() if before.get(place) != sums])
    connection.executemany(_KEEP, ((*place, json_text.in_order(after[place])) for place in changed))


def any_aged(connection: sqlite3.Connection, before: str) -> bool:
    """Whether a value waits that came before an ISO date, which would have to join `(other)`."""
    row = connection.execute("SELECT 1 FROM arrived WHERE day < ? AND value <> ? LIMIT 1", (before, OTHER)).fetchone()
    old = connection.execute("SELECT counts FROM waiting WHERE day < ?", (before,))
    return row is not None or any(json_text.read(text).keys() - {OTHER} for (text,) in old)


def _texts(connection: sqlite3.Connection, question: str) -> Iterator[tuple[Place, dict[str, int]]]:
    for breakdown, metric, day, text in connection.execute(question):
        yield (breakdown, metric, day), json_text.read(text)


def _places(held: Held) -> Iterator[tuple[Place, dict[str, int]]]:
    for series, days in held.items():
        for day, sums in days.items():
            if sums:
                yield (*series, day), sums


def _gathered(whole: Held, parts: Iterable[tuple[Place, dict[str, int]]]) -> Held:
    for (breakdown, metric, day), sums in parts:
        days = whole.setdefault((breakdown, metric), {})
        days[day] = _sum(days[day], sums) if day in days else sums
    return whole


def _sum(some: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    sums = dict(some)
    for value, count in more.items():
        sums[value] = sums.get(value, 0) + count
    return sums
