"""From a log's lines to what they count for, by the same code as live requests.

In the combined format, lines that have the same request, status and referrer count alike but for their user agent: that
is found out once, and looked up for the next by these texts. An address is never among them.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from consentkit.importers.accesslog import agent_as_written, epoch_as_written, peer_of
from consentkit.importers.formats import LogReader
from consentkit.importers.parts import size_of
from consentkit.importers.source import MAX_LINE
from consentkit.stats.enrich.place import NOWHERE
from consentkit.stats.kinds import Kind, Kinds, Rows, Seen
from consentkit.stats.model import Facet
from consentkit.stats.observer import Observer

REMEMBERED = 32_768
REMEMBERED_LENGTH = 1024
"""Bytes of a line; longer ones are seldom twice the same."""
REMEMBERED_AGENTS = 8192
REMEMBERED_MINUTES = 1024
SECONDS = {b"%02d" % second: second for second in range(61)}

MOMENT = len(b" [23/Nov/2026:10:00:00 +0100] ")
ANSWER = re.compile(rb" ([1-5]\d\d) (\d{1,15}|-) ")
"""Status and bytes, between the quotation marks of request and referrer."""
MINUTE = re.compile(rb" \[(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:)( [+-]\d{4})\] ")
NO_HOST = (b"", NOWHERE)

Value = TypeVar("Value")
Key = tuple[bytes, int, bytes, bytes, Facet]
"""Request, status, referrer and host, and where the address is."""


class RowReader:
    """Reads the lines of one log, in the named format or, with "", in the one that its first readable line has."""

    def __init__(self, observer: Observer, log_format: str = "") -> None:
        self._observer = observer
        self._lines = LogReader(log_format)
        self._kinds = Kinds()
        self._combined = CombinedRows(self._seen, observer.place if observer.knows_places else None)

    def rows(self, lines: Sequence[bytes]) -> tuple[Rows, list[int]]:
        """What the lines count for, and the numbers (from 0) of those that are no requests."""
        if self._lines.format == "combined":
            return self._combined.rows(lines)
        rows, no_requests = Rows(), []
        for number, line in enumerate(lines):
            seen = self._seen(line)
            if seen is None:
                no_requests.append(number)
            else:
                rows.add(*seen)
        return rows, no_requests

    def _seen(self, line: bytes) -> Seen | None:
        facts = self._lines.parse_line(line) if len(line) <= MAX_LINE else None
        return None if facts is None else self._kinds.seen(self._observer.observe(facts))


class CombinedRows:
    """Reads lines of the combined format. `read` reads any line; `place` says where an address is, if that is known.

    A line of which every text was met before takes some 1.5 µs.
    """

    def __init__(
        self, read: Callable[[bytes], Seen | None], place: Callable[[str | None], Facet] | None = None
    ) -> None:
        self._read = read
        self._place = place
        self._kinds: dict[Key, Kind] = {}
        self._agents = Memory(agent_as_written, REMEMBERED_AGENTS)
        self._answers = Memory(_answer, REMEMBERED)
        self._minutes = Memory(_minute, REMEMBERED_MINUTES)

    def rows(self, lines: Sequence[bytes]) -> tuple[Rows, list[int]]:
        """What the lines count for, and the numbers (from 0) of those that are no requests."""
        rows, no_requests = Rows(), []
        # Bound once: this runs for every line.
        kinds, agents, answers, minutes = self._kinds, self._agents, self._answers, self._minutes
        add_kind, add_agent = rows.kinds.append, rows.agents.append
        add_when, add_size = rows.whens.append, rows.sizes.append
        for number, line in enumerate(lines):
            try:
                head, request, answer, referer, between, user_agent, _ = line.split(b'"', 6)
                if between != b" " or b"\\" in line or b"\0" in line:
                    raise ValueError
                status, size = answers[answer]
                when = minutes[head[-MOMENT:-10] + head[-8:]] + SECONDS[head[-10:-8]]
                agent = agents[user_agent]
                key = (request, status, referer, *self._origin(head))
                kind = kinds[key] if key in kinds else self._meet(key, line)
            except (KeyError, ValueError):
                seen = self._read(line)
                if seen is None:
                    no_requests.append(number)
                    continue
                kind, agent, when, size, _ = seen
            add_kind(kind)
            add_agent(agent)
            add_when(when)
            add_size(size)
        return rows, no_requests

    def _meet(self, key: Key, line: bytes) -> Kind:
        """The kind of a line of which no other with this key was met yet; ValueError if it is no request."""
        seen = self._read(line)
        if seen is None:
            raise ValueError
        if len(line) <= REMEMBERED_LENGTH:
            if len(self._kinds) >= REMEMBERED:
                self._kinds.clear()
            self._kinds[key] = seen[0]
        return seen[0]

    def _origin(self, head: bytes) -> tuple[bytes, Facet]:
        """The host, and where the address is."""
        if self._place is None and head.partition(b" ")[2].startswith(b"- "):
            return NO_HOST
        host, address = peer_of(head[:-MOMENT])
        return host, self._place(address) if self._place else NOWHERE


class Memory(dict[bytes, Value]):
    """What was read of texts, of `most` at most; `read` may raise ValueError."""

    def __init__(self, read: Callable[[bytes], Value], most: int) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, text: bytes) -> Value:
        value = self._read(text)
        if len(self) >= self._most:
            self.clear()
        self[text] = value
        return value


def _answer(text: bytes) -> tuple[int, int]:
    """Status and bytes."""
    match = ANSWER.fullmatch(text)
    if match is None:
        raise ValueError
    return int(match[1]), size_of(match[2])


def _minute(text: bytes) -> int:
    """When a minute of ` [23/Nov/2026:10:00: +0100] ` began, in epoch seconds."""
    match = MINUTE.fullmatch(text)
    when = epoch_as_written(match[1] + b"00" + match[2]) if match else None
    if when is None:
        raise ValueError
    return int(when)
