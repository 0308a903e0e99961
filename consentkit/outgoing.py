"""One pass over a response's raw headers: what is to be looked at before it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from consentkit.consent.caching import Headers
from consentkit.html.inject import can_be_rewritten

PAGES = frozenset({"text/html", "application/xhtml+xml"})
DOCUMENTS = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
"""Media types that browsers show as documents, which can load something."""


class Outgoing:
    """Response headers as the app gave them.

    `first` holds the first of each name, in lower case; `names` those names run together: what is not in there is not
    among the headers.
    """

    __slots__ = ("first", "headers", "names")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        headers: Headers = raw if isinstance(raw, list) else list(raw)
        first: dict[bytes, bytes] = dict(headers)
        names = b"".join(first)
        if len(first) != len(headers) or not names.islower():
            first = {}
            for name, value in headers:
                first.setdefault(name.lower(), value)
            names = b"".join(first)
        self.headers = headers
        self.first = first
        self.names = names

    def __getitem__(self, name: bytes) -> bytes:
        return bytes(self.first.get(name, b""))

    def all(self, wanted: bytes) -> list[bytes]:
        """Every value of a header."""
        return [bytes(value) for name, value in self.headers if name.lower() == wanted] if wanted in self.first else []


@dataclass(frozen=True, slots=True)
class Kind:
    """What a Content-Type says. `is_page`: HTML or XHTML; `can_be_rewritten`: its encoding keeps ASCII as it is."""

    text: str
    is_html: bool
    is_page: bool
    is_document: bool
    can_be_rewritten: bool


@lru_cache(maxsize=256)
def kind_of(content_type: bytes) -> Kind:
    """Read a Content-Type, b"" if there is none."""
    text = content_type.decode("latin-1")
    media = text.partition(";")[0].strip().lower()
    charset = text.lower().partition("charset=")[2].strip(' "').partition(";")[0]
    return Kind(text, media == "text/html", media in PAGES, media in DOCUMENTS, can_be_rewritten(charset))
