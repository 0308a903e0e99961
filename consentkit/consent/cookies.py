"""Cookie and Set-Cookie lines as bytes, read the way browsers read them.

Python's `http.cookies` is not used to decide anything: it stops at the first pair it dislikes, so a refused cookie
behind `pref={"a":1}` would escape. The rules here are RFC 6265bis §5.6 as Chromium and Firefox were measured to apply
them; where the two differ or a line is malformed, the answer is the one that lets less through.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

BLANK: Final = b" \t"

SEPARATOR: Final = b"; "
"""Between the pairs that browsers send (RFC 6265bis §5.8.3)."""

CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code != 0x09)
NOT_PLAIN = CONTROLS + BLANK + b";"
ODD: Final = bytes(0x21 if code in NOT_PLAIN else code for code in range(256))
"""Turns what is not plain into something else, and leaves all else alone."""

MAX_AGE_PAST = re.compile(rb"(?:0|-\d{1,10})", re.ASCII)
EXPIRES = re.compile(rb"[A-Za-z]{3}, (\d\d)[ -]([A-Za-z]{3})[ -](\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
EPOCH_YEAR, PAST_YEAR = 1970, 2020
"""An Expires that deletes is decades old (1970 as a rule); a nearer one may lie ahead of a slow client clock. An older
one than 1601 is no date to a browser, which then ignores the attribute and stores the cookie (RFC 6265bis §5.1.1)."""


def has_control(text: bytes) -> bool:
    """Whether a control character other than the tab is in it: browsers store no such cookie."""
    return text.translate(None, CONTROLS) != text


def name_of(raw: bytes) -> str | None:
    """The name that stands before a `=`, None where there is none to rely on.

    Names are bytes; latin-1 keeps them apart one to one. A name that ends in what only Python counts as blank is
    another name to the app than to the browser, so it is none to rely on.
    """
    name = raw.strip(BLANK).decode("latin-1")
    return name if name and name == name.strip() else None


class Cookies:
    """A Cookie header, read: `parts` are its pairs, trimmed, and `names` their raw names; `;` ends one even in quotes.

    The raw name is what stands before the `=`, b"" where there is none to rely on: a pair without `=` is nameless to
    Chromium and a name to others, and a nameless cookie can pose as any other (`=__Host-x=1`). `single` is the value of
    the cookie of the name `wanted`, None if it came not at all or several times.
    """

    __slots__ = ("header", "names", "parts", "single")
    names: tuple[bytes, ...]

    def __init__(self, header: bytes, wanted: bytes | None = None) -> None:
        self.header = header
        self.single: bytes | None = None
        self.parts = parts = header.split(SEPARATOR)
        # A blank or `;` that parts nothing, or a control character: then each pair is looked at.
        joined = b"".join(parts)
        odd = joined.translate(ODD) != joined
        if odd or not header:
            self.parts = parts = [pair for part in header.split(b";") if (pair := part.strip(BLANK))]
        names, met = [], 0
        for pair in parts:
            raw, equals, value = pair.partition(b"=")
            if not equals or (odd and has_control(pair)):
                raw = b""
            elif raw == wanted:
                met += 1
                self.single = value if met == 1 else None
            names.append(raw)
        self.names = tuple(names)

    @property
    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Each pair behind its raw name."""
        return list(zip(self.names, self.parts, strict=True))

    def values(self, name: bytes) -> list[bytes]:
        """The values of a cookie, usually one."""
        return [pair[len(name) + 1 :] for raw, pair in self.pairs if raw == name]

    def only(self, kept: Iterable[int]) -> bytes:
        """The header with the pairs at these places, byte for byte."""
        parts = self.parts
        return SEPARATOR.join([parts[at] for at in kept])


@dataclass(frozen=True, slots=True)
class SetCookie:
    """What matters of a Set-Cookie line: its name (None if it has none to rely on), and whether it only deletes."""

    name: str | None
    deletes: bool


def parse_set_cookie(line: bytes) -> SetCookie:
    """Read a Set-Cookie line (without the header's name)."""
    first, *attributes = line.split(b";")
    if has_control(line):
        return SetCookie(None, False)
    raw, equals, _ = first.partition(b"=")
    return SetCookie(name_of(raw) if equals else None, _deletes(attributes))


def _deletes(attributes: list[bytes]) -> bool:
    """Whether every browser takes the line as a deletion: doubtful attributes say no.

    Max-Age goes before Expires and the last of a kind counts, but an attribute that a browser ignores (malformed,
    over 1024 bytes) brings another one back; so all of a kind must agree. An Expires of "now", as some frameworks
    send beside Max-Age=0, neither proves nor disproves a deletion.
    """
    values: dict[bytes, list[bytes]] = {b"max-age": [], b"expires": []}
    for attribute in attributes:
        key, _, value = attribute.partition(b"=")
        values.get(key.strip(BLANK).lower(), []).append(value.strip(BLANK))
    if values[b"max-age"]:
        return all(MAX_AGE_PAST.fullmatch(value) for value in values[b"max-age"])
    return bool(values[b"expires"]) and all(_long_past(value) for value in values[b"expires"])


def _long_past(date: bytes) -> bool:
    match = EXPIRES.fullmatch(date)
    if match is None or match[2].lower() not in MONTHS or not EPOCH_YEAR <= int(match[3]) < PAST_YEAR:
        return False
    month = MONTHS.index(match[2].lower()) + 1
    try:
        datetime(int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6]))
    except ValueError:
        # The 31st of February is no date either.
        return False
    return True
