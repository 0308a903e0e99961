"""What requests bring beside page views: goals, missing pages, downloads, forms, and what scripts and answers tell."""

from functools import lru_cache
from typing import NamedTuple

from consentkit.stats.breakdowns import DOWNLOADS, GOALS, MISSING, MOVES, OUTBOUND
from consentkit.stats.classes import ANSWERING, SPAM
from consentkit.stats.enrich.referrer import registrable
from consentkit.stats.facets import Facets
from consentkit.stats.facts import RequestFacts
from consentkit.stats.model import NONE, Facet
from consentkit.stats.observed import Observed
from consentkit.stats.paths import canonical
from consentkit.stats.senders import Sender
from consentkit.stats.shown import extension_of
from consentkit.stats.site import SiteReader
from consentkit.stats.views import move_of

DOWNLOADED = """
    pdf zip gz tar tgz bz2 xz 7z rar dmg pkg exe msi deb rpm apk doc docx xls xlsx ppt pptx odt ods odp csv epub ics gpx
    kml mobi iso
"""
DOWNLOAD_EXTENSIONS = frozenset(DOWNLOADED.split())
GONE = frozenset({404, 410})


class Asked(NamedTuple):
    """A request: its row among all of the day, who sent it, its facts."""

    row: int
    sender: Sender
    facts: RequestFacts


def see_beside(site: SiteReader, observed: Observed, asked: Asked) -> None:
    """Add what a request brings that shows no page: goals, that a page is missing, or a download."""
    row, sender, facts = asked
    source = site.referrers.source(facts.referer, sender.host)
    if source.spam:
        observed.verdicts[row] = SPAM
    elif goals := facts.goals and site.reached(facts.path, facts.goals):
        seen = site.seen(facts, sender, source, site.queries.none)
        for goal in goals:
            observed.add(row, (GOALS,), (*seen, goal))
    elif facts.method != "GET":
        if facts.sent_on and sender.reloads:
            _add_move_by_form(site, observed, asked, source.page)
    elif facts.status in GONE:
        wanted = canonical(facts.path)
        apart = site.facets.apart(missing=wanted, missing_from=f"{wanted} ← {source.page or source.referrer}")
        _add_apart(observed, row, MISSING, apart)
    elif facts.status == 200 and extension_of(facts.path) in DOWNLOAD_EXTENSIONS:
        _add_apart(observed, row, DOWNLOADS, site.facets.apart(download=canonical(facts.path)))


def hear(site: SiteReader, observed: Observed, asked: Asked, *, has_events: bool) -> None:
    """Add what a request tells of consent, and a script of ours of a link; `has_events`: it brought something."""
    row, sender, facts = asked
    if facts.answer and (facts.own or has_events):
        who = (sender.agent, ANSWERING) if facts.own else None
        observed.add(row, (facts.answer,), (sender.language, site.policy), who)
    if facts.own and facts.followed:
        _add_outbound(site, observed, asked)


def _add_apart(observed: Observed, row: int, metric: str, facet: Facet) -> None:
    """Add what counts in its own breakdowns only, and not at all where the site counts by none of them."""
    if facet.values:
        observed.add(row, (metric,), (facet,))


def _add_move_by_form(site: SiteReader, observed: Observed, asked: Asked, before: str) -> None:
    """Add the move to the page to which the answer to a form sends on, where that will look like a reload."""
    page = site.referrers.source(asked.facts.sent_on, asked.sender.host).page
    if before and page and page != before:
        observed.add(asked.row, (MOVES,), (move_of(site.facets, before, page),))


def _add_outbound(site: SiteReader, observed: Observed, asked: Asked) -> None:
    """Add that a link led to another site."""
    row, sender, facts = asked
    host = facts.followed.lower().rstrip(".")
    if host == sender.host or site.referrers.is_ours(host):
        return
    source = site.referrers.source(facts.referer, sender.host)
    led = _outbound(site.facets, registrable(host), source.page or NONE)
    if led.values:
        observed.add(row, (OUTBOUND,), (led,), (sender.agent, ANSWERING))


@lru_cache(maxsize=1024)
def _outbound(facets: Facets, domain: str, page: str) -> Facet:
    return facets.shared(outbound=domain, outbound_from=f"{domain} ← {page}")
