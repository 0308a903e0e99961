"""What the counts need from a database, so that SQLite, PostgreSQL and ClickHouse are interchangeable."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from consentkit.errors import ConsentKitError
from consentkit.stats.breakdowns import Crossing
from consentkit.stats.load import Load, LoadCell
from consentkit.stats.model import BatchId, Cell, Gap, Increments, Release, Waiting

Sums = dict[tuple[str, str], int]
"""Events by (breakdown, metric)."""


class StoreError(ConsentKitError):
    """Raised when a store cannot be used as configured; the message says what is allowed or how to mend it."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """What history leaves waiting when its last day has been released, and all that was counted of it."""

    waiting: Mapping[Waiting, int]
    fresh: Mapping[str, int]
    totals: Mapping[tuple[str, str], int]
    load: Load
    counted: Sums


@dataclass(frozen=True, slots=True)
class Balance:
    """The private store at one instant: what it counted, what waits, what is in the outbox by batch number.

    `cells` and `outbox_cells` tell by value what `waiting` and `outbox` sum up.
    """

    source: str
    counted: Sums
    waiting: Sums
    outbox: dict[int, Sums]
    last_number: int
    cells: Mapping[Cell, int]
    outbox_cells: dict[int, dict[Cell, int]]


HAPPENINGS = ("release_made", "release_waited", "release_failed", "flush_failed", "bound_reached")
"""What may happen to workers and is counted for who runs them: of a minute's try to release, that it was made, that
fewer than k had come in, that a store failed; a second's counts could not be written; a worker held so many requests
that it had to add them up while it answered."""


class Health(NamedTuple):
    """How the workers of a site do, which says nothing of what they have counted.

    Times are epoch seconds: `heard` those when each worker last said that it lives and has written all, `leased` until
    when one has taken it upon itself to release (None if none ever has). `undelivered` releases have not reached the
    sink. `happened` is how often each of HAPPENINGS was the case, of all workers that ever were.
    """

    heard: tuple[float, ...]
    leased: float | None
    undelivered: int
    happened: Mapping[str, int]


class PrivateStore(Protocol):
    """Holds what is not yet released. Every method is one transaction; errors are the database's own."""

    def apply(self, batch: BatchId, increments: Increments, day: str) -> bool:
        """Add a batch that came in on an ISO date; False, and no change, when it was applied before."""

    def alive(self, source: str, number: int, now: float) -> None:
        """Note that a worker has brought all batches up to a number, at `now` (epoch seconds); less is a gap."""

    def note(self, happened: Mapping[str, int]) -> None:
        """Add to how often something of HAPPENINGS has happened to the workers."""

    def ended(self, source: str) -> None:
        """Note that a worker has brought all that it counted, and brings no more."""

    def find_gaps(self, now: float, silent: float) -> None:
        """Note as gaps the workers that were not alive for `silent` seconds and have not ended."""

    def release(self, *, threshold: int, patience_days: int, today: str, running: str) -> bool:
        """Move what may be published into the outbox; False when nothing may. `running` is the UTC minute that runs."""

    def adopt(self, source: str, releases: Sequence[str], remainder: Remainder) -> bool:
        """Take in counted history, once per source; False, and no change, the second time.

        Releases are as texts, as `dumped` makes them.
        """

    def adopted(self) -> set[str]:
        """The sources whose history was adopted."""

    def source(self) -> str:
        """The name under which its releases are numbered."""

    def behind(self, number: int) -> bool:
        """Whether it has not yet made a release of this number."""

    def begin_anew(self) -> None:
        """Number releases under a new name, as a store that holds only what it holds now; noted as a gap."""

    def outbox(self) -> Iterator[tuple[BatchId, Release]]:
        """The releases that the sink has not confirmed, oldest first."""

    def sent(self, batch: BatchId) -> None:
        """Forget a release of the outbox that the sink has, and those before it."""

    def lease(self, holder: str, now: float, seconds: float) -> bool:
        """Whether `holder` is the one to release until `now` + `seconds` (epoch seconds)."""

    def balance(self) -> Balance:
        """The sums that prove that nothing was lost or doubled."""

    def close(self) -> None:
        """Give the connection back."""


class HealthReader(Protocol):
    """Reads how the workers do, and nothing else of a private store."""

    def health(self) -> Health | None:
        """How they do; None before there is a store. StoreError and the database's errors where it cannot be read."""


class Sink(Protocol):
    """Takes what was released. Every method is one transaction; errors are the database's own."""

    def apply(self, batch: BatchId, release: Release) -> bool:
        """Add a release; False, and no change, when it was applied before."""

    def apply_all(self, batches: Sequence[tuple[BatchId, Release]]) -> int:
        """Add releases, in order, all or none; returns how many were not applied before."""

    def applied(self, source: str) -> int:
        """The last number that was applied of a source, 0 if none was."""

    def describe(self, facts: Mapping[str, str]) -> None:
        """Set facts that readers show: `site`, `timezone`, `threshold`, `sample`."""

    def forget(self, before: date) -> int:
        """Remove the days before a date, keeping their sums; returns how many days were removed.

        A month that is kept as such (see `keep_months`) goes when it ended before the date.
        """

    def keep_months(self, before: date) -> int:
        """Keep the counts by value of the months that ended before a date by the month; returns how many were summed.

        Each month is a transaction of its own.
        """

    def thin(self, before: date) -> None:
        """Keep the load of the days before a date by the hour."""

    def close(self) -> None:
        """Give the connection back."""


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
