"""What the counts need from a database, so that SQLite, PostgreSQL and ClickHouse are interchangeable.

How a sink is read is in `reading`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from consentkit.errors import ConsentKitError
from consentkit.stats.load import Load
from consentkit.stats.model import BatchId, Cell, Held, Increments, Release

Sums = dict[tuple[str, str], int]
"""Events by (breakdown, metric)."""


class StoreError(ConsentKitError):
    """Raised when a store cannot be used as configured; the message says what is allowed or how to mend it."""


class FileGoneError(StoreError):
    """Raised when the file of a store was moved away or deleted while it was open; opened anew, the store is empty."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """What history leaves waiting when its last day has been released, and all that was counted of it."""

    waiting: Held
    fresh: Mapping[str, int]
    totals: Mapping[tuple[str, str], int]
    load: Load
    counted: Sums


@dataclass(frozen=True, slots=True)
class Balance:
    """The private store at one instant: what it counted, what waits, what is in the outbox by batch number.

    `cells` and `outbox_cells` tell by value what `waiting` and `outbox` sum up. `last_number` is that of the last
    release that was made, `brought` of the last that a sink has confirmed. `kept` are the (breakdown, metric) of which
    a release has been made lately that kept back what must wait, `gaps` the reasons of those that no sink has yet.
    """

    source: str
    counted: Sums
    waiting: Sums
    outbox: dict[int, Sums]
    last_number: int
    brought: int
    kept: Collection[tuple[str, str]]
    gaps: Collection[str]
    cells: Mapping[Cell, int]
    outbox_cells: dict[int, dict[Cell, int]]


LEDGER_FAILED = "ledger_failed"
HAPPENINGS = ("release_made", "release_waited", "release_failed", "flush_failed", "bound_reached", LEDGER_FAILED)
"""What may happen to workers and is counted for who runs them: of a minute's try to release, that it was made, that
fewer than k had come in, that a store failed; a second's counts could not be written; a worker held so many requests
that it had to add them up while it answered; a choice could not be written to the ledger."""


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

    def is_there(self) -> bool:
        """Whether what is written into it will be found: its file was neither moved away nor deleted."""

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

    def brought(self) -> int:
        """The last of its releases, under its name, that a sink has confirmed; 0 before any."""

    def begin_anew(self, reason: str) -> None:
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

    def is_there(self) -> bool:
        """Whether what is written into it will be found: its file was neither moved away nor deleted."""

    def apply_all(self, batches: Sequence[tuple[BatchId, Release]]) -> int:
        """Add releases, in order, all or none; returns how many were not applied before."""

    def applied(self, source: str) -> int:
        """The last number that was applied of a source, 0 if none was."""

    def describe(self, facts: Mapping[str, str]) -> None:
        """Set facts that readers show: `site`, `timezone`, `threshold`, `sample`."""

    def note_day(self, today: date) -> date | None:
        """Note which day the clock says it is; returns the other day that was noted last, None if none was."""

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
