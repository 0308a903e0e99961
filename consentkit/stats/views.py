"""Page views, by columns: where the visitors of many requests came from, what they saw and where they went on to."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple

from consentkit.stats.breakdowns import GOALS, MOVES, SEARCHES, VIEWS, VISITS
from consentkit.stats.classes import SPAM
from consentkit.stats.enrich.campaign import Read
from consentkit.stats.enrich.referrer import Source
from consentkit.stats.facets import Facets
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import Facet, Metrics
from consentkit.stats.observed import Observed
from consentkit.stats.senders import Sender, came
from consentkit.stats.site import SiteReader
from consentkit.stats.visitor.events import happened_by
from consentkit.stats.visitor.state import Carried

VIEW: Metrics = (VIEWS,)
ENTRY: Metrics = (VIEWS, VISITS)
MOVE: Metrics = (MOVES,)


class Shown(NamedTuple):
    """Requests that showed a page: their rows among all requests, who sent them, their facts by column."""

    rows: list[int]
    senders: list[Sender]
    facts: Any

    def only(self, which: Sequence[bool]) -> "Shown":
        """Some of them."""
        rows, senders, facts = self
        columns = RequestFacts._make([list(compress(column, which)) for column in facts])
        return Shown(list(compress(rows, which)), list(compress(senders, which)), columns)


def see(site: SiteReader, observed: Observed, shown: Shown) -> None:
    """Add the page views that requests are, and what else they bring.

    What comes from a referrer that only wants to be seen in statistics is no view: the verdict on it changes.
    """
    if not shown.rows:
        return
    facts = shown.facts
    sources = site.referrers.sources(facts.referer, [sender.host for sender in shown.senders])
    spam = [source.spam for source in sources] if site.referrers.sets_apart else []
    if any(spam):
        for row in compress(shown.rows, spam):
            observed.verdicts[row] = SPAM
        see(site, observed, shown.only([not one for one in spam]))
        return
    entries, sources = came(shown.senders, sources, site.referrers)
    read = [site.queries.read(query) if query else site.queries.nothing for query in facts.query]
    pages = site.pages.facets(facts.path, facts.route)
    seen = _seen(site, shown, sources, read)
    if not all(facts.route):
        _name_by_pages(observed, shown, pages)
    _add_views(observed, shown, _begun(entries, facts.carried), [pages, *seen])
    _add_moves(site, observed, shown, sources, pages)
    if (
        any(facts.goals)
        or any(facts.carried)
        or any(term for _, term in read)
        or not site.goals_at.keys().isdisjoint(facts.path)
    ):
        _add_more(site, observed, shown, read, seen)


def _seen(site: SiteReader, shown: Shown, sources: Sequence[Source], read: Sequence[Read]) -> list[list[Facet]]:
    """Where views stand in the dimensions that say from where and with what they were seen."""
    place, nothing = site.place.facet, site.queries.nothing
    return [
        [
            source.facet if told is nothing else site.came(source, told[0])
            for source, told in zip(sources, read, strict=True)
        ],
        [campaign.facet for campaign, _ in read],
        [known or place(address) for known, address in zip(shown.facts.place, shown.facts.address, strict=True)],
        [sender.settings for sender in shown.senders],
    ]


def _begun(entries: list[bool], carried: Sequence[Carried | None]) -> list[bool]:
    """Which views begin a visit: what a visitor carries tells a reload where no header does."""
    if not any(carried):
        return entries
    return [is_entry and (state is None or state.marks.visit) for is_entry, state in zip(entries, carried, strict=True)]


def _name_by_pages(observed: Observed, shown: Shown, pages: Sequence[Facet]) -> None:
    """Let what no router answered be served under the names of its pages."""
    for row, route, page in zip(shown.rows, shown.facts.route, pages, strict=True):
        if not route:
            observed.served.routes[row] = page.values["page"]


def _add_views(observed: Observed, shown: Shown, begun: Sequence[bool], standing: Sequence[list[Facet]]) -> None:
    for metrics, wanted in ((ENTRY, True), (VIEW, False)):
        which = [is_entry is wanted for is_entry in begun]
        if all(which):
            observed.add_all(metrics, shown.rows, standing)
        elif any(which):
            rows = list(compress(shown.rows, which))
            observed.add_all(metrics, rows, [list(compress(column, which)) for column in standing])


def _add_moves(
    site: SiteReader, observed: Observed, shown: Shown, sources: Sequence[Source], pages: Sequence[Facet]
) -> None:
    """Add the moves from one page of the site to another."""
    moves = [
        (row, move_of(site.facets, source.page, page.values["page"]))
        for row, source, sender, page in zip(shown.rows, sources, shown.senders, pages, strict=True)
        if source.page and not sender.reloads and source.page != page.values["page"]
    ]
    if moves:
        observed.add_all(MOVE, [row for row, _ in moves], [[facet for _, facet in moves]])


def _add_more(
    site: SiteReader, observed: Observed, shown: Shown, read: Sequence[Read], seen: Sequence[Sequence[Facet]]
) -> None:
    """Add what visitors searched for, the goals that they reached, and what their own state says of the view."""
    facts = shown.facts
    told = zip(shown.rows, facts.path, facts.goals, facts.carried, strict=True)
    for (row, path, goals, carried), (_, term), standing in zip(told, read, zip(*seen, strict=True), strict=True):
        if term:
            observed.add(row, (SEARCHES,), (site.facets.apart(search=term),))
        for goal in site.reached(path, goals):
            observed.add(row, (GOALS,), (*standing, goal))
        if carried:
            for metrics, facets in happened_by(carried, standing[2:], site.goal_facets, site.funnels, site.facets):
                observed.add(row, metrics, facets)


@lru_cache(maxsize=4096)
def move_of(facets: Facets, before: str, after: str) -> Facet:
    """Where a move from one page to another stands in the dimensions."""
    return facets.shared(page=before, move=f"{before} → {after}")
