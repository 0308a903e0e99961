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
from consentkit.stats.senders import Sender
from consentkit.stats.site import SiteReader
from consentkit.stats.visitor.events import happened_by
from consentkit.stats.visitor.state import Carried

VIEW: Metrics = (VIEWS,)
ENTRY: Metrics = (VIEWS, VISITS)
MOVE: Metrics = (MOVES,)


class Shown(NamedTuple):
    """Requests that showed a page, by columns: their rows among all requests, who sent them, their facts."""

    rows: Sequence[int]
    senders: Sequence[Sender]
    batch: Sequence[RequestFacts]

    def only(self, which: Sequence[bool]) -> "Shown":
        """Some of them."""
        rows, senders, batch = self
        return Shown(list(compress(rows, which)), list(compress(senders, which)), list(compress(batch, which)))


def see(site: SiteReader, observed: Observed, shown: Shown) -> None:
    """Add the page views that requests are, and what else they bring.

    What comes from a referrer that only wants to be seen in statistics is no view: the verdict on it changes.
    """
    if not shown.rows:
        return
    columns: Any = RequestFacts._make(zip(*shown.batch, strict=True))
    sources = site.referrers.sources(columns.referer, [sender.host for sender in shown.senders])
    spam = [source.spam for source in sources] if site.referrers.sets_apart else []
    if any(spam):
        for row in compress(shown.rows, spam):
            observed.verdicts[row] = SPAM
        see(site, observed, shown.only([not one for one in spam]))
        return
    came = [sender.came(source) for sender, source in zip(shown.senders, sources, strict=True)]
    sources = [source for _, source in came]
    read = [site.queries.read(query) if query else site.queries.nothing for query in columns.query]
    pages = site.pages.facets(columns.path, columns.route)
    seen = _seen(site, shown, sources, read, columns)
    if not all(columns.route):
        _name_by_pages(observed, shown, pages)
    _add_views(observed, shown, _entries(came, columns.carried), [pages, *seen])
    _add_moves(site, observed, shown, sources, pages)
    if (
        any(columns.goals)
        or any(columns.carried)
        or any(term for _, term in read)
        or not site.goals_at.keys().isdisjoint(columns.path)
    ):
        _add_more(site, observed, shown, read, seen)


def _seen(
    site: SiteReader, shown: Shown, sources: Sequence[Source], read: Sequence[Read], columns: Any
) -> list[list[Facet]]:
    """Where views stand in the dimensions that say from where and with what they were seen."""
    place = site.place.facet
    return [
        [site.came(source, campaign) for source, (campaign, _) in zip(sources, read, strict=True)],
        [campaign.facet for campaign, _ in read],
        [known or place(address) for known, address in zip(columns.place, columns.address, strict=True)],
        [sender.settings for sender in shown.senders],
    ]


def _entries(came: Sequence[tuple[bool, Source]], carried: Sequence[Carried | None]) -> list[bool]:
    """Which views begin a visit: what a visitor carries tells a reload where no header does."""
    entries = [is_entry for is_entry, _ in came]
    if any(carried):
        return [
            is_entry and (state is None or state.marks.visit) for is_entry, state in zip(entries, carried, strict=True)
        ]
    return entries


def _name_by_pages(observed: Observed, shown: Shown, pages: Sequence[Facet]) -> None:
    """Let what no router answered be served under the names of its pages."""
    for row, facts, page in zip(shown.rows, shown.batch, pages, strict=True):
        if not facts.route:
            observed.served.routes[row] = page.values["page"]


def _add_views(
    observed: Observed, shown: Shown, are_entries: Sequence[bool], standing: Sequence[Sequence[Facet]]
) -> None:
    for metrics, wanted in ((ENTRY, True), (VIEW, False)):
        which = [is_entry is wanted for is_entry in are_entries]
        if any(which):
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
    for row, facts, (_, term), standing in zip(shown.rows, shown.batch, read, zip(*seen, strict=True), strict=True):
        if term:
            observed.add(row, (SEARCHES,), (site.facets.apart(search=term),))
        for goal in site.reached(facts):
            observed.add(row, (GOALS,), (*standing, goal))
        if facts.carried:
            happened = happened_by(facts.carried, standing[2:], site.goal_facets, site.funnels, site.facets)
            for metrics, facets in happened:
                observed.add(row, metrics, facets)


@lru_cache(maxsize=4096)
def move_of(facets: Facets, before: str, after: str) -> Facet:
    """Where a move from one page to another stands in the dimensions."""
    return facets.shared(page=before, move=f"{before} → {after}")
