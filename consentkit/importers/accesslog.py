"""Access logs in the common and combined formats of Apache and nginx, with or without the virtual host in front.

Works on bytes: a line is what a client made of it. Nothing here raises on a line, and no line is ever quoted.
"""

import re
from calendar import timegm
from functools import lru_cache
from typing import Final

from consentkit.importers.fields import logged, size_of
from consentkit.stats.facts import RequestFacts

QUOTED: Final = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
LINE = re.compile(
    rb"(.*?) \[(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]\s" + QUOTED + rb"\s(\d{3})\s(\S+)(.*)", re.DOTALL
)
"""Who, when, request, status, bytes, and the rest, which is referrer and user agent in the combined format."""

REST = re.compile(rb"\s" + QUOTED + rb'\s"([^"\\]*(?:\\.[^"\\]*)*)', re.DOTALL)
"""The closing quotation mark of the user agent may be missing: a log cut off there still has the whole request."""

ESCAPED = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|(["\\]))')
ADDRESS = re.compile(rb"\[?([0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]*)\]?")
MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


def parse_line(line: bytes) -> RequestFacts | None:
    """The facts of a line without its end, or None where it is none of a log in these formats."""
    match = LINE.fullmatch(line)
    if match is None or b"\0" in line:
        return None
    who, moment, request, status, size, rest = match.groups()
    when = epoch_as_written(moment)
    if when is None or not 100 <= int(status) <= 599:
        return None
    host, address = peer_of(who)
    method, target = _request(_unescaped(request))
    headers = REST.match(rest)
    referer, user_agent = (header_of(headers[1]), header_of(headers[2])) if headers else (b"", None)
    return logged(
        when=when,
        method=method,
        target=target,
        host=host,
        status=int(status),
        size=size_of(size),
        user_agent=user_agent,
        referer=referer,
        address=address,
    )


def epoch_as_written(moment: bytes) -> float | None:
    """Epoch seconds of `23/Nov/2026:10:00:00 +0100`, or None for a time that never was."""
    midnight = _midnight(moment[:11], moment[21:])
    hour, minute, second = int(moment[12:14]), int(moment[15:17]), int(moment[18:20])
    if midnight is None or hour > 23 or minute > 59 or second > 60:  # 60 is a leap second
        return None
    return float(midnight + hour * 3600 + minute * 60 + second)


@lru_cache(maxsize=64)
def _midnight(date: bytes, zone: bytes) -> int | None:
    """Epoch seconds at which a day begins, or None for a day that never was: timegm takes 30 February as 2 March."""
    try:
        day, month, year = int(date[:2]), MONTHS.index(date[3:6].lower()) + 1, int(date[7:])
    except ValueError:
        return None
    if not 1970 <= year <= 9998 or not 1 <= day <= _days(year, month):
        return None
    offset = (int(zone[1:3]) * 60 + int(zone[3:5])) * 60
    return timegm((year, month, day, 0, 0, 0)) - (offset if zone[:1] == b"+" else -offset)


def _days(year: int, month: int) -> int:
    return (timegm((year + month // 12, month % 12 + 1, 1, 0, 0, 0)) - timegm((year, month, 1, 0, 0, 0))) // 86400


def peer_of(who: bytes) -> tuple[bytes, str | None]:
    """The virtual host (empty if the line has none) and the address: `[host[:port]] address ident user`."""
    first, _, others = who.partition(b" ")
    second = ADDRESS.fullmatch(others.partition(b" ")[0])
    if second is not None:
        return first, second[1].decode("ascii")
    address = ADDRESS.fullmatch(first)
    return b"", address[1].decode("ascii") if address else None


def _request(request: bytes) -> tuple[str, bytes]:
    """Method and target; the first is "" where a connection was closed before it asked."""
    parts = request.split(b" ")
    if len(parts) == 1:
        return ("" if request in (b"", b"-") else "-"), b"/"
    return parts[0].decode("latin-1"), parts[1] if len(parts) == 2 else b" ".join(parts[1:-1])


def header_of(value: bytes) -> bytes:
    """A header as it was sent."""
    return b"" if value == b"-" else _unescaped(value)


def _unescaped(value: bytes) -> bytes:
    if b"\\" not in value:
        return value
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]) if match[1] else match[2], value)
