"""The values that counting passes from room to room: observations, increments, batches, releases."""

import itertools
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from consentkit.stats.load import MAXIMA, LoadCell, LoadSeries
from consentkit.stats.load import bound as bound_load

PERSON = "person"
"""The class of requests that a person's browser made for a person."""

OTHER = "(other)"
"""The value under which everything over a bound, and everything that waited too long, is counted."""

UNKNOWN = "(unknown)"
"""The value of a dimension where a request does not tell it."""

NONE = "(none)"
"""The value of a dimension that a request has nothing of, as of a campaign."""


MAX_VALUE_LENGTH = 600
"""Characters of a value, two of the longest paths and what is between; a longer one counts as `(other)`."""


class Facet:
    """Values of one or more dimensions that were read from one source, such as a header; shared by many visitors.

    Equal only to itself, so that counting need not look at the values: two with the same values add up at the flush.
    """

    __slots__ = ("values",)

    def __init__(self, **values: str) -> None:
        self.values: Mapping[str, str] = values


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


class Agent(Protocol):
    """A user agent whose meaning is looked up when asked for: in the recorder's thread, not while a page waits."""

    @property
    def is_told(self) -> bool:
        """Whether there is a header to judge by: a log may not tell it."""

    @property
    def declared(self) -> tuple[str, str] | None:
        """The class that a program declares and the reason for it, None for what calls itself a browser."""

    @property
    def sends_fetch_metadata(self) -> bool:
        """Whether a browser of this name and version sends Sec-Fetch-* with every https request."""

    @property
    def sends_client_hints(self) -> bool:
        """Whether a browser of this name may send Sec-CH-UA."""

    @property
    def facet(self) -> Facet:
        """Browser, its version, system and kind of device."""


class Verdict(Protocol):
    """What a request's headers, path and answer say of its class, before the user agent is asked."""

    def judged(self, agent: Agent) -> tuple[str, str]:
        """The one class of the request, and the reason for it."""


Metrics = tuple[str, ...]
"""What something counts for."""

Counts = dict[tuple[str, str], dict[str, int]]
"""By breakdown and metric, then by value."""
Held = dict[tuple[str, str], dict[str, dict[str, int]]]
"""Events that wait: by breakdown and metric, then by the ISO date on which they came, then by value."""


@dataclass(slots=True)
class Increments:
    """Additions to the counts; two of them merge by adding, in any order.

    `counts` are under the release rule; `totals` (ISO day, metric) need no threshold, but leave only with a release
    too; of `load` see `settle`.
    """

    counts: Counts = field(default_factory=dict)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    load: Counter[LoadCell] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.counts or self.totals or self.load)

    @property
    def cells(self) -> Counter[Cell]:
        """The counts as cells."""
        found = self.counts.items()
        return Counter({Cell(name, value, metric): n for (name, metric), sums in found for value, n in sums.items()})

    def add(self, cell: Cell, count: int) -> None:
        """Add to the count of a cell."""
        add_counts(self.counts, cell.breakdown, cell.metric, {cell.value: count})

    def merge(self, other: "Increments", max_cells: int | None = None) -> None:
        """Add another's counts to these, within `max_cells` if a bound is given."""
        for (breakdown, metric), sums in other.counts.items():
            add_counts(self.counts, breakdown, metric, sums)
        self.totals.update(other.totals)
        self.load.update(other.load)
        if max_cells is not None:
            self.bound(max_cells)

    def bound(self, max_cells: int) -> None:
        """Count cells beyond `max_cells`, and values that not every database can hold, as `(other)`."""
        room = max_cells
        for sums in self.counts.values():
            over = [] if all_storable(sums) else [value for value in sums if not storable(value)]
            over += itertools.islice(sums, max(room, 0), None)
            room -= len(sums)
            for value in dict.fromkeys(over):
                if value != OTHER:
                    sums[OTHER] = sums.get(OTHER, 0) + sums.pop(value)
        bound_load(self.load)


def add_counts(counts: Counts, breakdown: str, metric: str, sums: Mapping[str, int]) -> None:
    """Add sums by value to what was counted of a metric in a breakdown."""
    held = counts.get((breakdown, metric))
    if held is None:
        counts[breakdown, metric] = dict(sums)
        return
    for value, count in sums.items():
        held[value] = held.get(value, 0) + count


def all_storable(values: Collection[str]) -> bool:
    """Whether every database can hold each of the texts, see `storable`."""
    return "".join(values).isprintable() and max(map(len, values), default=0) <= MAX_VALUE_LENGTH


def storable(value: str) -> bool:
    """Whether every database can hold the text: no lone surrogate, no control character, not over-long."""
    return len(value) <= MAX_VALUE_LENGTH and value.isprintable()


RESTORED = "restored"
"""The reason of a gap: the private store was put back from a backup, and some may count twice."""
REPLACED = "replaced"
"""The reason of a gap: the sink was deleted or put back from a backup, and lacks what it had been brought since."""


class Gap(NamedTuple):
    """A time of which counts are missing: UTC seconds as `2026-11-23T19:08:07Z`, why, and how many batches if known."""

    begin: str
    until: str
    reason: str
    batches: int


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


PublishedCounts = dict[tuple[str, str], dict[str, Published]]
"""By breakdown and metric, then by value."""


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
    imported log has one Release a day, which sums that day's moments. `gaps` say of which times counts were lost.
    """

    day: str
    counts: PublishedCounts
    proofs: dict[tuple[str, int], Proof]
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    load: LoadSeries = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def cells(self) -> dict[Cell, Published]:
        """The counts as cells."""
        found = self.counts.items()
        return {Cell(name, value, metric): one for (name, metric), values in found for value, one in values.items()}

    def merge(self, other: "Release") -> None:
        """Add another release of the same day to this one."""
        for series, values in other.counts.items():
            mine = self.counts.setdefault(series, {})
            for value, published in values.items():
                before = mine.get(value)
                mine[value] = before.plus(published) if before else published
        for key, proof in other.proofs.items():
            earlier = self.proofs.get(key)
            self.proofs[key] = earlier.plus(proof) if earlier else proof
        self.totals.update(other.totals)
        for (route, metric), times in other.load.items():
            held = self.load.setdefault((route, metric), {})
            for begin, figure in times.items():
                figures = held.get(begin, 0), figure
                held[begin] = max(figures) if metric in MAXIMA else sum(figures)
        self.gaps.extend(other.gaps)
