"""The chart of the first page as a file."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import read_facts
from consentkit.dashboard.graph import picture_of
from consentkit.dashboard.losses import read_lost
from consentkit.dashboard.overview import Frame, read_overview
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.state import read_state


def routes(context: Context) -> list[BaseRoute]:
    """The chart as SVG; the page's own module makes a PNG of it."""
    return [context.route("/chart.svg", Pictures(context).svg)]


class Pictures:
    """Answers with pictures."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def svg(self, request: Request, session: Session) -> Response:
        """The chart that the same address shows on the page; 404 before there are figures."""
        del session
        context, reader = self._context, self._context.reader
        timezone, now = context.settings.timezone, context.moment()
        with reader.snapshot():
            facts = read_facts(reader)
            state = read_state(request.query_params, now.date(), facts.span)
            if facts.span is None:
                raise HTTPException(404)
            lost = read_lost(reader, state.period, timezone)
            notes = context.store.annotations.between(state.period.first, state.period.last)
            overview = read_overview(reader, state, Frame(facts, timezone, now, notes, lost))
        picture = picture_of(overview, facts, context.settings.site, context.pages.words(request))
        name = f"{state.figure}-{state.period.first}-{state.period.last}.svg"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(picture, media_type="image/svg+xml", headers=headers)
