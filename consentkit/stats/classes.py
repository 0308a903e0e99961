"""The classes of requests: each request falls in exactly one, so they add up to all requests."""

import re

from consentkit.stats.enrich import bots
from consentkit.stats.enrich.bots import AI_CRAWLER, AI_FETCH, CRAWLER, FEED_READER, LIBRARY, MONITOR, PROBE
from consentkit.stats.facts import RequestFacts

PERSON = "person"
SUSPECTED = "suspected"
PREFETCH = "prefetch"
ASSET = "asset"
OWN = "own"

CLASSES = (
    PERSON,
    CRAWLER,
    AI_CRAWLER,
    AI_FETCH,
    MONITOR,
    FEED_READER,
    LIBRARY,
    PROBE,
    SUSPECTED,
    PREFETCH,
    ASSET,
    OWN,
)
"""In the order in which they are shown."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

ANSWERED = frozenset({302, 303, 304})
"""Beside 2xx: a site that sends on to its own sign-in form, or to a cached copy, does have the page."""

PROBED = re.compile(
    r"""/\.(?:env|git|svn|hg|aws|ssh|vscode|idea|htaccess|htpasswd|DS_Store|docker|npmrc|kube)\b
    |/(?:wp-(?:login|admin|content|includes|config|json|cron|signup)|xmlrpc\.php|wlwmanifest\.xml|wordpress/)
    |/(?:phpmyadmin|pma|myadmin|mysqladmin|adminer|phpinfo|phpunit|eval-stdin)\b
    |/(?:cgi-bin|cgi-sys|boaform|HNAP1|GponForm|solr/admin|actuator|jenkins|struts|_ignition|telescope)(?:/|\Z)
    |/(?:owa|ecp|autodiscover|remote/(?:login|fgt_lang)|sslvpn|\+CSCOE\+|dana-na|vendor/phpunit)(?:/|\Z)
    |/(?:config|configuration|settings|credentials|secrets|backup|dump|database|db|shell|c99|r57)
      \.(?:php\d?|bak|old|sql|inc|ini|ya?ml|zip|tar|gz|rar)\b
    |/(?:web\.config|composer\.(?:json|lock)|id_rsa|server-status|\.\./)|\.\./|\.(?:sql|bak|swp)\Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""Paths that scanners for weak spots ask for."""

ASSET_PATH = re.compile(
    r"\.(?:css|m?js|map|png|jpe?g|gif|svgz?|webp|avif|ico|bmp|tiff?|woff2?|ttf|otf|eot|mp[34]|m4[av]|webm|og[gva]|wav"
    r"|flac|mov|m3u8|ts|vtt|json|xml|txt|webmanifest|wasm|rss|atom)\Z",
    re.IGNORECASE,
)

CHROMIUM = re.compile(r"Chrome/(\d{1,4})\.")
FIREFOX = re.compile(r"Firefox/(\d{1,4})\.")
FETCH_METADATA_SINCE = {CHROMIUM: 80, FIREFOX: 90}
"""The versions from which Chromium and Firefox send Sec-Fetch-* on every https request."""


def classify(facts: RequestFacts) -> str:
    """The one class of a request; the first that fits in the order of this function."""
    if facts.own:
        return OWN
    if _prefetched(facts.purpose):
        return PREFETCH
    if _probing(facts):
        return PROBE
    return bots.declared(facts.user_agent) or _browsing(facts)


def _browsing(facts: RequestFacts) -> str:
    if _suspect(facts):
        return SUSPECTED
    return ASSET if _part_of_page(facts) else PERSON


def _prefetched(purpose: str) -> bool:
    """`Sec-Purpose: prefetch;prerender`, and the older `Purpose`, `X-Purpose: preview` and `X-Moz: prefetch`."""
    return bool(purpose) and purpose.lower().startswith(("prefetch", "prerender", "preview"))


def _probing(facts: RequestFacts) -> bool:
    # A log has no method for a connection that was opened and never used.
    if facts.method and facts.method not in METHODS:
        return True
    if 200 <= facts.status < 300 or facts.status in ANSWERED:
        return False
    return PROBED.search(facts.path) is not None


def _suspect(facts: RequestFacts) -> bool:
    """A current browser's name without two headers that this browser never leaves out (not told from a log)."""
    if facts.logged or not facts.secure or facts.fetch_site or facts.fetch_mode or facts.accept_language:
        return False
    for pattern, since in FETCH_METADATA_SINCE.items():
        match = pattern.search(facts.user_agent)
        if match is not None:
            return int(match[1]) >= since
    return False


def _part_of_page(facts: RequestFacts) -> bool:
    if facts.fetch_dest:
        return facts.fetch_dest != "document"
    return ASSET_PATH.search(facts.path) is not None
