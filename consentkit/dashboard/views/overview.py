"""The first page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.cards import (
    ROWS,
    day_chart,
    hour_label,
    load_chart,
    load_facts,
    load_span,
    lost_times,
    span_label,
    tabbed,
)
from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import Facts, read_facts, read_overview
from consentkit.dashboard.groups import GROUPS
from consentkit.dashboard.loads import read_load, read_lost
from consentkit.dashboard.people import people_cards, read_people
from consentkit.dashboard.periods import Period, last_days
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.tiles import tiles
from consentkit.dashboard.views.lists import asked_metric


def routes(context: Context) -> list[BaseRoute]:
    """The first page."""
    return [context.route("/", context.remembered(FirstPage(context).page))]


class FirstPage:
    """Answers with the overview of a period."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """Everything at a glance; a page that says what it waits for before anything was published."""
        context, reader, metric = self._context, self._context.reader, asked_metric(request)
        words, timezone = context.pages.words(request), context.settings.timezone
        with reader.snapshot():
            facts = read_facts(reader)
            period = context.period(request, facts)
            if facts.span is None:
                return context.page(request, session, facts, "empty.html", period=period)
            tabs = {group: request.query_params.get(group, "") for group in GROUPS}
            overview = read_overview(reader, facts, period, metric, rows=ROWS, chosen=tabs)
            load = read_load(reader, period, timezone, context.moment())
            people = read_people(reader, period)
            lost = read_lost(reader, period, timezone)
        return context.page(
            request,
            session,
            facts,
            "overview.html",
            period=period,
            metric=metric,
            overview=overview,
            tiles=tiles(overview, words),
            chart=day_chart(overview, words),
            spans=[(span_label(span, words), span.counts) for span in overview.spans if span.inside],
            weekly=overview.weekly,
            padded=not overview.spans[0].inside,
            people=people_cards(people, words),
            places=tabbed(overview.places, words, facts.threshold),
            latest=_latest(facts, period),
            lost=lost_times(lost, words),
            load=load if load.requests else None,
            load_chart=load_chart(load, words),
            load_facts=load_facts(load, words),
            load_span=load_span(load, words),
            hours=[(hour_label(hour, words), hour) for hour in load.hours],
        )


def _latest(facts: Facts, period: Period) -> Period:
    """The last 28 days that have figures."""
    return last_days(28, facts.span[1] if facts.span else period.last, period.today)
