"""Logs in the W3C extended format (IIS, and CloudFront's standard logs): `#Fields:` says what stands in a line.

W3C Working Draft WD-logfile-960323. Times are UTC.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from consentkit.importers.fields import address_of, epoch_of, logged, size_of, status_of
from consentkit.stats.facts import RequestFacts

FIELDS = b"#Fields:"
VALUE = re.compile(rb'"((?:[^"]|"")*)"|([^\s"]\S*)')


class W3CLog:
    """Reads the lines of one log in order: a directive `#Fields:` holds for the lines after it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.tabs = False

    def parse_line(self, line: bytes) -> RequestFacts | None:
        """The facts of a line, or None where it is none; a directive is none."""
        if line.startswith(FIELDS):
            self.names = line[len(FIELDS) :].decode("latin-1").lower().split()
            # CloudFront parts its values, though not the names above them, by tabs.
            self.tabs = "x-edge-location" in self.names
            return None
        if line.startswith(b"#"):
            return None
        values = line.split(b"\t") if self.tabs else [_unquoted(match) for match in VALUE.finditer(line)]
        return self._facts(dict(zip(self.names, values, strict=True))) if len(values) == len(self.names) else None

    def _facts(self, row: Mapping[str, bytes]) -> RequestFacts | None:
        def raw(*names: str) -> bytes:
            return next((row[name] for name in names if row.get(name, b"-") != b"-"), b"")

        def text(name: str) -> str:
            return raw(name).decode("latin-1")

        when = epoch_of(f"{text('date')}T{text('time')}")
        status = status_of(text("sc-status"))
        if when is None or not status:
            return None
        query = row.get("cs-uri-query", b"-")
        stem = row.get("cs-uri-stem", row.get("cs-uri", b"/"))
        return logged(
            when=when,
            method=text("cs-method"),
            target=stem if query in (b"-", b"") else stem + b"?" + query,
            host=raw("x-host-header", "cs-host", "cs(host)"),
            status=status,
            size=size_of(row.get("sc-bytes", b"")),
            user_agent=self.header(raw("cs(user-agent)")) if "cs(user-agent)" in row else None,
            referer=self.header(raw("cs(referer)")),
            address=address_of(text("c-ip")),
            secure=text("cs-protocol").lower() == "https" or text("s-port") == "443",
        )

    def header(self, value: bytes) -> bytes:
        """A header: CloudFront percent-encodes it, IIS writes its blanks as `+`."""
        if self.tabs:
            return unquote_to_bytes(value)
        return value if b" " in value else value.replace(b"+", b" ")


def _unquoted(match: re.Match[bytes]) -> bytes:
    quoted = match[1]
    return match[2] if quoted is None else bytes(quoted).replace(b'""', b'"')
