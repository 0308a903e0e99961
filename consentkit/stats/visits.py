"""Whether a page view begins a visit: a navigation that comes from elsewhere, told without recognising anybody.

A reload repeats what the navigation that brought the page said of itself, `Sec-Fetch-Site: cross-site` or `none`
included, so these alone would count each reload as a visit. Chromium 156 was measured to mark reloads with a directive
of RFC 9111 §5.2.1: `max-age=0`, and `no-cache` when forced; a request with either begins no visit. It marks a form's
POST, and the page to which the answer sends on, in the same way; that move is counted with the POST.

Firefox 153 sends for F5, byte for byte, what it sent for the link, the address typed or the bookmark, so a reload there
counts as that once more; only a forced one has `no-cache`. A page that it holds with a validator it asks for by that
one, but so it does for who comes back by a bookmark. `visitor.state` tells it of those who carry the state of a visit.

Firefox leaves `Sec-Fetch-User` out where no person has just done anything: for a page that reloads itself, and for what
scripts open. So there a navigation from nowhere without it begins no visit, and one within the site is no move.

What cannot be told apart here, and counts: a reload in Firefox, in a browser without those marks and in an access log;
a return in the history, or of a closed tab, to a page that none of the browser's caches holds; in Firefox a page of an
entry from another site that reloads itself; an address typed or a bookmark opened again. What is left out by the mark
although it may be an entry: a page opened with the browser's cache switched off, and a return by a form post from
another site.
"""

from collections.abc import Mapping

CROSS_SITE = b"cross-site"
ELSEWHERE = frozenset({CROSS_SITE, b"none"})
FIREFOX = b" Firefox/"
"""Not Safari, which never sends Sec-Fetch-User, and so not Firefox for iOS, which is Safari inside."""
RELOAD_DIRECTIVES = (b"max-age=0", b"no-cache")


def reloaded(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser marked the request as a reload, or as one that no person made."""
    control = headers.get(b"cache-control")
    if control is not None and any(directive in control for directive in RELOAD_DIRECTIVES):
        return True
    return (
        headers.get(b"sec-fetch-site", CROSS_SITE) != CROSS_SITE
        and b"sec-fetch-user" not in headers
        and FIREFOX in headers.get(b"user-agent", b"")
    )


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
