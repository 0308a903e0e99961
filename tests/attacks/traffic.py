"""Requests of a small site's visitors, reproducible, with every value of every view known."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from consentkit.stats.enrich.place import Place
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import Facet
from consentkit.stats.observer import Observer
from consentkit.stats.site import SiteReader
from tests.stats.page_requests import CHROME, SAFARI, a_page

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST_DAY = datetime(2026, 9, 1, tzinfo=ZONE).timestamp()
DAY_SECONDS = 86_400.0
HOST = "www.example.com"

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
EDGE = f"{CHROME} Edg/142.0.0.0"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)

Weighted = dict[str, float]
BROWSERS: Weighted = {CHROME: 40, SAFARI: 20, ANDROID: 20, EDGE: 10, FIREFOX: 7, IPAD: 3}
COUNTRIES: Weighted = {"NL": 55, "BE": 18, "DE": 12, "FR": 6, "GB": 4, "LU": 2, "AT": 1.5, "MT": 0.5, "IS": 0.5}
LANGUAGES = {"NL": "nl", "BE": "nl", "DE": "de", "FR": "fr", "GB": "en", "LU": "fr", "AT": "de", "MT": "en", "IS": "is"}
REFERRERS: Weighted = {
    "": 40,
    "https://www.google.com/": 30,
    "https://www.bing.com/": 8,
    "https://www.linkedin.com/": 6,
    "https://news.example.org/": 5,
    "https://chatgpt.com/": 4,
    "https://t.co/": 3,
    "https://blog.example.net/": 2,
    "https://forum.example.edu/": 1,
}
NAMES = ("products", "about", "contact", "news", "team", "careers", "prices", "terms", "events", "partners", "history")
PAGES: Weighted = {f"/{name}": 30 / rank for rank, name in enumerate(NAMES, 1)} | {"/": 40}
CAMPAIGN = b"utm_source=newsletter&utm_medium=email&utm_campaign=spring"


@dataclass(frozen=True, slots=True)
class Site:
    """A site with so many visits a day for so many days; the same seed gives the same visits."""

    visits: int
    days: int
    seed: int = 1


class Addresses(Place):
    """A place for each country, of which the name stands for the address."""

    def __init__(self) -> None:
        super().__init__(())
        self._known = {
            country: Facet(country=country, region=f"{country}-1", network="residential", organisation=f"{country}.net")
            for country in COUNTRIES
        }

    def facet(self, address: str | None) -> Facet:
        """Where the address is."""
        return self._known[address or ""]


def an_observer() -> Observer:
    """The site's observer, with one goal."""
    observer = Observer(SiteReader((HOST,), Addresses(), goals={"contact": "/contact"}), ZONE)
    observer.prepare()
    return observer


def requests_of(site: SiteReader) -> list[RequestFacts]:
    """All page requests of the site, by time: visits of one to a few pages, fewer at night."""
    chance = random.Random(site.seed)
    found = []
    for day in range(site.days):
        for _ in range(chance.randint(site.visits * 4 // 5, site.visits * 6 // 5)):
            second = chance.triangular(0, DAY_SECONDS - 1, 14 * 3600)
            found.extend(_visit(chance, FIRST_DAY + day * DAY_SECONDS + second))
    return sorted(found, key=lambda facts: facts.when)


def _visit(chance: random.Random, when: float) -> Iterator[RequestFacts]:
    country, browser, referrer = (_one(chance, choices) for choices in (COUNTRIES, BROWSERS, REFERRERS))
    page, came = "", referrer
    for number in range(_pages(chance)):
        page = _one(chance, {path: weight for path, weight in PAGES.items() if path != page})
        begins = number == 0
        yield a_page(
            when=when,
            path=page,
            referer=came,
            fetch_site=("cross-site" if came else "none") if begins else "same-origin",
            user_agent=browser,
            accept_language=LANGUAGES[country],
            address=country,
            query=CAMPAIGN if begins and not came and chance.random() < 0.1 else b"",
            size=2_000 + 137 * len(page) ** 2,
            took=chance.lognormvariate(-4, 0.7),
        )
        when += chance.uniform(5, 120)
        came = f"https://{HOST}{page}"


def _pages(chance: random.Random) -> int:
    pages = 1
    while pages < 8 and chance.random() < 0.5:
        pages += 1
    return pages


def _one(chance: random.Random, choices: Weighted) -> str:
    names: Sequence[str] = list(choices)
    return chance.choices(names, weights=list(choices.values()))[0]
