"""The response headers that keep closed origins closed: Content-Security-Policy, Permissions-Policy and Link."""

import re
from collections.abc import Callable, Iterable, Sequence

from consentkit.asgi import Headers
from consentkit.html.origins import Closed
from consentkit.html.tags import HARMLESS_RELS, Addresses, loaded

OWN_SOURCES = "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' data: blob: filesystem: mediastream:"
"""What a page may do without contacting anybody else: a second policy can only restrict, so the app's own decides."""

ADVERTISING = b"browsing-topics=(), private-state-token-issuance=(), private-state-token-redemption=()"
"""Interfaces of browsers that serve advertising (rule C2); closed while marketing is not granted.

Only names that browsers still know: Chromium 156 complains in the console about those of attribution reporting,
auctions and shared storage, which it no longer has.
"""

LINK = re.compile(r"""(?:<[^>]*>|"(?:[^"\\]|\\.)*"|[^,<"])+""", re.S)
TARGET = re.compile(r"<([^>]*)>")
REL = re.compile(r""";\s*rel\*?\s*=\s*(?:"([^"]*)"|([^\s;,]+))""", re.I)
MAX_LINK = 16_384

LEADING: dict[bytes, Callable[[str], Iterable[str]]] = {
    b"refresh": lambda text: loaded("meta", [("http-equiv", "refresh"), ("content", text)]),
    b"speculation-rules": lambda text: re.findall(r'"([^"]*)', text),
}
"""Other headers by which a browser contacts somebody whatever the policy says, and the addresses in them."""

LINKING = frozenset({b"link", *LEADING})
"""Headers that may lead to a closed origin."""


def content_security_policy(hosts: Sequence[str], closed: Closed) -> bytes:
    """The policy that lets a page contact its own site and the origins of granted services, and nobody else.

    `hosts` are the site's own host names.
    """
    names = (*(host for host in hosts if re.fullmatch(r"[a-z0-9.-]+", host)), *closed.allowed)
    return " ".join((f"default-src {OWN_SOURCES}", *sources(names))).encode("ascii", "ignore")


def sources(names: Iterable[str]) -> list[str]:
    """What a policy allows for host names and origins: these, and their web sockets."""
    return list(dict.fromkeys(source for name in names for source in (name, *_sockets(name))))


def _sockets(name: str) -> tuple[str, ...]:
    """The web socket beside an origin: a source with a scheme of its own covers no other."""
    scheme, separator, rest = name.partition("://")
    return (f"{'wss' if scheme == 'https' else 'ws'}://{rest}",) if separator else (f"wss://{name}",)


def without_closed_links(headers: Headers, addresses: Addresses) -> Headers:
    """The headers without the links to closed origins; what is left is as it was, byte for byte.

    A refresh goes like the `<meta>` that says the same; so does a file of speculation rules that lies there.
    """
    out: Headers = []
    for name, value in headers:
        kind = name.lower()
        if kind == b"link":
            kept = open_links(value, addresses)
            if kept:
                out.append((name, kept))
        elif kind not in LEADING or not addresses.first(LEADING[kind](value.decode("latin-1"))):
            out.append((name, value))
    return out


def open_hints(links: Iterable[bytes], addresses: Addresses) -> list[bytes]:
    """The Link values of an early hint (ASGI extension `http.response.early_hint`) that lead to no closed origin."""
    return [kept for value in links if (kept := open_links(bytes(value), addresses))]


def open_links(value: bytes, addresses: Addresses) -> bytes:
    """A Link value (RFC 8288 §3) without the links that a browser would follow to a closed origin."""
    text = value.decode("latin-1")
    if len(text) > MAX_LINK:
        return b""
    links = LINK.findall(text)
    if ",".join(links) != text:
        # Not as the standard has it: nobody can tell how a browser reads it, so one closed address closes all.
        return b"" if addresses.first(re.split(r"[<>\s,;]", text)) else value
    kept = [link for link in links if not _is_closed(link, addresses)]
    return value if len(kept) == len(links) else ",".join(kept).strip().encode("latin-1")


def _is_closed(link: str, addresses: Addresses) -> bool:
    rels = [match[1] or match[2] or "" for match in REL.finditer(link)]
    if rels and all(HARMLESS_RELS.issuperset(rel.lower().split()) for rel in rels):
        return False
    return addresses.first(TARGET.findall(link)) is not None
