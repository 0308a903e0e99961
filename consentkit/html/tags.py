"""Which elements of a page would contact a closed origin: pure decisions over names and attributes.

What a browser may read in more than one way is read in all of them, and one that leads to a closed origin is enough.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consentkit.html.origins import Closed
from consentkit.html.urls import absolute, clean, decoded, origin

GATED = (
    "script", "img", "image", "iframe", "frame", "link", "object", "embed", "video", "audio", "source", "track",
    "input", "meta", "use", "feimage", "set", "animate", "portal", "fencedframe", "bgsound",
)  # fmt: skip
"""Elements that load something by themselves (HTML §4, SVG 2 §16)."""

ADDRESSES = frozenset({"src", "href", "xlink:href", "data", "poster", "lowsrc", "dynsrc"})
LISTS = frozenset({"srcset", "imagesrcset", "attributionsrc", "values", "to", "from", "by"})
READ = ADDRESSES | LISTS

HARMLESS_RELS = frozenset({
    "alternate", "author", "bookmark", "canonical", "external", "help", "license", "me", "next", "nofollow", "noopener",
    "noreferrer", "prev", "privacy-policy", "search", "shortlink", "tag", "terms-of-service",
})  # fmt: skip
"""Link types that a browser does not follow by itself (HTML §4.6.8)."""

EMBEDS = {"iframe": "frame", "object": "frame", "embed": "frame", "video": "media", "audio": "media"}
"""Elements that a visitor misses, and how they are shown once."""

OWN_PATH = re.compile(r"(?:/(?![/\\])|[A-Za-z0-9_~.-]+/)[A-Za-z0-9._~/?=%&;,+-]*")
REFRESH = re.compile(r"[\s\x0c]*[0-9.]*[\s\x0c;,]*(?:url[\s\x0c]*=[\s\x0c]*)?([\"']?)(.*)", re.I | re.S)
MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """An element that may not pass: the ids of the services that keep its origin closed, and its address."""

    services: tuple[str, ...]
    address: str


class Addresses:
    """Reads the addresses of one page, which stands at `page` (absolute) until a `<base>` says otherwise.

    Behind a proxy the scheme is not certain, so a page is read as if it had either.
    """

    def __init__(self, closed: Closed, page: str) -> None:
        rest = page.partition("://")[2]
        self.closed = closed
        self.bases = [page, *(other for scheme in ("https", "http") if (other := f"{scheme}://{rest}") != page)]
        self._seen = {origin(base) for base in self.bases}
        self._own_closed = any(closed.owners(found) for found in self._seen)

    def add_base(self, href: str) -> None:
        """A `<base href>`; ValueError for more of them than any page has."""
        for page in tuple(self.bases[:2]):
            found = origin(decoded(href), page)
            if found is None or found in self._seen:
                continue
            if len(self.bases) > MAX_BASES:
                raise ValueError("more <base> elements than a page may have")
            self._seen.add(found)
            self.bases.append(f"{found}/")
            self._own_closed = self._own_closed or bool(self.closed.owners(found))

    def closed_by(self, address: str) -> Found | None:
        """Who keeps an address (character references read) closed, None if nobody does."""
        if address[:5].lower() == "data:" or (not self._own_closed and OWN_PATH.fullmatch(address)):
            return None
        for base in self.bases:
            owners = self.closed.owners(origin(address, base))
            if owners:
                return Found(owners, absolute(address, base))
        return None

    def first(self, addresses: Iterable[str]) -> Found | None:
        """The first closed one of several."""
        return next((found for address in addresses if (found := self.closed_by(address))), None)


def closed_element(name: str, attributes: Sequence[tuple[str, str]], addresses: Addresses) -> Found | None:
    """Why an element may not pass, None if it may."""
    return addresses.first(loaded(name, attributes))


def loaded(name: str, attributes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Every text by which an element may load something. A repeated attribute counts each time."""
    if name == "meta":
        yield from _refresh(attributes)
        return
    if name == "link" and all(_is_harmless(value) for key, value in attributes if key == "rel"):
        return
    for key, value in attributes:
        if key in ADDRESSES:
            yield decoded(value)
        elif key in LISTS:
            yield from candidates(decoded(value))


def candidates(text: str) -> list[str]:
    """Everything in a `srcset` or a list of addresses that may be an address."""
    words = text.split()
    parts = [part for word in words for part in re.split("[,;]", word)]
    return [word for word in dict.fromkeys((*(word.strip(",") for word in words), *parts, clean(text))) if word]


def _is_harmless(rel: str) -> bool:
    return HARMLESS_RELS.issuperset(decoded(rel).lower().split())


def _refresh(attributes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Where `<meta http-equiv=refresh>` may lead (HTML §4.2.5.3)."""
    if not any(key == "http-equiv" and decoded(value).strip().lower() == "refresh" for key, value in attributes):
        return
    for key, value in attributes:
        match = REFRESH.match(decoded(value)) if key == "content" else None
        if match:
            quote, rest = match[1], match[2]
            yield from (rest, quote + rest, rest.partition(quote)[0] if quote else rest)
