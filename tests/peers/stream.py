"""Four weeks of a site's requests with everything that counting tools count differently, the same for the same seed.

Everything about it that a site cannot see is known too: who asked, whether a script of a third party would have run.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from consentkit.stats.facts import RequestFacts, facts_of_texts

FIRST = 1_796_079_600
"""30 November 2026, 23:00 UTC: in Amsterdam 1 December begins, and no clock is set for months."""
DAYS = 28
HOST = "www.example.com"
HTML = "text/html; charset=utf-8"
SIZE = 8_000
TYPED = {"fetch_site": "none", "fetch_mode": "navigate", "fetch_dest": "document", "accept_language": "en"}
"""The headers of an address typed into a browser."""
PROBED = ("/.env", "/wp-login.php", "/.git/config")
PAGES = ("/", "/products", "/products/fibre", "/news", "/news/prices", "/about", "/contact", "/support")
STATICS = ("/assets/site.css", "/assets/site.js", "/assets/logo.svg")
PICTURES = ("/images/one.jpg", "/images/two.png")
SOURCES = {
    "https://www.google.com/": 40,
    "": 34,
    "https://news.example.org/item": 9,
    "https://www.bing.com/": 6,
    "https://www.linkedin.com/": 6,
    "https://chatgpt.com/": 5,
}
"""Where visits come from, in a hundred of them."""
KINDS: Mapping[str, Mapping[str, Any]] = {
    "page": {},
    "reload": {"cache_control": "max-age=0"},
    "static": {"fetch_dest": "image", "fetch_mode": "no-cors"},
    "api": {"fetch_dest": "empty", "fetch_mode": "cors", "content_type": "application/json"},
    "prefetch": {"purpose": "prefetch"},
    "post": {"method": "POST", "status": 303},
    "missing": {"status": 404},
    "own": {"method": "POST", "status": 303, "own": True},
}
"""What a browser asks for, by what is special about it."""
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_{0} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.{0} Mobile/15E148 Safari/604.1"
)
DESKS = (
    *(WINDOWS.format(major) for major in range(138, 143)),
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
PHONES = (
    *(IPHONE.format(minor) for minor in range(5)),
    WINDOWS.replace("Windows NT 10.0; Win64; x64", "Linux; Android 10; K")
    .replace("Safari", "Mobile Safari")
    .format(142),
)
NAMES = "Mozilla/5.0 (compatible; {})"
FOR_AI = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {})"
HEADLESS = WINDOWS.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64").replace("Chrome/", "HeadlessChrome/")
PROGRAMS = (
    (NAMES.format("Googlebot/2.1; +http://www.google.com/bot.html"), 25, "pages", True),
    (NAMES.format("bingbot/2.0; +http://www.bing.com/bingbot.htm"), 20, "pages", False),
    (FOR_AI.format("GPTBot/1.3; +https://openai.com/gptbot"), 24, "pages", False),
    (NAMES.format("AhrefsBot/7.0; +http://ahrefs.com/robot/"), 18, "pages", False),
    ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 48, "health", False),
    ("FreshRSS/1.27.1 (Linux; https://freshrss.org)", 16, "feed", False),
    ("python-requests/2.32.5", 12, "pages", False),
    ("curl/8.14.1", 6, "pages", False),
    ("Mozilla/5.0 zgrab/0.x", 12, "probes", False),
    (HEADLESS.format(142), 6, "pages", True),
)
"""User agent, requests a day, what it asks for, and whether it runs the scripts of a page."""
FORGED_DAILY, DISGUISED_DAILY = 22, 5
"""Requests a day of scrapers that only say that they are a browser, and of real browsers that a program drives."""


@dataclass(frozen=True, slots=True)
class World:
    """The assumptions; shares are from 0 to 1.

    `people` with one browser each come `visits` times on average; `agree` to be measured; `phones` of them on
    telephones, of which `moving` is the chance of another address at a visit; `shared` behind an address with `crowd`
    others; `blocks`: scripts of third parties are blocked; `scriptless`: run no scripts; `bare`: send no referrer;
    `reloads`, `prefetches`, `asks_api`: chance of each at a view; `back`: that the next page is first one from the
    browser's memory; `pauses`: that it comes after more than an hour.
    """

    people: int = 900
    visits: float = 2.2
    agree: float = 0.6
    phones: float = 0.55
    shared: float = 0.2
    crowd: int = 15
    moving: float = 0.45
    blocks: float = 0.25
    scriptless: float = 0.01
    bare: float = 0.04
    reloads: float = 0.06
    back: float = 0.08
    prefetches: float = 0.05
    asks_api: float = 0.3
    pauses: float = 0.04


WORLD = World()


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that happened. `facts` is what a server saw of it, None for a page from the browser's own memory.

    `who` is a person's number, or None for a program. `kind`: page, restored, reload, static, api, post, prefetch,
    missing, own. `referrer` is what a script sees as document.referrer. `runs`: scripts of third parties are run and
    not blocked; `driven`: navigator.webdriver says so; `hosted`: the address is a data centre's.
    """

    when: float
    who: int | None
    kind: str
    address: str
    user_agent: str
    path: str
    referrer: str = ""
    facts: RequestFacts | None = None
    agreed: bool = False
    phone: bool = False
    runs: bool = False
    driven: bool = False
    hosted: bool = False


def stream(world: World = WORLD, seed: int = 2026) -> list[Asked]:
    """Everything in the order of time."""
    chance = random.Random(seed)
    found: list[Asked] = []
    for number in range(world.people):
        found += _Person(world, chance, number).life()
    found += _programs(chance)
    return sorted(found, key=lambda asked: asked.when)


class _Person:
    """One person with one browser."""

    def __init__(self, world: World, chance: random.Random, number: int) -> None:
        self._world, self._chance, self._number = world, chance, number
        self._phone = chance.random() < world.phones
        self._agreed = chance.random() < world.agree
        self._user_agent = chance.choice(PHONES if self._phone else DESKS)
        self._address = f"10.{number // 250}.{number % 250}.1"
        self._shares = chance.random() < world.shared
        if self._shares:
            self._address = f"10.200.0.{chance.randrange(max(1, int(world.people * world.shared / world.crowd)))}"
        self._moved = 0
        self._bare = chance.random() < world.bare
        self._runs = chance.random() >= world.blocks and chance.random() >= world.scriptless
        self._cached = False

    def life(self) -> Iterator[Asked]:
        chance = self._chance
        mean = self._world.visits * chance.gammavariate(0.8, 1.25)
        for _ in range(_poisson(chance, mean)):
            hour = min(23.9, max(0.0, chance.gauss(14, 4)))
            yield from self._visit(FIRST + chance.randrange(DAYS) * 86_400 + hour * 3600)

    def _visit(self, when: float) -> Iterator[Asked]:
        chance, world = self._chance, self._world
        if self._phone and not self._shares and chance.random() < world.moving:
            self._moved += 1
            self._address = f"10.{100 + self._moved % 90}.{self._number % 250}.{1 + self._number // 250}"
        referrer = chance.choices([*SOURCES], [*SOURCES.values()])[0]
        page, site = chance.choice(PAGES), "cross-site" if referrer else "none"
        for step in range(12):
            yield self._asked(when, "page", page, referrer, site)
            yield from self._beside(when, page)
            if chance.random() < world.reloads:
                yield self._asked(when + 3, "reload", page, referrer, site)
            if chance.random() < (0.42 if step == 0 else 0.28):
                return
            when += 3600 + chance.random() * 3600 if chance.random() < world.pauses else 5 + chance.expovariate(1 / 40)
            if step and chance.random() < world.back:
                yield self._happened(when, "restored", page, referrer, None)
                when += 6
            referrer, site = self._here(page), "same-origin"
            page = chance.choice(PAGES)

    def _beside(self, when: float, page: str) -> Iterator[Asked]:
        """What a page brings with it."""
        chance, world = self._chance, self._world
        found: list[tuple[float, str, str]] = []
        if not self._cached:
            self._cached = True
            found += [(0.2, "static", path) for path in STATICS]
            if chance.random() < 0.5:
                found.append((4, "own", "/consent/"))
        if chance.random() < 0.4:
            found.append((0.3, "static", chance.choice(PICTURES)))
        if chance.random() < world.asks_api:
            found.append((1, "api", "/api/availability"))
        if chance.random() < world.prefetches:
            found.append((2, "prefetch", chance.choice(PAGES)))
        if page == "/contact" and chance.random() < 0.2:
            found.append((20, "post", "/contact"))
        if chance.random() < 0.02:
            found.append((1, "missing", "/old-page"))
        for later, kind, path in found:
            yield self._asked(when + later, kind, path, self._here(page), "same-origin")

    def _here(self, page: str) -> str:
        return "" if self._bare else f"https://{HOST}{page}"

    def _asked(self, when: float, kind: str, path: str, referrer: str, site: str) -> Asked:
        texts: dict[str, Any] = {
            "method": "GET", "status": 200, "content_type": HTML, "fetch_mode": "navigate", "fetch_dest": "document",
            **KINDS[kind],
        }  # fmt: skip
        facts = facts_of_texts(
            when=when, path=path, host=HOST, user_agent=self._user_agent, referer=referrer, fetch_site=site, size=SIZE,
            address=self._address, secure=True, accept_language="nl,en;q=0.8", **texts,
        )  # fmt: skip
        return self._happened(when, kind, path, referrer, facts)

    def _happened(self, when: float, kind: str, path: str, referrer: str, facts: RequestFacts | None) -> Asked:
        return Asked(
            when, self._number, kind, self._address, self._user_agent, path, referrer, facts,
            agreed=self._agreed, phone=self._phone,
            # A page that was only fetched in advance was shown to nobody, and ran nothing.
            runs=self._runs and kind in ("page", "reload", "restored"),
        )  # fmt: skip


def _programs(chance: random.Random) -> Iterator[Asked]:
    for number, (user_agent, daily, asks, runs) in enumerate(PROGRAMS):
        maker = _Program(chance, user_agent, f"10.220.{number}.1", runs=runs, driven="Headless" in user_agent)
        yield from (maker.asks(when, asks) for when in _moments(chance, daily))
    for when in _moments(chance, FORGED_DAILY):
        # Many addresses, and a browser's name without a browser's headers.
        yield _Program(chance, chance.choice(DESKS), f"10.230.{chance.randrange(40)}.1").asks(when, "pages")
    for when in _moments(chance, DISGUISED_DAILY):
        address = f"10.240.{chance.randrange(9)}.1"
        yield _Program(chance, chance.choice(DESKS), address, runs=True, headers=TYPED).asks(when, "pages")


@dataclass(frozen=True, slots=True)
class _Program:
    """A program with the headers that it sends beside its user agent."""

    chance: random.Random
    user_agent: str
    address: str
    _: KW_ONLY
    runs: bool = False
    driven: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def asks(self, when: float, what: str) -> Asked:
        path, status, kind = {
            "pages": (self.chance.choice(PAGES), 200, HTML),
            "health": ("/", 200, HTML),
            "feed": ("/news/feed.xml", 200, "application/atom+xml"),
            "probes": (self.chance.choice(PROBED), 404, HTML),
        }[what]
        method = "HEAD" if what == "health" else "GET"
        facts = facts_of_texts(
            when=when, method=method, path=path, status=status, content_type=kind, size=SIZE, host=HOST,
            user_agent=self.user_agent, address=self.address, secure=True, **self.headers,
        )  # fmt: skip
        runs = self.runs and status == 200
        return Asked(
            when, None, "page", self.address, self.user_agent, path, facts=facts, runs=runs, driven=self.driven,
            hosted=True,
        )  # fmt: skip


def _moments(chance: random.Random, daily: int) -> Sequence[float]:
    return [FIRST + chance.random() * DAYS * 86_400 for _ in range(daily * DAYS)]


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def log_lines(happened: Sequence[Asked]) -> Iterator[str]:
    """What a server's access log has of it, in the combined format."""
    for asked in happened:
        if asked.facts is not None:
            yield _line(asked, asked.facts)


def day_of(when: float) -> int:
    """The day of December 2026 in Amsterdam, from 1."""
    return int(when - FIRST) // 86_400 + 1


def _line(asked: Asked, facts: RequestFacts) -> str:
    rest = int(asked.when - FIRST) % 86_400
    moment = f"{day_of(asked.when):02}/Dec/2026:{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02} +0100"
    return (
        f'{asked.address} - - [{moment}] "{facts.method} {facts.path} HTTP/1.1" {facts.status} {facts.size} '
        f'"{asked.referrer or "-"}" "{asked.user_agent}"\n'
    )
