"""One pass over a request's raw headers: what the gate, the pages and the statistics need to know."""

from starlette.types import Scope

from consentkit.consent.cookies import Cookies
from consentkit.traits import CONDITIONS, shape_of, shapes

Headers = list[tuple[bytes, bytes]]


class Incoming:
    """A request as the gate sees it.

    `headers` holds the last of each name, in lower case, but all of the fields that HTTP/2 may split Cookie into (RFC
    9113 §8.2.3), joined; `cookies` are those, read, None if there are none; `traits` what the headers tell that many
    visitors share; `gpc`: the privacy signal is on. `is_plain`: each name came once and in lower case.
    """

    __slots__ = ("_cookie_at", "_raw", "cookies", "gpc", "headers", "is_plain", "traits")

    def __init__(self, scope: Scope) -> None:
        self._raw = raw = scope.get("headers", ())
        headers: dict[bytes, bytes] = dict(raw)
        names = tuple(headers)
        shape = shapes.get(names) or shape_of(names)
        self.is_plain = is_plain = shape.is_lower and len(headers) == len(raw)
        if not is_plain:
            headers = self._joined()
            shape = shape_of(tuple(headers))
        self.headers = headers
        self.traits = traits = shape.known.get(shape.values(headers)) or shape.read(headers)
        self.gpc = traits.gpc if is_plain else b"1" in self._all(b"sec-gpc")
        self._cookie_at = at = shape.cookie_at
        self.cookies = None if at is None else Cookies(headers[b"cookie"])

    def _joined(self) -> dict[bytes, bytes]:
        headers = {name.lower(): value for name, value in self._raw}
        if b"cookie" in headers:
            headers[b"cookie"] = b"; ".join(self._all(b"cookie"))
        return headers

    def _all(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self._raw if name.lower() == wanted]

    def __getitem__(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    def values(self, name: str) -> list[bytes]:
        """The values of a cookie, usually one."""
        return self.cookies.values(name.encode()) if self.cookies else []

    def changed(self, cookie: bytes, drop_conditions: bool) -> Headers:
        """The request's headers with the Cookie header replaced (left out if empty), in the place of the first one.

        `drop_conditions` also leaves out what could bring the answer "304 Not Modified": the browser's stored copy of
        the page may lack the banner that is due now.
        """
        at = self._cookie_at
        if self.is_plain and at is not None and cookie and not drop_conditions:
            headers = list(self._raw)
            headers[at] = (b"cookie", cookie)
            return headers
        dropped = CONDITIONS if drop_conditions else frozenset()
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
