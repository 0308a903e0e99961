"""What reads the facts of one site's requests: its pages, referrers, senders, places, campaigns, goals and funnels.

Texts are looked up in bounded tables of texts that many visitors share. May be used from several threads.
"""

from collections.abc import Iterable, Mapping, Sequence

from consentkit.stats.enrich.campaign import Campaign, Queries
from consentkit.stats.enrich.channel import channel_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.enrich.referrer import Referrers, Source
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import NONE, Facet
from consentkit.stats.pages import PUBLIC_PARAMETERS, Pages
from consentkit.stats.senders import Hosts, Sender, Senders
from consentkit.stats.visitor.funnels import Funnels
from consentkit.stats.visitor.state import MOST_GOALS


class SiteReader:
    """A site with its `hosts` as configured.

    `goals` are by id the paths that reach them, None for those reached in code; `funnels` ids with their pages;
    `search` the query parameters of the site's own search; `spam` the referring domains to set apart; `public` the
    route parameters that may be shown; `policy` the version of what is consented to; `facets` make what it counts by.
    """

    def __init__(
        self,
        hosts: Iterable[str],
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
        self.facets = facets
        self.place = place
        self.pages = Pages(public)
        self.referrers = Referrers(known.names, self.pages.of_referrer, spam, facets)
        self.senders = Senders(known, facets)
        self.queries = Queries(search, facets)
        self.policy = facets.shared(policy=policy)
        self.funnels = Funnels(funnels)
        self._goals = {id_: facets.shared(goal=id_) for id_ in goals or {}}
        self.goal_facets = tuple(self._goals.values())[:MOST_GOALS]
        """Those that a visitor's own state may hold, by their numbers there."""
        self.goals_at: dict[str, tuple[str, ...]] = {}
        for id_, path in (goals or {}).items():
            if path:
                self.goals_at[path] = (*self.goals_at.get(path, ()), id_)

    def came(self, source: Source, campaign: Campaign) -> Facet:
        """Referrer and channel, which an address may tell better than the referrer does."""
        if campaign is not self.queries.none:
            medium, named, clicked = campaign.medium, campaign.source, campaign.clicked
            channel = channel_of(source.channel, medium=medium, source=named, clicked=clicked)
            if channel != source.channel:
                return self.facets.shared(referrer=source.referrer, channel=channel)
        return source.facet

    def seen(self, facts: RequestFacts, sender: Sender, source: Source, campaign: Campaign) -> tuple[Facet, ...]:
        """Where something stands in the dimensions that say from where and with what it was seen."""
        place = facts.place or self.place.facet(facts.address)
        return (self.came(source, campaign), campaign.facet, place, sender.settings)

    def reached(self, path: str, ids: Sequence[str]) -> tuple[Facet, ...]:
        """The goals that a request reached, by its path, or by their ids in the site's code; each once."""
        there = self.goals_at.get(path, ())
        if not there and not ids:
            return ()
        return tuple(self._goals[id_] for id_ in dict.fromkeys((*there, *ids)) if id_ in self._goals)

    def numbers_reached(self, facts: RequestFacts) -> tuple[int, ...]:
        """The numbers of the goals that a request reached."""
        reached = self.reached(facts.path, facts.goals)
        return tuple(number for number, goal in enumerate(self.goal_facets) if goal in reached)
