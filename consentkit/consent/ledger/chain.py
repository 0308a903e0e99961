"""The hash chain of the ledger: pure functions over rows, so that anybody can check what the database holds.

A row's hash covers the hash of the row before it, its number, its time and the hash of its content. The content itself
may be erased: its hash stays, and with it the chain.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

GENESIS = "0" * 64
"""What the first row names as the hash before it."""

ERASURE = "erasure"
"""The key of a row's content that says which rows were erased; such a row is about nobody."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event. `time` in epoch seconds; `subject` and `content` (canonical JSON) are None once they are erased."""

    sequence: int
    time: int
    subject: str | None
    content: str | None
    content_hash: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last row as it was noted apart from the rows, so that rows missing at the end are found."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: `place` is the table, `sequence` the row's number (0 outside the events)."""

    place: str
    sequence: int
    problem: str

    def __str__(self) -> str:
        where = f"{self.place} {self.sequence}" if self.sequence else self.place
        return f"{where}: {self.problem}"


def canonical(value: object) -> str:
    """JSON in the one way that is hashed: sorted keys, no blanks. For texts, whole numbers and booleans it is RFC 8785.

    ValueError for a number that JSON does not know.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 in hexadecimal; what a damaged file holds instead of UTF-8 is hashed as the bytes it is."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def row_hash(previous: str, sequence: int, time: int, content_hash: str) -> str:
    """The hash of a row, in hexadecimal."""
    return digest(canonical(["consentkit ledger 1", previous, sequence, time, content_hash]))


def next_row(head: Head | None, *, time: int, subject: str | None, content: str) -> Row:
    """The row that follows the head."""
    sequence, previous = (head.sequence + 1, head.hash) if head else (1, GENESIS)
    content_hash = digest(content)
    return Row(
        sequence, time, subject, content, content_hash, previous, row_hash(previous, sequence, time, content_hash)
    )


@dataclass(slots=True)
class _Seen:
    """What a pass over the rows has gathered."""

    last: Head | None = None
    empty: set[int] = field(default_factory=set)
    full: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)


def verify_rows(rows: Iterable[Row], head: Head | None, notices: frozenset[str]) -> Iterator[Finding]:
    """What is wrong with the rows, in order; nothing if the chain holds.

    `notices` are the hashes of the notices that are kept. A row without content must be named by an erasure.
    """
    seen = _Seen()
    for row in rows:
        for problem in _row_problems(row, seen.last, notices):
            yield Finding("event", row.sequence, problem)
        seen.last = Head(row.sequence, row.hash)
        if row.content is None:
            seen.empty.add(row.sequence)
        else:
            erased = _erased_by(row.content)
            seen.erased |= erased
            if not erased:
                seen.full.add(row.sequence)
    for sequence in sorted(seen.empty - seen.erased):
        yield Finding("event", sequence, "its content is gone, and no erasure names it")
    for sequence in sorted(seen.full & seen.erased):
        yield Finding("event", sequence, "it was erased, and has content again")
    if seen.last != head:
        yield Finding("head", 0, "the last row is not the one that was noted: rows are missing at the end, or added")


def _row_problems(row: Row, last: Head | None, notices: frozenset[str]) -> Iterator[str]:
    expected, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
    texts = (row.content_hash, row.previous, row.hash, row.subject or "", row.content or "")
    # SQLite keeps any type in any column.
    if not isinstance(row.time, int) or not all(isinstance(text, str) for text in texts):
        yield "a value is not of its type"
        return
    if row.sequence != expected:
        yield f"row {expected} should stand here"
    if row.previous != previous:
        yield "the hash of the row before it does not fit"
    if row.hash != row_hash(row.previous, row.sequence, row.time, row.content_hash):
        yield "its own hash does not fit its number, time and content hash"
    if row.content is None:
        if row.subject is not None:
            yield "it still names its subject, and its content is gone"
        return
    if digest(row.content) != row.content_hash:
        yield "its content does not fit its hash"
        return
    content = json.loads(row.content)
    if row.subject != subject_of(content):
        yield "its subject is not the one of its content"
    notice = notice_of(content)
    if notice is not None and notice not in notices:
        yield "the notice that was shown is not kept"


def subject_of(content: dict[str, object]) -> str | None:
    """The id of the person that a content is about, None for an erasure."""
    header = content.get("header")
    return header["pii_principal_id"] if isinstance(header, dict) else None


def notice_of(content: dict[str, object]) -> str | None:
    """The hash of the notice that a content refers to, None for an erasure."""
    processing = content.get("processing")
    return processing["privacy_notice"]["hash"] if isinstance(processing, dict) else None


def _erased_by(content: str) -> set[int]:
    try:
        data = json.loads(content)
    except ValueError:
        return set()
    named = data.get(ERASURE, {}).get("rows", []) if isinstance(data, dict) else []
    return {number for number in named if isinstance(number, int)}


def count_check(day: str, kind: str, count: int) -> str:
    """The check of a daily counter. It finds damage; it does not prove that nobody changed number and check."""
    return digest(canonical(["consentkit count 1", day, kind, count]))
