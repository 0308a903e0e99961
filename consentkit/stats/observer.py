"""From the facts of one request to what it adds to the counts.

Texts are looked up in bounded tables of texts that many visitors share; a user agent is not parsed before the counts
are flushed. May be used from several threads.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from consentkit.stats.breakdowns import DOWNLOADS, GOALS, MISSING, MOVES, OUTBOUND, SEARCHES, VIEWS, VISITS
from consentkit.stats.classes import ANSWERING, SPAM, judge
from consentkit.stats.classes import Verdict as Judged
from consentkit.stats.enrich import agent
from consentkit.stats.enrich.campaign import Campaign, Queries
from consentkit.stats.enrich.channel import channel_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.enrich.referrer import Referrers, Source, registrable
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import USER_AGENT_CAP, RequestFacts
from consentkit.stats.model import NONE, Agent, EventKey, Facet, Observation, Verdict
from consentkit.stats.pages import PUBLIC_PARAMETERS, Pages
from consentkit.stats.paths import canonical
from consentkit.stats.senders import Hosts, Sender, Senders
from consentkit.stats.shown import extension_of, shows_page
from consentkit.stats.visitor.events import happened_by
from consentkit.stats.visitor.funnels import Funnels
from consentkit.stats.visitor.state import MOST_GOALS, View
from consentkit.stats.visitor.state import Source as Began

DOWNLOADED = """
    pdf zip gz tar tgz bz2 xz 7z rar dmg pkg exe msi deb rpm apk doc docx xls xlsx ppt pptx odt ods odp csv epub ics gpx
    kml mobi iso
"""
DOWNLOAD_EXTENSIONS = frozenset(DOWNLOADED.split())
GONE = frozenset({404, 410})

DAY_STEP = 900
"""Seconds. Every zone's midnight and every change of its clock fall on a quarter of an hour, so a day holds for one."""

VIEW: tuple[str, ...] = (VIEWS,)
ENTRY: tuple[str, ...] = (VIEWS, VISITS)
NO_ROUTE = "(none)"

Happening = tuple[tuple[str, ...], tuple[Facet, ...]]
"""The metrics that something counts for, and where it stands in the dimensions."""


class Quarter:
    """A stretch of time that is of one day: from `begin` to before `end` (epoch seconds)."""

    __slots__ = ("begin", "day", "end", "text")

    def __init__(self, begin: float, end: float, day: date) -> None:
        self.begin = begin
        self.end = end
        self.day = day
        self.text = day.isoformat()


class Observer:
    """Turns requests into observations for one site: `hosts` as configured, days in its `timezone`.

    `goals` are by id the paths that reach them, None for those reached in code; `funnels` ids with their pages;
    `search` the query parameters of the site's own search; `spam` the referring domains to set apart; `public` the
    route parameters that may be shown; `policy` the version of what is consented to; `facets` make what it counts by.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        timezone: ZoneInfo,
        place: Place,
        *,
        goals: Mapping[str, str | None] | None = None,
        funnels: Iterable[tuple[str, Sequence[str]]] = (),
        search: Iterable[str] = (),
        spam: Iterable[str] = (),
        public: Iterable[str] = PUBLIC_PARAMETERS,
        policy: str = NONE,
        facets: Facets = EVERYTHING,
    ) -> None:
        known = Hosts(hosts)
        self._facets = facets
        self._place = place
        self._pages = Pages(public)
        self._referrers = Referrers(known.names, self._pages.of_referrer, spam, facets)
        self._senders = Senders(known, self._referrers, facets)
        self._queries = Queries(search, facets)
        self._goals = {id_: facets.shared(goal=id_) for id_ in goals or {}}
        self._policy = facets.shared(policy=policy)
        self._funnels = Funnels(funnels)
        self._goal_ids = tuple(goals or {})[:MOST_GOALS]
        self._goal_facets = tuple(self._goals[id_] for id_ in self._goal_ids)
        self._goals_at: dict[str, tuple[str, ...]] = {}
        for id_, path in (goals or {}).items():
            if path:
                self._goals_at[path] = (*self._goals_at.get(path, ()), id_)
        self._timezone = timezone
        self._today = self._turn_to(0.0)
        self._metadata_comes = False

    def prepare(self) -> None:
        """Load lists, parsers and databases, and databases anew that were replaced; not for the event loop."""
        agent.prepare(self._facets)
        self._place.refresh()

    def refresh(self) -> None:
        """Read databases of places that were replaced."""
        self._place.refresh()

    def observe(self, facts: RequestFacts) -> Observation:
        """What this request adds: only page requests of what may be a person have events."""
        today = self._today
        if not today.begin <= facts.when < today.end:
            today = self._turn_to(facts.when)
        day, sender = today.text, self._senders.of(facts.traits)
        agent = sender.agent
        verdict, is_view, status, streams = sender.manner(facts)
        if verdict is None:
            verdict = judge(facts)
        if not self._metadata_comes:
            verdict = self._unsuspected(facts, verdict)
        events: tuple[EventKey, ...] = ()
        if verdict.browsing or (facts.goals and verdict.by_browser):
            source = self._referrers.source(facts.referer, sender.host)
            if source.spam:
                verdict = SPAM
            elif is_view or (is_view is None and shows_page(facts)):
                events = self._happened(facts, sender, source, (day, agent, verdict))
            else:
                beside = self._beside(facts, sender, source)
                events = tuple([(day, agent, verdict, metrics, facets) for metrics, facets in beside])
        route = facts.route
        known = self._pages.routed(route).template if route else _known_by(events)
        if facts.answer and (facts.own or events):
            said = (sender.language, self._policy)
            events = (*events, (day, agent, ANSWERING if facts.own else verdict, (facts.answer,), said))
        if facts.own and (facts.followed or facts.shown):
            events = (*events, *self._told(facts, sender, day))
        load = (day, facts.when, None if streams else facts.took, facts.size, status, known)
        return tuple.__new__(Observation, ((day, agent, verdict, status), events, load))

    def _unsuspected(self, facts: RequestFacts, verdict: Judged) -> Judged:
        """A server in front may hold Sec-Fetch-* back: before any came, nobody is suspected for want of them."""
        self._metadata_comes = bool(facts.traits.headers.get(b"sec-fetch-site"))
        return verdict.trusting

    def view(self, facts: RequestFacts) -> View | None:
        """The view that a request is, as its visitor's own state needs it; None for what shows no person a page."""
        sender = self._senders.of(facts.traits)
        manner = sender.manner(facts)
        is_view = manner.is_view if manner.is_view is not None else shows_page(facts)
        if facts.status == 304 or not is_view or not (manner.verdict or judge(facts)).browsing:
            return None
        came = self._referrers.source(facts.referer, sender.host)
        if came.spam or sender.agent.is_known_program:
            return None
        begins, source = sender.came(came)
        campaign, _ = self._queries.read(facts.query) if facts.query else (self._queries.none, "")
        channel = self._came(source, campaign).values.get("channel", NONE)
        page = self._pages.facet(facts.path, facts.route).values["page"]
        reached = {*self._goals_at.get(facts.path, ()), *facts.goals} if self._goal_ids else ()
        today = self._today
        if not today.begin <= facts.when < today.end:
            today = self._turn_to(facts.when)
        return View(
            facts.when,
            today.day,
            begins,
            Began(channel, campaign.facet.values.get("campaign", NONE), page),
            tuple(number for number, id_ in enumerate(self._goal_ids) if id_ in reached) if reached else (),
            self._funnels.steps(page),
            sender.reloads,
        )

    @property
    def knows_places(self) -> bool:
        """Whether there is a database that may say where an address is."""
        return self._place.has_databases

    def place(self, address: str | None) -> Facet:
        """Where an address is; it is forgotten with the call."""
        return self._place.facet(address)

    def agent(self, user_agent: bytes) -> Agent:
        """The agent of a User-Agent header."""
        return agent.agent_of(user_agent[:USER_AGENT_CAP], None, self._facets)

    def _turn_to(self, when: float) -> Quarter:
        begin = when // DAY_STEP * DAY_STEP
        day = datetime.fromtimestamp(begin, self._timezone).date()
        quarter = self._today = Quarter(begin, begin + DAY_STEP, day)
        return quarter

    def _happened(
        self, facts: RequestFacts, sender: Sender, came: Source, who: tuple[str, Agent, Verdict]
    ) -> tuple[EventKey, ...]:
        """The events of a page view of a day, an agent and a verdict."""
        visit, source = sender.came(came)
        if facts.carried and not facts.carried.marks.visit:
            visit = False  # What the visitor carries tells a reload where no header does.
        campaign, term = self._queries.read(facts.query) if facts.query else (self._queries.none, "")
        page = self._pages.facet(facts.path, facts.route)
        seen = self._seen(facts, sender, source, campaign)
        day, agent, verdict = who
        view = (day, agent, verdict, ENTRY if visit else VIEW, (page, *seen))
        from_page = source.page and not sender.reloads
        if not (from_page or term or facts.goals or facts.carried or facts.path in self._goals_at):
            return (view,)
        more: list[Happening] = []
        if from_page and source.page != page.values["page"]:
            more.append(((MOVES,), (_move(self._facets, source.page, page.values["page"]),)))
        if term:
            more.append(((SEARCHES,), (self._facets.apart(search=term),)))
        if facts.goals or facts.path in self._goals_at:
            more += [((GOALS,), (*seen, goal)) for goal in self._reached(facts)]
        if facts.carried:
            more += happened_by(facts.carried, seen[2:], self._goal_facets, self._funnels, self._facets)
        return (view, *[(day, agent, verdict, metrics, facets) for metrics, facets in more])

    def _seen(self, facts: RequestFacts, sender: Sender, source: Source, campaign: Campaign) -> tuple[Facet, ...]:
        """Where a view stands in the dimensions that say from where and with what it was seen."""
        return (
            self._came(source, campaign),
            campaign.facet,
            facts.place or self._place.facet(facts.address),
            sender.settings,
        )

    def _told(self, facts: RequestFacts, sender: Sender, day: str) -> tuple[EventKey, ...]:
        """The events that scripts of ours tell of: a link that led to another site, a page that is shown at last."""
        led = self._led(facts, sender, day) if facts.followed else ()
        return (*led, *self.observe(facts.shown).events) if facts.shown else led

    def _led(self, facts: RequestFacts, sender: Sender, day: str) -> tuple[EventKey, ...]:
        """The event of a link that led to another site."""
        host = facts.followed.lower().rstrip(".")
        if host == sender.host or self._referrers.is_ours(host):
            return ()
        source = self._referrers.source(facts.referer, sender.host)
        led = _outbound(self._facets, registrable(host), source.page or NONE)
        return ((day, sender.agent, ANSWERING, (OUTBOUND,), (led,)),) if led.values else ()

    def _reached(self, facts: RequestFacts) -> tuple[Facet, ...]:
        """The goals that a request reached, by its path or in the site's code; each once."""
        ids = dict.fromkeys((*self._goals_at.get(facts.path, ()), *facts.goals))
        return tuple(self._goals[id_] for id_ in ids if id_ in self._goals)

    def _beside(self, facts: RequestFacts, sender: Sender, source: Source) -> list[Happening]:
        """What a request that shows no page brings: goals, that a page is missing, or a download."""
        if facts.goals and (goals := self._reached(facts)):
            seen = self._seen(facts, sender, source, self._queries.none)
            return [((GOALS,), (*seen, goal)) for goal in goals]
        if facts.method != "GET":
            return self._moved_by_form(facts, sender, source) if facts.sent_on and sender.reloads else []
        if facts.status in GONE:
            wanted = canonical(facts.path)
            return self._apart(MISSING, missing=wanted, missing_from=f"{wanted} ← {source.page or source.referrer}")
        if facts.status == 200 and extension_of(facts.path) in DOWNLOAD_EXTENSIONS:
            return self._apart(DOWNLOADS, download=canonical(facts.path))
        return []

    def _apart(self, metric: str, **values: str) -> list[Happening]:
        """What counts in its own breakdowns only, and not at all where the site counts by none of them."""
        facet = self._facets.apart(**values)
        return [((metric,), (facet,))] if facet.values else []

    def _moved_by_form(self, facts: RequestFacts, sender: Sender, source: Source) -> list[Happening]:
        """The move to the page to which the answer to a form sends on, where that will look like a reload."""
        page = self._referrers.source(facts.sent_on, sender.host).page
        moved = source.page and page and page != source.page
        return [((MOVES,), (_move(self._facets, source.page, page),))] if moved else []

    def _came(self, source: Source, campaign: Campaign) -> Facet:
        """Referrer and channel, which an address may tell better than the referrer does."""
        if campaign is not self._queries.none:
            medium, named, clicked = campaign.medium, campaign.source, campaign.clicked
            channel = channel_of(source.channel, medium=medium, source=named, clicked=clicked)
            if channel != source.channel:
                return self._facets.shared(referrer=source.referrer, channel=channel)
        return source.facet


def _known_by(events: tuple[EventKey, ...]) -> str:
    """Without a router a page is known by its own name, and what is none is not worth telling apart."""
    return events[0][4][0].values.get("page", NO_ROUTE) if events else NO_ROUTE


@lru_cache(maxsize=4096)
def _move(facets: Facets, before: str, after: str) -> Facet:
    return facets.shared(page=before, move=f"{before} → {after}")


@lru_cache(maxsize=1024)
def _outbound(facets: Facets, domain: str, page: str) -> Facet:
    return facets.shared(outbound=domain, outbound_from=f"{domain} ← {page}")
