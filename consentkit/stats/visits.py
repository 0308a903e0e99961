"""Whether a page view begins a visit: a navigation that comes from elsewhere, told without recognising anybody.

A reload repeats what the navigation that brought the page said of itself, `Sec-Fetch-Site: cross-site` or `none`
included, so these alone would count each reload as a visit. Chromium was measured to mark reloads with a directive of
RFC 9111 §5.2.1: `max-age=0`, and `no-cache` when forced; a request with either begins no visit.

What cannot be told apart here, and counts: a reload in a browser without that mark; a tab restored after a restart; an
address typed or a bookmark opened again; any reload in an access log. What is left out by the mark although it may be
an entry: a page opened with the browser's cache switched off, and a return by a form post from another site.
"""

from consentkit.stats.enrich.referrer import INTERNAL
from consentkit.stats.facts import RequestFacts

ELSEWHERE = frozenset({"cross-site", "none"})
RELOAD_DIRECTIVES = ("max-age=0", "no-cache")


def begins_visit(facts: RequestFacts, source: str) -> bool:
    """Whether this page view is an entry; `source` is its referrer as the referrer breakdown names it."""
    if _reloaded(facts):
        return False
    if facts.fetch_site:
        return facts.fetch_site in ELSEWHERE and facts.fetch_mode == "navigate" and facts.fetch_dest == "document"
    return source != INTERNAL


def _reloaded(facts: RequestFacts) -> bool:
    control = facts.cache_control
    return bool(control) and any(directive in control for directive in RELOAD_DIRECTIVES)
