"""From a log's lines to what they count for, by the same code as live requests.

Lines that have the same request, status and referrer count alike but for their user agent: that is found out once, and
looked up for the next by these texts. An address is never among them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from consentkit.importers.cuts import REMEMBERED, Cut, Cutter, Key
from consentkit.importers.formats import LogReader
from consentkit.importers.source import MAX_LINE
from consentkit.stats.kinds import Kind, Kinds, Rows, Seen
from consentkit.stats.observer import Observer

REMEMBERED_LENGTH = 1024
"""Bytes of a line; longer ones are seldom twice the same."""
AT_ONCE = 128
"""Lines that are cut before they are counted: their parts are then still in the processor's cache."""

Read = Callable[[bytes], Seen | None]


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
            self._known = KnownRows(cutter, self._seen) if cutter else None
        if self._known is not None:
            return self._known.rows(lines)
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


class KnownRows:
    """Reads lines that a cutter cuts. `read` reads any line."""

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
        for number, (found, line) in enumerate(zip(cuts, lines, strict=True), begin):
            if found is None:
                seen = self._read(line)
                if seen is None:
                    no_requests.append(number)
                    continue
                kind, agent, when, size, _ = seen
            else:
                key, agent, when, size = found
                met = self._kinds.get(key) or self._meet(key, line)
                if met is None:
                    no_requests.append(number)
                    continue
                kind = met
            rows.kinds.append(kind)
            rows.agents.append(agent)
            rows.whens.append(when)
            rows.sizes.append(size)

    def _meet(self, key: Key, line: bytes) -> Kind | None:
        """The kind of a line of which no other with this key was met yet; None if it is no request."""
        seen = self._read(line)
        if seen is None:
            return None
        if len(line) <= REMEMBERED_LENGTH:
            if len(self._kinds) >= REMEMBERED:
                self._kinds.clear()
            self._kinds[key] = seen[0]
        return seen[0]
