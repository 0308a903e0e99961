"""Reading the exports of GoatCounter and Plausible, so that nobody loses history by moving here."""

import csv
import gzip
import hashlib
import io
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from consentkit.config import Config
from consentkit.errors import ConsentKitError
from consentkit.importers.counted import days_of_exports, days_of_logs, export_source, is_known_export
from consentkit.importers.days import Days
from consentkit.importers.goatcounter import count_goatcounter, is_goatcounter
from consentkit.importers.goatcounter_json import COUNTS, LONGEST, count_json
from consentkit.importers.plausible import count_plausible, table_named
from consentkit.stats.counting import facts_of, private_of, rule_of, sink_of
from consentkit.stats.history_sums import SummedHistory
from consentkit.stats.stores import renew

GZIP_MAGIC = b"\x1f\x8b"
MAX_PACKED = 4 << 30
"""Bytes that the files of an archive may have unpacked, all together."""
GOATCOUNTER = "goatcounter"

Stream = IO[bytes] | gzip.GzipFile


class ExportFileError(ConsentKitError):
    """Raised when a file is no export that can be read; nothing of it has been counted."""


@dataclass(slots=True)
class ExportTotals:
    """What an import of exports counted; `days_known` were counted before, from an export or a log.

    `not_counted` are the breakdowns that it has values of and the site does not count by.
    """

    rows: int = 0
    rejected: int = 0
    left_out: int = 0
    days: int = 0
    days_known: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    not_counted: set[str] = field(default_factory=set)
    already_counted: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The totals as `consentkit import-stats --json` prints them."""
        return {
            "rows": self.rows, "rejected": self.rejected, "left_out": self.left_out, "days": self.days,
            "days_known": self.days_known,
            **{name: self.totals[name] for name in ("views", "visits")}, "not_counted": sorted(self.not_counted),
            "already_counted": self.already_counted,
        }  # fmt: skip

    def add(self, days: Days) -> None:
        """Add what one set of files counted."""
        self.rows += days.rows
        self.rejected += days.rejected
        self.left_out += days.left_out
        for _, increments in days.in_order():
            self.days += 1
            for (_, metric), count in increments.totals.items():
                self.totals[metric] += count


@dataclass(frozen=True, slots=True)
class _Export:
    """One export: the name of its file, the tool that made it, a digest of all that it says, and its counts."""

    name: str
    tool: str
    digest: str
    days: Days

    def source(self) -> str:
        """The name under which it is known again."""
        return export_source(self.tool, self.digest, self.days.increments)


def import_exports(
    config: Config, paths: Sequence[Path], *, another_site: bool = False, clock: Callable[[], float] = time.time
) -> ExportTotals:
    """Count exports into the site's statistics, each day released at its end, and counted only the first time.

    The files of one Plausible export, zipped or not, belong together: they are counted at once. Days that an export
    or a log brought before are left out, unless this one is of another site, whose counts are to be added.
    `clock` tells which days are yet to come: rows of those are rejected.
    """
    totals = ExportTotals()
    private, sink = private_of(config), sink_of(config)
    rule = rule_of(config)
    # A day more, because clocks and days differ.
    latest = date.fromisoformat(rule.day(clock())) + timedelta(days=1)
    try:
        sink.describe(facts_of(config))
        renew(private, sink)
        for export in _read(paths, config, latest):
            totals.not_counted |= export.days.keep(config.stats.breakdowns)
            export.days.finish()
            known = _known(private.adopted(), export, another_site=another_site)
            totals.days_known += export.days.without(known)
            history = SummedHistory(rule)
            for day, increments in export.days.in_order():
                history.add_day(increments, day)
            brings = bool(export.days.increments)
            if history.commit(private, sink, export.source()) if brings else not known:
                totals.add(export.days)
            else:
                totals.already_counted.append(export.name)
    finally:
        private.close()
        sink.close()
    return totals


def _known(sources: Collection[str], export: _Export, *, another_site: bool) -> set[str]:
    """The days that are counted already, by exports and from logs; with `another_site` only of the very same export."""
    if is_known_export(sources, export.digest):
        return set(export.days.increments)
    return set() if another_site else days_of_logs(sources) | days_of_exports(sources).keys()


def _read(paths: Sequence[Path], config: Config, latest: date) -> Iterator[_Export]:
    """Each export among the files."""
    loose = Days(latest)
    digest = hashlib.sha256()
    names = []
    goals = [goal.id for goal in config.stats.goals]
    for path in sorted(paths):
        try:
            if (found := _goatcounter_json(path, latest)) is not None:
                yield _Export(path.name, GOATCOUNTER, *found)
                continue
            with _opened(path) as files:
                for name, stream in files:
                    kind = table_named(name)
                    if kind:
                        names.append(path.name)
                        digest.update(_plausible(kind, stream, loose, goals))
                    else:
                        yield _Export(path.name, GOATCOUNTER, *_goatcounter(stream, config, latest))
        except (OSError, EOFError, UnicodeError, csv.Error, zipfile.BadZipFile, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise ExportFileError(
                f"{path}: {reason}. Nothing of it was counted. Name GoatCounter's JSON export (its zip file) or CSV "
                "export (plain or gzip), or Plausible's: its zip file, or the CSV files in it."
            ) from None
    if names:
        yield _Export(", ".join(dict.fromkeys(names)), "plausible", digest.hexdigest(), loose)


def _goatcounter(stream: Stream, config: Config, latest: date) -> tuple[str, Days]:
    rows = _rows(reader := _Hashing(stream))
    header = next(rows, [])
    if not is_goatcounter(header):
        raise ValueError("it is neither an export of GoatCounter nor a table of one of Plausible")
    days = count_goatcounter(header, rows, config.site.timezone, latest)
    return reader.digest.hexdigest(), days


def _goatcounter_json(path: Path, latest: date) -> tuple[str, Days] | None:
    """Digest and counts, None where a file is no such archive. The digest is of the counts: info.json has a time."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename.rpartition("/")[2]: entry for entry in archive.infolist()}
        if COUNTS not in entries:
            return None
        _check_size(entries.values())
        digest = hashlib.sha256()

        def lines(name: str) -> Iterator[bytes]:
            if name in entries:
                with archive.open(entries[name]) as packed:
                    stream = io.BufferedReader(packed)  # type: ignore[type-var]
                    while line := stream.readline(LONGEST):
                        if name == COUNTS:
                            digest.update(line)
                        yield line

        days = count_json(lines, latest)
        return digest.hexdigest(), days


def _plausible(table: str, stream: Stream, days: Days, goals: Collection[str]) -> bytes:
    rows = _rows(reader := _Hashing(stream))
    header = [name.lstrip("\ufeff") for name in next(rows, [])]
    count_plausible(table, (dict(zip(header, row, strict=False)) for row in rows), days, goals)
    return reader.digest.digest()


class _Hashing(io.RawIOBase):
    """Passes a stream on and takes its digest."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        data = self._stream.read(len(buffer))
        self.digest.update(data)
        buffer[: len(data)] = data
        return len(data)


def _rows(stream: io.RawIOBase) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", newline=""))


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, Stream]]]:
    """The files that a path holds: those of a zip archive, or itself, unpacked where it is gzip."""
    with path.open("rb") as raw:
        if zipfile.is_zipfile(raw):
            with zipfile.ZipFile(raw) as archive:
                yield _members(archive)
            return
        raw.seek(0)
        packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) if packed else nullcontext(raw) as stream:
            yield iter([(path.name.removesuffix(".gz"), stream)])


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, Stream]]:
    tables = [entry for entry in archive.infolist() if table_named(entry.filename)]
    if not tables:
        raise ValueError("the archive holds no table of an export")
    _check_size(tables)
    for entry in tables:
        with archive.open(entry) as stream:
            yield entry.filename, stream


def _check_size(entries: Iterable[zipfile.ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) > MAX_PACKED:
        raise ValueError("its files are too large")
