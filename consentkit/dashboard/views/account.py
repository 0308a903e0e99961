"""Where people change their own password."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.trail import Did
from consentkit.dashboard.store.users import LONGEST_PASSWORD, SHORTEST_PASSWORD
from consentkit.roles import Role


def routes(context: Context) -> list[BaseRoute]:
    """The page and its form, for everybody who is signed in."""
    view = AccountPage(context)
    return [context.route("/account", view.page), context.form_route("/account", view.change, Role.READER)]


class AccountPage:
    """Answers with who one is here."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """Name, role, and the form for those who have a password here."""
        return self._page(request, session, "")

    def change(self, request: Request, session: Session, fields: Fields) -> Response:
        """Another password: all other sessions end, this browser gets a new one."""
        door, store = self._context.door, self._context.store
        new = fields.get("new", "")
        if store.users.get(session.name) is None or session.is_guest:
            return self._page(request, session, "guest")
        if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
            return self._page(request, session, "password_wrong")
        if not door.knows_password(session.name, fields.get("password", "")):
            return self._page(request, session, "current_wrong")
        store.users.set_password(session.name, new)
        store.trail.note(session.name, Did.PASSWORD_CHANGED, session.name)
        return door.enter(request, session.name, session.source, "account?changed=1")

    def _page(self, request: Request, session: Session, problem: str) -> Response:
        return self._context.plain_page(
            request,
            session,
            "account.html",
            status=400 if problem else 200,
            problem=problem,
            changed="changed" in request.query_params,
            own=not session.is_guest,
            held=[role for role in Role if session.role.may(role)],
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
