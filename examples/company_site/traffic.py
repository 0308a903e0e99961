"""Sample traffic: what three months on the website of a small company look like, the same for the same seed.

No request of it was ever made by a person. Its addresses are documentation addresses, see places.py.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from consentkit.stats.facts import RequestFacts, facts_of_texts

from . import traffic_bots as bots
from . import traffic_data as data
from .pages import public_paths
from .places import COUNTRIES
from .texts import preferred_language

T = TypeVar("T")

HTML = "text/html; charset=utf-8"
FIRST_VISITS, LAST_VISITS = 190, 252
"""Visits on an average day, at the beginning and at the end."""

OUTAGE_DAYS_AGO, NEWS_DAYS_AGO, CAMPAIGN_DAYS_AGO = 40, 32, range(14, 21)
OUTAGE = (time(14, 52), time(21, 40))
"""The website's own server stands in the exchange that failed, and came back hours after the network."""


def sample_traffic(*, days: int, until: datetime, seed: int) -> Iterator[RequestFacts]:
    """The requests of `days` whole days and of the day of `until` up to it, in the order of time.

    Days and hours are those of `until`'s time zone. About 2,000 requests a day, 500 to 900 of them page views by
    people; the same arguments give the same requests. ValueError if `until` has no time zone.
    """
    if until.tzinfo is None:
        raise ValueError("until has no time zone; pass one, as datetime.now(ZoneInfo('Europe/Amsterdam'))")
    sampler = _Sampler(random.Random(seed), until, days)
    end = until.timestamp()
    late: list[RequestFacts] = []
    for day in (until.date() - timedelta(days=back) for back in range(days, -1, -1)):
        midnight = datetime.combine(day + timedelta(days=1), time(), until.tzinfo).timestamp()
        found = sorted(late + sampler.day(day), key=attrgetter("when"))
        late = [facts for facts in found if facts.when >= midnight]
        yield from (facts for facts in found if facts.when < min(midnight, end))


class _From(NamedTuple):
    """How a page was reached: Sec-Fetch-Site, Referer and the query."""

    site: str
    referer: str
    query: str = ""


class _Weighted(Generic[T]):
    """Draws one of several values by their weights."""

    def __init__(self, pairs: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in pairs]
        self._sums = list(accumulate(weight for _, weight in pairs))

    def draw(self, rng: random.Random) -> T:
        return rng.choices(self._values, cum_weights=self._sums)[0]


class _Visitor:
    """Who sits at the other end of one visit, as far as requests show it."""

    def __init__(self, rng: random.Random, draws: "_Draws") -> None:
        country = draws.country.draw(rng)
        browser = draws.browser.draw(rng)
        tags = draws.languages.get(country.code, draws.english)
        accept_language = tags.draw(rng)
        self.language = preferred_language(accept_language)
        self.common: dict[str, Any] = {
            "user_agent": browser.user_agent,
            "accept_language": accept_language,
            "address": country.address(rng),
            "host": draws.host.draw(rng),
            "secure": True,
        }

    @property
    def origin(self) -> str:
        return f"https://{self.common['host']}"


class _Draws:
    """The weighted choices, prepared once."""

    def __init__(self) -> None:
        self.country = _Weighted([(country, country.weight) for country in COUNTRIES])
        self.browser = _Weighted([(browser, browser.weight) for browser in data.BROWSERS])
        self.languages = {code: _Weighted(tags) for code, tags in data.LANGUAGES.items()}
        self.english = _Weighted(data.ENGLISH)
        self.host = _Weighted(data.HOSTS)
        self.source = _Weighted([((source, ""), weight) for source, weight in data.SOURCES])
        self.campaign = _Weighted([((source, query), weight) for source, query, weight in data.CAMPAIGN])
        self.news = _Weighted([((source, ""), weight) for source, weight in data.NEWS_SITES])
        self.landing = _Weighted(data.LANDINGS)
        self.moves = {page: _Weighted(moves) for page, moves in data.MOVES.items()}
        self.otherwise = _Weighted(data.OTHERWISE)
        self.hour = _Weighted(list(enumerate(data.HOURS)))
        self.wrong = _Weighted(data.WRONG_PATHS)


class _Sampler:
    """Makes the requests of one day after the other."""

    def __init__(self, rng: random.Random, until: datetime, days: int) -> None:
        self._rng = rng
        self._until = until
        self._days = days
        self._draws = _Draws()
        self._paths = public_paths()

    def day(self, day: date) -> list[RequestFacts]:
        """All requests of a local day, in no order; a visit may reach a little into the next."""
        ago = (self._until.date() - day).days
        usual = self._usual_visits(day, ago)
        visits: list[tuple[int, _Weighted[tuple[str, str]], str]] = [(self._around(usual), self._draws.source, "")]
        if ago in CAMPAIGN_DAYS_AGO:
            visits.append((self._around(usual * 0.34), self._draws.campaign, data.FIBRE))
        if ago in (NEWS_DAYS_AGO, NEWS_DAYS_AGO - 1):
            visits.append((self._around(usual * (0.85 if ago == NEWS_DAYS_AGO else 0.3)), self._draws.news, data.FAULT))
        found: list[RequestFacts] = []
        for count, sources, landing in visits:
            for _ in range(count):
                found += self._visit(self._moment(day), sources, landing)
        for program in bots.PROGRAMS:
            found += self._program(day, program)
        return [self._cut_off(facts, day) for facts in found if ago != OUTAGE_DAYS_AGO or self._survives(facts, day)]

    def _usual_visits(self, day: date, ago: int) -> float:
        grown = 1 - ago / max(self._days, 1)
        return (FIRST_VISITS + (LAST_VISITS - FIRST_VISITS) * grown) * data.WEEKDAYS[day.weekday()]

    def _around(self, mean: float) -> int:
        return max(0, round(self._rng.gauss(mean, mean**0.5)))

    def _moment(self, day: date) -> float:
        hour = self._draws.hour.draw(self._rng)
        return self._at(day, time(hour)) + self._rng.uniform(0, 3600)

    def _at(self, day: date, clock: time) -> float:
        return datetime.combine(day, clock, self._until.tzinfo).timestamp()

    def _in_outage(self, facts: RequestFacts, day: date) -> bool:
        return self._at(day, OUTAGE[0]) <= facts.when < self._at(day, OUTAGE[1])

    def _survives(self, facts: RequestFacts, day: date) -> bool:
        """While the exchange has no power, most of its customers do not even reach the website."""
        return not self._in_outage(facts, day) or self._rng.random() < 0.3

    def _cut_off(self, facts: RequestFacts, day: date) -> RequestFacts:
        """In the outage the website answers "unavailable"."""
        if (self._until.date() - day).days != OUTAGE_DAYS_AGO or not self._in_outage(facts, day):
            return facts
        return facts._replace(status=503, size=312, content_type=HTML)

    def _visit(self, when: float, sources: _Weighted[tuple[str, str]], landing: str) -> list[RequestFacts]:
        rng = self._rng
        visitor = _Visitor(rng, self._draws)
        referer, query = sources.draw(rng)
        page = landing or self._draws.landing.draw(rng)
        source = _From("cross-site" if referer else "none", referer, query)
        found: list[RequestFacts] = []
        if page == data.HOME and not referer and rng.random() < 0.6:
            found.append(self._page(visitor, when, "/", source, status=302, size=0))
            when += 0.1
        previous = ""
        cold = rng.random() < 0.62
        for step in range(8):
            found += self._view(visitor, when, page, source, cold=cold and step == 0)
            if rng.random() < (0.40 if step == 0 else 0.27):
                break
            if step == 0 and rng.random() < 0.3:
                found.append(self._choice(visitor, when + rng.uniform(2, 9), page))
            previous, page = page, self._draws.moves.get(page, self._draws.otherwise).draw(rng)
            when += 4 + rng.expovariate(1 / 38)
            source = _From("same-origin", f"{visitor.origin}/{visitor.language}{previous}")
        if rng.random() < 0.05:
            found.append(self._missing(visitor, when + 0.4))
        return found

    def _view(self, visitor: _Visitor, when: float, page: str, source: _From, *, cold: bool) -> list[RequestFacts]:
        path = f"/{visitor.language}{page}"
        found: list[RequestFacts] = []
        if page == data.CHECK:
            source = source._replace(
                query=f"postcode={self._rng.randrange(7900, 9999)}AB&number={self._rng.randrange(1, 120)}"
            )
        if page in (data.THANKS, data.ACCOUNT):
            target = data.CONTACT if page == data.THANKS else data.SIGN_IN
            form = f"/{visitor.language}{target}"
            found.append(self._page(visitor, when - 0.2, form, source, status=303, size=0, method="POST"))
        found.append(self._page(visitor, when, path, source, size=data.BYTES[page]))
        if page in (data.HOME, data.PRODUCTS) and self._rng.random() < 0.07:
            onward, source = f"/{visitor.language}{data.FIBRE}", _From("same-origin", visitor.origin + path)
            size = data.BYTES[data.FIBRE]
            found.append(self._page(visitor, when + 1.5, onward, source, size=size, purpose="prefetch"))
        files = list(data.STYLES) if cold else []
        if page in data.PICTURES and (cold or self._rng.random() < 0.3):
            name, size = data.PICTURES[page]
            files.append((name, "image/svg+xml", size))
        for file in files:
            found.append(self._file(visitor, when + self._rng.uniform(0.05, 0.4), path, file))
        return found

    def _page(
        self,
        visitor: _Visitor,
        when: float,
        path: str,
        source: _From,
        *,
        size: int,
        status: int = 200,
        method: str = "GET",
        purpose: str = "",
    ) -> RequestFacts:
        return facts_of_texts(
            when=when, method=method, path=path, query=source.query.encode(), status=status, size=size,
            referer=source.referer, content_type=HTML if status == 200 else "", fetch_site=source.site,
            fetch_mode="navigate", fetch_dest="document", purpose=purpose, **visitor.common,
        )  # fmt: skip

    def _file(self, visitor: _Visitor, when: float, page: str, file: tuple[str, str, int]) -> RequestFacts:
        name, kind, size = file
        return facts_of_texts(
            when=when, method="GET", path=f"/assets/{name}", query=b"v=5f3a90c1", status=200, size=size,
            content_type=kind, referer=visitor.origin + page, fetch_site="same-origin", fetch_mode="no-cors",
            fetch_dest="style" if kind == "text/css" else "image", **visitor.common,
        )  # fmt: skip

    def _choice(self, visitor: _Visitor, when: float, page: str) -> RequestFacts:
        """The answer to the banner: one of consentkit's own addresses."""
        return facts_of_texts(
            when=when, method="POST", path="/consent/", status=303, content_type="", own=True,
            referer=f"{visitor.origin}/{visitor.language}{page}", fetch_site="same-origin", fetch_mode="navigate",
            fetch_dest="document", **visitor.common,
        )  # fmt: skip

    def _missing(self, visitor: _Visitor, when: float) -> RequestFacts:
        path = self._draws.wrong.draw(self._rng)
        picture = path.endswith((".ico", ".png"))
        return facts_of_texts(
            when=when, method="GET", path=path, status=404, size=7_300, content_type=HTML,
            fetch_site="same-origin" if picture else "none", fetch_mode="no-cors" if picture else "navigate",
            fetch_dest="image" if picture else "document", **visitor.common,
        )  # fmt: skip

    def _program(self, day: date, program: bots.Program) -> list[RequestFacts]:
        rng = self._rng
        country = next(country for country in COUNTRIES if country.code == program.country)
        address = country.address(rng)
        midnight = self._at(day, time())
        count = round(program.daily) if program.asks in (bots.HEALTH, bots.FEED) else self._around(program.daily)
        found = []
        for number in range(count):
            regular = program.asks in (bots.HEALTH, bots.FEED)
            when = midnight + (number * 86_400 / count + rng.uniform(0, 3) if regular else rng.uniform(0, 86_400))
            path, kind, status, size = self._asked(program.asks)
            found.append(
                facts_of_texts(
                    when=when,
                    method="HEAD" if program.asks == bots.HEALTH else "GET",
                    path=path,
                    status=status,
                    content_type=kind,
                    size=0 if program.asks == bots.HEALTH else size,
                    address=address,
                    user_agent=program.user_agent,
                    host=data.HOSTS[0][0],
                    secure=True,
                )
            )
        return found

    def _asked(self, asks: str) -> tuple[str, str, int, int]:
        """Path, content type, status and size of one request by a program."""
        rng = self._rng
        if asks == bots.PROBES:
            return rng.choice(bots.PROBE_PATHS), HTML, 404, 7_300
        if asks == bots.ROBOTS:
            return "/robots.txt", "text/plain; charset=utf-8", 200, 148
        if asks == bots.FEED:
            return "/nl/news/feed.xml", "application/atom+xml", 200, 2_100
        if asks == bots.HEALTH:
            return "/nl/", HTML, 200, 0
        path = rng.choice(self._paths)
        return path, HTML, 200, data.BYTES.get(path[3:], 12_000)
