"""What is answered when something is not there, not allowed or broken."""

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consentkit.dashboard.render import Pages
from consentkit.dashboard.unreadable import UNREADABLE, note_unreadable


def handlers(pages: Pages) -> Mapping[type[Exception], Callable[[Request, Exception], Response]]:
    """A page for each kind of failure, to give to Starlette as `exception_handlers`."""
    failures = Failures(pages)
    return {
        HTTPException: failures.http_error,
        **dict.fromkeys(UNREADABLE, failures.store_error),
        Exception: failures.server_error,
    }


class Failures:
    """Answers with pages about what went wrong."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def http_error(self, request: Request, error: Exception) -> Response:
        """A page for an address that there is not, or a method that it does not take."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        key = str(status) if status in (403, 404, 405, 413, 429) else "500"
        if isinstance(error, HTTPException) and error.detail in ("proxy", "no_role"):
            key = error.detail
        response = self._pages.message(request, key, status)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    def store_error(self, request: Request, error: Exception) -> Response:
        """The sink or the dashboard's own file cannot be used."""
        note_unreadable(error)
        return self._pages.message(request, "503", 503)

    def server_error(self, request: Request, error: Exception) -> Response:
        """A fault of ours; the server logs where."""
        del error
        return self._pages.message(request, "500", 500)
