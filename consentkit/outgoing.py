"""One pass over a response's raw headers: what is to be looked at before it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from consentkit.asgi import Headers
from consentkit.consent.gate import GATED_HEADERS
from consentkit.consent.policy import LINKING
from consentkit.html.inject import can_be_rewritten

PAGES = frozenset({"text/html", "application/xhtml+xml"})
DOCUMENTS = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
"""Media types that browsers show as documents, which can load something."""


LOOKED_AT = GATED_HEADERS | LINKING | {b"vary", b"x-accel-expires"}
"""Headers that are gated or tell caches something; the rest of the latter end in `control`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the names of response headers and their Content-Type tell.

    `is_plain`: nothing among them has to be looked at; `is_html`: it may be rewritten, if `can_be_rewritten` says that
    its encoding keeps ASCII as it is; `is_page`: HTML or XHTML; `is_document`: browsers show it.
    """

    content_type: str
    is_plain: bool
    is_html: bool
    is_page: bool
    is_document: bool
    can_be_rewritten: bool


MOST_PLAIN = 256
MOST_TYPES = 32
MOST_NAMES = 60
LONGEST = 1000
"""Bytes of names and type together; what is longer is read anew each time."""


class Layout:
    """The names of response headers in which nothing has to be looked at, and the kinds of responses that have them.

    `type_at` is the place of Content-Type, -1 if it is not there; `kinds` are by its value, b"" if it is not there.
    """

    __slots__ = ("kinds", "type_at")

    def __init__(self, names: tuple[bytes, ...]) -> None:
        self.type_at = names.index(b"content-type") if b"content-type" in names else -1
        self.kinds: dict[bytes, Kind] = {}


_layouts: Final[dict[tuple[bytes, ...], Layout]] = {}
"""Those that were met, by the names: each came once and in lower case."""


def plain_kind(headers: Headers) -> Kind | None:
    """The kind of a response in whose headers nothing has to be looked at; None for others, and for what is met first.

    The responses of a site have the same few names and types, so this is a look-up for each.
    """
    try:
        layout = _layouts.get(tuple([name for name, _ in headers]))
        if layout is None:
            return None
        at = layout.type_at
        return layout.kinds.get(headers[at][1] if at >= 0 else b"")
    except TypeError:
        return None  # Lists are pairs too, and buffers that can be changed byte strings, but no keys.


def _remember(names: tuple[bytes, ...], content_type: bytes, kind: Kind) -> None:
    if len(names) > MOST_NAMES or sum(map(len, names)) + len(content_type) > LONGEST:
        return
    if names not in _layouts:
        if len(_layouts) >= MOST_PLAIN:
            _layouts.clear()
        _layouts[names] = Layout(names)
    kinds = _layouts[names].kinds
    if len(kinds) >= MOST_TYPES:
        kinds.clear()
    kinds[content_type] = kind


@lru_cache(maxsize=256)
def kind_of(names: bytes, content_type: bytes) -> Kind:
    """The kind of a response with headers of these names, one a line; an absent Content-Type is b""."""
    text = bytes(content_type).decode("latin-1")
    media = text.partition(";")[0].strip().lower()
    charset = text.lower().partition("charset=")[2].strip(' "').partition(";")[0]
    is_plain = not any(name in LOOKED_AT or name.endswith(b"control") for name in names.lower().split(b"\n"))
    return Kind(text, is_plain, media == "text/html", media in PAGES, media in DOCUMENTS, can_be_rewritten(charset))


class Outgoing:
    """Response headers as the app gave them. `first` holds the first of each name, in lower case."""

    __slots__ = ("first", "headers", "kind")

    def __init__(self, raw: Iterable[Any]) -> None:
        # Apps also give lists for pairs, and buffers that can be changed, such as a bytearray, for byte strings.
        headers: Headers = [(bytes(name), bytes(value)) for name, value in raw]
        first: dict[bytes, bytes] = dict(headers)
        plainly = len(first) == len(headers) and b"".join(first).islower()
        if not plainly:
            first = {}
            for name, value in headers:
                first.setdefault(name.lower(), value)
        self.headers = headers
        self.first = first
        self.kind = kind_of(b"\n".join(first), first.get(b"content-type", b""))
        if self.kind.is_plain and plainly:
            _remember(tuple(first), first.get(b"content-type", b""), self.kind)

    def __getitem__(self, name: bytes) -> bytes:
        return bytes(self.first.get(name, b""))

    def all(self, wanted: bytes) -> list[bytes]:
        """Every value of a header."""
        return [bytes(value) for name, value in self.headers if name.lower() == wanted] if wanted in self.first else []
