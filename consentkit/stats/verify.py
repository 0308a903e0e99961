"""Proves the release rule over a sink, and that nothing was lost or doubled on the way to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from consentkit.stats.breakdowns import REQUESTS
from consentkit.stats.load import SERVED, LoadCell
from consentkit.stats.stores import PrivateStore, SinkReader
from consentkit.stats.stores.protocol import Balance, CellRow, Ledger, ReleaseRow, Sums
from consentkit.stats.stores.sums import sums_of_load

_RESTORE = "somebody changed the sink: restore it from a backup, or forget this day"
_TRIES = 5
EARLIEST, LATEST = "", "9"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: `rule` names it, `where` the place, `what` the figures, `mend` what to do.

    Findings name published values only.
    """

    rule: str
    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.what}; {self.mend}"


def verify(reader: SinkReader, private: PrivateStore | None = None) -> list[Finding]:
    """Everything in a sink that breaks the release rule, and, with the private store, every event lost or doubled.

    Workers may go on counting meanwhile. The stores' errors pass.
    """
    with reader.snapshot():
        findings = list(_rule_findings(reader))
    if private is not None:
        findings += _balance_findings(*_at_one_instant(reader, private))
    return findings


def _rule_findings(reader: SinkReader) -> Iterator[Finding]:
    releases = reader.releases()
    yield from _release_findings(releases)
    proofs: defaultdict[tuple[str, str], list[ReleaseRow]] = defaultdict(list)
    for release in releases:
        proofs[release.day, release.metric].append(release)
    published: Counter[tuple[str, str]] = Counter()
    for cell in reader.each_cell():
        published[cell.breakdown, cell.metric] += cell.events
        yield from _cell_findings(cell, proofs[cell.day, cell.metric])
    for metric, count in reader.totals(date.min, date.max).items():
        published["", metric] = count
    load = Counter(dict(reader.load(EARLIEST, LATEST)) | dict(reader.load(EARLIEST, LATEST, None)))
    yield from _load_findings(load, min((row.threshold for row in releases), default=1))
    published.update(sums_of_load(load))
    yield from _sum_findings(published, reader.ledger())


def _release_findings(releases: Iterable[ReleaseRow]) -> Iterator[Finding]:
    for row in releases:
        where = f"releases of {row.metric} on {row.day} under threshold {row.threshold}"
        if row.smallest < row.threshold:
            what = f"one held {row.smallest} new events, fewer than {row.threshold}"
            yield Finding("release-size", where, what, _RESTORE)
        if row.releases < 1 or row.events < row.releases * row.smallest:
            what = f"{row.releases} releases of at least {row.smallest} cannot hold {row.events} events"
            yield Finding("release-sum", where, what, _RESTORE)


def _cell_findings(cell: CellRow, proofs: Sequence[ReleaseRow]) -> Iterator[Finding]:
    where = f"{cell.breakdown} {cell.value!r}, {cell.metric} on {cell.day}"
    if not proofs:
        yield Finding("cell-release", where, f"there was no release of {cell.metric} that day", _RESTORE)
        return
    threshold = min(row.threshold for row in proofs)
    releases = sum(row.releases for row in proofs)
    if cell.events < threshold:
        what = f"the count {cell.events} is below the threshold {threshold}"
        yield Finding("cell-size", where, what, _RESTORE)
    if cell.smallest < threshold:
        what = f"one release added {cell.smallest}, fewer than the threshold {threshold}"
        yield Finding("cell-increment", where, what, _RESTORE)
    if cell.increments < 1 or cell.events < cell.increments * cell.smallest:
        what = f"{cell.increments} additions of at least {cell.smallest} cannot make {cell.events}"
        yield Finding("cell-sum", where, what, _RESTORE)
    if cell.increments > releases:
        what = f"{cell.increments} additions, but only {releases} releases that day"
        yield Finding("cell-increments", where, what, _RESTORE)


def _load_findings(load: Mapping[LoadCell, int], threshold: int) -> Iterator[Finding]:
    """Figures of how requests were served, of fewer requests than the threshold, or that do not add up."""
    served: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for cell, count in load.items():
        if cell.metric == SERVED or cell.metric.startswith("status_"):
            served[cell.begin, cell.route][cell.metric] += count
    for (begin, route), figures in served.items():
        where = f"load of {route or 'all requests'} from {begin}"
        requests = figures.pop(SERVED, 0)
        if requests < threshold:
            what = f"its figures are of {requests} requests, fewer than the threshold {threshold}"
            yield Finding("load-size", where, what, _RESTORE)
        if figures.total() != requests:
            what = f"{figures.total()} requests have a status, {requests} were served"
            yield Finding("load-sum", where, what, _RESTORE)


def _sum_findings(published: Sums, ledger: Ledger) -> Iterator[Finding]:
    held: Counter[tuple[str, str]] = Counter(published)
    held.update(ledger.forgotten)
    delivered: Counter[tuple[str, str]] = Counter()
    for sums in ledger.delivered.values():
        delivered.update(sums)
    for breakdown, metric in sorted(held.keys() | delivered.keys()):
        count = held[breakdown, metric]
        where = _named(breakdown, metric)
        total = held["", REQUESTS if metric == SERVED else metric]
        if count > total:
            what = f"{count} published events are more than the total of {total}"
            yield Finding("breakdown-sum", where, what, _RESTORE)
        if count != delivered[breakdown, metric]:
            what = f"the rows hold {count} events, {delivered[breakdown, metric]} were delivered"
            yield Finding("delivered-sum", where, what, _RESTORE)


def _at_one_instant(reader: SinkReader, private: PrivateStore) -> tuple[Balance, Ledger]:
    """The private store and the sink, with no release made between the two readings.

    A release in between would have a number that the private store's reading does not know; then both are read anew.
    """
    for _ in range(_TRIES):
        balance = private.balance()
        with reader.snapshot():
            ledger = reader.ledger()
        if ledger.applied.get(balance.source, 0) <= balance.last_number:
            break
    return balance, ledger


def _balance_findings(balance: Balance, ledger: Ledger) -> Iterator[Finding]:
    applied = ledger.applied.get(balance.source, 0)
    found: Counter[tuple[str, str]] = Counter(ledger.delivered.get(balance.source, {}))
    found.update(balance.waiting)
    for number, sums in balance.outbox.items():
        if number > applied:  # else the sink has it, and the outbox has not been told yet
            found.update(sums)
    for breakdown, metric in sorted(found.keys() | balance.counted.keys()):
        there, counted = found[breakdown, metric], balance.counted.get((breakdown, metric), 0)
        if there != counted:
            yield Finding(
                "balance",
                _named(breakdown, metric),
                f"{counted} events were counted, {there} are published, in the outbox or waiting",
                "the sink and the private store must be of the same run: restore both from the same backup",
            )


def _named(breakdown: str, metric: str) -> str:
    return f"{metric} by {breakdown}" if breakdown else f"total of {metric}"
