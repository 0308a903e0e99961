"""What the pages of those who are signed in have in common: the sink, the language, the period, the session."""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consentkit.dashboard.door import Door, page_inside
from consentkit.dashboard.figures import Facts
from consentkit.dashboard.forms import Fields, read_form
from consentkit.dashboard.headers import from_same_origin
from consentkit.dashboard.packing import packed
from consentkit.dashboard.periods import CHOICES, Period
from consentkit.dashboard.remembered import RememberedPages, key_of
from consentkit.dashboard.render import Pages, Settings
from consentkit.dashboard.sessions import Session, Signed
from consentkit.dashboard.state import read_period
from consentkit.dashboard.store import Store
from consentkit.dashboard.store.trail import Did
from consentkit.dashboard.threads import Threads
from consentkit.roles import Role
from consentkit.stats.stores import SinkReader

Handler = Callable[[Request, Session], Response]
"""Answers a request of somebody who is signed in. A plain function: Starlette runs it in a thread."""
FormHandler = Callable[[Request, Session, Fields], Response]
"""Answers a form of somebody who is signed in, given its fields; it runs in a thread."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a page is made with."""

    reader: SinkReader
    store: Store
    pages: Pages
    signed: Signed
    door: Door
    settings: Settings
    kept: RememberedPages = field(default_factory=RememberedPages)
    threads: Threads = field(default_factory=Threads)

    def route(self, path: str, handler: Handler, needs: Role = Role.READER) -> Route:
        """A page for those who are signed in and have a role; others go to the sign-in page, and from there on to where
        they wanted."""

        def checked(request: Request) -> Response:
            session = self.door.session(request)
            if session is None:
                return _to_sign_in(request)
            answer = handler(request, session) if session.role.may(needs) else self.pages.message(request, "role")
            return packed(request, answer)

        async def in_turn(request: Request) -> Response:
            return await self.threads.run(checked, request)

        return Route(path, in_turn, methods=["GET"])

    def remembered(self, handler: Handler) -> Handler:
        """A handler whose pages are made once for all who ask the same, until figures are released or noted anew.

        Such a page may depend on its address, the language, the sink, the annotations, the minute and the role.
        """

        def kept(request: Request, session: Session) -> Response:
            key = key_of(request, self.pages.words(request).language)
            if key is None:
                return handler(request, session)
            asked = (self._version(), key)
            return self.kept.page(asked, session, lambda: self.form(session), lambda all_: handler(request, all_))

        return kept

    def form(self, session: Session) -> str:
        """The token for the forms of a session."""
        return session.id if self.kept.is_stand_in(session) else self.signed.form(session.id)

    def _version(self) -> Hashable:
        """Another one whenever figures are released or noted anew, and each minute."""
        minute = self.moment().replace(second=0, microsecond=0)
        return self.reader.version(), self.store.annotations.between(dt.date.min, dt.date.max), minute

    def form_route(self, path: str, handler: FormHandler, needs: Role = Role.EDITOR) -> Route:
        """What takes a form of those who are signed in and have a role.

        The form must come from a page of this dashboard and hold, as the field `form`, the token that `page` puts
        into the template under that name; else nothing is done.
        """

        async def checked(request: Request) -> Response:
            session = await run_sync(self.door.session, request)
            if session is None:
                return _to_sign_in(request)
            fields = await read_form(request)
            if fields is None or not from_same_origin(request):
                return self.pages.message(request, "403")
            if not self.signed.read_form(fields.get("form", ""), session.id):
                return self.pages.message(request, "403")
            if not session.role.may(needs):
                return self.pages.message(request, "role")
            return await run_sync(handler, request, session, fields)

        return Route(path, checked, methods=["POST"])

    def page(
        self, request: Request, session: Session, facts: Facts, template: str, *, period: Period, **context: Any
    ) -> Response:
        """A page about a period, with the period's menu and the form that signs out."""
        return self.pages.page(
            request,
            template,
            session=session,
            form=self.form(session),
            facts=facts,
            period=period,
            choices=CHOICES,
            today=period.today,
            **context,
        )

    def plain_page(self, request: Request, session: Session, template: str, **context: Any) -> Response:
        """A page about no period, with the token for its forms."""
        return self.pages.page(request, template, session=session, form=self.form(session), **context)

    def exported(self, session: Session, what: str) -> None:
        """Note in the audit trail that somebody took figures away."""
        self.store.trail.note(session.name, Did.EXPORTED, what)

    def moment(self) -> dt.datetime:
        """Now, in the site's time zone."""
        return dt.datetime.fromtimestamp(self.settings.now(), self.settings.timezone)

    def period(self, request: Request, facts: Facts) -> Period:
        """The period asked for, else 28 days; on the very first day, which those do not hold, today."""
        return read_period(request.query_params, self.moment().date(), facts.span)


def _to_sign_in(request: Request) -> Response:
    base = str(request.scope.get("root_path", ""))
    query = request.url.query
    wanted = request.url.path.removeprefix(base).lstrip("/") + (f"?{query}" if query else "")
    onward = page_inside(wanted) if request.method == "GET" else ""
    lang = request.query_params.get("lang", "")[:2]
    target = {name: value for name, value in (("next", onward), ("lang", lang)) if value}
    return RedirectResponse(f"{base}/sign-in" + (f"?{urlencode(target)}" if target else ""), status_code=303)
