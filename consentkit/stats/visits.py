"""Whether a page view begins a visit: a navigation that comes from elsewhere, told without recognising anybody.

A reload repeats the headers of the navigation that first brought the page, Sec-Fetch-Site included (Fetch Metadata
§2.3), so `cross-site` and `none` alone would count each reload as a visit. Browsers mark a reload with a request
directive in Cache-Control (RFC 9111 §5.2.1): Chromium and Firefox send `max-age=0`, and `no-cache` when forced. What
the server cannot tell apart, and counts as a visit: a reload in a browser that sends no such directive; a tab or
window restored after a restart; a second opening of the same bookmark; any reload in an access log, which keeps
neither header. What it wrongly does not count: a first page opened with the browser's cache switched off, and a
return by a form post from another site, which Chromium marks as it marks a reload.
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
        return (
            facts.fetch_site in ELSEWHERE and facts.fetch_mode == "navigate" and facts.fetch_dest == "document"
        )
    return source != INTERNAL


def _reloaded(facts: RequestFacts) -> bool:
    control = facts.cache_control
    return bool(control) and any(directive in control for directive in RELOAD_DIRECTIVES)
