"""The first page."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.cards import chips, place_title, tabbed
from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import Facts
from consentkit.dashboard.funnels import funnel_cards, read_funnels
from consentkit.dashboard.graph import chart_of, notes_of, table_of, title_of
from consentkit.dashboard.groups import LEADING
from consentkit.dashboard.honesty import Explainer
from consentkit.dashboard.links import Links
from consentkit.dashboard.load_forecast import ahead_facts
from consentkit.dashboard.losses import lost_times
from consentkit.dashboard.overview import Overview
from consentkit.dashboard.people import people_cards, read_people
from consentkit.dashboard.periods import COMPARISONS, Period, last_days
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.state import ONLY, State
from consentkit.dashboard.tiles import tiles
from consentkit.dashboard.unlisted import Unlisted, unlisted
from consentkit.dashboard.views.live import mark_of
from consentkit.dashboard.views.reading import read_choices, read_figures
from consentkit.dashboard.wording import Wording
from consentkit.dashboard.world import PLACES, world_map
from consentkit.roles import Role
from consentkit.stats.outlook import read_outlook


def routes(context: Context) -> list[BaseRoute]:
    """The first page."""
    return [context.route("/", context.remembered(FirstPage(context).page))]


class FirstPage:
    """Answers with the overview of a period."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """Everything at a glance; a page that says what it waits for before anything was published."""
        context, words = self._context, self._context.pages.words(request)
        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            if facts.span is None:
                return context.page(request, session, facts, "empty.html", period=state.period)
            overview = read_figures(context, facts, state)
            mark = mark_of(context, state.period)
            beside = self._beside(state, facts, words)
        drawn = _map(overview, words, context.pages.links(request))
        standing = [place for place in overview.places if place.stands]
        return context.page(
            request,
            session,
            facts,
            "overview.html",
            period=state.period,
            state=overview.state,
            mark=mark,
            overview=overview,
            tiles=tiles(overview, words, facts.threshold),
            explain=Explainer(words, facts, state.period, len(overview.lost)).about,
            chips=chips(state.filters, words),
            compared=_compared(overview, words),
            comparisons=COMPARISONS,
            places=tabbed(standing, words, facts.threshold, state.filters),
            beside_at=sum(place.group in LEADING for place in standing),
            unlisted=_unlisted(overview, words),
            latest=_latest(facts, state),
            lost=lost_times(overview.lost, words),
            map=drawn,
            alone=_alone([place.group for place in standing], [one.id for one in beside["funnels"]], drawn is not None),
            may_note=session.role.may(Role.EDITOR),
            **beside,
            **_chart(overview, words),
        )

    def _beside(self, state: State, facts: Facts, words: Wording) -> dict[str, Any]:
        """The cards of the whole site, which no filter narrows down."""
        if state.filters:
            return {"people": [], "ahead": [], "funnels": []}
        reader, period = self._context.reader, state.period
        outlook = read_outlook(reader, period.today)
        funnels = read_funnels(reader, self._context.settings.funnels, period)
        return {
            "people": people_cards(read_people(reader, period), words),
            "ahead": ahead_facts(outlook, words) if outlook else [],
            "funnels": funnel_cards(funnels, words, facts.threshold),
        }


def _unlisted(overview: Overview, words: Wording) -> list[Unlisted]:
    """The lists that have no card, because nothing is stored of them under the filters."""
    untold = [place for place in overview.places if place.ranking.missing and not place.stands]
    return unlisted(((place_title(place, words), place.ranking) for place in untold), words)


def _alone(groups: Sequence[str], funnels: Sequence[str], has_map: bool) -> set[str]:
    """The ids of cards that would stand beside an empty half of the page: of two columns, the last of an odd number.

    A map takes its place a row of its own.
    """
    leading = [group for group in groups if group in LEADING and not (group == "places" and has_map)]
    others = [*(f"funnel-{id_}" for id_ in funnels), *(group for group in groups if group not in LEADING)]
    return {cards[-1] for cards in (leading, others) if len(cards) % 2}


def _chart(overview: Overview, words: Wording) -> dict[str, Any]:
    curve = overview.curve
    return {
        "chart": chart_of(overview, words),
        "chart_title": title_of(curve, words),
        "table": table_of(overview, words),
        "notes": notes_of(curve, words),
        "chart_file": f"{curve.figure}-{overview.state.period.first}-{overview.state.period.last}.png",
        "padded": not curve.spots[0].inside,
    }


def _map(overview: Overview, words: Wording, links: Links) -> Markup | None:
    """The map beside the list of countries; None where no country is known."""

    def said(code: str, count: int) -> str:
        return f"{words.value('country', code)}: {words.number(count)}"

    if not any(code in PLACES for code in overview.countries):
        return None
    return world_map(overview.countries, said, lambda code: links.to("", **{f"{ONLY}country": code}))


def _compared(overview: Overview, words: Wording) -> str:
    """What the figures are compared with, in words; "" for nothing."""
    if overview.compared is None:
        wanted = overview.state.compare != "none" and overview.state.period.finished() is not None
        return words.text("figures.no_earlier") if wanted and overview.counts.views else ""
    now, before = overview.compared.now, overview.compared.before
    text = words.text("period.compared", span=words.span(before.first, before.last))
    return text if now.last == overview.state.period.last else f"{text}, {words.text('period.without_today')}"


def _latest(facts: Facts, state: State) -> Period:
    """The last 28 days that have figures."""
    return last_days(28, facts.span[1] if facts.span else state.period.last, state.period.today)
