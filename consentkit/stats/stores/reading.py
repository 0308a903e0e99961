"""What is asked of a sink, and the rows in which it answers."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import Load, LoadCell
from consentkit.stats.model import Gap
from consentkit.stats.stores.protocol import Sums


class CellRow(NamedTuple):
    """One published cell of one day, or of one month (`2026-11`) of which only the month is kept."""

    day: str
    breakdown: str
    value: str
    metric: str
    events: int
    increments: int
    smallest: int


class ReleaseRow(NamedTuple):
    """The proof of one day's (or month's, as `2026-11`) releases of a metric under a threshold."""

    day: str
    metric: str
    threshold: int
    releases: int
    events: int
    smallest: int


class LoadSum(NamedTuple):
    """One figure of a stretch of time, `place` being its number among those that were asked for."""

    place: int
    route: str
    metric: str
    amount: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the sink says of its own completeness, apart from the cells.

    `applied` is the last batch number by source; `delivered` what each source brought; `forgotten` what retention
    removed. Totals are under the breakdown "".
    """

    applied: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, Sums] = field(default_factory=dict)
    forgotten: Sums = field(default_factory=dict)


class SinkReader(Protocol):
    """Reads a sink; all of it may be asked before the sink exists, and is empty then.

    `first` and `last` are days, both included; days in answers are ISO dates in the site's time zone. Of a month of
    which the counts by value are kept by the month only, they are told where all its days are asked for.
    """

    def snapshot(self) -> AbstractContextManager[None]:
        """A block in which all questions of this thread see the sink at one instant."""

    def version(self) -> int:
        """A number that is another one after every change of the sink; 0 before there is a sink."""

    def meta(self) -> dict[str, str]:
        """Facts about the sink: `site`, `timezone`, `threshold`, `sample`, `schema`."""

    def span(self) -> tuple[date, date] | None:
        """The first and the last day that have figures."""

    def days(self, first: date, last: date) -> list[tuple[str, str, int]]:
        """The totals as (day, metric, count), by day."""

    def totals(self, first: date, last: date) -> dict[str, int]:
        """The totals of the period by metric."""

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

    def crossing(self, first: str, second: str) -> Crossing | None:
        """The stored crossing of two breakdowns, in either order; None where none is stored."""

    def value_totals(self, breakdown: str, value: str, first: date, last: date) -> dict[str, int]:
        """The published events of one value, or of one cell of a crossing, by metric."""

    def value_days(self, breakdown: str, value: str, metric: str, first: date, last: date) -> list[tuple[str, int]]:
        """The published events of one value by day (of release), or by month (`2026-11`) where only that is kept."""

    def days_by_value(self, breakdown: str, metric: str, first: date, last: date) -> list[tuple[str, str, int]]:
        """The published events as (day of release, value, count), or by month (`2026-11`) where only that is kept."""

    def by_month_before(self) -> date | None:
        """The day before which counts by value are kept by whole months only, None where all are kept by day."""

    def shown(self, first: date, last: date) -> Sums:
        """The published events of the period by (breakdown, metric), `(other)` left out."""

    def cells(self, first: date | None = None, last: date | None = None, breakdown: str | None = None) -> list[CellRow]:
        """The published cells as they are stored, by day."""

    def each_cell(self, first: date | None = None, last: date | None = None) -> Iterator[CellRow]:
        """The published cells, by day, without holding all of them in memory; to be asked in a `snapshot()`."""

    def load(self, first: str, last: str, route: str | None = "") -> list[tuple[LoadCell, int]]:
        """The load of a route ("" for all requests, None for each route) that begins in UTC times, both included.

        Times are compared as texts, so `2026-11-23T19` to `2026-11-23T20` is the minutes and the rest of an hour.
        """

    def each_load(self) -> Iterator[Load]:
        """The load of each time that it is kept for, all requests and routes together, without holding all of it.

        To be asked in a `snapshot()`.
        """

    def load_sums(
        self, places: Sequence[tuple[str, str]], route: str | None = "", *, metric: str | None = None
    ) -> list[LoadSum]:
        """The load of stretches of UTC time, each from a text to before another, added up (of MAXIMA the highest).

        Of a `metric`, or of all. What is kept by the day counts only for a stretch that begins with its very text, as
        `2026-11-23Z`.
        """

    def highest_load(self, metric: str, first: str, until: str) -> tuple[str, int] | None:
        """The minute, or the hour where minutes are no longer kept, in which a metric of all requests was highest.

        Of requests it is the highest number of one minute in either case.
        """

    def gaps(self, first: date, last: date) -> list[Gap]:
        """The times of the period of which counts are missing."""

    def unequal_sums(self) -> Iterator[tuple[str, int, int]]:
        """What is kept to be read faster and differs from what it sums up: (place, kept, sum of the parts)."""

    def releases(self) -> list[ReleaseRow]:
        """The proofs of all releases, by day."""

    def ledger(self) -> Ledger:
        """What the sink says of its own completeness."""
