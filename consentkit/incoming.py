"""One pass over a request's raw headers: what the gate and the pages need to know."""

from dataclasses import dataclass

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

FRAGMENT_HEADERS = (b"hx-request", b"turbo-frame", b"x-pjax", b"x-up-version")
"""Headers by which front-end libraries ask for a part of a page."""

SCRIPTED = b"xmlhttprequest"
"""The X-Requested-With of scripts; Android's WebView sends its app's name there with every page that a person opens."""

PAGES = (None, b"document", b"iframe", b"frame", b"fencedframe", b"object", b"embed")
"""Values of Sec-Fetch-Dest with which a page is asked for, to be shown as such."""

CONDITIONS = (b"if-none-match", b"if-modified-since")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as the gate sees it.

    `cookie` joins the fields that HTTP/2 may split it into (RFC 9113 §8.2.3), None if there is none; `headers` keeps
    the last of each name; `wants_document` is false for what a page fetches in the background, `may_get_page`
    for what can hardly be answered with HTML.
    """

    cookie: bytes | None
    gpc_values: tuple[bytes, ...]
    headers: dict[bytes, bytes]
    wants_document: bool
    may_get_page: bool

    def __getitem__(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")


def read(scope: Scope) -> Incoming:
    """Read the headers of an http or websocket scope."""
    cookies: list[bytes] = []
    gpc: list[bytes] = []
    headers: dict[bytes, bytes] = {}
    for raw_name, value in scope.get("headers", ()):
        name = raw_name.lower()
        headers[name] = value
        if name == b"cookie":
            cookies.append(value)
        elif name == b"sec-gpc":
            gpc.append(value)
    joined = b"; ".join(cookies) if cookies else None
    if joined is not None:
        headers[b"cookie"] = joined
    destination = headers.get(b"sec-fetch-dest")
    is_fragment = (
        any(name in headers for name in FRAGMENT_HEADERS) or headers.get(b"x-requested-with", b"").lower() == SCRIPTED
    )
    wants_document = destination in (None, b"document") and not is_fragment
    may_get_page = destination in PAGES or is_fragment or b"text/html" in headers.get(b"accept", b"")
    return Incoming(joined, tuple(gpc), headers, wants_document, may_get_page)


def with_cookie(scope: Scope, cookie: bytes, *, drop_conditions: bool) -> Headers:
    """The scope's headers with the Cookie header replaced (left out if empty), in the place of the first one.

    `drop_conditions` also leaves out the headers by which a browser asks for "304 Not Modified": its stored copy of the
    page may lack the banner that is due now.
    """
    headers: Headers = []
    placed = False
    for name, value in scope.get("headers", ()):
        lower = name.lower()
        if lower == b"cookie":
            if not placed and cookie:
                headers.append((name, cookie))
            placed = True
        elif not (drop_conditions and lower in CONDITIONS):
            headers.append((name, value))
    return headers
