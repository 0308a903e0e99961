"""One pass over a request's raw headers: what the gate, the pages and the statistics need to know."""

from starlette.types import Scope

from consentkit.consent.cookies import Cookies
from consentkit.consent.signals import gpc_is_on

Headers = list[tuple[bytes, bytes]]

FRAGMENT_HEADERS = frozenset({b"hx-request", b"turbo-frame", b"x-pjax", b"x-up-version"})
"""Headers by which front-end libraries ask for a part of a page."""

SCRIPTED = b"xmlhttprequest"
"""The X-Requested-With of scripts; Android's WebView sends its app's name there with every page that a person opens."""

PAGES = (None, b"document", b"iframe", b"frame", b"fencedframe", b"object", b"embed")
"""Values of Sec-Fetch-Dest with which a page is asked for, to be shown as such."""

CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})
"""Headers by which a browser asks for "304 Not Modified"."""


class Incoming:
    """A request as the gate sees it.

    `headers` holds the last of each name, in lower case, but all of the fields that HTTP/2 may split Cookie into (RFC
    9113 §8.2.3), joined; `cookies` are those, read, None if there are none; `gpc`: the privacy signal is on.
    `is_plain`: each name came once and in lower case.
    """

    __slots__ = ("_raw", "cookies", "gpc", "headers", "is_plain")

    def __init__(self, scope: Scope) -> None:
        self._raw = raw = scope.get("headers", ())
        headers: dict[bytes, bytes] = dict(raw)
        self.is_plain = len(headers) == len(raw) and b"".join(headers).islower()
        if self.is_plain:
            self.gpc = b"sec-gpc" in headers and gpc_is_on([headers[b"sec-gpc"]])
        else:
            headers = {name.lower(): value for name, value in raw}
            self.gpc = gpc_is_on(self._all(b"sec-gpc"))
            if b"cookie" in headers:
                headers[b"cookie"] = b"; ".join(self._all(b"cookie"))
        self.headers = headers
        self.cookies = Cookies(headers[b"cookie"]) if b"cookie" in headers else None

    def _all(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self._raw if name.lower() == wanted]

    def __getitem__(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def is_fragment(self) -> bool:
        """Whether a front-end library asks for a part of a page."""
        headers = self.headers
        return not FRAGMENT_HEADERS.isdisjoint(headers) or headers.get(b"x-requested-with", b"").lower() == SCRIPTED

    @property
    def wants_document(self) -> bool:
        """Whether a person opens a page; false for what a page fetches in the background."""
        return self.headers.get(b"sec-fetch-dest") in (None, b"document") and not self.is_fragment

    @property
    def opens_page(self) -> bool:
        """Whether a browser says that somebody goes to a page with it; older ones, and http, do not tell."""
        headers = self.headers
        return headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"

    def values(self, name: str) -> list[bytes]:
        """The values of a cookie, usually one."""
        return self.cookies.values(name.encode()) if self.cookies else []

    @property
    def may_get_page(self) -> bool:
        """Whether the request can well be answered with HTML."""
        headers = self.headers
        return (
            headers.get(b"sec-fetch-dest") in PAGES or self.is_fragment or b"text/html" in headers.get(b"accept", b"")
        )

    @property
    def is_conditional(self) -> bool:
        """Whether it may be answered "304 Not Modified"."""
        return not CONDITIONS.isdisjoint(self.headers)

    def changed(self, cookie: bytes, *, drop_conditions: bool) -> Headers:
        """The request's headers with the Cookie header replaced (left out if empty), in the place of the first one.

        `drop_conditions` also leaves out what could bring the answer "304 Not Modified": the browser's stored copy of
        the page may lack the banner that is due now.
        """
        dropped = CONDITIONS if drop_conditions else frozenset()
        if self.is_plain:
            headers = {**self.headers, b"cookie": cookie}
            for name in dropped:
                headers.pop(name, None)
            if not cookie:
                del headers[b"cookie"]
            return list(headers.items())
        changed: Headers = []
        placed = not cookie
        for name, value in self._raw:
            lower = name.lower()
            if lower == b"cookie":
                if not placed:
                    changed.append((name, cookie))
                placed = True
            elif lower not in dropped:
                changed.append((name, value))
        return changed
