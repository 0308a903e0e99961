"""The values that counting passes from room to room: observations, increments, batches, releases."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

REQUESTS = "requests"
VIEWS = "views"
VISITS = "visits"

OTHER = "(other)"
"""The value under which everything over a bound, and everything that waited too long, is counted."""


BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "page": (VIEWS, VISITS),
    "referrer": (VIEWS, VISITS),
    "country": (VIEWS, VISITS),
    "browser": (VIEWS, VISITS),
    "os": (VIEWS, VISITS),
    "device": (VIEWS, VISITS),
    "language": (VIEWS, VISITS),
    "host": (VIEWS, VISITS),
    "status": (REQUESTS,),
}
"""Every breakdown and its metrics; each event has exactly one value in each breakdown of its metric."""


class Cell(NamedTuple):
    """One countable place in a breakdown: `Cell("page", "/products", "views")`."""

    breakdown: str
    value: str
    metric: str


class BatchId(NamedTuple):
    """Who sent a batch and which of its batches it is, so that a batch sent twice is counted once.

    `source` names one run of one worker (or one imported file); `number` grows by one from 1.
    """

    source: str
    number: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What one request adds to the counts; nothing in it could recognise a visitor again.

    `day` is the ISO date in the site's time zone, `minute` is UTC as `2026-11-23T19:08Z`. `values` maps
    breakdown → value and is filled for page views; a request that is no view has only `status`.
    """

    day: str
    minute: str
    request_class: str
    status: int
    bytes: int
    view: bool = False
    visit: bool = False
    values: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Increments:
    """Additions to the counts; two of them merge by adding, in any order.

    `cells` are under the release rule; `totals` (ISO day, metric) and `load` (UTC minute, metric) need no
    threshold, but leave only with a release too.
    """

    cells: Counter[Cell] = field(default_factory=Counter)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    load: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.cells or self.totals or self.load)

    def merge(self, other: "Increments") -> None:
        """Add another's counts to these."""
        self.cells.update(other.cells)
        self.totals.update(other.totals)
        self.load.update(other.load)


@dataclass(frozen=True, slots=True)
class Published:
    """What releases added to a cell: `count` events in `increments` releases, the least at once `smallest`."""

    count: int
    increments: int
    smallest: int

    def plus(self, other: "Published") -> "Published":
        """What both added together."""
        counts = self.count + other.count, self.increments + other.increments
        return Published(*counts, min(self.smallest, other.smallest))


@dataclass(frozen=True, slots=True)
class Proof:
    """That releases held enough: how many there were, the fresh events they held, the fewest in one."""

    releases: int
    events: int
    smallest: int

    def plus(self, other: "Proof") -> "Proof":
        """That the releases of both held enough."""
        counts = self.releases + other.releases, self.events + other.events
        return Proof(*counts, min(self.smallest, other.smallest))


@dataclass(frozen=True, slots=True)
class Release:
    """What leaves the private store at once, to be published under `day` (ISO date in the site's time zone).

    `proofs` is by (metric, threshold in force). A live Release is one moment of release; the history of an
    imported log has one Release a day, which sums that day's moments.
    """

    day: str
    cells: dict[Cell, Published]
    proofs: dict[tuple[str, int], Proof]
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    load: Counter[tuple[str, str]] = field(default_factory=Counter)

    def merge(self, other: "Release") -> None:
        """Add another release of the same day to this one."""
        for cell, published in other.cells.items():
            before = self.cells.get(cell)
            self.cells[cell] = before.plus(published) if before else published
        for key, proof in other.proofs.items():
            earlier = self.proofs.get(key)
            self.proofs[key] = earlier.plus(proof) if earlier else proof
        self.totals.update(other.totals)
        self.load.update(other.load)


class Waiting(NamedTuple):
    """A part of a cell's waiting events: those that came in on `day` (ISO date)."""

    cell: Cell
    day: str
