"""Where administrators look after users, those who are signed in, and tokens."""

from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from consentkit.dashboard.context import Context
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.trail import Did
from consentkit.dashboard.store.users import LONGEST_PASSWORD, NAME, SHORTEST_PASSWORD, UserError
from consentkit.roles import Role


def routes(context: Context) -> list[BaseRoute]:
    """The page, and what its forms do."""
    view = UsersPage(context)
    forms = {
        "add": view.add,
        "role": view.role,
        "password": view.password,
        "disable": view.disable,
        "enable": view.enable,
        "end": view.end,
        "remove": view.remove,
        "add-token": view.add_token,
        "revoke-token": view.revoke_token,
    }
    page = context.route("/users", view.page, Role.ADMINISTRATOR)
    return [page, *(context.form_route(f"/users/{name}", form, Role.ADMINISTRATOR) for name, form in forms.items())]


class UsersPage:
    """Answers with users and tokens."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def page(self, request: Request, session: Session) -> Response:
        """The lists, and the forms."""
        return self._page(request, session)

    def add(self, request: Request, session: Session, fields: Fields) -> Response:
        """A new user."""
        name, role = fields.get("name", "").strip(), fields.get("role", "")
        if role not in tuple(Role):
            return self._page(request, session, problem="role_wrong")
        return self._do(
            request,
            session,
            lambda: self._context.store.users.add(name, fields.get("password", ""), Role(role)),
            (Did.USER_ADDED, name),
            problem="name_wrong" if not NAME.fullmatch(name) else self._password_problem(fields) or "name_taken",
        )

    def role(self, request: Request, session: Session, fields: Fields) -> Response:
        """Another role for somebody else."""
        name, role = fields.get("name", ""), fields.get("role", "")
        if role not in tuple(Role) or name == session.name:
            return self._page(request, session, problem="role_wrong")
        users = self._context.store.users
        return self._do(
            request, session, lambda: users.set_role(name, Role(role)), (Did.ROLE_CHANGED, f"{name}: {role}")
        )

    def password(self, request: Request, session: Session, fields: Fields) -> Response:
        """Another password."""
        name, users = fields.get("name", ""), self._context.store.users
        return self._do(
            request,
            session,
            lambda: users.set_password(name, fields.get("password", "")),
            (Did.PASSWORD_CHANGED, name),
            problem=self._password_problem(fields) or "gone",
        )

    def disable(self, request: Request, session: Session, fields: Fields) -> Response:
        """Keep somebody else out."""
        name = fields.get("name", "")
        if name == session.name:
            return self._page(request, session, problem="role_wrong")
        users = self._context.store.users
        return self._do(request, session, lambda: users.set_disabled(name, True), (Did.USER_DISABLED, name))

    def enable(self, request: Request, session: Session, fields: Fields) -> Response:
        """Let somebody in again."""
        name, users = fields.get("name", ""), self._context.store.users
        return self._do(request, session, lambda: users.set_disabled(name, False), (Did.USER_ENABLED, name))

    def end(self, request: Request, session: Session, fields: Fields) -> Response:
        """End all sessions of a name, also of one who came by the company's own sign-in."""
        name, sessions = fields.get("name", ""), self._context.store.sessions
        return self._do(request, session, lambda: sessions.end_all(name), (Did.SESSIONS_ENDED, name))

    def remove(self, request: Request, session: Session, fields: Fields) -> Response:
        """Take somebody else away."""
        name = fields.get("name", "")
        if name == session.name:
            return self._page(request, session, problem="role_wrong")
        return self._do(request, session, lambda: self._context.store.users.remove(name), (Did.USER_REMOVED, name))

    def add_token(self, request: Request, session: Session, fields: Fields) -> Response:
        """A new token, shown this once."""
        name = fields.get("name", "").strip()
        try:
            secret = self._context.store.tokens.add(name)
        except UserError:
            return self._page(request, session, problem="token_taken" if NAME.fullmatch(name) else "name_wrong")
        self._context.store.trail.note(session.name, Did.TOKEN_ADDED, name)
        return self._page(request, session, made=secret, made_title=name)

    def revoke_token(self, request: Request, session: Session, fields: Fields) -> Response:
        """Take a token away."""
        name, tokens = fields.get("name", ""), self._context.store.tokens
        return self._do(request, session, lambda: tokens.revoke(name), (Did.TOKEN_REVOKED, name))

    def _do(
        self,
        request: Request,
        session: Session,
        change: Callable[[], None],
        noted: tuple[Did, str],
        problem: str = "gone",
    ) -> Response:
        """Change something, note it and show the page anew; `problem` is said when it cannot be."""
        with suppress(UserError):
            change()
            self._context.store.trail.note(session.name, *noted)
            return RedirectResponse(self._context.pages.links(request).to("users"), status_code=303)
        return self._page(request, session, problem=problem)

    def _password_problem(self, fields: Fields) -> str:
        fits = SHORTEST_PASSWORD <= len(fields.get("password", "")) <= LONGEST_PASSWORD
        return "" if fits else "password_wrong"

    def _page(
        self, request: Request, session: Session, *, problem: str = "", made: str = "", made_title: str = ""
    ) -> Response:
        store = self._context.store
        users, signed_in = store.users.all(), store.sessions.open()
        names = {user.name for user in users}
        return self._context.plain_page(
            request,
            session,
            "users.html",
            status=400 if problem else 200,
            problem=problem,
            made=made,
            made_title=made_title,
            users=[(user, sum(one.count for one in signed_in if one.name == user.name)) for user in users],
            guests=[one for one in signed_in if one.name not in names],
            tokens=store.tokens.all(),
            roles=tuple(Role),
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
