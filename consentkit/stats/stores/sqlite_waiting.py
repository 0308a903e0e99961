"""What waits in the private store, for a moment of release: read once, and written back where that changed it."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from consentkit.stats.model import OTHER, Cell, Counts, Waiting
from consentkit.stats.stores import json_text

_ADD_PARTS = """
    INSERT INTO waiting (metric, breakdown, value, day, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
# From a text in one statement: a statement for each row takes half as long again.
_ADD_COUNTS = """
    INSERT INTO waiting (metric, breakdown, value, day, count) SELECT ?, ?, key, ?, value FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
# In texts, one for each breakdown and day: rows of their own take five times as long.
_HELD = """
    SELECT breakdown, metric, day, json_group_array(value), json_group_array(count) FROM waiting
    GROUP BY metric, breakdown, day
"""
_REMOVE = "DELETE FROM waiting WHERE breakdown = ? AND value = ? AND metric = ? AND day = ?"

Arrived = Sequence[tuple[str, Counts]]
"""What comes in now, by ISO date."""
Series = tuple[str, str]
"""Breakdown and metric."""


def add_counts(connection: sqlite3.Connection, counts: Counts, day: str) -> None:
    """Add what came in on an ISO date."""
    for (breakdown, metric), sums in counts.items():
        if sums:
            connection.execute(_ADD_COUNTS, (metric, breakdown, day, json_text.in_order(sums)))


def add_parts(connection: sqlite3.Connection, parts: Mapping[Waiting, int]) -> None:
    """Add parts of cells."""
    rows = [(cell.metric, cell.breakdown, cell.value, day, count) for (cell, day), count in parts.items()]
    connection.executemany(_ADD_PARTS, rows)


class Room:
    """All that waits: what the file holds, and what `arrived` and is not in the file yet.

    `shown` are the parts of the cells that a moment of release may change: of those of which at least `threshold`
    events wait or that have parts from before an ISO date, and of `(other)`; `others` are the events of all other
    cells, 0 of values that left `lately`. `settle` writes what the moment has left of them.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        arrived: Arrived,
        lately: Mapping[Series, Collection[str]],
        *,
        threshold: int,
        before: str,
    ) -> None:
        self._connection = connection
        self._arrived = arrived
        self._held: dict[Waiting, int] = {}
        self.shown: dict[Waiting, int] = {}
        self.others: Counts = {}
        held = self._read()
        for series in {*held, *(series for _, counts in arrived for series in counts)}:
            parts = held.get(series, [])
            came = [(day, counts[series]) for day, counts in arrived if series in counts]
            sums = _added_up([sums for _, sums in (*parts, *came)])
            shown = {value for value, count in sums.items() if count >= threshold or value == OTHER}
            shown.update(value for day, values in (*parts, *came) if day < before for value in values)
            self._show(series, parts, shown, self._held)
            self._show(series, (*parts, *came), shown, self.shown)
            others = dict.fromkeys(lately.get(series, ()), 0)
            others.update((value, count) for value, count in sums.items() if value not in shown)
            self.others[series] = others

    def settle(self, waiting: Mapping[Waiting, int]) -> None:
        """Leave, of the cells that were shown, `waiting`; what arrived of the others waits too."""
        for day, counts in self._arrived:
            others = {
                series: {value: count for value, count in sums.items() if self.others[series].get(value)}
                for series, sums in counts.items()
            }
            add_counts(self._connection, others, day)
        held = self._held
        changed = [part for part, count in held.items() if waiting.get(part) != count]
        self._connection.executemany(_REMOVE, [(*part.cell, part.day) for part in changed])
        add_parts(self._connection, {part: count for part, count in waiting.items() if held.get(part) != count})

    def _read(self) -> dict[Series, list[tuple[str, dict[str, int]]]]:
        """What the file holds, by day."""
        held: defaultdict[Series, list[tuple[str, dict[str, int]]]] = defaultdict(list)
        for breakdown, metric, day, values, counts in self._connection.execute(_HELD):
            sums = dict(zip(json_text.read(values), json_text.read(counts), strict=True))
            held[breakdown, metric].append((day, sums))
        return held

    @staticmethod
    def _show(
        series: Series, parts: Iterable[tuple[str, Mapping[str, int]]], values: set[str], into: dict[Waiting, int]
    ) -> None:
        breakdown, metric = series
        for day, sums in parts:
            for value in values.intersection(sums):
                part = Waiting(Cell(breakdown, value, metric), day)
                into[part] = into.get(part, 0) + sums[value]


def _added_up(sums: Sequence[Mapping[str, int]]) -> dict[str, int]:
    whole = dict(sums[0])
    for more in sums[1:]:
        for value, count in more.items():
            whole[value] = whole.get(value, 0) + count
    return whole
