"""From the facts of requests to what they add to the counts, many of them at once.

Texts are looked up in bounded tables of texts that many visitors share; a user agent is not parsed before the counts
are flushed. May be used from several threads.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.stats.beside import Asked, hear, see_beside
from consentkit.stats.classes import Verdict, judge
from consentkit.stats.enrich import agent
from consentkit.stats.facts import USER_AGENT_CAP, RequestFacts, at_row, by_column
from consentkit.stats.load import Served
from consentkit.stats.model import NONE, Agent, Facet
from consentkit.stats.observed import Observation, Observed
from consentkit.stats.senders import Manner, Sender, came, manners_of
from consentkit.stats.shown import shows_page
from consentkit.stats.site import SiteReader
from consentkit.stats.views import Shown, see
from consentkit.stats.visitor.state import Source, View

DAY_STEP = 900
"""Seconds. Every zone's midnight and every change of its clock fall on a quarter of an hour, so a day holds for one."""

NO_ROUTE = "(none)"


class Quarter:
    """A stretch of time that is of one day: from `begin` to before `end` (epoch seconds)."""

    __slots__ = ("begin", "day", "end", "text")

    def __init__(self, begin: float, end: float, day: date) -> None:
        self.begin = begin
        self.end = end
        self.day = day
        self.text = day.isoformat()


class Observer:
    """Turns requests into what they add to the counts of a site, whose days are those of a `timezone`."""

    def __init__(self, site: SiteReader, timezone: ZoneInfo) -> None:
        self._site = site
        self._timezone = timezone
        self._today = self._turn_to(0.0)
        self._metadata_comes = False

    def prepare(self) -> None:
        """Load lists, parsers and databases, and databases anew that were replaced; not for the event loop."""
        agent.prepare(self._site.facets)
        self.refresh()

    def refresh(self) -> None:
        """Read databases of places that were replaced."""
        self._site.place.refresh()

    def observe(self, facts: RequestFacts) -> Observation:
        """What one request adds; of many it takes a fifth of the time together."""
        return self.observations([facts])[0]

    def observations(self, batch: Sequence[RequestFacts]) -> list[Observation]:
        """What each request adds."""
        observed = self.observe_all(by_column(batch)) if batch else []
        return [one for some in observed for one in some.observations()]

    def observe_all(self, facts: Sequence[Sequence[Any]]) -> list[Observed]:
        """What one or more requests add, those of a day that came one after the other together; `facts` by column.

        Only page requests of what may be a person have events.
        """
        columns: Any = RequestFacts._make(facts)
        day = self._day(min(columns.when))
        if day == self._day(max(columns.when)):
            return [self._of_day(day, columns)]
        found: list[Observed] = []
        begin = 0
        for _, some in groupby(map(self._day, columns.when)):
            end = begin + sum(1 for _ in some)
            found += self.observe_all([column[begin:end] for column in columns])
            begin = end
        return found

    def view(self, facts: RequestFacts) -> View | None:
        """The view that a request is, as its visitor's own state needs it; None for what shows no person a page."""
        site = self._site
        sender = site.senders.of(facts.traits)
        manner = sender.manner(facts)
        is_view = manner.is_view if manner.is_view is not None else shows_page(facts)
        if facts.status == 304 or not is_view or not (manner.verdict or judge(facts)).browsing:
            return None
        source = site.referrers.source(facts.referer, sender.host)
        if source.spam or sender.agent.is_known_program:
            return None
        [begins], [source] = came([sender], [source], site.referrers)
        campaign, _ = site.queries.read(facts.query)
        channel = site.came(source, campaign).values.get("channel", NONE)
        page = site.pages.facet(facts.path, facts.route).values["page"]
        return View(
            facts.when,
            self._quarter(facts.when).day,
            begins,
            Source(channel, campaign.facet.values.get("campaign", NONE), page),
            site.numbers_reached(facts),
            site.funnels.steps(page),
            sender.reloads,
        )

    @property
    def knows_places(self) -> bool:
        """Whether there is a database that may say where an address is."""
        return self._site.place.has_databases

    def place(self, address: str | None) -> Facet:
        """Where an address is; it is forgotten with the call."""
        return self._site.place.facet(address)

    def agent(self, user_agent: bytes) -> Agent:
        """The agent of a User-Agent header."""
        return agent.agent_of(user_agent[:USER_AGENT_CAP], None, self._site.facets)

    def _day(self, when: float) -> str:
        return self._quarter(when).text

    def _quarter(self, when: float) -> Quarter:
        today = self._today
        return today if today.begin <= when < today.end else self._turn_to(when)

    def _turn_to(self, when: float) -> Quarter:
        begin = when // DAY_STEP * DAY_STEP
        day = datetime.fromtimestamp(begin, self._timezone).date()
        quarter = self._today = Quarter(begin, begin + DAY_STEP, day)
        return quarter

    def _of_day(self, day: str, columns: Any) -> Observed:
        """What requests add that came on a day."""
        site = self._site
        senders = site.senders.of_each(columns.traits)
        manners = manners_of(senders, columns)
        verdicts = self._verdicts(manners, columns)
        templates = [routed.template for routed in site.pages.routed_each(columns.route)]
        served = _served(manners, templates, columns)
        observed = Observed(day, [sender.agent for sender in senders], [*verdicts], served)
        are_views = _are_views(manners, verdicts, columns)
        shown = Shown([*range(len(senders))], senders, columns)
        see(site, observed, shown if all(are_views) else shown.only(are_views))
        for row, (is_view, verdict, goals) in enumerate(zip(are_views, verdicts, columns.goals, strict=True)):
            if not is_view and (verdict.browsing or (goals and verdict.by_browser)):
                see_beside(site, observed, Asked(row, senders[row], at_row(columns, row)))
        if any(columns.answer) or any(columns.followed) or any(columns.shown):
            self._hear(observed, senders, columns)
        return observed

    def _verdicts(self, manners: Sequence[Manner], columns: Any) -> list[Verdict]:
        """The verdict on each request, before its user agent is asked.

        A server in front may hold Sec-Fetch-* back: before any came, nobody is suspected for want of them.
        """
        found = [manner.verdict or judge(at_row(columns, row)) for row, manner in enumerate(manners)]
        for row, traits in enumerate(columns.traits):
            if self._metadata_comes:
                break
            found[row] = found[row].trusting
            self._metadata_comes = bool(traits.headers.get(b"sec-fetch-site"))
        return found

    def _hear(self, observed: Observed, senders: Sequence[Sender], columns: Any) -> None:
        """Add what requests tell of consent, and scripts of ours of links and of pages that are shown at last."""
        bringing = {row for events in observed.events for row in events.rows}
        told = zip(columns.answer, columns.followed, columns.shown, strict=True)
        for row in [row for row, one in enumerate(told) if any(one)]:
            facts = at_row(columns, row)
            hear(self._site, observed, Asked(row, senders[row], facts), has_events=row in bringing)
            if facts.own and facts.shown:
                for _, agent_then, verdict, metrics, facets in self.observe(facts.shown).events:
                    observed.add(row, metrics, facets, (agent_then, verdict))


def _served(manners: Sequence[Manner], templates: Sequence[str], columns: Any) -> Served:
    return Served(
        columns.when,
        [None if manner.streams else took for manner, took in zip(manners, columns.took, strict=True)],
        columns.size,
        [manner.status for manner in manners],
        [template or NO_ROUTE for template in templates],
    )


def _are_views(manners: Sequence[Manner], verdicts: Sequence[Verdict], columns: Any) -> list[bool]:
    """Which requests showed a page to what may be a person."""
    return [
        verdict.browsing and (shows_page(at_row(columns, row)) if manner.is_view is None else manner.is_view)
        for row, (manner, verdict) in enumerate(zip(manners, verdicts, strict=True))
    ]
