"""What kind of network an address belongs to, by what databases say of it: never by the address itself."""

import re
from functools import lru_cache
from typing import Final

from consentkit.stats.model import UNKNOWN

RESIDENTIAL: Final = "residential"
MOBILE: Final = "mobile"
HOSTING: Final = "hosting"
EDUCATION: Final = "education"
GOVERNMENT: Final = "government"
BUSINESS: Final = "business"

NETWORKS = (RESIDENTIAL, MOBILE, HOSTING, EDUCATION, GOVERNMENT, BUSINESS)

USER_TYPES = {
    "residential": RESIDENTIAL,
    "dialup": RESIDENTIAL,
    "router": RESIDENTIAL,
    "cellular": MOBILE,
    "hosting": HOSTING,
    "content_delivery_network": HOSTING,
    "search_engine_spider": HOSTING,
    "consumer_privacy_network": HOSTING,
    "college": EDUCATION,
    "school": EDUCATION,
    "library": EDUCATION,
    "government": GOVERNMENT,
    "military": GOVERNMENT,
    "business": BUSINESS,
    "cafe": BUSINESS,
    "traveler": BUSINESS,
    "isp": RESIDENTIAL,
    "education": EDUCATION,
}
"""GeoIP2's `user_type` and the `type` of other makers' databases → the class."""

CONNECTIONS = {
    "cable/dsl": RESIDENTIAL,
    "dialup": RESIDENTIAL,
    "satellite": RESIDENTIAL,
    "cellular": MOBILE,
    "corporate": BUSINESS,
}
"""GeoIP2's connection types → the class."""

ACADEMIC = re.compile(
    r"(?:\.|\A)(?:edu|ac|sch|k12)(?:\.[a-z]{2})?\Z|(?:\A|\.)(?:surf|belnet|dfn|renater|janet)\.[a-z]{2,3}\Z"
)
STATE = re.compile(r"(?:\.|\A)(?:gov|gob|gouv|gub|govt|mil|overheid)(?:\.[a-z]{2})?\Z")

WORDS = (
    (
        HOSTING,
        r"amazon|aws\b|google(?:-cloud| cloud| llc)?|microsoft|azure|digitalocean|hetzner|ovh|linode|akamai|vultr"
        r"|choopa|oracle|alibaba|tencent|contabo|leaseweb|scaleway|cloudflare|fastly|rackspace|hosting|hoster|datacenter"
        r"|data cent(?:er|re)|server|\bvps\b|\bcloud\b|colo(?:cation)?\b|m247|ionos|godaddy|hostinger|transip"
        r"|datacamp",
    ),
    (
        EDUCATION,
        r"universi|hochschule|hogeschool|college|school|academ|institute of technology|polytech|education"
        r"|research network|surf b\.?v|surfnet|\bgarr\b|renater|\bdfn\b|belnet|janet|rediris",
    ),
    (
        GOVERNMENT,
        r"government|ministry|minister(?:ie|io)|ministère|federal|parliament|municipal|gemeente|provincie|rijks|bundes"
        r"|council\b|department of|police|army|navy|air force|defen[cs]e",
    ),
    (MOBILE, r"mobile|mobil|wireless|cellular|\bgsm\b|\blte\b|móvil"),
    (
        RESIDENTIAL,
        r"telecom|telekom|telefoni|broadband|cable|kabel|fiber|fibre|glasvezel|\badsl\b|\bisp\b|internet service|kpn"
        r"|ziggo|vodafone|comcast|charter|verizon|at&t|orange|free sas|proximus|telenet|swisscom|telia|telenor|sky uk"
        r"|virgin",
    ),
    (BUSINESS, r"\bbank|insurance|consult|holding|industr|hospital|airlines?\b|logistics|pharma|motors?\b|retail"),
)
"""Words in the name of a network's operator, by the class that they tell; the first class that fits counts."""

_PATTERNS = tuple((network, re.compile(words, re.IGNORECASE)) for network, words in WORDS)


@lru_cache(maxsize=4096)
def network_of(user_type: str, connection: str, domain: str, operator: str, hosting: bool) -> str:
    """The class of a network, or `(unknown)`: by the surest of what is known of it, each text "" where it is not.

    Only databases with a user or connection type tell every class well; the name of an operator tells hosting and
    universities, and of a telephone company not whether the line is a home's or a mobile telephone's.
    """
    if user_type in USER_TYPES:
        return USER_TYPES[user_type]
    if domain and ACADEMIC.search(domain):
        return EDUCATION
    if domain and STATE.search(domain):
        return GOVERNMENT
    if hosting:
        return HOSTING
    if connection in CONNECTIONS:
        return CONNECTIONS[connection]
    return next((network for network, pattern in _PATTERNS if operator and pattern.search(operator)), UNKNOWN)
