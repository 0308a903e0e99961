"""Proves the release rule over a sink, and that nothing was lost or doubled on the way to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from consentkit.stats.breakdowns import REQUESTS, TOLD, metrics_of
from consentkit.stats.families import family_findings
from consentkit.stats.finding import Finding, named
from consentkit.stats.holding import most_waiting
from consentkit.stats.load import SERVED, in_series
from consentkit.stats.model import Cell
from consentkit.stats.stores import PrivateStore, SinkReader
from consentkit.stats.stores.protocol import Balance, Sums
from consentkit.stats.stores.reading import Ledger, ReleaseRow
from consentkit.stats.stores.sums import sums_of_load
from consentkit.stats.verify_rows import (
    Course,
    cell_findings,
    gap_findings,
    load_findings,
    release_findings,
    total_findings,
)

__all__ = ["Finding", "verify"]

T = TypeVar("T")

_TRIES = 5


def verify(reader: SinkReader, private: PrivateStore | None = None) -> list[Finding]:
    """Everything in a sink that breaks the release rule, and, with the private store, every event lost or doubled.

    Workers may go on counting meanwhile: a release made between the readings of the two stores has a number that the
    private store's reading does not know, and then both are read anew. The stores' errors pass.
    """
    for last_try in (False,) * (_TRIES - 1) + (True,):
        balance = private.balance() if private is not None else None
        with reader.snapshot():
            ledger = reader.ledger()
            at_once = balance is None or ledger.applied.get(balance.source, 0) <= balance.last_number
            if at_once or last_try:
                return list(_findings(reader, ledger, balance))
    raise AssertionError("the last try always returns")


def _findings(reader: SinkReader, ledger: Ledger, balance: Balance | None) -> Iterator[Finding]:
    releases = reader.releases()
    threshold = min((row.threshold for row in releases), default=1)
    yield from release_findings(releases)
    published = _Published()
    yield from _published_findings(reader, releases, ledger, published)
    yield from total_findings(reader.days(date.min, date.max))
    gaps = reader.gaps(date.min, date.max - timedelta(days=1))
    yield from gap_findings(gaps)
    for load in reader.each_load():
        yield from load_findings(load, threshold)
        published.sums.update(sums_of_load(in_series(load)))
    yield from _sum_findings(published.sums, ledger, releases)
    for place, kept, summed in reader.unequal_sums():
        yield Finding("kept-sum", place, f"{kept} is kept to be read faster, its parts make {summed}")
    # A private store that was put back from a backup counts some events twice.
    if not any(gap.reason == "restored" for gap in gaps):
        # A sink without a store that adds to it may be of before so many were kept back, and nothing mends that.
        if balance is not None:
            yield from _rest_findings(published.sums, ledger, threshold)
        highest = max((row.threshold for row in releases), default=1)
        yield from _family_findings(published.cells, ledger, balance, highest)
    if balance is not None:
        yield from _balance_findings(balance, ledger)


@dataclass(slots=True)
class _Published:
    """What the sink has published, as it is read: by (breakdown, metric), and by cell over all days."""

    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)


def _published_findings(
    reader: SinkReader, releases: Iterable[ReleaseRow], ledger: Ledger, published: _Published
) -> Iterator[Finding]:
    proofs: defaultdict[tuple[str, str], list[ReleaseRow]] = defaultdict(list)
    for release in releases:
        proofs[release.day, release.metric].append(release)
    course = Course(releases)
    for cell in reader.each_cell():
        published.sums[cell.breakdown, cell.metric] += cell.events
        published.cells[Cell(cell.breakdown, cell.value, cell.metric)] += cell.events
        course.add(cell)
        yield from cell_findings(cell, proofs[cell.day, cell.metric])
    for metric, count in reader.totals(date.min, date.max).items():
        published.sums["", metric] = count
    yield from course.findings(ledger.forgotten)


def _sum_findings(published: Sums, ledger: Ledger, releases: Iterable[ReleaseRow]) -> Iterator[Finding]:
    held: Counter[tuple[str, str]] = Counter(published)
    held.update(ledger.forgotten)
    delivered: Counter[tuple[str, str]] = Counter()
    for sums in ledger.delivered.values():
        delivered.update(sums)
    for breakdown, metric in sorted(held.keys() | delivered.keys()):
        count = held[breakdown, metric]
        where = named(breakdown, metric)
        total = held["", REQUESTS if metric == SERVED else metric]
        if count > total:
            yield Finding("breakdown-sum", where, f"{count} published events are more than the total of {total}")
        if count != delivered[breakdown, metric]:
            what = f"the rows hold {count} events, {delivered[breakdown, metric]} were delivered"
            yield Finding("delivered-sum", where, what)
    released: Counter[str] = Counter()
    for row in releases:
        released[row.metric] += row.events
    for metric, count in released.items():
        if count > held["", metric]:
            what = f"releases held {count} new events, more than the total of {held['', metric]}"
            yield Finding("release-total", f"releases of {metric}", what)
    for source in sorted(ledger.delivered.keys() - ledger.applied.keys()):
        yield Finding("delivered-source", f"source {source}", "it delivered, but none of its releases was applied")


def _rest_findings(published: Sums, ledger: Ledger, threshold: int) -> Iterator[Finding]:
    """Breakdowns of which so few events wait that the total tells of them: a release keeps back what is missing."""
    held: Counter[tuple[str, str]] = Counter(published)
    held.update(ledger.forgotten)
    for (breakdown, metric), count in sorted(published.items()):
        rest = held["", metric] - held[breakdown, metric]
        keeps = metric in metrics_of(breakdown) and (breakdown, metric) != TOLD
        if keeps and count and 0 <= rest < threshold > 1:
            yield Finding(
                "rest",
                named(breakdown, metric),
                f"the total of {metric} is {rest} more than all values together, fewer than {threshold}",
                "figures of before consentkit kept so many back; the next release that adds to them mends it",
            )


def _family_findings(
    published: Mapping[Cell, int], ledger: Ledger, balance: Balance | None, threshold: int
) -> Iterator[Finding]:
    """Parts that are ahead of their wholes; of a store that is not at hand, some events may wait in each cell."""
    held = Counter(published)
    absent = set(ledger.delivered)
    if balance is not None:
        absent.discard(balance.source)
        held.update(balance.cells)
        for cells in _underway(balance.outbox_cells, balance, ledger):
            held.update(cells)
    waiting = len(absent) * most_waiting(threshold)
    yield from family_findings(held, removed=ledger.forgotten, waiting=waiting, known=published)


def _balance_findings(balance: Balance, ledger: Ledger) -> Iterator[Finding]:
    found: Counter[tuple[str, str]] = Counter(ledger.delivered.get(balance.source, {}))
    found.update(balance.waiting)
    for sums in _underway(balance.outbox, balance, ledger):
        found.update(sums)
    for breakdown, metric in sorted(found.keys() | balance.counted.keys()):
        there, counted = found[breakdown, metric], balance.counted.get((breakdown, metric), 0)
        if there != counted:
            yield Finding(
                "balance",
                named(breakdown, metric),
                f"{counted} events were counted, {there} are published, in the outbox or waiting",
                "the sink and the private store must be of the same run: restore both from the same backup",
            )


def _underway(outbox: Mapping[int, T], balance: Balance, ledger: Ledger) -> Iterator[T]:
    """What of the outbox the sink does not have yet; of the rest the outbox has not been told."""
    applied = ledger.applied.get(balance.source, 0)
    yield from (found for number, found in outbox.items() if number > applied)
