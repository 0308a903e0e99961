"""One pass over a request's raw headers: what the gate, the pages and the statistics need to know."""

from consentkit.asgi import Headers, Scope
from consentkit.consent.cookies import Cookies
from consentkit.consent.visit import COOKIE, SECURE_COOKIE, SECURE_SCHEMES
from consentkit.traits import CONDITIONS, shape_of, shapes


class Incoming:
    """A request as the gate sees it.

    `cookies` are those of all fields that HTTP/2 may split Cookie into (RFC 9113 §8.2.3), None if there are none;
    `traits` what the headers tell that many visitors share; `gpc`: the privacy signal is on; `is_secure`: nobody
    can listen on the way.
    """

    __slots__ = ("_pairs", "_raw", "_shape", "cookies", "gpc", "is_secure", "traits")

    def __init__(self, scope: Scope) -> None:
        self.is_secure = scope.get("scheme") in SECURE_SCHEMES
        given = scope.get("headers", ())
        raw = given if isinstance(given, list) else list(given)
        try:
            self._read(raw)
        except (TypeError, AttributeError):
            # Lists are pairs too, and buffers are byte strings, but no keys, or without the methods of one.
            self._read([(bytes(name), bytes(value)) for name, value in raw])

    def _read(self, raw: Headers) -> None:
        names = tuple([name for name, _ in raw])
        shape = shapes.get(names) or shape_of(names)
        self._raw = self._pairs = raw
        if not shape.is_plain:
            self._pairs = list(self._joined().items())
            shape = shape_of(tuple([name for name, _ in self._pairs]))
        self._shape = shape
        self.traits = traits = shape.traits(self._pairs)
        self.gpc = traits.gpc if self._pairs is raw else b"1" in self._all(b"sec-gpc")
        at = shape.cookie_at
        self.cookies = Cookies(self._pairs[at][1], self.choice_name) if at >= 0 else None

    @property
    def choice_name(self) -> bytes:
        """The name of the consent cookie."""
        return SECURE_COOKIE if self.is_secure else COOKIE

    def _joined(self) -> dict[bytes, bytes]:
        headers = {name.lower(): value for name, value in self._raw}
        if b"cookie" in headers:
            headers[b"cookie"] = b"; ".join(self._all(b"cookie"))
        return headers

    def _all(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self._raw if name.lower() == wanted]

    def __getitem__(self, name: bytes) -> str:
        return self.get(name).decode("latin-1")

    @property
    def headers(self) -> dict[bytes, bytes]:
        """The last header of each name, in lower case, but all of Cookie."""
        return dict(self._pairs)

    def get(self, name: bytes) -> bytes:
        """A header by its name in lower case, b"" if it is not there."""
        at = self._shape.places.get(name)
        if at is None:
            return b""
        value = self._pairs[at][1]
        return value if type(value) is bytes else bytes(value)

    def values(self, name: str) -> list[bytes]:
        """The values of a cookie, usually one."""
        return self.cookies.values(name.encode()) if self.cookies else []

    def changed(self, cookie: bytes, drop_conditions: bool) -> Headers:
        """The request's headers with the Cookie header replaced (left out if empty), in the place of the first one.

        `drop_conditions` also leaves out what could bring the answer "304 Not Modified": the browser's stored copy of
        the page may lack the banner that is due now.
        """
        at = self._shape.cookie_at
        if self._pairs is self._raw and at >= 0 and cookie and not drop_conditions:
            headers = self._raw.copy()
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
