"""A whole list, page by page, with a search."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.asked import asked_card, asked_offset, asked_search
from consentkit.dashboard.cards import card, chips, rows_of, unit_of
from consentkit.dashboard.context import Context
from consentkit.dashboard.groups import CLASSES, measure_of
from consentkit.dashboard.measures import figures_of, read_beside
from consentkit.dashboard.rankings import Search, read_list, read_scope
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.views.reading import read_choices

PER_PAGE = 50
BY_NAME = "name"
"""In an address: the list is in the order of names, else of counts."""


def routes(context: Context) -> list[BaseRoute]:
    """The page of a list."""
    return [context.route("/list", Lists(context).page)]


class Lists:
    """Answers with a list."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """A stretch of the list that the address names; 404 for one that there is not."""
        context, key = self._context, asked_card(request)
        words, offset, search = context.pages.words(request), asked_offset(request, PER_PAGE), asked_search(request)
        by_name = request.query_params.get("order", "") == BY_NAME

        def name(value: str) -> str:
            return words.value(key, value).casefold()

        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            scope = read_scope(context.reader, state.period, state.filters, facts.threshold)
            ranking = read_list(
                scope,
                key,
                measure_of(key, state.by),
                limit=PER_PAGE,
                offset=offset,
                search=Search(search, words.names(key)),
                order=name if by_name else None,
            )
            beside = read_beside(scope, ranking)
        return context.page(
            request,
            session,
            facts,
            "list.html",
            period=state.period,
            state=state,
            chips=chips(state.filters, words),
            card=card(ranking, words, facts.threshold),
            rows=rows_of(ranking, words, ranking.rows, state.filters),
            beside=beside,
            columns=[unit_of(key, column.metric, words) for column in beside.columns],
            figures=figures_of(beside, words, facts.threshold),
            search=search,
            order=BY_NAME if by_name else "",
            offset=offset,
            count=ranking.count,
            step=PER_PAGE,
            searchable=key != CLASSES,
        )
