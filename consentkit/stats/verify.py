"""Proves the release rule over a sink, and that nothing was lost or doubled on the way to it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from consentkit.stats.breakdowns import REQUESTS, TOLD, metrics_of
from consentkit.stats.families import family_findings
from consentkit.stats.finding import RESTORE, Finding, named
from consentkit.stats.holding import most_waiting
from consentkit.stats.load import SERVED, in_series
from consentkit.stats.model import REPLACED, RESTORED, Cell
from consentkit.stats.stores import PrivateStore, SinkReader
from consentkit.stats.stores.protocol import Balance, Sums
from consentkit.stats.stores.reading import Ledger, ReleaseRow
from consentkit.stats.stores.sums import sums_of_load
from consentkit.stats.verify_rows import (
    Course,
    Thresholds,
    cell_findings,
    gap_findings,
    load_findings,
    release_findings,
    total_findings,
)

__all__ = ["Finding", "verify"]

T = TypeVar("T")
BEFORE = (
    "nobody need have changed anything: an earlier consentkit kept less back, and the next release that adds to them "
    "mends it"
)

_TRIES = 5

APART = (
    "one of them was deleted, moved or put back from a backup: put back the right one, or let the site run for two "
    "minutes, and it names a gap and goes on with what there is"
)


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
    releases, gaps = reader.releases(), reader.gaps(date.min, date.max - timedelta(days=1))
    thresholds, reasons = Thresholds(releases), {gap.reason for gap in gaps}
    reasons.update(balance.gaps if balance is not None else ())
    # What waited when a sink was replaced is published in another one than the totals and the parts that had left.
    whole = REPLACED not in reasons
    yield from release_findings(releases)
    published = _Published()
    yield from _published_findings(reader, releases, ledger, published, whole=whole)
    yield from total_findings(reader.days(date.min, date.max))
    yield from gap_findings(gaps)
    for load in reader.each_load():
        yield from load_findings(load, thresholds)
        published.sums.update(sums_of_load(in_series(load)))
    yield from _sum_findings(published.sums, ledger)
    if whole:
        yield from _more_findings(published.sums, ledger, releases)
    for place, kept, summed in reader.unequal_sums():
        yield Finding("kept-sum", place, f"{kept} is kept to be read faster, its parts make {summed}")
    apart = list(_apart_findings(balance, ledger)) if balance is not None else []
    yield from apart
    if apart:
        return
    # A private store that was put back from a backup counts some events twice.
    if whole and RESTORED not in reasons:
        # A sink without a store that adds to it may be of before so many were kept back, and nothing mends that.
        if balance is not None:
            yield from _rest_findings(published, ledger, thresholds, balance.kept)
        yield from _family_findings(published.cells, ledger, balance, thresholds.highest)
    if balance is not None:
        yield from _balance_findings(balance, ledger)


@dataclass(slots=True)
class _Published:
    """What the sink has published, as it is read: by (breakdown, metric), and by cell over all days.

    `last` is the day on which something of a (breakdown, metric) left last.
    """

    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)
    last: dict[tuple[str, str], str] = field(default_factory=dict)


def _published_findings(
    reader: SinkReader, releases: Iterable[ReleaseRow], ledger: Ledger, published: _Published, *, whole: bool
) -> Iterator[Finding]:
    proofs: defaultdict[tuple[str, str], list[ReleaseRow]] = defaultdict(list)
    for release in releases:
        proofs[release.day, release.metric].append(release)
    course = Course(releases)
    for cell in reader.each_cell():
        series = cell.breakdown, cell.metric
        published.sums[series] += cell.events
        published.last[series] = max(published.last.get(series, ""), cell.day)
        published.cells[Cell(cell.breakdown, cell.value, cell.metric)] += cell.events
        course.add(cell)
        yield from cell_findings(cell, proofs[cell.day, cell.metric])
    for metric, count in reader.totals(date.min, date.max).items():
        published.sums["", metric] = count
    if whole:
        yield from course.findings(ledger.forgotten)


def _sum_findings(published: Sums, ledger: Ledger) -> Iterator[Finding]:
    """What does not hold all that was delivered."""
    held = _held(published, ledger)
    delivered: Counter[tuple[str, str]] = Counter()
    for sums in ledger.delivered.values():
        delivered.update(sums)
    for breakdown, metric in sorted(held.keys() | delivered.keys()):
        count = held[breakdown, metric]
        if count != delivered[breakdown, metric]:
            what = f"the rows hold {count} events, {delivered[breakdown, metric]} were delivered"
            yield Finding("delivered-sum", named(breakdown, metric), what)
    for source in sorted(ledger.delivered.keys() - ledger.applied.keys()):
        yield Finding("delivered-source", f"source {source}", "it delivered, but none of its releases was applied")


def _more_findings(published: Sums, ledger: Ledger, releases: Iterable[ReleaseRow]) -> Iterator[Finding]:
    """Breakdowns that show more than the total, and releases that say that more was new."""
    held = _held(published, ledger)
    for breakdown, metric in sorted(held):
        count, total = held[breakdown, metric], held["", REQUESTS if metric == SERVED else metric]
        if count > total:
            what = f"{count} published events are more than the total of {total}"
            yield Finding("breakdown-sum", named(breakdown, metric), what)
    released: Counter[str] = Counter()
    for row in releases:
        released[row.metric] += row.events
    for metric, count in released.items():
        if count > held["", metric]:
            what = f"releases held {count} new events, more than the total of {held['', metric]}"
            yield Finding("release-total", f"releases of {metric}", what)


def _held(published: Sums, ledger: Ledger) -> Counter[tuple[str, str]]:
    held: Counter[tuple[str, str]] = Counter(published)
    held.update(ledger.forgotten)
    return held


def _rest_findings(
    published: _Published, ledger: Ledger, thresholds: Thresholds, kept: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    """Breakdowns of which so few events wait that the total tells of them: a release keeps back what is missing.

    Of what is `kept` back a release has been made lately; the others may be of an earlier consentkit.
    """
    held = _held(published.sums, ledger)
    for (breakdown, metric), count in sorted(published.sums.items()):
        rest = held["", metric] - held[breakdown, metric]
        threshold = thresholds.on(published.last.get((breakdown, metric), ""), metric)
        keeps = metric in metrics_of(breakdown) and (breakdown, metric) != TOLD
        if keeps and count and 0 <= rest < threshold > 1:
            where = named(breakdown, metric)
            what = f"the total of {metric} is {rest} more than all values together, fewer than {threshold}"
            if (breakdown, metric) in kept:
                yield Finding("rest", where, what, RESTORE)
            else:
                yield Finding("rest-before", where, what, BEFORE)


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


def _apart_findings(balance: Balance, ledger: Ledger) -> Iterator[Finding]:
    """A sink that is not the one of the private store, or either of them put back from a backup: said once."""
    applied = ledger.applied.get(balance.source, 0)
    what = ""
    if applied > balance.last_number:
        what = f"the sink has {applied} releases of the private store, which has made {balance.last_number} itself"
    elif applied < balance.brought:
        what = f"the private store has brought {balance.brought} releases to its sink, of which this one has {applied}"
    if what:
        yield Finding("apart", "sink and private store", what, APART)


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
