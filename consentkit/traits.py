"""What the headers that many visitors share tell of a request: read once for all who send the same.

Browsers of one make send the same dozen headers with the same texts, so what follows from them is kept, in a bounded
table, by those texts; never by a cookie, a Referer or an address. User agents, languages and hosts make many mixtures
of few texts, so what follows from all others is kept by those others alone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from consentkit.asgi import Headers
from consentkit.consent.signals import gpc_is_on

SHARED = frozenset(
    {
        *(b"host", b"user-agent", b"accept", b"accept-language", b"cache-control", b"sec-gpc", b"x-requested-with"),
        *(b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest", b"sec-fetch-user", b"sec-ch-ua"),
        *(b"sec-purpose", b"purpose", b"x-purpose", b"x-moz", b"sec-speculation-tags", b"signature-agent"),
    }
)
"""The headers that are read here; of all others only the names, in `is_conditional` and `is_fragment`."""

MIXED: Final = frozenset({b"host", b"user-agent", b"accept-language"})
"""Those of which each mixture with the others is met."""

FRAGMENT_HEADERS = frozenset({b"hx-request", b"turbo-frame", b"x-pjax", b"x-up-version"})
"""Headers by which front-end libraries ask for a part of a page."""

SCRIPTED = b"xmlhttprequest"
"""The X-Requested-With of scripts; Android's WebView sends its app's name there with every page that a person opens."""

PAGES = (None, b"document", b"iframe", b"frame", b"fencedframe", b"object", b"embed")
"""Values of Sec-Fetch-Dest with which a page is asked for, to be shown as such."""

PRERENDER = b"prerender"
AHEAD = (b"prefetch", PRERENDER)
"""How a purpose begins of a page that may be shown later, without another request."""

CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})
"""Headers by which a browser asks for "304 Not Modified"."""

MOST_SHAPES = 256
MOST_TRAITS = 4096
MOST_NAMES = 60
LONGEST_NAMES = 1000
LONGEST_VALUES = 1500
"""Bytes. No browser's headers are longer together; longer ones are read anew each time, and cut to LONGEST_VALUE."""
LONGEST_VALUE = 512


def purpose_of(get: Callable[[bytes], bytes | None]) -> bytes:
    """Why a browser asks if nobody is to see the answer yet: `Sec-Purpose` (Fetch §2.2.8) or an older name for it."""
    return (get(b"sec-purpose") or get(b"purpose") or get(b"x-purpose") or get(b"x-moz") or b"").lower()


class Marks:
    """What a request's shared headers tell, whatever the user agent, the language and the host; see `Traits`."""

    __slots__ = ("gpc", "is_conditional", "is_fragment", "loads_ahead", "may_get_page", "opens_page", "wants_document")

    def __init__(self, names: Iterable[bytes], headers: Mapping[bytes, bytes]) -> None:
        get = headers.get
        destination = get(b"sec-fetch-dest")
        self.gpc = gpc_is_on([get(b"sec-gpc", b"")])
        self.is_fragment = not FRAGMENT_HEADERS.isdisjoint(names) or get(b"x-requested-with", b"").lower() == SCRIPTED
        self.is_conditional = not CONDITIONS.isdisjoint(names)
        self.loads_ahead = purpose_of(get).startswith(AHEAD)
        self.wants_document = destination in (None, b"document") and not self.is_fragment
        self.may_get_page = destination in PAGES or self.is_fragment or b"text/html" in get(b"accept", b"")
        self.opens_page = get(b"sec-fetch-mode") == b"navigate" and destination == b"document"


class Traits:
    """What a request's shared headers tell. `headers` holds them by name, `marks` what all but `MIXED` tell.

    `gpc`: the privacy signal is on; `is_fragment`: a front-end library asks for a part of a page; `wants_document`: a
    person opens a page, false for what a page fetches in the background; `may_get_page`: it can well be answered with
    HTML; `opens_page`: a browser says that somebody goes to a page (older ones, and http, do not tell);
    `is_conditional`: it may be answered "304 Not Modified"; `loads_ahead`: what is answered may be shown later without
    being asked for again.
    """

    __slots__ = (
        *("gpc", "headers", "is_conditional", "is_fragment", "loads_ahead", "marks", "may_get_page", "opens_page"),
        "wants_document",
    )

    def __init__(self, marks: Marks, headers: Mapping[bytes, bytes]) -> None:
        self.headers = headers
        self.marks = marks
        self.gpc = marks.gpc
        self.is_fragment = marks.is_fragment
        self.is_conditional = marks.is_conditional
        self.loads_ahead = marks.loads_ahead
        self.wants_document = marks.wants_document
        self.may_get_page = marks.may_get_page
        self.opens_page = marks.opens_page


class Shape:
    """The names of a request's headers, and the traits of those who sent the same names.

    `is_plain`: each is there once and in lower case, as ASGI has it; `places` says where, `cookie_at` where Cookie is,
    -1 if it is not there.
    """

    __slots__ = ("_before", "_known", "_marking", "_marks", "_names", "_shared", "cookie_at", "is_plain", "places")

    def __init__(self, names: tuple[bytes, ...]) -> None:
        self.places = {name: at for at, name in enumerate(names)}
        self.is_plain = len(self.places) == len(names) and not any(name != name.lower() for name in names)
        self.cookie_at = self.places.get(b"cookie", -1)
        self._names = frozenset(names)
        self._shared = tuple([at for at, name in enumerate(names) if name in SHARED])
        self._marking = tuple([at for at in self._shared if names[at] not in MIXED])
        self._known: dict[tuple[bytes, ...], Traits] = {}
        self._before: dict[tuple[bytes, ...], Traits] = {}
        self._marks: dict[tuple[bytes, ...], Marks] = {}

    def traits(self, headers: Headers) -> Traits:
        """The traits of headers of this shape, remembered from now on."""
        values = tuple([headers[at][1] for at in self._shared])
        return self._known.get(values) or self._read(headers, values)

    def age(self) -> bool:
        """Forget the traits that were not met since the last time; whether any are left."""
        self._before, self._known, self._marks = self._known, {}, {}
        return bool(self._before)

    def _read(self, headers: Headers, values: tuple[bytes, ...]) -> Traits:
        traits = self._before.get(values)
        if traits is None:
            shared = {headers[at][0]: bytes(headers[at][1]) for at in self._shared}
            if sum(map(len, shared.values())) > LONGEST_VALUES:
                cut = {name: value[:LONGEST_VALUE] for name, value in shared.items()}
                return Traits(Marks(self._names, cut), cut)
            traits = Traits(self._marked(headers, shared), shared)
        _make_room()
        self._known[values] = traits
        return traits

    def _marked(self, headers: Headers, shared: Mapping[bytes, bytes]) -> Marks:
        values = tuple([headers[at][1] for at in self._marking])
        marks = self._marks.get(values)
        if marks is None:
            marks = self._marks[values] = Marks(self._names, shared)
        return marks


shapes: Final[dict[tuple[bytes, ...], Shape]] = {}
"""Those that were met, by the names."""
_room = MOST_TRAITS // 2


def shape_of(names: tuple[bytes, ...]) -> Shape:
    """The shape of headers with these names, remembered from now on."""
    known = shapes.get(names)
    if known is not None:
        return known
    shape = Shape(names)
    if len(names) <= MOST_NAMES and sum(map(len, names)) <= LONGEST_NAMES:
        if len(shapes) >= MOST_SHAPES:
            shapes.clear()
        shapes[names] = shape
    return shape


def traits_of(headers: Mapping[bytes, bytes]) -> Traits:
    """The traits of headers by lower-case name."""
    return shape_of(tuple(headers)).traits(list(headers.items()))


def _make_room() -> None:
    """Forget, now and then, what was not met for long."""
    global _room  # noqa: PLW0603 -- the one count for all shapes
    _room -= 1
    if _room <= 0:
        # A copy, because other threads meet shapes too.
        for names, shape in list(shapes.items()):
            if not shape.age():
                shapes.pop(names, None)
        _room = MOST_TRAITS // 2
