"""What an address says of the campaign that brought its visitor, and what was searched for on the site.

Only allowed parameters are read, and of a click id, which names one click, only that there is one. Values are cut to a
length, put in lower case, and given up where they could name a person: they come from whoever made the link.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from consentkit.stats.enrich.sources import EMAIL, PAID, SOCIAL
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import QUERY_CAP
from consentkit.stats.model import NONE, OTHER
from consentkit.stats.paths import is_wording

CLICK_IDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("gclid", "gbraid", "wbraid", "dclid"), ("Google", PAID)),
    "msclkid": ("Microsoft", PAID),
    "yclid": ("Yandex", PAID),
    "ttclid": ("TikTok", PAID),
    "li_fat_id": ("LinkedIn", PAID),
    "twclid": ("X", PAID),
    "rdt_cid": ("Reddit", PAID),
    "sccid": ("Snapchat", PAID),
    "qclid": ("Quora", PAID),
    "tblci": ("Taboola", PAID),
    "dicbo": ("Outbrain", PAID),
    "awc": ("Awin", PAID),
    "cjevent": ("CJ", PAID),
    "irclickid": ("Impact", PAID),
    "fbclid": ("Meta", SOCIAL),
    **dict.fromkeys(("igsh", "igshid"), ("Instagram", SOCIAL)),
    "epik": ("Pinterest", SOCIAL),
    "mc_eid": ("Mailchimp", EMAIL),
    "mkt_tok": ("Marketo", EMAIL),
    "_hsenc": ("HubSpot", EMAIL),
    "_kx": ("Klaviyo", EMAIL),
}
"""Parameters that name one click or one reader → whose they are, and the channel that they prove.

Some networks put theirs on every link, so of these one proves the network and no advertisement.
"""

UTM: dict[str, str] = {
    "utm_campaign": "campaign",
    "utm_source": "campaign_source",
    "utm_medium": "campaign_medium",
    "utm_term": "campaign_term",
    "utm_content": "campaign_content",
}

MAX_VALUE = 80
MAX_TERM = 60
MAX_PARAMETERS = 50
MAX_WORDS = 8
"""Of a search; what is longer is a text that somebody pasted."""

REMEMBERED = 1024
_clean: dict[str, None] = {}
"""Values that may be counted as they are, which is why they may be remembered; emptied when full."""

NOTHING = rb"(?!)"
"""A pattern that nothing fits."""
SEPARATORS = re.compile(r"[-_.|:/,+&()\[\] ]+")


class Campaign:
    """The campaign of an address, as it is counted; shared by all addresses without one.

    `clicked` is the channel that its click id proves, "" without one.
    """

    __slots__ = ("clicked", "facet", "medium", "source")

    def __init__(self, facets: Facets, values: dict[str, str], click_id: str = NONE, clicked: str = "") -> None:
        self.medium = values.get("campaign_medium", NONE)
        self.source = values.get("campaign_source", NONE)
        self.clicked = clicked
        self.facet = facets.apart(**{**dict.fromkeys(UTM.values(), NONE), **values, "click_id": click_id})


Read = tuple[Campaign, str]
"""A campaign, and the term of a search or ""."""


class Queries:
    """Reads query strings; `terms` are the parameters that hold what a visitor searched for on the site.

    What `facets` cannot hold is not read. `none` is the campaign of an address without one, `nothing` what an empty
    query says.
    """

    def __init__(self, terms: Iterable[str] = (), facets: Facets = EVERYTHING) -> None:
        self.none = Campaign(facets, {})
        self.nothing: Read = (self.none, "")
        self._facets = facets
        self._campaigns = facets.hold("channel", "click_id", *UTM.values())
        self._terms = frozenset(terms if facets.hold("search") else ())
        self._known: dict[bytes, Campaign] = {}
        words = [*(("utm_", *CLICK_IDS) if self._campaigns else ()), *self._terms]
        self._wanted = re.compile("|".join(map(re.escape, words)).encode("ascii") or NOTHING, re.IGNORECASE)

    def read(self, query: bytes) -> Read:
        """The campaign, and the search term or ""; never raises."""
        known = self._known.get(query)
        if known is not None:
            return known, ""
        if not query or self._wanted.search(query, 0, QUERY_CAP) is None:
            return self.nothing
        utm: dict[str, str] = {}
        click_id, clicked, term = NONE, "", ""
        is_shared = len(query) <= QUERY_CAP and query.count(b"&") < MAX_PARAMETERS
        for part in query[:QUERY_CAP].split(b"&")[:MAX_PARAMETERS]:
            raw, _, value = part.partition(b"=")
            name, text = raw.decode("latin-1").lower(), _decoded(value)
            if name in UTM and value and self._campaigns:
                counted = utm.setdefault(UTM[name], campaign_value(text))
                is_shared = is_shared and counted == text
                continue
            is_shared = False
            if name in CLICK_IDS and value and clicked != PAID and self._campaigns:
                click_id, clicked = CLICK_IDS[name]
            elif name in self._terms and value:
                term = term or search_term(text)
        told = utm or click_id != NONE
        campaign = Campaign(self._facets, utm, click_id, clicked) if told else self.none
        if is_shared:
            self._remember(query, campaign)
        return campaign, term

    def _remember(self, query: bytes, campaign: Campaign) -> None:
        """Remember what a query says that has nothing but values of campaigns which are counted as they are."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[query] = campaign


def _decoded(value: bytes) -> str:
    return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")


def campaign_value(text: str) -> str:
    """A utm value as it is counted: lower case, `(other)` where it is too long or no wording."""
    if text in _clean:
        return text
    value = " ".join(text.split()).lower()
    if not value:
        return NONE
    if len(value) > MAX_VALUE or not _is_wording(value):
        return OTHER
    if len(_clean) >= REMEMBERED:
        _clean.clear()
    _clean[value] = None
    return value


def search_term(text: str) -> str:
    """A search term as it is counted: lower case, `(other)` where it is too long or could name a person or a thing."""
    value = " ".join(text.split()).lower()
    if not value:
        return ""
    short = len(value) <= MAX_TERM and value.count(" ") < MAX_WORDS
    return value if short and _is_wording(value) else OTHER


def _is_wording(value: str) -> bool:
    parts = [part for part in SEPARATORS.split(value) if part]
    return bool(parts) and all(map(is_wording, parts)) and is_wording("-".join(parts))
