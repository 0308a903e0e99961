"""Sample traffic: what three months on the website of a small company look like, the same for the same seed.

No request of it was ever made by a person. Its addresses are documentation addresses, see places.py.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import log
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import urlencode

from consentkit.stats.answers import metric_of
from consentkit.stats.facts import RequestFacts, facts_of_texts
from consentkit.stats.samples import Sample

from . import traffic_bots as bots
from . import traffic_data as data
from .pages import public_paths
from .places import COUNTRIES
from .texts import LANGUAGES
from .traffic_visitors import Draws, Visitor, Visitors, Weighted

HTML = "text/html; charset=utf-8"
FIRST_VISITS, LAST_VISITS = 190, 252
"""Visits on an average day, at the beginning and at the end."""

OUTAGE_DAYS_AGO, NEWS_DAYS_AGO, CAMPAIGN_DAYS_AGO = 40, 32, range(14, 21)
OUTAGE = (time(14, 52), time(21, 40))
"""The website's own server stands in the exchange that failed, and came back hours after the network."""


def sample_traffic(*, days: int, until: datetime, seed: int) -> Iterator[Sample]:
    """The requests of `days` whole days and of the day of `until` up to it, in the order of time.

    Days and hours are those of `until`'s time zone. About 2,000 requests a day, 500 to 900 of them page views by
    people; the same arguments give the same requests. ValueError if `until` has no time zone.
    """
    if until.tzinfo is None:
        raise ValueError("until has no time zone; pass one, as datetime.now(ZoneInfo('Europe/Amsterdam'))")
    sampler = _Sampler(random.Random(seed), until, days)
    end = until.timestamp()
    late: list[Sample] = []
    for day in (until.date() - timedelta(days=back) for back in range(days, -1, -1)):
        midnight = datetime.combine(day + timedelta(days=1), time(), until.tzinfo).timestamp()
        found = sorted(late + sampler.day(day), key=attrgetter("facts.when"))
        late = [sample for sample in found if sample.facts.when >= midnight]
        yield from (sample for sample in found if sample.facts.when < min(midnight, end))


class _From(NamedTuple):
    """How a page was reached: Sec-Fetch-Site, Referer and the query."""

    site: str
    referer: str
    query: str = ""


class _Sampler:
    """Makes the requests of one day after the other."""

    def __init__(self, rng: random.Random, until: datetime, days: int) -> None:
        self._rng = rng
        self._until = until
        self._days = days
        self._draws = Draws()
        self._visitors = Visitors(rng, self._draws)
        self._paths = public_paths()

    def day(self, day: date) -> list[Sample]:
        """All requests of a local day, in no order; a visit may reach a little into the next."""
        ago = (self._until.date() - day).days
        usual = self._usual_visits(day, ago)
        visits: list[tuple[int, Weighted[tuple[str, str]], str]] = [(self._around(usual), self._draws.source, "")]
        if ago in CAMPAIGN_DAYS_AGO:
            visits.append((self._around(usual * 0.34), self._draws.campaign, data.FIBRE))
        if ago in (NEWS_DAYS_AGO, NEWS_DAYS_AGO - 1):
            visits.append((self._around(usual * (0.85 if ago == NEWS_DAYS_AGO else 0.3)), self._draws.news, data.FAULT))
        found: list[Sample] = []
        for count, sources, landing in visits:
            for _ in range(count):
                found += self._visit(self._moment(day), sources, landing)
        for program in bots.PROGRAMS:
            found += self._program(day, program)
        if ago != OUTAGE_DAYS_AGO:
            return found
        return [self._cut_off(sample, day) for sample in found if self._survives(sample.facts, day)]

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

    def _cut_off(self, sample: Sample, day: date) -> Sample:
        """In the outage the website answers "unavailable", and late."""
        if not self._in_outage(sample.facts, day):
            return sample
        took = self._took(data.FAILING_SECONDS)
        return Sample(sample.facts._replace(status=503, size=312, content_type=HTML, took=took, answer=""))

    def _took(self, usual: float) -> float:
        return self._rng.lognormvariate(log(usual), 0.45)

    def _visit(self, when: float, sources: Weighted[tuple[str, str]], landing: str) -> list[Sample]:
        rng = self._rng
        visitor = self._visitors.next()
        referer, query = sources.draw(rng)
        page = landing or self._draws.landing.draw(rng)
        source = _From("cross-site" if referer else "none", referer, query)
        found: list[Sample] = []
        if page == data.HOME and not referer and rng.random() < 0.6:
            found.append(self._page(visitor, when, "/", source, status=302, size=0))
            when += 0.1
        previous = ""
        for step in range(8):
            found += self._view(visitor, when, page, source, cold=visitor.asked and step == 0)
            found += self._answers(visitor, when, page, step)
            if rng.random() < (0.40 if step == 0 else 0.27):
                break
            previous, page = page, self._onward(page, from_campaign=bool(query))
            when += 4 + rng.expovariate(1 / 38)
            source = _From("same-origin", f"{visitor.origin}/{visitor.language}{previous}")
        if rng.random() < 0.05:
            found.append(self._missing(visitor, when + 0.4))
        return found

    def _onward(self, page: str, *, from_campaign: bool) -> str:
        """The page after this one; who was brought by a campaign asks for an offer more often."""
        if from_campaign and self._rng.random() < 0.3:
            return data.THANKS if page == data.CONTACT else data.CONTACT
        return self._draws.moves.get(page, self._draws.otherwise).draw(self._rng)

    def _answers(self, visitor: Visitor, when: float, page: str, step: int) -> list[Sample]:
        """The answer to the banner, if there is one after this page; later, now and then, a withdrawal."""
        rng = self._rng
        if visitor.asked and rng.random() < (0.38 if step == 0 else 0.15):
            answer = self._draws.answer.draw(rng)
            self._visitors.answered(visitor, answer)
        elif visitor.person and rng.random() < 0.004:
            answer = "withdrawn"
            self._visitors.withdrew(visitor)
        else:
            return []
        return [self._choice(visitor, when + rng.uniform(1, 3.5), page, answer)]

    def _view(self, visitor: Visitor, when: float, page: str, source: _From, *, cold: bool) -> list[Sample]:
        rng = self._rng
        path = f"/{visitor.language}{page}"
        found: list[Sample] = []
        if page == data.CHECK:
            source = source._replace(query=f"postcode={rng.randrange(7900, 9999)}AB&number={rng.randrange(1, 120)}")
        if page == data.NEWS and rng.random() < 0.5:
            source = source._replace(query=urlencode({"q": self._draws.terms[visitor.language].draw(rng)}))
        if page in (data.THANKS, data.ACCOUNT):
            target = data.CONTACT if page == data.THANKS else data.SIGN_IN
            form = f"/{visitor.language}{target}"
            found.append(self._page(visitor, when - 0.2, form, source, status=303, size=0, method="POST"))
        found.append(self._page(visitor, when, path, source, size=data.BYTES[page]))
        onward = _From("same-origin", visitor.origin + path)
        if page in (data.HOME, data.PRODUCTS) and rng.random() < 0.07:
            target, size = f"/{visitor.language}{data.FIBRE}", data.BYTES[data.FIBRE]
            found.append(self._page(visitor, when + 1.5, target, onward, size=size, purpose="prefetch"))
        if page in (data.PRODUCTS, data.FIBRE, data.BUSINESS) and rng.random() < 0.1:
            target = f"/{visitor.language}{data.PRICES_TABLE}"
            found.append(self._page(visitor, when + 3.6, target, onward, size=640, kind="text/csv; charset=utf-8"))
        if page == data.CONTACT and visitor.person and rng.random() < 0.2:
            found.append(self._led(visitor, when + 3.7, page))
        files = list(data.STYLES) if cold else []
        if page in data.PICTURES and (cold or rng.random() < 0.3):
            name, size = data.PICTURES[page]
            files.append((name, "image/svg+xml", size))
        for file in files:
            found.append(self._file(visitor, when + rng.uniform(0.05, 0.4), path, file))
        return found

    def _page(
        self,
        visitor: Visitor,
        when: float,
        path: str,
        source: _From,
        *,
        size: int,
        status: int = 200,
        method: str = "GET",
        purpose: str = "",
        kind: str = HTML,
    ) -> Sample:
        page = path[3:] or path
        usual = data.FORM_SECONDS if method == "POST" else data.SECONDS.get(page, data.USUAL_SECONDS)
        shows = status == 200 and kind == HTML and not purpose
        facts = facts_of_texts(
            when=when, method=method, path=path, query=source.query.encode(), status=status, size=size,
            referer=source.referer, content_type=kind if status == 200 else "", fetch_site=source.site,
            fetch_mode="navigate", fetch_dest="document", fetch_user="" if purpose else "?1", purpose=purpose,
            took=self._took(usual),
            route=route_of(path), answer=metric_of("shown") if shows and visitor.asked else "", **visitor.common,
        )  # fmt: skip
        return Sample(facts, visitor.person)

    def _file(self, visitor: Visitor, when: float, page: str, file: tuple[str, str, int]) -> Sample:
        name, kind, size = file
        return Sample(facts_of_texts(
            when=when, method="GET", path=f"/assets/{name}", query=b"v=5f3a90c1", status=200, size=size,
            content_type=kind, referer=visitor.origin + page, fetch_site="same-origin", fetch_mode="no-cors",
            fetch_dest="style" if kind == "text/css" else "image", took=self._took(data.FILE_SECONDS),
            route="/assets/{path:path}", **visitor.common,
        ))  # fmt: skip

    def _choice(self, visitor: Visitor, when: float, page: str, answer: str) -> Sample:
        """An answer to the banner, or a withdrawal: one of consentkit's own addresses."""
        return Sample(facts_of_texts(
            when=when, method="POST", path="/consent/withdraw" if answer == "withdrawn" else "/consent/", status=303,
            content_type="", own=True, referer=f"{visitor.origin}/{visitor.language}{page}", fetch_site="same-origin",
            fetch_mode="navigate", fetch_dest="document", took=self._took(data.FORM_SECONDS),
            answer=metric_of(answer), **visitor.common,
        ))  # fmt: skip

    def _led(self, visitor: Visitor, when: float, page: str) -> Sample:
        """What our script tells of a link to another site."""
        return Sample(facts_of_texts(
            when=when, method="POST", path="/consent/outbound", status=204, content_type="", own=True,
            referer=f"{visitor.origin}/{visitor.language}{page}", fetch_site="same-origin", fetch_mode="no-cors",
            fetch_dest="empty", took=self._took(data.FILE_SECONDS), followed=self._draws.outbound.draw(self._rng),
            **visitor.common,
        ))  # fmt: skip

    def _missing(self, visitor: Visitor, when: float) -> Sample:
        path = self._draws.wrong.draw(self._rng)
        picture = path.endswith((".ico", ".png"))
        inside = picture or path == data.BROKEN_LINK
        return Sample(facts_of_texts(
            when=when, method="GET", path=path, status=404, size=7_300, content_type=HTML,
            referer=f"{visitor.origin}/nl/" if path == data.BROKEN_LINK else "",
            fetch_site="same-origin" if inside else "none", fetch_mode="no-cors" if picture else "navigate",
            fetch_dest="image" if picture else "document", took=self._took(data.USUAL_SECONDS), **visitor.common,
        ))  # fmt: skip

    def _program(self, day: date, program: bots.Program) -> list[Sample]:
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
            facts = facts_of_texts(
                when=when, method="HEAD" if program.asks == bots.HEALTH else "GET", path=path, status=status,
                content_type=kind, size=0 if program.asks == bots.HEALTH else size, address=address,
                user_agent=program.user_agent, host=data.HOSTS[0][0], secure=True,
                took=self._took(data.USUAL_SECONDS), route=route_of(path) if status == 200 else "",
            )  # fmt: skip
            found.append(Sample(facts))
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


def route_of(path: str) -> str:
    """The template of the site's route that answers a path."""
    language, _, page = path[1:].partition("/")
    if language not in LANGUAGES:
        return path
    folder, _, name = page.partition("/")
    slug = folder in ("products", "news") and name and "." not in name
    return f"/{{lang}}/{folder}/{{slug}}" if slug else f"/{{lang}}/{page}"
