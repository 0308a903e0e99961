"""A whole list, page by page, with a search."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.cards import card, rows_of
from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import read_facts, read_list
from consentkit.dashboard.groups import CARDS, CLASSES, METRICS
from consentkit.dashboard.sessions import Session
from consentkit.stats.breakdowns import VIEWS

PER_PAGE = 50
LONGEST_SEARCH = 100
DEEPEST = 1_000_000
"""Rows; no list is longer, and SQLite takes no number beyond 64 bits."""


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
        words = context.pages.words(request)
        metric, offset = asked_metric(request), _offset(request)
        search = request.query_params.get("q", "").strip()[:LONGEST_SEARCH]
        with context.reader.snapshot():
            facts = read_facts(context.reader)
            period = context.period(request, facts)
            ranking, count = read_list(
                context.reader, key, metric, period, limit=PER_PAGE, offset=offset, search=search
            )
        return context.page(
            request,
            session,
            facts,
            "list.html",
            period=period,
            metric=metric,
            card=card(ranking, words, facts.threshold),
            rows=rows_of(ranking, words, ranking.rows),
            search=search,
            offset=offset,
            count=count,
            step=PER_PAGE,
            searchable=key != CLASSES,
        )


def asked_metric(request: Request) -> str:
    """What the address wants lists counted by; views unless it says so."""
    asked = request.query_params.get("by", "")
    return asked if asked in METRICS else VIEWS


def asked_card(request: Request) -> str:
    """The list that the address names; HTTPException 404 for one that there is not."""
    key = request.query_params.get("card", "")
    if key not in CARDS:
        raise HTTPException(404)
    return key


def _offset(request: Request) -> int:
    text = request.query_params.get("offset", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 0
    return min(int(text), DEEPEST) // PER_PAGE * PER_PAGE
