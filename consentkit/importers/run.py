"""Reading whole access logs into the statistics, by the same code as live requests."""

import hashlib
import time
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from consentkit.config import Config
from consentkit.errors import ConsentKitError
from consentkit.importers.counted import days_of_exports, log_source, logs_known
from consentkit.importers.formats import LogReader
from consentkit.importers.rows import RowReader
from consentkit.importers.source import STANDARD_INPUT, UNREADABLE, blocks_of
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.counting import facts_of, history_of, observer_of, private_of, sink_of
from consentkit.stats.history import History, undisturbed
from consentkit.stats.kinds import Rows
from consentkit.stats.stores import PrivateStore, Sink, renew

SHOWN_REJECTED = 3
PART_LINES = 1_000_000
"""Lines that are stored at once: an import that is interrupted goes on behind the last whole part."""
FIRST_LINES = 1_000
"""Lines that are looked at to tell when a log begins."""
AHEAD = 86_400
"""Seconds: how far ahead of ours a server's clock may be; what a log tells of later times is not so."""
CLASS = "class:"


class LogFileError(ConsentKitError):
    """Raised when a log cannot be read to its end; what of it was not stored by then has not been counted."""


@dataclass(slots=True)
class ImportTotals:
    """What an import counted; of lines that were counted before, only the name of their file is kept."""

    lines: int = 0
    rejected: int = 0
    requests: int = 0
    views: int = 0
    visits: int = 0
    bytes: int = 0
    status: Counter[int] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    rejected_lines: list[tuple[str, int]] = field(default_factory=list)
    already_counted: list[str] = field(default_factory=list)

    def merge(self, other: "ImportTotals") -> None:
        """Add another's counts to these."""
        for name in ("lines", "rejected", "requests", "views", "visits", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.status.update(other.status)
        self.classes.update(other.classes)
        self.rejected_lines += other.rejected_lines
        self.already_counted += other.already_counted

    def as_json(self) -> dict[str, Any]:
        """The totals as `consentkit import-log --json` prints them."""
        return {
            "lines": self.lines,
            "rejected": self.rejected,
            "requests": self.requests,
            "views": self.views,
            "visits": self.visits,
            "bytes": self.bytes,
            "status": {str(status): count for status, count in sorted(self.status.items())},
            "classes": dict(sorted(self.classes.items())),
            "already_counted": self.already_counted,
        }

    def lines_for_people(self) -> list[str]:
        """The totals as lines of text."""
        text = [
            f"{self.lines:,} lines: {self.requests:,} requests, {self.views:,} views, {self.visits:,} visits, "
            f"{self.bytes:,} bytes.",
            *(f"  status {status}: {count:,}" for status, count in sorted(self.status.items())),
            *(f"  class {name}: {count:,}" for name, count in self.classes.most_common()),
        ]
        if self.rejected:
            where = ", ".join(f"{name}:{number}" for name, number in self.rejected_lines)
            text.append(
                f"{self.rejected:,} lines are no log lines, or of the future, and were left out; the first: {where}."
            )
        if self.rejected and self.rejected == self.lines:
            text.append("No line was one: `consentkit import-log --help` names the formats; --format says which it is.")
        text += [f"{name}: what was counted before is left out." for name in self.already_counted]
        return text


def import_logs(
    config: Config,
    paths: Sequence[Path],
    advance: Callable[[int], None],
    *,
    log_format: str = "",
    another_site: bool = False,
    clock: Callable[[], float] = time.time,
) -> ImportTotals:
    """Count access logs into the site's statistics, oldest first, and what was counted before not again.

    `log_format` is one of FORMATS, or "" to tell it by each log. `advance` is told how many more bytes of a file have
    been read; `clock` tells what lies in the future. Raises LogFileError for a file that cannot be read to its end, or
    that has requests of days that an export brought, which would count twice; but not if it is of `another_site`.
    """
    totals = ImportTotals()
    private, sink = private_of(config), sink_of(config)
    try:
        sink.describe(facts_of(config))
        renew(private, sink)
        # What an export brings meanwhile is not looked for: nobody imports both at once.
        exported = {} if another_site else days_of_exports(private.adopted())
        importer = Importer(config, private, sink, advance, log_format, latest=clock() + AHEAD, exported=exported)
        with undisturbed():
            for path in oldest_first(paths, log_format):
                totals.merge(importer.count(path))
    finally:
        private.close()
        sink.close()
    return totals


def oldest_first(paths: Sequence[Path], log_format: str = "") -> list[Path]:
    """Logs in the order of their first requests, so that a rotated set is counted as it was written."""
    if len(paths) < 2:
        return list(paths)
    return sorted(paths, key=lambda path: _beginning(path, log_format))


def _beginning(path: Path, log_format: str) -> float:
    """When a log's first request was; standard input, which is read only once, comes last, like one without any."""
    if path == STANDARD_INPUT:
        return float("inf")
    reader = LogReader(log_format)
    try:
        lines = islice(chain.from_iterable(blocks_of(path, lambda _: None)), FIRST_LINES)
        found = (reader.parse_line(line) for line in lines)
        return next((facts.when for facts in found if facts), float("inf"))
    except UNREADABLE:
        return float("inf")


class Importer:
    """Counts logs into stores. A log is known again by digests of its beginning, whatever its name."""

    def __init__(
        self,
        config: Config,
        private: PrivateStore,
        sink: Sink,
        advance: Callable[[int], None],
        log_format: str,
        *,
        latest: float,
        exported: Mapping[str, str],
    ) -> None:
        self._new_history = partial(history_of, config)
        self._private = private
        self._sink = sink
        self._advance = advance
        self._format = log_format
        self._latest = latest
        self._exported = exported
        self._observer = observer_of(config)
        self._observer.prepare()

    def count(self, path: Path) -> ImportTotals:
        """Count what of a log has not been counted yet, a part at a time."""
        totals = ImportTotals()
        part = _Part(path.name, self._new_history, RowReader(self._observer, self._format), self._latest)
        known = logs_known(self._private.adopted())
        number, stored = 0, 0
        try:
            for lines in blocks_of(path, self._advance):
                first = number
                while number < first + len(lines):
                    stop = min([*(end for end in known if end > number), stored + PART_LINES])
                    some = lines[number - first : stop - first]
                    part.add(some)
                    number += len(some)
                    if number in known and part.digest() in known[number]:
                        part.forget()
                        totals.already_counted, stored = [path.name], number
                    elif number - stored >= PART_LINES:
                        self._store(part, path, stored, number, totals)
                        stored = number
        except UNREADABLE as problem:
            reason = getattr(problem, "strerror", None) or "damaged or cut off"
            where = f"cannot be read after line {number} ({reason})" if number else f"cannot be read ({reason})"
            raise LogFileError(f"{path}: {where}. {_done(stored)}; mend the file and import it again.") from None
        self._store(part, path, stored, number, totals)
        return totals

    def _store(self, part: "_Part", path: Path, stored: int, number: int, totals: ImportTotals) -> None:
        """Store a part that ends with the line `number`; those up to `stored` are stored already."""
        twice = sorted(part.history.days & self._exported.keys())
        if twice:
            days = twice[0] if len(twice) == 1 else f"{len(twice)} days from {twice[0]} to {twice[-1]}"
            raise LogFileError(
                f"{path}: has requests of {days}, which an export of {self._exported[twice[0]]} brought already, and "
                f"would count them twice. {_done(stored)}; import only what the log has of other days or, if it is "
                "another site's and is to be added, use --another-site."
            )
        if not part.totals.requests or part.history.commit(self._private, self._sink, part.source(number)):
            totals.merge(part.settled())
        else:
            # Another import stored the same lines meanwhile.
            totals.merge(ImportTotals(already_counted=[part.name]))
        part.forget()


class _Part:
    """What has been read of a log since its last part was stored; the digest goes on over all of it.

    It is one of time, status, bytes and length of each line, never of an address, a user agent or a path.
    """

    def __init__(self, name: str, new_history: Callable[[], History], reader: RowReader, latest: float) -> None:
        self.name = name
        self._latest = latest
        self._new_history = new_history
        self._reader = reader
        self._digests = [hashlib.sha256() for _ in range(5)]
        self._read = 0
        self.forget()

    def forget(self) -> None:
        """Begin a new part."""
        self.totals = ImportTotals()
        self.history = self._new_history()

    def digest(self) -> str:
        """The digest of all lines so far."""
        return hashlib.sha256(b"".join(digest.digest() for digest in self._digests)).hexdigest()

    def source(self, number: int) -> str:
        """The name under which these lines, all up to `number`, are known again."""
        return log_source(number, self.digest(), self.history.days)

    def add(self, lines: Sequence[bytes]) -> None:
        """Count lines."""
        rows, no_requests = self._reader.rows(lines)
        # Each in a digest of its own, so that it is the same in whatever blocks a log is read.
        statuses = [kind.status for kind in rows.kinds]
        left_out = [self._read + number for number in no_requests]
        columns = (rows.whens, statuses, rows.sizes, map(len, lines), left_out)
        for digest, column in zip(self._digests, columns, strict=True):
            digest.update(array("q", column))
        if max(rows.whens, default=0) > self._latest:
            rows, no_requests = _without_later(rows, no_requests, len(lines), self._latest)
        self.history.extend(rows)
        totals = self.totals
        totals.lines += len(rows)
        totals.requests += len(rows)
        totals.bytes += sum(rows.sizes)
        self._reject(no_requests, lines)
        self._read += len(lines)

    def settled(self) -> ImportTotals:
        """The totals, when the history has been stored."""
        history, totals = self.history, self.totals
        totals.views, totals.visits = history.totals[VIEWS], history.totals[VISITS]
        totals.status = Counter({int(status): count for status, count in history.statuses.items()})
        totals.classes = Counter(
            {name.removeprefix(CLASS): n for name, n in history.totals.items() if name.startswith(CLASS)}
        )
        return totals

    def _reject(self, numbers: Sequence[int], lines: Sequence[bytes]) -> None:
        """Count the lines of these numbers that are neither empty nor comments."""
        for number in numbers:
            if lines[number] and not lines[number].startswith(b"#"):
                self.totals.lines += 1
                self.totals.rejected += 1
                if len(self.totals.rejected_lines) < SHOWN_REJECTED:
                    self.totals.rejected_lines.append((self.name, self._read + number + 1))


def _without_later(rows: Rows, no_requests: Sequence[int], lines: int, latest: float) -> tuple[Rows, list[int]]:
    """Rows without those of the future, and the numbers of all lines that are not among them.

    A clock that was wrong for one line would else carry everything after it to its day.
    """
    absent = set(no_requests)
    numbers = [number for number in range(lines) if number not in absent]
    places = [place for place, when in enumerate(rows.whens) if when <= latest]
    kept = {numbers[place] for place in places}
    return rows.of_places(places), [number for number in range(lines) if number not in kept]


def _done(stored: int) -> str:
    return f"Its first {stored:,} lines are counted" if stored else "Nothing of it was counted"
