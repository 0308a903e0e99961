"""Reads the sink's SQLite file, opened read-only, while others write to it."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from consentkit.stats.breakdowns import TOLD, Crossing, crossing, crossing_named
from consentkit.stats.load import Load, LoadCell
from consentkit.stats.model import Gap
from consentkit.stats.months import month_end, next_month
from consentkit.stats.stores import sqlite_goals as goals
from consentkit.stats.stores import sqlite_lists as lists
from consentkit.stats.stores import sqlite_load_sums as loads
from consentkit.stats.stores.periods import cover, day_name, first_day, last_day, whole_months
from consentkit.stats.stores.protocol import Sums
from consentkit.stats.stores.reading import CellRow, Ledger, LoadSum, ReleaseRow
from consentkit.stats.stores.sqlite_cells import split_value
from consentkit.stats.stores.sqlite_connections import Connections
from consentkit.stats.stores.sqlite_sink import MIGRATIONS, SCHEMA_VERSION
from consentkit.stats.stores.sqlite_sums import UNEQUAL


class SqliteSinkReader:
    """A SinkReader over a file; before the file exists every answer is empty.

    Safe to use from several threads. Raises StoreError for a file of another version and sqlite3.Error when the file
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connections = Connections(path, SCHEMA_VERSION, MIGRATIONS)

    def snapshot(self) -> AbstractContextManager[None]:
        """A block in which all questions of this thread see the sink at one instant."""
        return self._connections.snapshot()

    def version(self) -> int:
        """A number that is another one after every change of the sink; 0 before there is a sink."""
        rows = self._rows("SELECT number FROM changes")
        return int(rows[0][0]) if rows else 0

    def meta(self) -> dict[str, str]:
        """Facts about the sink: `site`, `timezone`, `threshold`, `sample`, `schema`."""
        facts = dict(self._rows("SELECT key, value FROM meta"))
        return {**facts, "schema": str(SCHEMA_VERSION)} if self._path.exists() else facts

    def span(self) -> tuple[date, date] | None:
        """The first and the last day that have figures."""
        rows = self._rows("SELECT (SELECT min(day) FROM totals), (SELECT max(day) FROM totals)")
        if not rows or rows[0][0] is None:
            return None
        return date.fromisoformat(rows[0][0]), date.fromisoformat(rows[0][1])

    def days(self, first: date, last: date) -> list[tuple[str, str, int]]:
        """The totals as (day, metric, count), by day."""
        return self._rows(
            "SELECT day, metric, count FROM totals WHERE day BETWEEN ? AND ? ORDER BY day, metric",
            (first.isoformat(), last.isoformat()),
        )

    def totals(self, first: date, last: date) -> dict[str, int]:
        """The totals of the period by metric."""
        return dict(
            self._rows(
                "SELECT metric, sum(count) FROM totals WHERE day BETWEEN ? AND ? GROUP BY metric",
                (first.isoformat(), last.isoformat()),
            )
        )

    def top(
        self,
        breakdown: str,
        metric: str,
        first: date,
        last: date,
        limit: int | None,
        *,
        offset: int = 0,
        search: str | None = None,
        where: tuple[str, str] | None = None,
    ) -> list[tuple[str, int]]:
        """Values and their counts, largest first; `search` keeps values that contain it, in any case.

        `where`, a breakdown and one of its values, asks for the events that have that value too, by the stored
        `crossing` of the two; there is nothing where none is stored.
        """
        if (breakdown, metric) == TOLD and where is None:
            return goals.top(self._rows, (first, last), _containing(search), limit, offset)
        with self.snapshot():
            listed = self._listed(breakdown, metric, (first, last), search, where)
            if listed is None:
                return []
            inner, values = listed
            values |= {"limit": -1 if limit is None else limit, "offset": offset}
            return self._rows(lists.top(inner, searched=bool(search)), values)

    def count_values(
        self,
        breakdown: str,
        metric: str,
        first: date,
        last: date,
        search: str | None = None,
        *,
        where: tuple[str, str] | None = None,
    ) -> int:
        """How many values `top` would list without a limit."""
        if (breakdown, metric) == TOLD and where is None:
            return goals.how_many(self._rows, (first, last), _containing(search))
        with self.snapshot():
            listed = self._listed(breakdown, metric, (first, last), search, where)
            if listed is None:
                return 0
            rows = self._rows(lists.how_many(listed[0], searched=bool(search)), listed[1])
            return int(rows[0][0]) if rows else 0

    def crossing(self, first: str, second: str) -> Crossing | None:
        """The stored crossing of two breakdowns, in either order; None where none is stored."""
        for found in (_crossing(first, second), _crossing(second, first)):
            if found and self._rows("SELECT 1 FROM series WHERE breakdown = ? LIMIT 1", (found.name,)):
                return found
        return None

    def value_totals(self, breakdown: str, value: str, first: date, last: date) -> dict[str, int]:
        """The published events of one value, or of one cell of a crossing, by metric."""
        found: dict[str, int] = {}
        for _, metric, count in self._of_value(breakdown, value, None, first, last):
            found[metric] = found.get(metric, 0) + count
        return found

    def value_days(self, breakdown: str, value: str, metric: str, first: date, last: date) -> list[tuple[str, int]]:
        """The published events of one value by day (of release), or by month (`2026-11`) where only that is kept."""
        return [(name, count) for name, _, count in self._of_value(breakdown, value, metric, first, last)]

    def days_by_value(self, breakdown: str, metric: str, first: date, last: date) -> list[tuple[str, str, int]]:
        """The published events as (day of release, value, count), or by month (`2026-11`) where only that is kept."""
        if (breakdown, metric) == TOLD:
            return goals.by_day(self._rows, (first, last))
        return self._rows(lists.BY_DAY, {**_within(first, last), "breakdown": breakdown, "metric": metric})

    def by_month_before(self) -> date | None:
        """The day before which counts by value are kept by whole months only, None where all are kept by day."""
        rows = self._rows("SELECT max(name) FROM periods WHERE shown AND length(name) = 7")
        return next_month(first_day(rows[0][0])) if rows and rows[0][0] else None

    def shown(self, first: date, last: date) -> Sums:
        """The published events of the period by (breakdown, metric), `(other)` left out."""
        with self.snapshot():
            rows = self._rows(lists.SHOWN, {"periods": self._periods(first, last, parts=True)})
            reached = sum(count for _, _, count in goals.by_day(self._rows, (first, last)))
        shown = {(breakdown, metric): count for breakdown, metric, count in rows}
        return {**shown, TOLD: reached} if reached else shown

    def cells(self, first: date | None = None, last: date | None = None, breakdown: str | None = None) -> list[CellRow]:
        """The published cells as they are stored, by day."""
        values = {**_within(first, last), "breakdown": breakdown}
        return [CellRow(*row) for row in self._rows(lists.CELLS, values)]

    def each_cell(self, first: date | None = None, last: date | None = None) -> Iterator[CellRow]:
        """The published cells, by day, without holding all of them in memory; to be asked in a `snapshot()`."""
        connection = self._connections.current()
        period = _within(first, last)
        if connection is not None:
            yield from (CellRow(*row) for row in connection.execute(lists.EACH_CELL, period))

    def load(self, first: str, last: str, route: str | None = "") -> list[tuple[LoadCell, int]]:
        """The load of a route ("" for all requests, None for each route) that begins in UTC times, both included.

        Times are compared as texts, so `2026-11-23T19` to `2026-11-23T20` is the minutes and the rest of an hour.
        """
        rows = self._rows(loads.CELLS, (first, last, route, route))
        return [(LoadCell(begin, named, metric), count) for begin, named, metric, count in rows]

    def each_load(self) -> Iterator[Load]:
        """The load of each time that it is kept for, without holding all of it; to be asked in a `snapshot()`."""
        connection = self._connections.current()
        if connection is not None:
            rows = connection.execute(loads.EACH)
            for _, of_time in itertools.groupby(rows, key=itemgetter(0)):
                yield {LoadCell(*place): count for *place, count in of_time}

    def load_sums(
        self, places: Sequence[tuple[str, str]], route: str | None = "", *, metric: str | None = None
    ) -> list[LoadSum]:
        """The load of stretches of UTC time, each from a text to before another, added up (of MAXIMA the highest).

        Of a `metric`, or of all. What is kept by the day counts only for a stretch that begins with its very text, as
        `2026-11-23Z`.
        """
        with self.snapshot():
            return loads.summed(self._rows, places, route, metric)

    def highest_load(self, metric: str, first: str, until: str) -> tuple[str, int] | None:
        """The minute, or the hour where minutes are no longer kept, in which a metric of all requests was highest.

        Of requests it is the highest number of one minute in either case.
        """
        with self.snapshot():
            return loads.highest(self._rows, metric, first, until)

    def gaps(self, first: date, last: date) -> list[Gap]:
        """The times of the period of which counts are missing."""
        question = "SELECT begin, until, reason, batches FROM gaps WHERE begin < ? AND until >= ? ORDER BY begin"
        period = ((last + timedelta(days=1)).isoformat(), first.isoformat())
        return [Gap(*row) for row in self._rows(question, period)]

    def unequal_sums(self) -> Iterator[tuple[str, int, int]]:
        """What is kept to be read faster and differs from what it sums up: (place, kept, sum of the parts)."""
        for question in UNEQUAL:
            yield from ((str(place), kept, summed) for place, kept, summed in self._rows(question))

    def releases(self) -> list[ReleaseRow]:
        """The proofs of all releases, by day."""
        rows = self._rows("SELECT day, metric, threshold, releases, events, smallest FROM releases ORDER BY 1, 2, 3")
        return [ReleaseRow(*row) for row in rows]

    def ledger(self) -> Ledger:
        """What the sink says of its own completeness."""
        ledger = Ledger(applied=dict(self._rows("SELECT source, number FROM applied")))
        for source, breakdown, metric, count in self._rows("SELECT * FROM delivered"):
            ledger.delivered.setdefault(source, {})[breakdown, metric] = count
        for breakdown, metric, count in self._rows("SELECT * FROM forgotten"):
            ledger.forgotten[breakdown, metric] = count
        return ledger

    def _listed(
        self,
        breakdown: str,
        metric: str,
        period: tuple[date, date],
        search: str | None,
        where: tuple[str, str] | None,
    ) -> tuple[str, dict[str, object]] | None:
        """What lists the values of a breakdown, and its parameters; None where no crossing tells of `where`."""
        inner, values = lists.ALL, {"breakdown": breakdown, "metric": metric, "search": _containing(search)}
        if where is not None:
            found = self.crossing(breakdown, where[0])
            if found is None:
                return None
            inner = lists.BY_SECOND if found.first == breakdown else lists.BY_FIRST
            values |= {"breakdown": found.name, "wanted": _storable(where[1])}
        parts = where is None and crossing_named(breakdown) is None
        return inner, {**values, "periods": self._periods(*period, parts=parts)}

    def _periods(self, first: date, last: date, *, parts: bool) -> str:
        """The names of the periods that together are these days, as JSON; none before or after all figures."""
        rows = self._rows(lists.EXTENT)
        if not rows or rows[0][0] is None:
            return "[]"
        oldest, newest = first_day(rows[0][0]), last_day(rows[0][1])
        # The sums of a month that is under way hold no more than its days so far.
        last = month_end(newest) if last >= newest else last
        return json.dumps(list(cover(max(first, oldest), last, parts=parts)))

    def _of_value(self, breakdown: str, value: str, metric: str | None, first: date, last: date) -> list[Any]:
        wanted, second = split_value(breakdown, _storable(value))
        values = {"breakdown": breakdown, "wanted": wanted, "second": second, "metric": metric}
        found = self._rows(lists.OF_VALUE, {**_within(first, last), **values})
        if breakdown != TOLD[0] or metric not in (TOLD[1], None):
            return found
        told = [(day, TOLD[1], count) for day, goal, count in goals.by_day(self._rows, (first, last)) if goal == wanted]
        return [*(row for row in found if row[1] != TOLD[1]), *told]

    def _rows(self, question: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        with self._connections.lend() as connection:
            return [] if connection is None else connection.execute(question, values).fetchall()


def _crossing(first: str, second: str) -> Crossing | None:
    try:
        return crossing(first, second)
    except ValueError:
        return None


def _within(first: date | None, last: date | None) -> dict[str, object]:
    """The first and the last day and whole month; every text that a name can be, even a changed one, without them."""
    first_month, last_month = whole_months(first or date.min, last or date.max)
    return {
        "first": day_name(first) if first else "",
        "last": day_name(last) if last else "\U0010ffff",
        "first_month": first_month,
        "last_month": last_month,
    }


def _containing(search: str | None) -> str:
    if not search:
        return "%"
    escaped = _storable(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _storable(text: str) -> str:
    """A text that SQLite takes: half a character, which no stored value has, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
