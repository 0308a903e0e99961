"""User agents as counting holds them: looked up when somebody asks, which is in the recorder's thread.

A page never waits for a parser, nor for a parser to load. What was looked up is found again by its text in a bounded
table in the process's memory, because many visitors send the same one; a text leaves it when CACHED_AGENTS others came
since, and one longer than CACHED_LENGTH never enters it.
"""

import re
from functools import cached_property, lru_cache

from consentkit.stats.enrich.bots import declared
from consentkit.stats.enrich.browser import BRANDS, Client, client
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import UNTOLD, USER_AGENT_CAP
from consentkit.stats.model import Facet

CACHED_AGENTS = 2048
CACHED_LENGTH = 400
"""Bytes; no browser's user agent is longer, and a cache of longer ones would be worth little and hold much."""
CACHED_BRANDS = 256
BRANDS_CAP = 256

CHROMIUM = re.compile(r"Chrome/(\d{1,4})\.")
FIREFOX = re.compile(r"Firefox/(\d{1,4})\.")
FETCH_METADATA_SINCE = {CHROMIUM: 80, FIREFOX: 90}
"""The versions from which Chromium and Firefox send Sec-Fetch-* on every https request."""

BRAND = re.compile(rb'"([A-Za-z][A-Za-z0-9 ]{1,30})"\s*;\s*v="')


class KnownAgent:
    """One user agent; `brand` is what Sec-CH-UA calls the browser where the user agent hides it."""

    def __init__(self, text: bytes, facets: Facets, brand: str = "") -> None:
        self._text = text[:USER_AGENT_CAP].decode("latin-1")
        self._facets = facets
        self._brand = brand
        self._branded: dict[str, KnownAgent] = {}

    @cached_property
    def is_told(self) -> bool:
        """Whether there is a header to judge by: a log may not tell it."""
        return self._text.encode("latin-1") != UNTOLD

    @cached_property
    def declared(self) -> tuple[str, str] | None:
        """The class that a program declares and the reason for it, None for what calls itself a browser."""
        return declared(self._text) if self.is_told else None

    @property
    def is_known_program(self) -> bool:
        """Whether a program is known to stand behind it already; nothing is looked up for the answer."""
        return self.__dict__.get("declared") is not None

    @cached_property
    def sends_fetch_metadata(self) -> bool:
        """Whether a browser of this name and version sends Sec-Fetch-* with every https request."""
        for pattern, since in FETCH_METADATA_SINCE.items():
            match = pattern.search(self._text)
            if match is not None:
                return int(match[1]) >= since
        return False

    @cached_property
    def sends_client_hints(self) -> bool:
        """Whether a browser of this name may send Sec-CH-UA: only those made of Chromium do."""
        return CHROMIUM.search(self._text) is not None

    @cached_property
    def facet(self) -> Facet:
        """Browser, its version, system and kind of device."""
        facets = self._facets
        if not facets.hold(*Client._fields):
            return facets.shared()
        return facets.shared(**client(self._text if self.is_told else "", self._brand)._asdict())

    def branded(self, brand: str) -> "KnownAgent":
        """The same user agent in a browser that calls itself otherwise; `brand` is one of BRANDS."""
        found = self._branded.get(brand)
        if found is None:
            found = self._branded[brand] = KnownAgent(self._text.encode("latin-1"), self._facets, brand)
        return found


_remembered = lru_cache(maxsize=CACHED_AGENTS)(KnownAgent)


def agent_of(user_agent: bytes, client_hints: bytes | None = None, facets: Facets = EVERYTHING) -> KnownAgent:
    """The agent of a User-Agent header and, if the browser sent it, its Sec-CH-UA; its facet is one of `facets`."""
    agent = _remembered(user_agent, facets) if len(user_agent) <= CACHED_LENGTH else KnownAgent(user_agent, facets)
    if client_hints:
        brand = _brand(client_hints[:BRANDS_CAP])
        if brand:
            return agent.branded(brand)
    return agent


@lru_cache(maxsize=CACHED_BRANDS)
def _brand(client_hints: bytes) -> str:
    """The one of BRANDS that Sec-CH-UA names, or ""."""
    names = (match.decode("ascii") for match in BRAND.findall(client_hints))
    return next((name for name in names if name in BRANDS), "")


def prepare(facets: Facets = EVERYTHING) -> None:
    """Load the lists and parsers that are needed, which takes some tenths of a second once."""
    agent = KnownAgent(b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", facets)
    # Asking is what loads them.
    _ = agent.declared, agent.facet
