"""From a log's lines to what they count for, by the same code as live requests.

Lines that have the same request, status and referrer count alike but for their user agent: that is found out once, and
looked up for the next by these texts. An address is never among them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from consentkit.importers.cuts import REMEMBERED, Cut, Cutter, Key
from consentkit.importers.formats import LogReader
from consentkit.importers.source import MAX_LINE
from consentkit.stats.kinds import Kind, Kinds, Rows, Seen
from consentkit.stats.model import Agent
from consentkit.stats.observer import Observer

REMEMBERED_LENGTH = 1024
"""Bytes of a line; longer ones are seldom twice the same."""
AT_ONCE = 128
"""Lines that are cut before they are counted: their parts are then still in the processor's cache."""

Read = Callable[[Sequence[bytes]], list[Seen | None]]
"""Reads lines; None for what is no request."""


class RowReader:
    """Reads the lines of one log, in the named format or, with "", in the one that its first readable line has."""

    def __init__(self, observer: Observer, log_format: str = "") -> None:
        self._observer = observer
        self._lines = LogReader(log_format)
        self._kinds = Kinds()
        self._known: KnownRows | None = None

    def rows(self, lines: Sequence[bytes]) -> tuple[Rows, list[int]]:
        """What the lines count for, and the numbers (from 0) of those that are no requests."""
        if self._known is None:
            observer = self._observer
            cutter = self._lines.cutter(observer.agent, observer.place if observer.knows_places else None)
            self._known = KnownRows(cutter, self._read) if cutter else None
        if self._known is not None:
            return self._known.rows(lines)
        rows, no_requests = Rows(), []
        for begin in range(0, len(lines), AT_ONCE):
            for number, seen in enumerate(self._read(lines[begin : begin + AT_ONCE]), begin):
                if seen is None:
                    no_requests.append(number)
                else:
                    rows.add(*seen)
        return rows, no_requests

    def _read(self, lines: Sequence[bytes]) -> list[Seen | None]:
        told = [self._lines.parse_line(line) if len(line) <= MAX_LINE else None for line in lines]
        observed = iter(self._observer.observations([facts for facts in told if facts is not None]))
        return [None if facts is None else self._kinds.seen(next(observed)) for facts in told]


class KnownRows:
    """Reads lines that a cutter cuts. `read` reads any lines."""

    def __init__(self, cutter: Cutter, read: Read) -> None:
        self._cutter = cutter
        self._read = read
        self._kinds: dict[Key, Kind] = {}

    def rows(self, lines: Sequence[bytes]) -> tuple[Rows, list[int]]:
        """What the lines count for, and the numbers (from 0) of those that are no requests."""
        rows, no_requests = Rows(), list[int]()
        if max(map(len, lines), default=0) > MAX_LINE:
            self._read_each([None] * len(lines), lines, 0, rows, no_requests)
            return rows, no_requests
        for begin in range(0, len(lines), AT_ONCE):
            some = lines[begin : begin + AT_ONCE]
            cuts = list(self._cutter.cut(some))
            if not (all(cuts) and self._look_up(cuts, rows)):
                self._read_each(cuts, some, begin, rows, no_requests)
        return rows, no_requests

    def _look_up(self, cuts: Sequence[Cut | None], rows: Rows) -> bool:
        """Add lines that were cut, a column after the other; False, and nothing is added, if the kind of one is new."""
        keys, agents, whens, sizes = zip(*cuts, strict=True)
        kinds: list[Any] = list(map(self._kinds.get, keys))
        if not all(kinds):
            return False
        rows.kinds += kinds
        rows.agents += agents
        rows.whens += whens
        rows.sizes += sizes
        return True

    def _read_each(
        self, cuts: Sequence[Cut | None], lines: Sequence[bytes], begin: int, rows: Rows, no_requests: list[int]
    ) -> None:
        """Add lines one by one, the first of which has the number `begin`; what could not be cut is read as a whole."""
        for number, told in enumerate(self._told(cuts, lines), begin):
            if told is None:
                no_requests.append(number)
                continue
            kind, agent, when, size = told
            rows.kinds.append(kind)
            rows.agents.append(agent)
            rows.whens.append(when)
            rows.sizes.append(size)

    def _told(
        self, cuts: Sequence[Cut | None], lines: Sequence[bytes]
    ) -> Iterator[tuple[Kind, Agent, int, int] | None]:
        """What lines say; None for what is no request."""
        known = [self._kinds.get(found[0]) if found else None for found in cuts]
        met = self._meet(cuts, lines, known)
        for place, (found, kind) in enumerate(zip(cuts, known, strict=True)):
            if found is None:
                seen = met[place]
                yield seen and seen[:4]
                continue
            key, agent, when, size = found
            read = kind or ((seen := met[key]) and seen[0])
            yield (read, agent, when, size) if read else None

    def _meet(
        self, cuts: Sequence[Cut | None], lines: Sequence[bytes], known: Sequence[Kind | None]
    ) -> dict[Key | int, Seen | None]:
        """Read the lines of unknown kinds, the first of each, by their keys; what could not be cut by its place."""
        places: dict[Key | int, int] = {}
        for place, (found, kind) in enumerate(zip(cuts, known, strict=True)):
            if kind is None:
                places.setdefault(found[0] if found else place, place)
        met = dict(zip(places, self._read([lines[place] for place in places.values()]), strict=True))
        for key, seen in met.items():
            if seen is not None and not isinstance(key, int) and len(lines[places[key]]) <= REMEMBERED_LENGTH:
                if len(self._kinds) >= REMEMBERED:
                    self._kinds.clear()
                self._kinds[key] = seen[0]
        return met
