"""The address that tells open pages of releases, and what such a page says of itself."""

from dataclasses import dataclass

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from consentkit.dashboard.context import Context
from consentkit.dashboard.live import HEADERS, Streams, Watcher
from consentkit.dashboard.periods import Period

LONGEST_SEEN = 20
"""Characters of a version that a page says it has seen."""
RETRY_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a page that is kept up to date is made from: the sink's version, and when that was, as 14:05."""

    version: int
    time: str


def mark_of(context: Context, period: Period) -> Mark | None:
    """The mark of a page about a period; None for a period that is over, which no release changes by much.

    To be asked in the same snapshot as the figures.
    """
    return Mark(context.reader.version(), f"{context.moment():%H:%M}") if period.running else None


def routes(context: Context) -> list[BaseRoute]:
    """The stream of events."""
    return [Route("/live", Live(context).stream, methods=["GET"])]


class Live:
    """Answers with a stream that stays open."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._streams = Streams(Watcher(context.reader.version))

    async def stream(self, request: Request) -> Response:
        """Events for somebody who is signed in; others are refused, because a stream cannot lead to a sign-in page."""

        def may_stay() -> bool:
            try:
                return self._context.door.session(request) is not None
            except HTTPException:
                # The company's proxy says somebody whom this dashboard does not take, or no longer.
                return False

        if not await run_sync(may_stay):
            return PlainTextResponse("", status_code=403)
        if self._streams.full:
            return PlainTextResponse("", status_code=503, headers={"Retry-After": RETRY_SECONDS})
        seen = request.headers.get("last-event-id") or request.query_params.get("seen", "")
        return StreamingResponse(self._streams.events(seen[:LONGEST_SEEN], may_stay), headers=HEADERS)
