"""The load of the server: for those who plan a mailing or look for what is slow."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.exports import numbers
from consentkit.dashboard.figures import Facts, read_facts
from consentkit.dashboard.files import Parcel, answer, asked_format
from consentkit.dashboard.honesty import Explainer
from consentkit.dashboard.load_figures import Asked, LoadFigures, read_load_page
from consentkit.dashboard.load_forecast import forecast_error, forecast_svg, forecast_text
from consentkit.dashboard.load_tables import (
    COURSE_COLUMNS,
    ROUTE_COLUMNS,
    SORTS,
    course_rows,
    course_table,
    route_columns,
    route_rows,
    routes_table,
    sort_of,
    week_map,
)
from consentkit.dashboard.load_words import (
    course_svg,
    headlines,
    makers_svg,
    statuses,
    times_svg,
)
from consentkit.dashboard.losses import lost_times
from consentkit.dashboard.periods import Period
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.views.live import Mark, mark_of

PAGE = "load"
STEP = "step"
SORT = "sort"


def routes(context: Context) -> list[BaseRoute]:
    """The page and its tables as files."""
    view = LoadPage(context)
    return [
        context.route("/load", context.remembered(view.page)),
        context.route("/load.{form}", view.course),
        context.route("/routes.{form}", view.routes),
    ]


class LoadPage:
    """Answers with the load of a period."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """All of it; a page that says what it waits for before anything was published."""
        context, words = self._context, self._context.pages.words(request)
        facts, period, figures, mark = self._read(request)
        if figures is None:
            return context.page(request, session, facts, "empty.html", period=period)
        sort = sort_of(request.query_params.get(SORT, ""), figures)
        return context.page(
            request,
            session,
            facts,
            "load.html",
            period=period,
            figures=figures,
            mark=mark,
            explain=Explainer(words, facts, period, len(figures.lost)).about,
            headlines=headlines(figures, words),
            course=course_svg(figures, words),
            times=times_svg(figures, words),
            rows=course_rows(figures, words),
            week=week_map(figures.week, words),
            forecast=forecast_svg(figures.ahead, words),
            forecast_text=forecast_text(figures.ahead, words),
            forecast_error=forecast_error(figures.ahead, words),
            route_rows=route_rows(figures, sort, words),
            route_columns=route_columns(words),
            sort=sort,
            sorts=SORTS if sort_of("", figures) == SORTS[0] else SORTS[2:],
            statuses=statuses(figures, words),
            makers=makers_svg(figures, words),
            lost=lost_times(figures.lost, words),
        )

    def course(self, request: Request, session: Session) -> Response:
        """The hours, days or weeks of the period as a file."""
        form, (facts, period, figures, _) = asked_format(request), self._read(request)
        table = numbers(PAGE, COURSE_COLUMNS, course_table(figures) if figures else [])
        return answer(self._context, session, form, Parcel(PAGE, (period.first, period.last), [table]), facts)

    def routes(self, request: Request, session: Session) -> Response:
        """The routes of the period as a file."""
        form, (facts, period, figures, _) = asked_format(request), self._read(request)
        table = numbers("routes", ROUTE_COLUMNS, routes_table(figures) if figures else [])
        return answer(self._context, session, form, Parcel("routes", (period.first, period.last), [table]), facts)

    def _read(self, request: Request) -> tuple[Facts, Period, LoadFigures | None, Mark | None]:
        context, reader = self._context, self._context.reader
        with reader.snapshot():
            facts = read_facts(reader)
            period = context.period(request, facts)
            if facts.span is None:
                return facts, period, None, None
            asked = Asked(period, request.query_params.get(STEP, ""), context.settings.timezone, context.moment())
            return facts, period, read_load_page(reader, facts.span[0], asked), mark_of(context, period)
