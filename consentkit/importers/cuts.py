"""Cuts lines of logs into what tells how they count, and what varies from one to the next.

A line in which anything is unusual is not cut, but read as a whole. Each cutter is about one format, so that a line
takes it some 1 µs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from consentkit.importers.accesslog import epoch_as_written, header_of, peer_of
from consentkit.importers.fields import address_of, epoch_of, size_of
from consentkit.importers.w3clog import W3CLog
from consentkit.stats.facts import UNTOLD
from consentkit.stats.model import Agent, Facet

REMEMBERED = 32_768
REMEMBERED_AGENTS = 8192
REMEMBERED_MINUTES = 1024

SECONDS = {b"%02d" % second: second for second in range(60)}
LEAP = {**SECONDS, b"60": 60}
"""What the formats of Apache may have as well."""
MIDNIGHT = b":00:00:"
CLOCK = {b":%02d:%02d:" % divmod(minute, 60): minute * 60 for minute in range(1440)}
"""Seconds from midnight to the minutes of a day."""
NEVER = -(1 << 60)
"""A time, and a part of one, that cannot be read."""
UNREAD = 0, 0
"""Status and bytes that cannot be read."""

MOMENT = len(b" [23/Nov/2026:10:00:00 +0100] ")
USER = -MOMENT - len(b" - -")
PLAIN_BLANKS = b"192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] ".count(b" ")
ANSWER = re.compile(rb" ([1-5]\d\d) (\d{1,15}|-) ")
"""Status and bytes, between the quotation marks of request and referrer."""
MINUTE = re.compile(rb" \[(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:)( [+-]\d{4})\] ")
ISO_MINUTE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:")

ALIKE = (
    "cs-method", "cs-uri-stem", "cs-uri", "cs-uri-query", "x-host-header", "cs-host", "cs(host)", "sc-status",
    "cs(referer)", "cs-protocol", "s-port",
)  # fmt: skip
"""Fields of the W3C format; lines that have the same in these count alike but for their user agent."""

BALANCED = re.compile(
    rb"(?:(?:https?|h2|grpcs|wss?) )?(\d{4}-\d\d-\d\dT\d\d:\d\d:)(\d\d)(?:\.\d{1,6})?Z \S+ (\S+) \S+ "
    rb'[-\d.]+ [-\d.]+ [-\d.]+ (\d{3}) \S+ \d+ (\d+) ("[^"\\]*") "([^"\\]*)"'
)
"""A line of a load balancer: minute, second, client, status, bytes, request, user agent."""

Key = tuple[object, ...]
"""Texts of a line and where its address is; lines that have the same count alike but for their user agent."""
Cut = tuple[Key, Agent, int, int]
"""Key, user agent, when (epoch seconds), bytes."""
Agents = Callable[[bytes], Agent]
"""The agent of a User-Agent header."""
Places = Callable[[str | None], Facet] | None
"""Where an address is, None if nothing is known of places."""

Value = TypeVar("Value")


class Cutter(Protocol):
    """Cuts lines of one format, at least one at a time."""

    def cut(self, lines: Sequence[bytes]) -> Iterator[Cut | None]:
        """The parts of each line, None for one that is to be read as a whole."""


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


class Tolerant(Memory[Value]):
    """The same, which gives `otherwise` for what cannot be read, and does not remember it."""

    def __init__(self, read: Callable[[bytes], Value], most: int, otherwise: Value) -> None:
        super().__init__(read, most)
        self._otherwise = otherwise

    def __missing__(self, text: bytes) -> Value:
        try:
            return super().__missing__(text)
        except (KeyError, ValueError):
            return self._otherwise


class CombinedCutter:
    """Cuts lines of the combined and the common format, many at once a column after the other, which is faster."""

    def __init__(self, agent: Agents, place: Places) -> None:
        self._place = place
        self._agents = Memory(lambda text: agent(header_of(text)), REMEMBERED_AGENTS)
        self._answers = Tolerant(_answer, REMEMBERED, UNREAD)
        self._minutes = Tolerant(self._minute, REMEMBERED_MINUTES, NEVER)
        self._days = Memory(_minute, REMEMBERED_MINUTES)

    def cut(self, lines: Sequence[bytes]) -> Iterator[Cut | None]:
        """The parts of each line, None for one that is to be read as a whole."""
        parts = [line.split(b'"', 6) for line in lines]
        whole = [some if len(some) == 7 and some[4] == b" " else _as_combined(some) for some in parts]
        heads, requests, answers, referers, _, agents, _ = zip(*whole, strict=True)
        minutes, second_of = self._minutes, LEAP.get
        whens = [minutes[head[-MOMENT:-10] + head[-8:]] + second_of(head[-10:-8], NEVER) for head in heads]
        answered = list(map(self._answers.__getitem__, answers))
        keys = zip(requests, [status for status, _ in answered], referers, self._origins(heads), strict=True)
        sizes = [size for _, size in answered]
        cuts = zip(keys, map(self._agents.__getitem__, agents), whens, sizes, strict=True)
        text = b"".join(lines)
        if b"\\" in text or b"\0" in text:
            return (
                None if b"\\" in line or b"\0" in line else _read(cut) for line, cut in zip(lines, cuts, strict=True)
            )
        return map(_read, cuts) if UNREAD in answered or min(whens) < 0 else cuts

    def _minute(self, text: bytes) -> int:
        """The same as of `_minute`, of which a day is read but once."""
        return self._days[text[:13] + MIDNIGHT + text[20:]] + CLOCK[text[13:20]]

    def _origins(self, heads: Sequence[bytes]) -> list[tuple[bytes, Facet | None] | None]:
        """The hosts, and where the addresses are."""
        if self._place is not None:
            return [self._origin(head) for head in heads]
        # Most lines have an address and two dashes in front, and nothing is asked of the address.
        return [
            None if head[USER:-MOMENT] == b" - -" and head.count(b" ") == PLAIN_BLANKS else self._origin(head)
            for head in heads
        ]

    def _origin(self, head: bytes) -> tuple[bytes, Facet | None]:
        """The host, and where the address is."""
        host, address = peer_of(head[:-MOMENT])
        return host, self._place(address) if self._place else None


class Fields(NamedTuple):
    """Where the fields stand in a line of so many values; what is not there is the value behind the last."""

    tabs: bool
    values: int
    key_of: Callable[[list[Any]], Key]
    date: int
    time: int
    agent: int
    size: int
    address: int


class W3CCutter:
    """Cuts lines of the W3C extended format, whose fields `log` has read."""

    def __init__(self, log: W3CLog, agent: Agents, place: Places) -> None:
        self._log = log
        self._place = place
        self._agent = agent
        self._names: Sequence[str] = ()
        self._fields: Fields | None = None
        self._agents = Memory(self._agent_of, REMEMBERED_AGENTS)
        self._sizes = Memory(size_of, REMEMBERED)
        self._minutes = Memory(_iso_minute, REMEMBERED_MINUTES)
        self._untold = agent(UNTOLD)

    def cut(self, lines: Sequence[bytes]) -> Iterator[Cut | None]:
        """The parts of each line, None for one that is to be read as a whole."""
        agents, sizes, minutes, place = self._agents, self._sizes, self._minutes, self._place
        for line in lines:
            if self._names is not self._log.names:
                self._learn()
            fields = self._fields
            if fields is None or line[:1] == b"#" or b'"' in line:
                yield None
                continue
            values: list[Any] = line.split(b"\t") if fields.tabs else line.split()
            if len(values) != fields.values:
                yield None
                continue
            # Under one directive `-` may stand for what another does not have; between tabs texts are read otherwise.
            values += (None, fields.tabs)
            key = fields.key_of(values)
            moment = values[fields.time]
            user_agent, sent = values[fields.agent], values[fields.size]
            try:
                when = minutes[values[fields.date] + b"T" + moment[:-2]] + SECONDS[moment[-2:]]
                agent = self._untold if user_agent is None else agents[user_agent]
                size = 0 if sent is None else sizes[sent]
            except (KeyError, ValueError):
                yield None
                continue
            if place:
                address = values[fields.address]
                key = *key, place(address_of(address.decode("latin-1")) if address else None)
            yield key, agent, when, size

    def _learn(self) -> None:
        """Take note of where the fields stand."""
        names = self._names = self._log.names
        where = {name: number for number, name in enumerate(names)}
        self._agents.clear()
        self._fields = None
        if {"date", "time", "sc-status"} <= where.keys():
            none = len(names)
            self._fields = Fields(
                self._log.tabs,
                none,
                itemgetter(*[where.get(name, none) for name in ALIKE], none + 1),
                *[where.get(name, none) for name in ("date", "time", "cs(user-agent)", "sc-bytes", "c-ip")],
            )

    def _agent_of(self, value: bytes) -> Agent:
        return self._agent(self._log.header(b"" if value == b"-" else value))


class BalancerCutter:
    """Cuts lines of AWS load balancers."""

    def __init__(self, agent: Agents, place: Places) -> None:
        self._place = place
        self._agents = Memory(lambda text: agent(b"" if text == b"-" else text), REMEMBERED_AGENTS)
        self._sizes = Memory(size_of, REMEMBERED)
        self._minutes = Memory(_iso_minute, REMEMBERED_MINUTES)

    def cut(self, lines: Sequence[bytes]) -> Iterator[Cut | None]:
        """The parts of each line, None for one that is to be read as a whole."""
        agents, sizes, minutes, match_of = self._agents, self._sizes, self._minutes, BALANCED.match
        for line in lines:
            match = match_of(line)
            if match is None:
                yield None
                continue
            minute, second, client, status, sent, request, user_agent = match.groups()
            try:
                key = request, status, self._place(address_of(client.decode("latin-1"))) if self._place else None
                found = key, agents[user_agent], minutes[minute] + SECONDS[second], sizes[sent]
            except (KeyError, ValueError):
                yield None
                continue
            yield found


def _as_combined(parts: Sequence[bytes]) -> Sequence[bytes]:
    """The parts of a line in the common format as of one in the combined, of any other of one that cannot be read."""
    if len(parts) != 3:
        return (b"",) * 7
    head, request, answer = parts
    return head, request, answer + b" ", b"", b" ", UNTOLD, b""


def _read(cut: Cut) -> Cut | None:
    """None for a line whose answer or time cannot be read."""
    return None if cut[2] < 0 or cut[0][1] == UNREAD[0] else cut


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


def _iso_minute(text: bytes) -> int:
    """When a minute of `2026-11-23T10:00:` (UTC) began, in epoch seconds."""
    when = epoch_of(f"{text.decode('ascii')}00Z") if ISO_MINUTE.fullmatch(text) else None
    if when is None:
        raise ValueError
    return int(when)
