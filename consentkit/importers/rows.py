"""From a log's lines to what they count for, by the same code as live requests.

In the combined format, lines that have the same request, status and referrer count alike but for their user agent: that
is found out once, and looked up for the next by these texts. An address is never among them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from consentkit.importers.accesslog import peer_of
from consentkit.importers.formats import LogReader
from consentkit.importers.parts import MOST_DIGITS
from consentkit.importers.source import MAX_LINE
from consentkit.stats.enrich.place import NOWHERE
from consentkit.stats.kinds import Kind, Kinds, Row
from consentkit.stats.model import Agent, Facet
from consentkit.stats.observer import Observer

REMEMBERED = 32_768
REMEMBERED_LENGTH = 1024
"""Bytes of a line; longer ones are seldom twice the same."""
REMEMBERED_AGENTS = 8192
REMEMBERED_MINUTES = 1024
SECONDS = {b"%02d" % second: second for second in range(61)}

Key = tuple[bytes, bytes, bytes, bytes, Facet]
"""Request, status, referrer and host as they are written, and where the address is."""


class RowReader:
    """Reads the lines of one log, in the named format or, with "", in the one that its first readable line has."""

    def __init__(self, observer: Observer, log_format: str = "") -> None:
        self._observer = observer
        self._lines = LogReader(log_format)
        self._kinds = Kinds()
        place = observer.place if observer.knows_places else None
        self._combined = CombinedRows(self._row, place)

    def rows(self, lines: Sequence[bytes]) -> list[Row | None]:
        """What each line counts for; None for what is no request."""
        if self._lines.format == "combined":
            return self._combined.rows(lines)
        return [self._row(line) for line in lines]

    def _row(self, line: bytes) -> Row | None:
        facts = self._lines.parse_line(line) if len(line) <= MAX_LINE else None
        return None if facts is None else self._kinds.row(self._observer.observe(facts))


class CombinedRows:
    """Reads lines of the combined format. `read` reads any line; `place` says where an address is, if that is known.

    A line of which every text was met before takes some 2 µs.
    """

    def __init__(self, read: Callable[[bytes], Row | None], place: Callable[[str | None], Facet] | None = None) -> None:
        self._read = read
        self._place = place
        self._kinds: dict[Key, Kind] = {}
        self._agents: dict[bytes, Agent] = {}
        self._minutes: dict[bytes, int] = {}

    def rows(self, lines: Sequence[bytes]) -> list[Row | None]:
        """What each line counts for; None for what is no request."""
        rows: list[Row | None] = []
        kinds, agents, minutes = self._kinds, self._agents, self._minutes
        for line in lines:
            try:
                head, request, status, size, referer, user_agent = _parted(line)
                kind = kinds[request, status, referer, *self._origin(head)]
                when = minutes[head[-30:-10] + head[-8:]] + SECONDS[head[-10:-8]]
                row = kind, agents[user_agent], when, size, None
            except (KeyError, ValueError):
                rows.append(self._meet(line))
            else:
                rows.append(row)
        return rows

    def _meet(self, line: bytes) -> Row | None:
        """Read a line that has something new, and keep what it has in common with others."""
        row = self._read(line)
        if row is None or len(line) > REMEMBERED_LENGTH:
            return row
        try:
            head, request, status, _, referer, user_agent = _parted(line)
            begin = row[2] - SECONDS[head[-10:-8]]
        except (KeyError, ValueError):
            return row
        _remember(self._kinds, (request, status, referer, *self._origin(head)), row[0], REMEMBERED)
        _remember(self._agents, user_agent, row[1], REMEMBERED_AGENTS)
        _remember(self._minutes, head[-30:-10] + head[-8:], begin, REMEMBERED_MINUTES)
        return row

    def _origin(self, head: bytes) -> tuple[bytes, Facet]:
        """The host, and where the address is."""
        if self._place is None and head.partition(b" ")[2].startswith(b"- "):
            return b"", NOWHERE
        host, address = peer_of(head[:-30])
        return host, self._place(address) if self._place else NOWHERE


def _parted(line: bytes) -> tuple[bytes, bytes, bytes, int, bytes, bytes]:
    """What stands before the request, and request, status, size, referrer and user agent as they are written.

    ValueError for a line that needs a closer look. What stands before ends with ` [23/Nov/2026:10:00:00 +0100] `.
    """
    head, request, answer, referer, between, user_agent, _ = line.split(b'"', 6)
    before, status, size, after = answer.split(b" ")
    if before or after or between != b" " or b"\\" in line or b"\0" in line:
        raise ValueError
    if size.isdigit() and len(size) <= MOST_DIGITS:
        return head, request, status, int(size), referer, user_agent
    if size != b"-":
        raise ValueError
    return head, request, status, 0, referer, user_agent


def _remember(known: dict[Any, Any], key: object, value: object, most: int) -> None:
    if len(known) >= most:
        known.clear()
    known[key] = value
