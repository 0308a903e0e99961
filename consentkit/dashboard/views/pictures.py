"""The chart of the first page as a file."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.graph import picture_of
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.views.reading import read_choices, read_figures


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
        context = self._context
        with context.reader.snapshot():
            facts, state = read_choices(context, request)
            if facts.span is None:
                raise HTTPException(404)
            overview = read_figures(context, facts, state)
        picture = picture_of(overview, facts, context.settings.site, context.pages.words(request))
        name = f"{state.figure}-{state.period.first}-{state.period.last}.svg"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(picture, media_type="image/svg+xml", headers=headers)
