"""An independent model of what a browser does with a Set-Cookie line (RFC 6265bis §5.6-5.7), to hold the gate against.

Written from the standard's steps, without a look at consentkit's own parser.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DELIMITERS = "\t" + "".join(map(chr, [*range(0x20, 0x30), *range(0x3B, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F)]))


@dataclass(frozen=True, slots=True)
class Stored:
    """A cookie as the browser keeps it; `expired`: storing it only removes an older one."""

    name: bytes
    value: bytes
    expired: bool


def store(line: bytes, now: float, *, host: str = "www.example.com") -> Stored | None:
    """What a browser stores for a line that an https page of `host` sends, None if it ignores the line."""
    if any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in line):
        return None
    pair, _, rest = line.partition(b";")
    name, value = pair.split(b"=", 1) if b"=" in pair else (b"", pair)
    name, value = name.strip(b" \t"), value.strip(b" \t")
    if not name + value or len(name) + len(value) > 4096:
        return None
    attributes = _attributes(rest) if b";" in line else {}
    if _breaks_prefix(name, value, attributes) or _is_foreign(attributes.get("domain"), host):
        return None
    expiry = attributes.get("max-age", attributes.get("expires"))
    if isinstance(expiry, int) and "max-age" in attributes:
        return Stored(name, value, expiry <= 0)
    return Stored(name, value, isinstance(expiry, float) and expiry <= now)


def _breaks_prefix(name: bytes, value: bytes, attributes: dict[str, Any]) -> bool:
    """Whether a cookie, or a nameless one's value, has a prefix whose rules it breaks."""
    posing = (name or value).lower()
    if posing.startswith(b"__host-") and (attributes.get("path") != b"/" or attributes.get("domain")):
        return True
    return posing.startswith((b"__secure-", b"__host-")) and (not name or "secure" not in attributes)


def _is_foreign(domain: bytes | None, host: str) -> bool:
    """Whether a cookie is for a domain that the host does not belong to."""
    return bool(domain) and not f".{host}".endswith("." + domain.decode("latin-1").lstrip(".").lower())


def _attributes(text: bytes) -> dict[str, Any]:
    """The attributes that count, the last of each kind."""
    found: dict[str, Any] = {}
    for part in text.split(b";"):
        raw_key, _, value = part.partition(b"=")
        key, value = raw_key.strip(b" \t").decode("latin-1").lower(), value.strip(b" \t")
        if len(value) > 1024:
            continue
        if key == "max-age":
            if re.fullmatch(rb"-?[0-9]+", value):
                found[key] = int(value)
        elif key == "expires":
            date = parse_date(value.decode("latin-1"))
            if date is not None:
                found[key] = date
        elif key in ("secure", "path", "domain"):
            found[key] = value
    return found


def parse_date(text: str) -> float | None:
    """The cookie-date algorithm (RFC 6265bis §5.6.1)."""
    time = day = month = year = None
    for token in re.split(f"[{re.escape(DELIMITERS)}]+", text):
        if time is None and (match := re.match(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9]|$)", token)):
            time = tuple(map(int, match.groups()))
        elif day is None and (match := re.match(r"([0-9]{1,2})(?:[^0-9]|$)", token)):
            day = int(match[1])
        elif month is None and token[:3].lower() in MONTHS:
            month = MONTHS.index(token[:3].lower()) + 1
        elif year is None and (match := re.match(r"([0-9]{2,4})(?:[^0-9]|$)", token)):
            year = int(match[1])
    if time is None or day is None or month is None or year is None:
        return None
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, *time, tzinfo=UTC).timestamp()
    except ValueError:
        return None
