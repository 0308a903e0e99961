"""The private store in one SQLite file, shared by all processes of a host. Nobody but its owner may read it."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from consentkit.stats.load import Load, LoadCell, LoadSeries, in_series
from consentkit.stats.model import REPLACED, BatchId, Cell, Counts, Increments, Release
from consentkit.stats.release import aged_before, as_release, decide, fresh_events
from consentkit.stats.settling import folded, settle
from consentkit.stats.stores.protocol import Balance, Remainder, Sums
from consentkit.stats.stores.sqlite import transaction
from consentkit.stats.stores.sqlite_admitted import within_bounds
from consentkit.stats.stores.sqlite_aside import added_up, divided, fetched, has_room, put_aside
from consentkit.stats.stores.sqlite_brought import forget_brought, last_brought, note_brought
from consentkit.stats.stores.sqlite_private_file import open_file
from consentkit.stats.stores.sqlite_shown import note_shown, shown_since
from consentkit.stats.stores.sqlite_waiting import Arrived, add_counts, any_aged, held_in, leave, with_arrived
from consentkit.stats.stores.sqlite_workers import (
    find_gaps,
    is_new,
    note_gap,
    note_happenings,
    reasons_of_gaps,
    sign,
    sign_off,
    take_gaps,
    take_lease,
)
from consentkit.stats.stores.sums import sums_of, sums_of_increments, sums_of_release, sums_of_waiting
from consentkit.stats.stores.wire import dumped, loaded

MAX_VALUES = 10_000
"""Distinct values of a breakdown that are admitted in a day, by all workers together."""

_ADD_FRESH = """
    INSERT INTO fresh (metric, count) VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ADD_TOTALS = """
    INSERT INTO totals (day, metric, count) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ADD_LOAD = """
    INSERT INTO load (begin, route, metric, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_ADD_COUNTED = """
    INSERT INTO counted (breakdown, metric, count) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_POST = "INSERT INTO outbox (payload) VALUES (?)"


class SqlitePrivateStore:
    """A PrivateStore in a file of mode 0600, made when it is missing, its folder too.

    `max_values` bounds the distinct values of a breakdown per day; values beyond it count as `(other)`. Raises
    StoreError for a file of another version, OSError and sqlite3.Error when the file cannot be used.
    """

    def __init__(self, path: Path, *, max_values: int = MAX_VALUES) -> None:
        self._max_values = max_values
        self._posted: dict[int, Release] = {}
        """The release that this connection has put into the outbox last, by its number, until it is sent."""
        self._connection = open_file(path)
        try:
            self.source()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def is_there(self) -> bool:
        """Whether its file still stands where it was opened."""
        return self._connection.is_there()

    def apply(self, batch: BatchId, increments: Increments, day: str) -> bool:
        """Add a batch that came in on an ISO date; False, and no change, when it was applied before."""
        with transaction(self._connection) as connection:
            if not is_new(connection, batch, day):
                return False
            aside, rest = divided(increments)
            if not has_room(connection, day):
                self._fetch()
            if aside:
                put_aside(connection, aside, day)
            if rest:
                self._wait([(day, self._taken_in(rest, day))])
        return True

    def release(self, *, threshold: int, patience_days: int, today: str, running: str) -> bool:
        """Move what may be published into the outbox; False when nothing may."""
        aside = added_up(self._connection)
        with transaction(self._connection) as connection:
            arrived = [(day, self._taken_in(more, day)) for day, more in fetched(connection, aside)]
            fresh = dict(connection.execute("SELECT metric, count FROM fresh"))
            before = aged_before(today, patience_days)
            if not self._anything_due(fresh, threshold, before, arrived):
                self._wait(arrived)
                return False
            held = held_in(connection)
            whole = with_arrived(connection, held, arrived)
            shown = shown_since(connection, before)
            decision = decide(whole, fresh, shown=shown, threshold=threshold, today=today, patience_days=patience_days)
            leave(connection, held, decision.waiting)
            if not decision.consumed:
                self._replace_load(folded(self._waiting_load(), running=running, threshold=threshold))
                return False
            note_shown(connection, shown, decision.published, today)
            connection.executemany("DELETE FROM fresh WHERE metric = ?", [(m,) for m in decision.consumed])
            totals = self._take_totals()
            load = self._take_load(running, threshold)
            release = as_release(decision, day=today, threshold=threshold, totals=totals, load=load)
            release.gaps.extend(take_gaps(connection))
            number = connection.execute(_POST, (dumped(release),)).lastrowid
        # As it is, it need not be read from its text.
        self._posted = {number: release} if number else {}
        return True

    def adopt(self, source: str, releases: Sequence[str], remainder: Remainder) -> bool:
        """Take in counted history, once per source; False, and no change, the second time."""
        with transaction(self._connection) as connection:
            if not connection.execute("INSERT OR IGNORE INTO adopted (source) VALUES (?)", (source,)).rowcount:
                return False
            connection.executemany(_POST, [(release,) for release in releases])
            self._wait(
                [(day, {series: sums}) for series, days in remainder.waiting.items() for day, sums in days.items()]
            )
            connection.executemany(_ADD_FRESH, remainder.fresh.items())
            self._add_totals(remainder.totals)
            self._add_load(remainder.load)
            self._add_counted(remainder.counted)
        return True

    def adopted(self) -> set[str]:
        """The sources whose history was adopted."""
        return {source for (source,) in self._connection.execute("SELECT source FROM adopted")}

    def alive(self, source: str, number: int, now: float) -> None:
        """Note that a worker has brought all batches up to a number, at `now` (epoch seconds); less is a gap."""
        with transaction(self._connection) as connection:
            sign(connection, source, number, now)

    def note(self, happened: Mapping[str, int]) -> None:
        """Add to how often something of HAPPENINGS has happened to the workers."""
        with transaction(self._connection) as connection:
            note_happenings(connection, happened)

    def ended(self, source: str) -> None:
        """Note that a worker has brought all that it counted, and brings no more."""
        sign_off(self._connection, source)

    def find_gaps(self, now: float, silent: float) -> None:
        """Note as gaps the workers that were not alive for `silent` seconds and have not ended."""
        with transaction(self._connection) as connection:
            find_gaps(connection, now, silent)

    def outbox(self) -> Iterator[tuple[BatchId, Release]]:
        """The releases that the sink has not confirmed, oldest first."""
        source = self.source()
        numbers = self._connection.execute("SELECT number FROM outbox ORDER BY number").fetchall()
        for (number,) in numbers:
            found = self._connection.execute("SELECT payload FROM outbox WHERE number = ?", (number,)).fetchone()
            if found:  # another worker may have sent it meanwhile
                yield BatchId(source, number), self._posted.get(number) or loaded(found[0])

    def sent(self, batch: BatchId) -> None:
        """Forget a release of the outbox that the sink has, and those before it."""
        self._posted = {}
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM outbox WHERE number <= ?", (batch.number,))
            if batch.source == self.source():
                note_brought(connection, batch.number, time.time())

    def lease(self, holder: str, now: float, seconds: float) -> bool:
        """Whether `holder` is the one to release until `now` + `seconds` (epoch seconds)."""
        with transaction(self._connection) as connection:
            return take_lease(connection, holder, now, seconds)

    def balance(self) -> Balance:
        """The sums that prove that nothing was lost or doubled."""
        with transaction(self._connection) as connection:
            self._fetch()
            held = with_arrived(connection, held_in(connection), [])
            cells: Counter[Cell] = Counter()
            for series, days in held.items():
                for sums in days.values():
                    cells.update(Increments({series: sums}).cells)
            waiting: Sums = sums_of(cells, {})
            for metric, count in connection.execute("SELECT metric, sum(count) FROM totals GROUP BY 1"):
                waiting["", metric] = count
            waiting.update(sums_of_waiting(self._waiting_load()))
            counted = connection.execute("SELECT breakdown, metric, count FROM counted")
            rows = connection.execute("SELECT number, payload FROM outbox")
            outbox = {number: loaded(payload) for number, payload in rows}
            return Balance(
                source=self.source(),
                counted={(breakdown, metric): count for breakdown, metric, count in counted},
                waiting=waiting,
                outbox={number: sums_of_release(release) for number, release in outbox.items()},
                last_number=self._last_number(),
                brought=self.brought(),
                kept=shown_since(connection, "").keys(),
                gaps=reasons_of_gaps(connection).union(gap.reason for some in outbox.values() for gap in some.gaps),
                cells=cells,
                outbox_cells={
                    number: {cell: published.count for cell, published in release.cells.items()}
                    for number, release in outbox.items()
                },
            )

    def behind(self, number: int) -> bool:
        """Whether it has not yet made a release of this number."""
        return self._last_number() < number

    def brought(self) -> int:
        """The last of its releases, under its name, that a sink has confirmed; 0 before any."""
        return last_brought(self._connection)

    def begin_anew(self, reason: str) -> None:
        """Number releases under a new name, as a store that holds only what it holds now; noted as a gap."""
        balance = self.balance()
        held: Counter[tuple[str, str]] = Counter(balance.waiting)
        for sums in balance.outbox.values():
            held.update(sums)
        with transaction(self._connection) as connection:
            since = forget_brought(connection)
            if reason == REPLACED and since is None:
                return  # another worker was faster
            connection.execute("UPDATE meta SET value = ? WHERE key = 'source'", (secrets.token_hex(8),))
            connection.execute("DELETE FROM counted")
            self._add_counted(held)
            now = time.time()
            note_gap(connection, since if since and reason == REPLACED else now, now, reason, 0)

    def _last_number(self) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) if row else 0

    def source(self) -> str:
        """The name under which this file's releases are numbered; it lives as long as the file."""
        question = "SELECT value FROM meta WHERE key = 'source'"
        row = self._connection.execute(question).fetchone()
        if row is None:
            name = secrets.token_hex(8)
            self._connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('source', ?)", (name,))
            row = self._connection.execute(question).fetchone()
        return str(row[0])

    def _fetch(self) -> None:
        """Add what was put aside."""
        self._wait([(day, self._taken_in(increments, day)) for day, increments in fetched(self._connection)])

    def _wait(self, arrived: Arrived) -> None:
        for day, counts in arrived:
            add_counts(self._connection, counts, day)

    def _taken_in(self, increments: Increments, day: str) -> Counts:
        """Add what came in on an ISO date, but for its counts by value, which are returned within bounds."""
        self._connection.executemany(_ADD_FRESH, fresh_events(increments).items())
        self._add_totals(increments.totals)
        self._add_load(increments.load)
        self._add_counted(sums_of_increments(increments))
        self._add_counted(sums_of_waiting(increments.load))
        return within_bounds(self._connection, increments.counts, day, self._max_values)

    def _anything_due(self, fresh: Mapping[str, int], threshold: int, before: str, arrived: Arrived) -> bool:
        if any(count >= threshold for count in fresh.values()) or any(day < before for day, _ in arrived):
            return True
        return any_aged(self._connection, before)

    def _take_totals(self) -> Counter[tuple[str, str]]:
        rows = self._connection.execute("SELECT day, metric, count FROM totals")
        totals = Counter({(day, metric): count for day, metric, count in rows})
        self._connection.execute("DELETE FROM totals")
        return totals

    def _take_load(self, running: str, threshold: int) -> LoadSeries:
        leaves, waits = settle(self._waiting_load(), running=running, threshold=threshold)
        self._replace_load(waits)
        return in_series(leaves)

    def _replace_load(self, load: Load) -> None:
        self._connection.execute("DELETE FROM load")
        self._add_load(load)

    def _waiting_load(self) -> dict[LoadCell, int]:
        rows = self._connection.execute("SELECT begin, route, metric, count FROM load")
        return {LoadCell(begin, route, metric): count for begin, route, metric, count in rows}

    def _add_totals(self, totals: Mapping[tuple[str, str], int]) -> None:
        self._connection.executemany(_ADD_TOTALS, [(*key, count) for key, count in totals.items()])

    def _add_load(self, load: Load) -> None:
        self._connection.executemany(_ADD_LOAD, [(*key, count) for key, count in load.items()])

    def _add_counted(self, sums: Sums) -> None:
        self._connection.executemany(_ADD_COUNTED, [(*key, count) for key, count in sums.items()])
