"""Connections that a page asks the browser to open in advance: they contact a host, yet no request of them is seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from consentkit.consent.policy import LINK, MAX_LINK, REL, TARGET
from consentkit.html.urls import absolute, origin

UNSEEN_RELS = frozenset({"preconnect", "dns-prefetch"})
"""Link types that open a connection, or look a name up, without a request (HTML §4.6.8); others are requests."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A link type and the absolute address that it leads to; `line` counts from 1, 0 in a header."""

    rel: str
    url: str
    line: int = 0


def hints_in_html(html: str, page: str) -> list[Hint]:
    """The hints in a document that stands at the address `page`."""
    reader = _Links(page)
    reader.feed(html)
    return reader.found


def hints_in_header(value: str, page: str) -> list[Hint]:
    """The hints in a Link header (RFC 8288 §3); what is not as the standard has it yields what can be read."""
    found: list[Hint] = []
    for link in LINK.findall(value[:MAX_LINK]):
        target = TARGET.search(link)
        rels = " ".join(match[1] or match[2] or "" for match in REL.finditer(link))
        if target:
            found += _hints(rels, target[1], page, 0)
    return found


def _hints(rels: str, href: str, page: str, line: int) -> Iterator[Hint]:
    if origin(href, page):
        for rel in sorted(UNSEEN_RELS.intersection(rels.lower().split())):
            yield Hint(rel, absolute(href, page), line)


class _Links(HTMLParser):
    """Reads `<link>` elements, and the `<base>` that their addresses start from."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.base = page
        self.found: list[Hint] = []
        self._has_base = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a hint. Of a repeated attribute the first counts, as in browsers (HTML §13.2.5.33)."""
        values = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and "href" in values and not self._has_base:
            self._has_base = True
            self.base = absolute(values["href"], self.base)
        elif tag == "link" and "href" in values:
            self.found += _hints(values.get("rel", ""), values["href"], self.base, self.getpos()[0])
