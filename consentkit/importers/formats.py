"""Which format a log has, told by its first line that can be read."""

from collections.abc import Callable

from consentkit.importers.accesslog import parse_line as parse_combined
from consentkit.importers.awslog import parse_aws
from consentkit.importers.cuts import Agents, BalancerCutter, CombinedCutter, Cutter, Places, W3CCutter
from consentkit.importers.jsonlog import parse_caddy, parse_traefik
from consentkit.importers.w3clog import FIELDS, W3CLog
from consentkit.stats.facts import RequestFacts

Parser = Callable[[bytes], RequestFacts | None]
"""Reads a line without its end; None where it is no request."""

BY_LINE: dict[str, Parser] = {
    "caddy": parse_caddy,
    "traefik": parse_traefik,
    "aws": parse_aws,
    "combined": parse_combined,
}
"""The formats whose every line says all; the first that can read a line is that of the log."""


class LogReader:
    """Reads the lines of one log, in the named format or, with "", in the one that its first readable line has."""

    def __init__(self, named: str = "") -> None:
        self.format = ""
        self._parse: Parser = self._find
        self._w3c = W3CLog()
        if named:
            self._settle(named)

    def parse_line(self, line: bytes) -> RequestFacts | None:
        """The facts of a line, or None where it is no request. Never raises."""
        return self._parse(line)

    def cutter(self, agent: Agents, place: Places) -> Cutter | None:
        """What cuts lines of the log's format; None for one that nothing cuts, and before it is known."""
        if self.format == "combined":
            return CombinedCutter(agent, place)
        if self.format == "aws":
            return BalancerCutter(agent, place)
        return W3CCutter(self._w3c, agent, place) if self.format == "w3c" else None

    def _settle(self, name: str) -> None:
        self.format = name
        self._parse = self._w3c.parse_line if name == "w3c" else BY_LINE[name]

    def _find(self, line: bytes) -> RequestFacts | None:
        if line.startswith(FIELDS):
            self._settle("w3c")
            return self._parse(line)
        for name, parse in BY_LINE.items():
            facts = parse(line) if (name in ("caddy", "traefik")) == line.startswith(b"{") else None
            if facts is not None:
                self._settle(name)
                return facts
        return None
