"""Reading whole access logs into the statistics, by the same code as live requests."""

import gzip
import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from consentkit.config import Config
from consentkit.errors import ConsentKitError
from consentkit.importers.accesslog import parse_line
from consentkit.stats.counting import facts_of, observer_of, private_of, rule_of, sink_of
from consentkit.stats.facts import RequestFacts
from consentkit.stats.history import History
from consentkit.stats.observer import Observer

GZIP_MAGIC = b"\x1f\x8b"
MAX_LINE = 32_768
"""Bytes; servers refuse requests whose line and headers would make a longer one."""
PROGRESS_LINES = 1_000
SHOWN_REJECTED = 3
LINE_DIGEST = struct.Struct("<qHqI")


class LogFileError(ConsentKitError):
    """Raised when a log cannot be read to its end; nothing of that file has been counted."""


@dataclass(slots=True)
class ImportTotals:
    """What an import counted; of a file that was counted before, only its name is kept."""

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
            text.append(f"{self.rejected:,} lines are no log lines and were left out; the first: {where}.")
        text += [f"{name} was counted before and is left out." for name in self.already_counted]
        return text


def import_logs(config: Config, paths: Iterable[Path], advance: Callable[[int], None]) -> ImportTotals:
    """Count access logs (plain or gzip) into the site's statistics, each file at once and only the first time.

    `advance` is told how many more bytes of a file have been read. Raises LogFileError for a file that cannot be read
    to its end; the files before it are counted by then.
    """
    totals = ImportTotals()
    observer = observer_of(config)
    private, sink = private_of(config), sink_of(config)
    try:
        sink.describe(facts_of(config))
        for path in paths:
            history = History(rule_of(config))
            counted, source = count_file(path, observer, history, advance)
            if counted.requests and not history.commit(private, sink, source):
                counted = ImportTotals(already_counted=[path.name])
            totals.merge(counted)
    finally:
        private.close()
        sink.close()
    return totals


def count_file(
    path: Path, observer: Observer, history: History, advance: Callable[[int], None]
) -> tuple[ImportTotals, str]:
    """Add a log's requests to `history`; the totals, and a name by which the same log is known again.

    The name is a digest of time, status, bytes and length of each line, never of an address, a user agent or a path.
    """
    totals = ImportTotals()
    digest = hashlib.sha256()
    number = 0
    try:
        for number, line in enumerate(_lines(path, advance), 1):
            facts = parse_line(line) if len(line) <= MAX_LINE else None
            digest.update(_line_digest(facts, line))
            if facts is not None:
                _count(facts, observer, history, totals)
            elif line and not line.startswith(b"#"):
                totals.rejected += 1
                if len(totals.rejected_lines) < SHOWN_REJECTED:
                    totals.rejected_lines.append((path.name, number))
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or "damaged or cut off gzip"
        raise LogFileError(
            f"{path}: cannot be read after line {number} ({reason}). Nothing of it was counted; "
            "mend the file and import it again."
        ) from None
    totals.lines = totals.requests + totals.rejected
    return totals, f"log:{digest.hexdigest()}"


def _line_digest(facts: RequestFacts | None, line: bytes) -> bytes:
    when, status, size = (int(facts.when), facts.status, facts.bytes) if facts else (0, 0, 0)
    return LINE_DIGEST.pack(when, status, size, len(line))


def _count(facts: RequestFacts, observer: Observer, history: History, totals: ImportTotals) -> None:
    seen = observer.observe(facts)
    history.add(seen, facts.when)
    totals.requests += 1
    totals.views += seen.view
    totals.visits += seen.visit
    totals.bytes += seen.bytes
    totals.status[seen.status] += 1
    totals.classes[seen.request_class] += 1


def _lines(path: Path, advance: Callable[[int], None]) -> Iterator[bytes]:
    """A file's lines without their ends; of one over MAX_LINE, its first MAX_LINE + 1 bytes."""
    with path.open("rb") as raw:
        zipped = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0)
        with gzip.open(raw) if zipped else nullcontext(raw) as lines:
            read = 0
            while some := _some(lines):
                yield from some
                advance(raw.tell() - read)
                read = raw.tell()


def _some(lines: BufferedIOBase) -> list[bytes]:
    some = []
    for _ in range(PROGRESS_LINES):
        line = lines.readline(MAX_LINE + 1)
        if not line:
            break
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = lines.readline(MAX_LINE + 1)
        some.append(line.rstrip(b"\r\n"))
    return some
