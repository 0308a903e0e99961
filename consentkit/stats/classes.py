"""The classes of requests: each request falls in exactly one, so they add up to all requests.

Judged by the request itself: its user agent, its headers, its path and how it was answered; never by what else came
from the same address.
"""

import re
from collections.abc import Callable

from consentkit.stats.enrich.sources import AI, HOSTS
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import PERSON, Agent
from consentkit.traits import AHEAD, PRERENDER, purpose_of

CRAWLER = "crawler"
AI_CRAWLER = "ai_crawler"
AI_FETCH = "ai_fetch"
MONITOR = "monitor"
FEED_READER = "feed_reader"
LIBRARY = "library"
PROBE = "probe"
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

BOTS = (CRAWLER, AI_CRAWLER, AI_FETCH, MONITOR, FEED_READER, LIBRARY, PROBE, SUSPECTED)
"""Programs that ask by themselves, and what is not what it says."""

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

BY_BROWSER = frozenset({PERSON, ASSET})
"""The classes of requests that a person's browser makes, by themselves or for a page."""

HEADLESS = b"Headless"
"""Chromium's own name for itself in Sec-CH-UA when nobody looks at it, whatever its user agent says."""

PREFETCHES = (*AHEAD, b"preview")

SIGNER = re.compile(rb"https://([A-Za-z0-9.-]{1,253})")

Get = Callable[[bytes], bytes | None]


class Verdict:
    """What the request says of its class. A `final` one stands whatever the user agent declares.

    `bare`: headers are missing that current browsers send by https; `hinted`: it has hints that only Chromium sends.
    `trusting` is the same verdict without suspicion for want of headers.
    """

    __slots__ = ("_bare", "_hinted", "_own", "browsing", "by_browser", "final", "trusting")

    def __init__(
        self, request_class: str, reason: str, *, final: bool = False, bare: bool = False, hinted: bool = False
    ) -> None:
        self._own = (request_class, reason)
        self.final = final
        self.browsing = request_class == PERSON
        self.by_browser = request_class in BY_BROWSER
        self._bare = bare
        self._hinted = hinted
        self.trusting = Verdict(request_class, reason, hinted=hinted) if bare else self

    def judged(self, agent: Agent) -> tuple[str, str]:
        """The one class of the request, and the reason for it."""
        if self.final:
            return self._own
        declared = agent.declared
        if declared is not None:
            return declared
        if self._bare and agent.sends_fetch_metadata:
            return SUSPECTED, "no_fetch_metadata"
        if self._hinted and not agent.sends_client_hints:
            return SUSPECTED, "hints_of_another_browser"
        return (PERSON, "not_told") if self.browsing and not agent.is_told else self._own


OWN_ADDRESS = Verdict(OWN, "own", final=True)
PREFETCHED = Verdict(PREFETCH, "prefetch", final=True)
PRERENDERED = Verdict(PREFETCH, "prerender", final=True)
PROBED_PATH = Verdict(PROBE, "path", final=True)
ODD_METHOD = Verdict(PROBE, "method", final=True)
AUTOMATED = Verdict(LIBRARY, "headless", final=True)
SIGNED = Verdict(CRAWLER, "signature", final=True)
SIGNED_FETCH = Verdict(AI_FETCH, "signature", final=True)
ODD_ACCEPT = Verdict(SUSPECTED, "accept")
SPAM = Verdict(SUSPECTED, "referrer_spam")

_BROWSING = {
    (bare, hinted): Verdict(PERSON, "browser", bare=bare, hinted=hinted)
    for bare in (False, True)
    for hinted in (False, True)
}
ANSWERING = _BROWSING[False, False]
"""A form of our own pages that a person sends."""
_PART = {
    (reason, bare, hinted): Verdict(ASSET, reason, bare=bare, hinted=hinted)
    for reason in ("destination", "extension")
    for bare in (False, True)
    for hinted in (False, True)
}


def judge(facts: RequestFacts) -> Verdict:
    """The verdict on a request; the first that fits in the order of this function."""
    if facts.own:
        return OWN_ADDRESS
    get = facts.traits.headers.get
    return _prefetched(get) or _probing(facts) or _odd(get) or _browsing(facts, get)


def needs_path(facts: RequestFacts) -> bool:
    """Whether the verdict hangs on the path; if not, it is the same for all requests that are else alike."""
    return not _is_answered(facts.status) or not facts.traits.headers.get(b"sec-fetch-dest")


def _prefetched(get: Get) -> Verdict | None:
    """`Sec-Purpose: prefetch;prerender`, and the older `Purpose`, `X-Purpose: preview` and `X-Moz: prefetch`."""
    purpose = purpose_of(get)
    if not purpose.startswith(PREFETCHES):
        return None
    return PRERENDERED if PRERENDER in purpose else PREFETCHED


def _odd(get: Get) -> Verdict | None:
    """Headers that tell a program whatever its user agent says."""
    signer = get(b"signature-agent")
    if signer:
        return SIGNED_FETCH if _is_assistant(signer) else SIGNED
    hints = get(b"sec-ch-ua")
    if hints and HEADLESS in hints:
        return AUTOMATED
    accept = get(b"accept")
    if accept is None or b"html" in accept or get(b"sec-fetch-mode") != b"navigate":
        return None
    # A navigation that names what it takes, and pages are not among it.
    return ODD_ACCEPT if get(b"sec-fetch-dest") == b"document" else None


def _browsing(facts: RequestFacts, get: Get) -> Verdict:
    destination, hinted = get(b"sec-fetch-dest"), get(b"sec-ch-ua") is not None
    if destination:
        # What a person saves by a link with `download` is asked for by a navigation that shows nothing (HTML §4.6.5).
        saved = destination == b"empty" and get(b"sec-fetch-mode") == b"navigate"
        browsing = saved or destination == b"document"
        return _BROWSING[False, hinted] if browsing else _PART["destination", False, hinted]
    bare = facts.secure and not facts.logged and not (get(b"sec-fetch-site") or get(b"sec-fetch-mode"))
    return _PART["extension", bare, hinted] if ASSET_PATH.search(facts.path) else _BROWSING[bare, hinted]


def _probing(facts: RequestFacts) -> Verdict | None:
    # A log has no method for a connection that was opened and never used.
    if facts.method not in METHODS and facts.method:
        return ODD_METHOD
    return PROBED_PATH if not _is_answered(facts.status) and PROBED.search(facts.path) else None


def _is_answered(status: int) -> bool:
    return 200 <= status < 300 or status in ANSWERED


def _is_assistant(signer: bytes) -> bool:
    """Whether a Signature-Agent (draft-meunier-http-message-signatures-directory) is an AI assistant's.

    Their browsers, which act for a person, send it with the user agent of Chrome: `"https://chatgpt.com"`.
    """
    match = SIGNER.search(signer)
    labels = match[1].decode("ascii").lower().split(".") if match else []
    return any(HOSTS.get(".".join(labels[start:])) == AI for start in range(len(labels)))
