"""From the facts of one request to what it adds to the counts.

Nothing here waits for a parser: a header's text is looked up in a bounded table of texts that many visitors share, and
a user agent is not looked up at all, but when the counts are flushed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from consentkit.stats.breakdowns import DOWNLOADS, GOALS, MISSING, MOVES, SEARCHES, VIEWS, VISITS
from consentkit.stats.classes import ANSWERING, SPAM, judge
from consentkit.stats.enrich import agent
from consentkit.stats.enrich.agent import agent_of
from consentkit.stats.enrich.campaign import NO_CAMPAIGN, Campaign, Queries
from consentkit.stats.enrich.channel import channel_of
from consentkit.stats.enrich.language import language_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.enrich.referrer import DIRECT, FROM_NOWHERE, FROM_WITHIN, INTERNAL, Referrers, Source, came_from
from consentkit.stats.facts import HOST_CAP, PATH_CAP, RequestFacts
from consentkit.stats.model import NONE, OTHER, EventKey, Facet, Observation
from consentkit.stats.pages import PUBLIC_PARAMETERS, Pages, template_of
from consentkit.stats.paths import canonical
from consentkit.stats.visitor.events import happened_by
from consentkit.stats.visitor.state import MOST_GOALS, View
from consentkit.stats.visitor.state import Source as Began
from consentkit.stats.visits import begins_visit, reloaded

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PAGE_EXTENSIONS = frozenset({"html", "htm", "xhtml", "php", "asp", "aspx", "jsp"})
DOWNLOADED = """
    pdf zip gz tar tgz bz2 xz 7z rar dmg pkg exe msi deb rpm apk doc docx xls xlsx ppt pptx odt ods odp csv epub ics gpx
    kml mobi iso
"""
DOWNLOAD_EXTENSIONS = frozenset(DOWNLOADED.split())
LONGEST_EXTENSION = 5
WITHIN_SITE = frozenset({b"same-origin", b"same-site"})
GONE = frozenset({404, 410})

DAY_STEP = 900
"""Seconds. Every zone's midnight and every change of its clock fall on a quarter of an hour, so a day holds for one."""

VIEW: tuple[str, ...] = (VIEWS,)
ENTRY: tuple[str, ...] = (VIEWS, VISITS)
CACHED_HOSTS = 256
NO_ROUTE = "(none)"

Happening = tuple[tuple[str, ...], tuple[Facet, ...]]
"""The metrics that something counts for, and where it stands in the dimensions."""


class Observer:
    """Turns requests into observations for one site: `hosts` as configured, days in its `timezone`.

    `goals` are by id the paths that reach them, None for those reached in code; `search` the query parameters of the
    site's own search; `spam` the referring domains to set apart; `public` the route parameters that may be shown;
    `policy` the version of what is consented to.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        timezone: ZoneInfo,
        place: Place,
        *,
        goals: Mapping[str, str | None] | None = None,
        search: Iterable[str] = (),
        spam: Iterable[str] = (),
        public: Iterable[str] = PUBLIC_PARAMETERS,
        policy: str = NONE,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._place = place
        self._pages = Pages(public)
        self._referrers = Referrers(self._hosts, self._pages.of_referrer, spam)
        self._queries = Queries(search)
        self._goals = {id_: Facet(goal=id_) for id_ in goals or {}}
        self._policy = Facet(policy=policy)
        self._goal_ids = tuple(goals or {})[:MOST_GOALS]
        self._goal_facets = tuple(self._goals[id_] for id_ in self._goal_ids)
        self._goals_at: dict[str, tuple[str, ...]] = {}
        for id_, path in (goals or {}).items():
            if path:
                self._goals_at[path] = (*self._goals_at.get(path, ()), id_)
        self._host_facets = {host: Facet(host=host) for host in self._hosts}
        self._other_host = Facet(host=OTHER)
        self._quarter = -1
        self._date = date.min
        self._day = ""
        self._timezone = timezone

    def prepare(self) -> None:
        """Load lists, parsers and databases, and databases anew that were replaced; not for the event loop."""
        agent.prepare()
        self._place.refresh()

    def refresh(self) -> None:
        """Read databases of places that were replaced."""
        self._place.refresh()

    def observe(self, facts: RequestFacts) -> Observation:
        """What this request adds: only page requests of what may be a person have events."""
        get = facts.headers.get
        self._turn_to(facts.when)
        verdict = judge(facts)
        user_agent = agent_of(get(b"user-agent", b""), get(b"sec-ch-ua"))
        events: tuple[EventKey, ...] = ()
        if verdict.browsing or (facts.goals and verdict.by_browser):
            host = host_name(get(b"host", b""))
            source = self._referrers.source(get(b"referer"), host)
            if source.spam:
                verdict = SPAM
            else:
                happened = self._happened(facts, host, source)
                events = tuple((self._day, user_agent, verdict, metrics, facets) for metrics, facets in happened)
        route = facts.route and template_of(facts.route)
        if not route:
            # Without a router a page is known by its own name, and what is none is not worth telling apart.
            route = events[0][4][0].values.get("page", NO_ROUTE) if events else NO_ROUTE
        if facts.answer and (facts.own or events):
            said = (language_of(get(b"accept-language")), self._policy)
            events = (*events, (self._day, user_agent, ANSWERING if facts.own else verdict, (facts.answer,), said))
        status = facts.status if 100 <= facts.status <= 599 else 0
        return Observation(
            (self._day, user_agent, verdict, status),
            events,
            (self._day, facts.when, facts.took, facts.size, status, route),
        )

    def view(self, facts: RequestFacts) -> View | None:
        """The view that a request is, as its visitor's own state needs it; None for what shows no person a page."""
        headers = facts.headers
        verdict = judge(facts)
        if (
            facts.status == 304
            or not is_view(facts)
            or not verdict.browsing
            or agent_of(headers.get(b"user-agent", b""), headers.get(b"sec-ch-ua")).is_known_program
        ):
            return None
        came = self._referrers.source(headers.get(b"referer"), host_name(headers.get(b"host", b"")))
        if came.spam:
            return None
        begins = begins_visit(headers, came.referrer)
        campaign, _ = self._queries.read(facts.query) if facts.query else (NO_CAMPAIGN, "")
        channel = _channel(_counted(headers, came, begins), campaign).values["channel"]
        page = self._pages.facet(facts.path, facts.route).values["page"]
        reached = {*self._goals_at.get(facts.path, ()), *facts.goals} if self._goal_ids else ()
        self._turn_to(facts.when)
        return View(
            facts.when,
            self._date,
            begins,
            Began(channel, campaign.facet.values["campaign"], page),
            tuple(number for number, id_ in enumerate(self._goal_ids) if id_ in reached) if reached else (),
        )

    def _turn_to(self, when: float) -> None:
        quarter = int(when // DAY_STEP)
        if quarter != self._quarter:
            self._date = datetime.fromtimestamp(quarter * DAY_STEP, self._timezone).date()
            self._day = self._date.isoformat()
            self._quarter = quarter

    def _happened(self, facts: RequestFacts, host: str, source: Source) -> list[Happening]:
        """The events of a page request, each with its metrics and where it stands in the dimensions."""
        if not is_view(facts):
            goals = self._reached(facts) if facts.goals else ()
            return [((GOALS,), (*self._seen(facts, host, source), goal)) for goal in goals] or self._beside(
                facts, source
            )
        headers = facts.headers
        visit = begins_visit(headers, source.referrer)
        source = _counted(headers, source, visit)
        campaign, term = self._queries.read(facts.query) if facts.query else (NO_CAMPAIGN, "")
        seen = self._seen(facts, host, source, campaign)
        page = self._pages.facet(facts.path, facts.route)
        happened: list[Happening] = [(ENTRY if visit else VIEW, (page, *seen))]
        if source.page and source.page != page.values["page"] and not reloaded(headers):
            happened.append(((MOVES,), (_move(source.page, page.values["page"]),)))
        if term:
            happened.append(((SEARCHES,), (Facet(search=term),)))
        if facts.goals or facts.path in self._goals_at:
            happened += [((GOALS,), (*seen, goal)) for goal in self._reached(facts)]
        if facts.carried:
            happened += happened_by(facts.carried, seen[2:], self._goal_facets)
        return happened

    def _seen(
        self, facts: RequestFacts, host: str, source: Source, campaign: Campaign = NO_CAMPAIGN
    ) -> tuple[Facet, ...]:
        """Where a view stands in the dimensions that say from where and with what it was seen."""
        return (
            _channel(source, campaign),
            campaign.facet,
            self._place.facet(facts.address),
            language_of(facts.headers.get(b"accept-language")),
            self._host_facets.get(host, self._other_host),
        )

    def _reached(self, facts: RequestFacts) -> tuple[Facet, ...]:
        """The goals that a request reached, by its path or in the site's code; each once."""
        ids = dict.fromkeys((*self._goals_at.get(facts.path, ()), *facts.goals))
        return tuple(self._goals[id_] for id_ in ids if id_ in self._goals)

    def _beside(self, facts: RequestFacts, source: Source) -> list[Happening]:
        """What a request that shows no page brings: that one is missing, or a download."""
        if facts.method != "GET":
            return []
        if facts.status in GONE:
            wanted = canonical(facts.path)
            return [((MISSING,), (Facet(missing=wanted, missing_from=f"{wanted} ← {source.page or source.referrer}"),))]
        if facts.status == 200 and _extension(facts.path) in DOWNLOAD_EXTENSIONS:
            return [((DOWNLOADS,), (Facet(download=canonical(facts.path)),))]
        return []


def is_view(facts: RequestFacts) -> bool:
    """Whether a request showed a page: a GET answered with HTML (or 304), not as a part of another page."""
    if facts.method != "GET" or facts.headers.get(b"sec-fetch-dest", b"document") != b"document":
        return False
    status = facts.status
    if status == 304:
        return _is_page(facts, unchanged=True)
    return 200 <= status < 300 and status not in (204, 206) and _is_page(facts, unchanged=False)


@lru_cache(maxsize=CACHED_HOSTS)
def _host_name(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0].rstrip(".")


def host_name(host: bytes) -> str:
    """A Host header in lower case, without port and without the dot of the root."""
    return _host_name(host[:HOST_CAP])


@lru_cache(maxsize=256)
def _type_is_page(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in PAGE_TYPES


def _is_page(facts: RequestFacts, *, unchanged: bool) -> bool:
    # A 304 need not repeat the content type (RFC 9110 §15.4.5); then the path must tell, as in a log.
    if facts.content_type or not (facts.logged or unchanged):
        return _type_is_page((facts.content_type or "")[:80])
    extension = _extension(facts.path)
    return extension == "" or extension in PAGE_EXTENSIONS


def _extension(path: str) -> str:
    _, dot, extension = path[-PATH_CAP:].rpartition("/")[2].rpartition(".")
    known = dot and len(extension) <= LONGEST_EXTENSION and extension.isalnum() and extension[0].isalpha()
    return extension.lower() if known else ""


def _counted(headers: Mapping[bytes, bytes], source: Source, visit: bool) -> Source:
    """The source to count: a visit never comes from the site itself, and a move within it never from nowhere."""
    if visit and source.referrer == INTERNAL:
        return FROM_NOWHERE
    if source.referrer == DIRECT and headers.get(b"sec-fetch-site") in WITHIN_SITE:
        return FROM_WITHIN
    return source


def _channel(source: Source, campaign: Campaign) -> Facet:
    """Referrer and channel, which an address may tell better than the referrer does."""
    if campaign is not NO_CAMPAIGN:
        channel = channel_of(source.channel, medium=campaign.medium, source=campaign.source, clicked=campaign.clicked)
        if channel != source.channel:
            return came_from(source.referrer, channel)
    return source.facet


@lru_cache(maxsize=4096)
def _move(before: str, after: str) -> Facet:
    return Facet(page=before, move=f"{before} → {after}")
