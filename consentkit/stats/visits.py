"""Whether a page view begins a visit: a navigation that comes from elsewhere, told without recognising anybody.

A reload repeats what the navigation that brought the page said of itself, `Sec-Fetch-Site: cross-site` or `none`
included, so these alone would count each reload as a visit. Chromium was measured to mark reloads with a directive of
RFC 9111 §5.2.1: `max-age=0`, and `no-cache` when forced; a request with either begins no visit.

What cannot be told apart here, and counts: a reload in a browser without that mark; a tab restored after a restart; an
address typed or a bookmark opened again; any reload in an access log. What is left out by the mark although it may be
an entry: a page opened with the browser's cache switched off, and a return by a form post from another site.
"""

from collections.abc import Mapping

ELSEWHERE = frozenset({b"cross-site", b"none"})
RELOAD_DIRECTIVES = (b"max-age=0", b"no-cache")


def reloaded(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser marked the request as a reload."""
    control = headers.get(b"cache-control")
    return control is not None and any(directive in control for directive in RELOAD_DIRECTIVES)


def told_by_headers(headers: Mapping[bytes, bytes]) -> bool | None:
    """Whether a page view is an entry, by its headers but for the Referer; None if that one has to tell."""
    if reloaded(headers):
        return False
    site = headers.get(b"sec-fetch-site")
    if not site:
        return None
    return (
        site in ELSEWHERE
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )
