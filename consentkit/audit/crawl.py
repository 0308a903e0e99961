"""Which pages of a site an audit opens."""

from collections.abc import Iterable
from html.parser import HTMLParser
from posixpath import splitext
from urllib.parse import urldefrag, urljoin, urlsplit

from consentkit.html.urls import absolute, origin

DOCUMENTS = frozenset({"", ".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp", ".shtml"})
"""Endings of addresses that lead to pages; pictures, archives and the like are no page to visit."""


def links_in_html(html: str, page: str) -> list[str]:
    """The pages of the same origin that a document at the address `page` links to, in order, without query."""
    reader = _Anchors(page)
    reader.feed(html)
    home = origin(page)
    found = (urldefrag(url)[0].partition("?")[0] for url in reader.found if origin(url) == home)
    return [url for url in dict.fromkeys(found) if splitext(urlsplit(url).path)[1].lower() in DOCUMENTS]


def addresses(url: str, paths: Iterable[str]) -> tuple[str, ...]:
    """The addresses of these paths on the site at `url`, each once; ValueError for one that leads elsewhere."""
    found = []
    for path in paths:
        address = urljoin(url, path)
        if origin(address) != origin(url):
            raise ValueError(f"{path!r} leads to another site than {url}; name paths of this site, as /contact")
        found.append(address)
    return tuple(dict.fromkeys(found))


def lines(text: str) -> tuple[str, ...]:
    """The lines of a list of paths, without comments (`#`) and blank lines."""
    found = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in found if line)


class _Anchors(HTMLParser):
    """Reads `<a href>` without `download`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.base = page
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        values = dict(attrs)
        href = values.get("href")
        if tag == "base" and href:
            self.base = absolute(href, self.base)
        elif tag == "a" and href and "download" not in values:
            self.found.append(absolute(href, self.base))
