"""The dashboard as an ASGI app: the overview, whole lists, downloads, signing in."""

import datetime as dt
import functools
import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from consentkit.dashboard.cards import (
    ROWS,
    card,
    day_chart,
    hour_label,
    load_chart,
    load_facts,
    load_span,
    lost_times,
    rows_of,
    span_label,
    tabbed,
)
from consentkit.dashboard.door import Door
from consentkit.dashboard.exports import as_csv
from consentkit.dashboard.figures import Facts, read_facts, read_list, read_overview
from consentkit.dashboard.groups import CARDS, CLASSES, GROUPS, METRICS, breakdown_of, metric_of
from consentkit.dashboard.headers import SecurityHeaders
from consentkit.dashboard.loads import read_load, read_lost
from consentkit.dashboard.people import people_cards, read_people
from consentkit.dashboard.periods import CHOICES, DEFAULT, Period, chosen, from_query
from consentkit.dashboard.render import Assets, Pages, Settings
from consentkit.dashboard.sessions import Session, Signed
from consentkit.dashboard.tiles import tiles
from consentkit.dashboard.users import Users
from consentkit.stats.breakdowns import VIEWS
from consentkit.stats.report import build_report
from consentkit.stats.stores import SinkReader
from consentkit.stats.stores.protocol import StoreError

PER_PAGE = 50
LONGEST_SEARCH = 100
DEEPEST = 1_000_000
"""Rows; no list is longer, and SQLite takes no number beyond 64 bits."""
LONGEST_CSV = 100_000

log = logging.getLogger("consentkit.dashboard")

Handler = Callable[[Request, Session], Response]


def create_dashboard(
    *, reader: SinkReader, users: Users, keys: Sequence[str], settings: Settings, assets: Assets
) -> ASGIApp:
    """The dashboard over a sink, to mount anywhere or to run alone. `keys`: the first signs, all verify."""
    signed = Signed(keys, clock=settings.now)
    pages = Pages(settings, assets)
    door = Door(pages, users, signed, settings)
    views = Views(reader, pages, signed, settings)
    guarded = functools.partial(_signed_in, door)
    app = Starlette(
        routes=[
            Route("/", guarded(views.overview)),
            Route("/list", guarded(views.list)),
            Route("/list.csv", guarded(views.list_csv)),
            Route("/days.csv", guarded(views.days_csv)),
            Route("/sign-in", door.form, methods=["GET"]),
            Route("/sign-in", door.sign_in, methods=["POST"]),
            Route("/sign-in/link", door.link, methods=["GET"]),
            Route("/sign-in/link", door.link_agreed, methods=["POST"]),
            Route("/sign-out", door.sign_out, methods=["POST"]),
            Mount("/static", app=assets.app),
        ],
        exception_handlers={
            HTTPException: views.http_error,
            sqlite3.Error: views.store_error,
            StoreError: views.store_error,
            Exception: views.server_error,
        },
    )
    return SecurityHeaders(app)


def _signed_in(door: Door, handler: Handler) -> Callable[[Request], Response]:
    """A handler for those who are signed in; others go to the sign-in page, and from there on to where they wanted."""

    def checked(request: Request) -> Response:
        session = door.session(request)
        if session is not None:
            return handler(request, session)
        page = request.url.path.removeprefix(str(request.scope.get("root_path", ""))).lstrip("/")
        query = request.url.query
        wanted = (page + (f"?{query}" if query else ""))[:500] if page in ("", "list") else ""
        lang = request.query_params.get("lang", "")[:2]
        target = {name: value for name, value in (("next", wanted), ("lang", lang)) if value}
        base = request.scope.get("root_path", "")
        return RedirectResponse(f"{base}/sign-in" + (f"?{urlencode(target)}" if target else ""), status_code=303)

    return checked


class Views:
    """The pages of those who are signed in. Handlers are plain functions: Starlette runs them in threads."""

    def __init__(self, reader: SinkReader, pages: Pages, signed: Signed, settings: Settings) -> None:
        self._reader = reader
        self._pages = pages
        self._signed = signed
        self._settings = settings

    def overview(self, request: Request, session: Session) -> Response:
        """The first page."""
        words, metric = self._pages.words(request), _metric(request)
        with self._reader.snapshot():
            facts = read_facts(self._reader)
            if facts.span is None:
                return self._page(request, session, facts, "empty.html", period=self._period(request, facts))
            period = self._period(request, facts)
            tabs = {group: request.query_params.get(group, "") for group in GROUPS}
            overview = read_overview(self._reader, facts, period, metric, rows=ROWS, chosen=tabs)
            load = read_load(self._reader, period, self._settings.timezone, self._moment())
            people = read_people(self._reader, period)
            lost = read_lost(self._reader, period, self._settings.timezone)
        return self._page(
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

    def list(self, request: Request, session: Session) -> Response:
        """A whole list, page by page, with a search."""
        words, key = self._pages.words(request), _card(request)
        search = request.query_params.get("q", "").strip()[:LONGEST_SEARCH]
        offset = _offset(request)
        with self._reader.snapshot():
            facts = read_facts(self._reader)
            period = self._period(request, facts)
            ranking, count = read_list(
                self._reader, key, _metric(request), period, limit=PER_PAGE, offset=offset, search=search
            )
        return self._page(
            request,
            session,
            facts,
            "list.html",
            period=period,
            metric=_metric(request),
            card=card(ranking, words, facts.threshold),
            rows=rows_of(ranking, words, ranking.rows),
            search=search,
            offset=offset,
            count=count,
            step=PER_PAGE,
            searchable=key != CLASSES,
        )

    def list_csv(self, request: Request, session: Session) -> Response:
        """A whole list as a file, with every metric that it has."""
        del session
        key = _card(request)
        with self._reader.snapshot():
            facts = read_facts(self._reader)
            period = self._period(request, facts)
            wanted = [] if key == CLASSES else [breakdown_of(key)]
            report = build_report(self._reader, period.first, period.last, wanted, LONGEST_CSV)
        if key == CLASSES:
            text = as_csv(("value", "requests"), report.classes.items())
        else:
            own = metric_of(key, "")
            rows = sorted(report.breakdowns[breakdown_of(key)], key=lambda row: -row.counts.get(own, 0))
            metrics = list(rows[0].counts) if rows else [own]
            text = as_csv(("value", *metrics), ([row.value, *row.counts.values()] for row in rows))
        return _download(text, key, period, facts)

    def days_csv(self, request: Request, session: Session) -> Response:
        """The days of the period as a file."""
        del session
        with self._reader.snapshot():
            facts = read_facts(self._reader)
            period = self._period(request, facts)
            report = build_report(self._reader, period.first, period.last, [])
        rows = ((day.day.isoformat(), day.views, day.visits, day.requests) for day in report.days)
        return _download(as_csv(("day", "views", "visits", "requests"), rows), "days", period, facts)

    def http_error(self, request: Request, error: Exception) -> Response:
        """A page for an address that there is not, or a method that it does not take."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        key = str(status) if status in (404, 405) else "500"
        response = self._pages.page(request, "message.html", status=status, session=None, key=key)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    def store_error(self, request: Request, error: Exception) -> Response:
        """The sink cannot be read: locked for long, damaged, of another version."""
        log.error("the figures cannot be read: %s", type(error).__name__)
        return self._pages.page(request, "message.html", status=503, session=None, key="503")

    def server_error(self, request: Request, error: Exception) -> Response:
        """A fault of ours; the server logs where."""
        del error
        return self._pages.page(request, "message.html", status=500, session=None, key="500")

    def _page(
        self, request: Request, session: Session, facts: Facts, template: str, *, period: Period, **context: Any
    ) -> Response:
        return self._pages.page(
            request,
            template,
            session=session,
            form=self._signed.form(session.id),
            facts=facts,
            period=period,
            choices=CHOICES,
            today=period.today,
            **context,
        )

    def _moment(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._settings.now(), self._settings.timezone)

    def _period(self, request: Request, facts: Facts) -> Period:
        """The period asked for, else 28 days; on the very first day, which those do not hold, today."""
        today = self._moment().date()
        asked = from_query(request.query_params, today)
        if asked is None and facts.span is not None and facts.span[0] == today:
            return chosen("today", today)
        return asked or chosen(DEFAULT, today)


def _latest(facts: Facts, period: Period) -> Period:
    """The last 28 days that have figures."""
    last = facts.span[1] if facts.span else period.last
    return Period("own", last - dt.timedelta(days=27), last, period.today)


def _metric(request: Request) -> str:
    asked = request.query_params.get("by", "")
    return asked if asked in METRICS else VIEWS


def _card(request: Request) -> str:
    key = request.query_params.get("card", "")
    if key not in CARDS:
        raise HTTPException(404)
    return key


def _offset(request: Request) -> int:
    text = request.query_params.get("offset", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 0
    return min(int(text), DEEPEST) // PER_PAGE * PER_PAGE


def _download(text: str, name: str, period: Period, facts: Facts) -> Response:
    """Sample data is named so in the file's name too."""
    sampled = facts.sample is not None and facts.sample[0] <= period.last and period.first <= facts.sample[1]
    file = f"{name}-{period.first}-{period.last}{'-sample' if sampled else ''}.csv"
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )
