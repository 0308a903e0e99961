"""Which origin a browser would contact for the text of an attribute (WHATWG URL Standard §4.4, §3.5)."""

import ipaddress
import re
from functools import lru_cache
from html import unescape
from urllib.parse import unquote_to_bytes, urljoin

import idna

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
"""The schemes that lead to a host, with their default ports; `file`, `data`, `blob` and others contact nobody."""

MAX_REMEMBERED = 2048
"""Characters of an address whose answer is remembered."""

EDGES = "".join(map(chr, range(0x21)))
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
FORBIDDEN = re.compile(r"[\x00-\x20#/:<>?@\[\\\]^|%\x7f]")
NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")


def decoded(attribute: str) -> str:
    """The value of an attribute as it stands in the HTML, with its character references read."""
    return unescape(attribute) if "&" in attribute else attribute


def clean(address: str) -> str:
    """An address without what browsers ignore: control characters and blanks around it, tabs and line ends in it."""
    return re.sub(r"[\t\n\r]", "", address.strip(EDGES)).strip(EDGES) if address else ""


def origin(address: str, base: str = "") -> str | None:
    """The origin of an address (`https://host`, with the port if it is not the default one), or None if there is none.

    `base` is the absolute address that a relative one is taken from.
    """
    return _remembered(address, base) if len(address) <= MAX_REMEMBERED else _origin(address, base)


def _origin(address: str, base: str) -> str | None:
    text = clean(address)
    match = SCHEME.match(text)
    if match:
        scheme = match[1].lower()
        rest = text[match.end() :]
        if scheme not in PORTS:
            return None
        inherited = SCHEME.match(base)
        if inherited and inherited[1].lower() == scheme and not _is_slashes(rest[:2]):
            return origin(base)
        return _of_authority(scheme, rest.lstrip("/\\"))
    if not base:
        return None
    if _is_slashes(text[:2]):
        inherited = SCHEME.match(base)
        scheme = inherited[1].lower() if inherited else ""
        return _of_authority(scheme, text.lstrip("/\\")) if scheme in PORTS else None
    return origin(base)


def absolute(address: str, base: str) -> str:
    """The address in full."""
    text = clean(address)
    head = re.match(r"[^?#]*", text)
    path = head[0] if head else ""
    return urljoin(base, path.replace("\\", "/") + text[len(path) :])


_remembered = lru_cache(maxsize=1024)(_origin)


def _is_slashes(text: str) -> bool:
    return len(text) == 2 and text[0] in "/\\" and text[1] in "/\\"


def _of_authority(scheme: str, rest: str) -> str | None:
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    name, port = authority, ""
    match = re.fullmatch(r"(.*?)(?::([0-9]*))?", authority, re.S)
    if match:
        name, port = match[1], (match[2] or "").lstrip("0") or (match[2] and "0") or ""
    if len(port) > 5 or (port and int(port) > 65535):
        return None
    found = host(name)
    if not found:
        return None
    shown = f":{int(port)}" if port and int(port) != PORTS[scheme] else ""
    return f"{scheme}://{found}{shown}"


def host(name: str) -> str | None:
    """A host as browsers write it (WHATWG URL §3.5), or None if it is none."""
    if name.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(name[1:-1]).compressed}]" if name.endswith("]") else None
        except ValueError:
            return None
    if "%" in name:
        name = unquote_to_bytes(name).decode("utf-8", "replace")
    name = name.lower() if name.isascii() else _in_ascii(name)
    if not name or FORBIDDEN.search(name):
        return None
    labels = name.removesuffix(".").split(".")
    if labels[-1].isdigit() or NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    return name


def _in_ascii(name: str) -> str:
    """The name with its letters mapped (UTS 46, not transitional) and in Punycode; "" if browsers refuse it.

    Lenient about what a registry would refuse: a name too many that is found out harms nobody.
    """
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
    except (idna.IDNAError, ValueError, IndexError):
        return ""
    labels = (
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in mapped.split(".")
    )
    return ".".join(labels).lower()


def _ipv4(labels: list[str]) -> str | None:
    """The address that browsers read from one to four numbers, decimal, octal or hexadecimal."""
    if len(labels) > 4:
        return None
    numbers: list[int] = []
    for label in labels:
        number = _number(label)
        if number is None:
            return None
        numbers.append(number)
    *high, low = numbers
    if any(number > 255 for number in high) or low >= 256 ** (5 - len(numbers)):
        return None
    value = low + sum(number * 256 ** (3 - place) for place, number in enumerate(high))
    return str(ipaddress.IPv4Address(value))


def _number(label: str) -> int | None:
    if not NUMBER.fullmatch(label) or len(label) > 40:
        return None
    if label[:2].lower() == "0x":
        return int(label[2:] or "0", 16)
    if len(label) > 1 and label[0] == "0":
        return int(label, 8) if re.fullmatch("[0-7]+", label) else None
    return int(label)
