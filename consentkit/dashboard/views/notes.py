"""Annotations: editors write them beside the chart."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.annotations import AnnotationError


def routes(context: Context) -> list[BaseRoute]:
    """What takes a new annotation, and what takes one away."""
    notes = Notes(context)
    return [context.form_route("/notes-add", notes.add), context.form_route("/notes-remove", notes.remove)]


class Notes:
    """Answers forms by going back to the overview as it was."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(self, request: Request, session: Session, fields: Fields) -> Response:
        """Keep an annotation; a page that says what is needed for one that cannot be."""
        try:
            first = dt.date.fromisoformat(fields.get("first", ""))
            last = dt.date.fromisoformat(fields.get("last") or fields.get("first", ""))
            self._context.store.annotations.add(first, last, fields.get("text", ""), session.name)
        except (AnnotationError, ValueError):
            return self._context.pages.page(request, "message.html", status=400, session=None, key="note")
        return self._back(request)

    def remove(self, request: Request, session: Session, fields: Fields) -> Response:
        """Take an annotation away; one that is gone already is as good."""
        del session
        id_ = fields.get("id", "")
        if id_.isascii() and id_.isdigit() and len(id_) < 16:
            self._context.store.annotations.remove(int(id_))
        return self._back(request)

    def _back(self, request: Request) -> Response:
        return RedirectResponse(self._context.pages.links(request).to() + "#lead", status_code=303)
