"""What is on the screen, and everything, as files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.asked import asked_card, asked_search
from consentkit.dashboard.context import Context
from consentkit.dashboard.exports import days_table, filtered_days, list_table, screen_tables
from consentkit.dashboard.figures import read_facts
from consentkit.dashboard.files import Parcel, answer, asked_format
from consentkit.dashboard.groups import measure_of
from consentkit.dashboard.rankings import Search, read_scope
from consentkit.dashboard.store.sessions import Session
from consentkit.dashboard.views.reading import read_choices, read_figures
from consentkit.exporters.formats import Format
from consentkit.exporters.sink import span_of, tables_of
from consentkit.exporters.table import CELLS, GAPS, TABLES, TOTALS, Table, Value

IN_A_WORKBOOK = (TOTALS, GAPS, CELLS)
"""Of everything. The load of a year would keep a core of the site busy for minutes to fill sheets that nobody reads."""
LONGEST_WORKBOOK = 200_000
LONGEST_FILE = 2_000_000
"""Rows of a table of everything; either takes about 10 s of a core, which the site may share."""


def routes(context: Context) -> list[BaseRoute]:
    """Files of a list, of the days, of the first page, and of everything, in each format."""
    downloads = Downloads(context)
    return [
        context.route("/list.{form}", downloads.list),
        context.route("/days.{form}", downloads.days),
        context.route("/screen.{form}", downloads.screen),
        context.route("/everything.{form}", downloads.everything),
    ]


@dataclass(slots=True)
class Downloads:
    """Answers with files."""

    _context: Context
    _making: threading.Lock = field(default_factory=threading.Lock)

    def list(self, request: Request, session: Session) -> Response:
        """A whole list as a file, with every metric that it has, as it is filtered and searched on the screen."""
        context, key, form = self._context, asked_card(request), asked_format(request)
        words = context.pages.words(request)
        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            scope = read_scope(context.reader, state.period, state.filters, facts.threshold)
            table = list_table(scope, key, measure_of(key, state.by), Search(asked_search(request), words.names(key)))
        days = (state.period.first, state.period.last)
        return answer(context, session, form, Parcel(key, days, [table]), facts)

    def days(self, request: Request, session: Session) -> Response:
        """The days of the period as a file, as they are filtered on the screen."""
        context, form = self._context, asked_format(request)
        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            first, last = state.period.first, state.period.last
            if state.filters and facts.span is not None:
                table = filtered_days(read_figures(context, facts, replace(state, step="day", compare="none")))
            else:
                table = days_table(context.reader, first, last)
        return answer(context, session, form, Parcel("days", (first, last), [table]), facts)

    def screen(self, request: Request, session: Session) -> Response:
        """What the first page shows for the same address; 404 before there is anything."""
        context, form = self._context, asked_format(request)
        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            if facts.span is None:
                raise HTTPException(404)
            tables = screen_tables(read_figures(context, facts, state))
        return answer(
            context, session, form, Parcel("overview", (state.period.first, state.period.last), tables), facts
        )

    def everything(self, request: Request, session: Session) -> Response:
        """All that is published, one such file at a time; 404 before there is any, 413 for too much."""
        context, form = self._context, asked_format(request)
        with self._one_at_a_time(), context.reader.snapshot():
            facts = read_facts(context.reader)
            if facts.span is None:
                raise HTTPException(404)
            parcel = Parcel("everything", facts.span, _everything(context, form))
            return answer(context, session, form, parcel, facts)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self._making.acquire(blocking=False):
            raise HTTPException(429, headers={"Retry-After": "30"})
        try:
            yield
        finally:
            self._making.release()


def _everything(context: Context, form: Format) -> list[Table]:
    wanted, longest = (IN_A_WORKBOOK, LONGEST_WORKBOOK) if form.name == "xlsx" else (TABLES, LONGEST_FILE)
    tables = tables_of(context.reader, span_of(context.reader, None, None), wanted)
    return [Table(table.name, table.columns, _at_most(table, longest)) for table in tables]


def _at_most(table: Table, longest: int) -> Iterator[tuple[Value, ...]]:
    for number, row in enumerate(table.rows):
        if number == longest:
            raise HTTPException(413)
        yield row
