"""Keeps what depends on a visitor out of shared caches."""

import re

from consentkit.asgi import Headers

SHARED = (b"public", b"s-maxage", b"proxy-revalidate", b"stale-while-revalidate", b"stale-if-error", b"must-understand")
"""Directives that let a shared cache store, `must-understand` by setting `no-store` aside (RFC 9111 §5.2.2.3)."""

EDGE_HEADERS = (b"surrogate-control", b"edge-control", b"x-accel-expires")
EDGE_SUFFIX = b"-cache-control"
"""Headers that tell an edge cache to store a response in spite of its Cache-Control: RFC 9213 lets every operator put
its name before `CDN-Cache-Control`, and several do so before plain `Cache-Control`."""

PART = re.compile(rb'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
"""What stands between two commas outside of quotes, as in `private="set-cookie, x", max-age=60` (RFC 9110 §5.6)."""

WELL_FORMED = re.compile(rb'[^,"]+(?:"(?:[^"\\]|\\.)*")?', re.DOTALL)
"""A directive whose quotation ends: one that does not would swallow what is joined behind it."""

VARY = (b"Cookie", b"Sec-GPC", b"Sec-Fetch-Dest")
"""The request headers by which a visitor's decisions come, and whether it is to be shown: only then it has a banner."""


def forbids_sharing(headers: Headers) -> bool:
    """Whether the app itself keeps a response out of shared caches, as a whole (RFC 9111 §5.2.2.5, §5.2.2.7)."""
    return any(directive.lower() in (b"private", b"no-store") for directive in _values(headers, b"cache-control"))


def keep_private(headers: Headers) -> Headers:
    """The headers such that only the visitor's own browser may store the response, and only for the same cookies.

    The app's directives stay where they concern that browser alone, `no-store` too. Source: RFC 9111 §5.2.2.
    """
    replaced = (*EDGE_HEADERS, b"cache-control", b"vary")
    kept = [pair for pair in headers if pair[0].lower() not in replaced and not pair[0].lower().endswith(EDGE_SUFFIX)]
    return [*kept, (b"cache-control", _private(headers)), (b"vary", _varied(headers))]


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [
        part.strip()
        for key, value in headers
        if key.lower() == name
        for part in PART.findall(bytes(value))
        if part.strip()
    ]


def _private(headers: Headers) -> bytes:
    directives = _values(headers, b"cache-control")
    names = [directive.lower().partition(b"=")[0].strip() for directive in directives]
    own = [
        directive
        for directive, name in zip(directives, names, strict=True)
        if name not in SHARED and name != b"private" and WELL_FORMED.fullmatch(directive)
    ]
    return b", ".join(own if b"no-store" in own else [b"private", *own])


def _varied(headers: Headers) -> bytes:
    present = _values(headers, b"vary")
    if b"*" in present:
        return b"*"
    known = {value.lower() for value in present}
    return b", ".join([*present, *(name for name in VARY if name.lower() not in known)])


PRIVATE = keep_private([])
"""What headers that tell caches nothing get."""
