"""Which elements of a page would contact a closed origin: pure decisions over names and attributes.

What a browser may read in more than one way is read in all of them, and one that leads to a closed origin is enough.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from consentkit.html.origins import Closed
from consentkit.html.urls import absolute, clean, decoded, origin

GATED = (
    "script", "img", "image", "iframe", "frame", "link", "object", "embed", "video", "audio", "source", "track",
    "input", "meta", "use", "feimage", "set", "animate",
)  # fmt: skip
"""Elements that load something by themselves (HTML §4, SVG 2 §16)."""

ADDRESSES = frozenset({"src", "href", "xlink:href", "data", "poster", "background"})
LISTS = frozenset({"srcset", "imagesrcset", "attributionsrc", "ping", "values", "to", "from", "by"})
READ = ADDRESSES | LISTS

BESIDE = {
    "a": ("ping",), "area": ("ping",), "body": ("background",), "table": ("background",), "td": ("background",),
}  # fmt: skip
"""Elements that stay, without the attributes by which they contact somebody besides what they are for."""

SWITCHES = {"link": ("rel",), "meta": ("http-equiv",), "base": ("href",)}
"""Attributes without which an element does nothing, where they are not the ones that hold the address."""

HARMLESS_RELS = frozenset({
    "alternate", "author", "bookmark", "canonical", "external", "help", "license", "me", "next", "nofollow", "noopener",
    "noreferrer", "prev", "privacy-policy", "shortlink", "tag", "terms-of-service",
})  # fmt: skip
"""Link types that a browser does not follow by itself (HTML §4.6.8); Chromium fetches the description of a `search`."""

EMBEDS = {"iframe": "frame", "object": "frame", "embed": "frame", "video": "media", "audio": "media"}
"""Elements that a visitor misses, and how they are shown once."""

FOREIGN = re.compile(r"[:\\&\t\n\r]|//")
"""Without one of these an address is relative to the page or its base: it has no scheme and no host."""

REFRESH = re.compile(r"[\s\x0c]*[0-9.]*[\s\x0c;,]*(?:url[\s\x0c]*=[\s\x0c]*)?([\"']?)(.*)", re.I | re.S)
MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """An element that may not pass: the ids of the services that keep its origin closed, and its address as it is
    written in a page of the given base."""

    services: tuple[str, ...]
    written: str
    base: str

    @property
    def address(self) -> str:
        """The address in full."""
        return absolute(self.written, self.base)


class Addresses:
    """Reads the addresses of one page, which stands at `page` (absolute) until a `<base>` says otherwise.

    Behind a proxy the scheme is not certain, so a page is read as if it had either.
    """

    def __init__(self, closed: Closed, page: str) -> None:
        rest = page.partition("://")[2]
        self.closed = closed
        self.bases = [page, *(other for scheme in ("https", "http") if (other := f"{scheme}://{rest}") != page)]
        self._seen = {origin(base) for base in self.bases}
        self.own_closed = any(closed.owners(found) for found in self._seen)

    def copy(self) -> "Addresses":
        """The same as far as it is known now; what is noted later is noted apart."""
        other = copy(self)
        other.bases, other._seen = list(self.bases), set(self._seen)
        return other

    def add_base(self, href: str) -> Found | None:
        """Take note of a `<base href>`, or say who keeps it closed; ValueError for more of them than any page has.

        One that is closed must not reach the browser, so no relative address ever leads to a closed origin.
        """
        text = decoded(href)
        closed = self.closed_by(text)
        if closed:
            return closed
        for page in tuple(self.bases[:2]):
            found = origin(text, page)
            if found is None or found in self._seen:
                continue
            if len(self.bases) > MAX_BASES:
                raise ValueError("more <base> elements than a page may have")
            self._seen.add(found)
            self.bases.append(f"{found}/")
        return None

    def closed_by(self, address: str) -> Found | None:
        """Who keeps an address (character references read) closed, None if nobody does."""
        if address[:5].lower() == "data:" or not (self.own_closed or FOREIGN.search(address)):
            return None
        for base in self.bases:
            owners = self.closed.owners(origin(address, base))
            if owners:
                return Found(owners, address, base)
        return None

    def first(self, addresses: Iterable[str]) -> Found | None:
        """The first closed one of several."""
        return next((found for address in addresses if (found := self.closed_by(address))), None)


def closed_element(name: str, attributes: Sequence[tuple[str, str]], addresses: Addresses) -> Found | None:
    """Why an element may not pass, None if it may."""
    if name != "meta" and not addresses.own_closed:
        for key, value in attributes:
            if key in READ and FOREIGN.search(value):
                break
        else:
            return None
    return addresses.first(loaded(name, attributes))


def loaded(name: str, attributes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Every text by which an element may load something. A repeated attribute counts each time."""
    if name == "meta":
        yield from _refresh(attributes)
        return
    if name == "link" and all(_is_harmless(value) for key, value in attributes if key == "rel"):
        return
    watched = BESIDE.get(name, READ)
    for key, value in attributes:
        if key not in watched:
            continue
        if key in ADDRESSES:
            yield decoded(value)
        else:
            yield from candidates(decoded(value))


def closed_attributes(name: str, attributes: Sequence[tuple[str, str]], addresses: Addresses) -> frozenset[str]:
    """The attributes without which an element contacts no closed origin."""
    if name in SWITCHES:
        return frozenset(SWITCHES[name] if closed_element(name, attributes, addresses) else ())
    return frozenset(key for key, value in attributes if closed_element(name, [(key, value)], addresses))


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
