"""Annotations: editors write them beside the chart."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.annotations import AnnotationError
from consentkit.dashboard.store.trail import Did


def routes(context: Context) -> list[BaseRoute]:
    """What takes a new annotation, what changes one, and what takes one away."""
    notes = Notes(context)
    return [
        context.form_route("/notes-add", notes.add),
        context.form_route("/notes-change", notes.change),
        context.form_route("/notes-remove", notes.remove),
    ]


class Notes:
    """Answers forms by going back to the overview as it was."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(self, request: Request, session: Session, fields: Fields) -> Response:
        """Keep an annotation; a page that says what is needed for one that cannot be."""
        try:
            first, last, text = _said(fields)
            self._context.store.annotations.add(first, last, text, session.name)
        except (AnnotationError, ValueError):
            return self._refused(request, 400)
        self._context.store.trail.note_days(session.name, Did.NOTE_ADDED, first, last)
        return self._back(request)

    def change(self, request: Request, session: Session, fields: Fields) -> Response:
        """Change the days or the text of an annotation, whoever wrote it, in one's own name.

        One that is gone is not kept again.
        """
        try:
            first, last, text = _said(fields)
            found = self._context.store.annotations.change(_id(fields), first, last, text, session.name)
        except (AnnotationError, ValueError):
            return self._refused(request, 400)
        if not found:
            return self._refused(request, 404)
        self._context.store.trail.note_days(session.name, Did.NOTE_CHANGED, first, last)
        return self._back(request)

    def remove(self, request: Request, session: Session, fields: Fields) -> Response:
        """Take an annotation away; one that is gone already is as good."""
        removed = self._context.store.annotations.remove(_id(fields))
        if removed:
            self._context.store.trail.note_days(session.name, Did.NOTE_REMOVED, removed.first, removed.last)
        return self._back(request)

    def _refused(self, request: Request, status: int) -> Response:
        return self._context.pages.message(request, "note", status)

    def _back(self, request: Request) -> Response:
        return RedirectResponse(self._context.pages.links(request).to() + "#lead", status_code=303)


def _said(fields: Fields) -> tuple[dt.date, dt.date, str]:
    """The days and the text of an annotation; ValueError for what is no date."""
    first = dt.date.fromisoformat(fields.get("first", ""))
    return first, dt.date.fromisoformat(fields.get("last") or fields.get("first", "")), fields.get("text", "")


def _id(fields: Fields) -> int:
    """The annotation meant; 0, which none has, for what is no number."""
    id_ = fields.get("id", "")
    return int(id_) if id_.isascii() and id_.isdigit() and len(id_) < 16 else 0
