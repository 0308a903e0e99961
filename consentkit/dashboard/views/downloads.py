"""What is on the screen as files."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.exports import as_csv
from consentkit.dashboard.figures import Facts, read_facts
from consentkit.dashboard.groups import CLASSES, breakdown_of, metric_of
from consentkit.dashboard.periods import Period
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.views.lists import asked_card
from consentkit.stats.report import build_report

LONGEST_CSV = 100_000
"""Rows."""


def routes(context: Context) -> list[BaseRoute]:
    """A list and the days of a period, each as a file."""
    downloads = Downloads(context)
    return [context.route("/list.csv", downloads.list), context.route("/days.csv", downloads.days)]


class Downloads:
    """Answers with files."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, request: Request, session: Session) -> Response:
        """A whole list as a file, with every metric that it has."""
        reader, key = self._context.reader, asked_card(request)
        with reader.snapshot():
            facts = read_facts(reader)
            period = self._context.period(request, facts)
            wanted = [] if key == CLASSES else [breakdown_of(key)]
            report = build_report(reader, period.first, period.last, wanted, LONGEST_CSV)
        if key == CLASSES:
            text = as_csv(("value", "requests"), report.classes.items())
        else:
            own = metric_of(key, "")
            rows = sorted(report.breakdowns[breakdown_of(key)], key=lambda row: -row.counts.get(own, 0))
            metrics = [*rows[0].counts] if rows else [own]
            text = as_csv(("value", *metrics), ([row.value, *row.counts.values()] for row in rows))
        self._context.exported(session, f"{key}, {period.first} – {period.last}, CSV")
        return download(text, key, period, facts)

    def days(self, request: Request, session: Session) -> Response:
        """The days of the period as a file."""
        reader = self._context.reader
        with reader.snapshot():
            facts = read_facts(reader)
            period = self._context.period(request, facts)
            report = build_report(reader, period.first, period.last, [])
        rows = ((day.day.isoformat(), day.views, day.visits, day.requests) for day in report.days)
        self._context.exported(session, f"days, {period.first} – {period.last}, CSV")
        return download(as_csv(("day", "views", "visits", "requests"), rows), "days", period, facts)


def download(text: str, name: str, period: Period, facts: Facts) -> Response:
    """Sample data is named so in the file's name too."""
    sampled = facts.sample is not None and facts.sample[0] <= period.last and period.first <= facts.sample[1]
    file = f"{name}-{period.first}-{period.last}{'-sample' if sampled else ''}.csv"
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )
