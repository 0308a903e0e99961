"""Signing in and out."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentkit.dashboard.company import Company
from consentkit.dashboard.forms import read_form
from consentkit.dashboard.headers import from_same_origin, opened_by_reader
from consentkit.dashboard.render import Pages, Settings
from consentkit.dashboard.sessions import LINK_SECONDS, SESSION_SECONDS, Link, Session, Signed
from consentkit.dashboard.store import Store
from consentkit.dashboard.store.sessions import PROXY
from consentkit.dashboard.store.trail import UNKNOWN, Did
from consentkit.dashboard.store.users import LONGEST_PASSWORD
from consentkit.dashboard.throttle import Throttle
from consentkit.roles import Role

HASHES_AT_ONCE = 2
"""argon2 takes 64 MiB and a core for each."""
NEXT = re.compile(r"(?:[a-z]{1,20}(?:-[a-z]{1,20}){0,2})?(?:\?[A-Za-z0-9_=&%.+\-]*)?")
"""Where a sign-in may lead: a page of the dashboard, relative to its root."""
LONGEST_NEXT = 500
"""Characters of it; a longer one would not fit into what is signed on the way to the company's provider."""
SIGN_IN_FORM = "sign-in"

Sleep = Callable[[float], Awaitable[None]]


def page_inside(wanted: str) -> str:
    """Where a sign-in leads on to: the page wanted, or "", the first one, for anything but a page of the dashboard."""
    return wanted if len(wanted) <= LONGEST_NEXT and NEXT.fullmatch(wanted) else ""


def cookie_name(request: Request) -> str:
    """`__Host-` ties the cookie to this very host (RFC 6265bis §4.1.3.2), but only exists over https."""
    return "__Host-consentkit_staff" if request.url.scheme == "https" else "consentkit_staff"


@dataclass(slots=True)
class Door:
    """Lets known users in. `sleep` is how a try waits its turn."""

    pages: Pages
    store: Store
    signed: Signed
    settings: Settings
    company: Company = field(default_factory=Company)
    sleep: Sleep = anyio.sleep
    _throttle: Throttle = field(default_factory=Throttle)
    _hashing: anyio.CapacityLimiter | None = None

    def session(self, request: Request) -> Session | None:
        """Who is signed in; None too after a change of the password or role, and for a user who is disabled.

        Raises HTTPException (403) when a header of the company's proxy cannot be believed or gives no role.
        """
        named = self.company.session(request)
        if named is not None:
            user = self.store.users.get(named.name)
            if user is not None and user.disabled:
                raise HTTPException(403, "no_role")
            return named
        id_ = self.signed.read_session(request.cookies.get(cookie_name(request), ""))
        return self.store.sessions.find(id_) if id_ else None

    async def form(self, request: Request) -> Response:
        """The sign-in page; who is signed in goes on to the figures."""
        if await anyio.to_thread.run_sync(self.session, request):
            return self._onward(request, "")
        message = "signed_out" if "signed-out" in request.query_params else ""
        if not message and await anyio.to_thread.run_sync(self._knows_nobody):
            message = "nobody"
        return self._form(request, message, next_page=request.query_params.get("next", ""))

    async def sign_in(self, request: Request) -> Response:
        """A name and a password. Wrong ones slow down the next try for the same name."""
        if not from_same_origin(request):
            return self.pages.message(request, "403")
        fields = await read_form(request)
        if fields is None or not self.signed.read_form(fields.get("form", ""), SIGN_IN_FORM):
            return self._form(request, "stale", status=400)
        name, password = fields.get("name", "").strip(), fields.get("password", "")
        next_page = fields.get("next", "")
        if len(name) > 64 or len(password) > LONGEST_PASSWORD:
            return self._form(request, "too_long", status=400, next_page=next_page)
        wait = self._throttle.wait(name, self.settings.now())
        if wait is None:
            response = self._form(request, "slow", status=429, name=name, next_page=next_page)
            response.headers["Retry-After"] = "60"
            return response
        await self.sleep(wait)
        if not await self._right(name, password):
            await anyio.to_thread.run_sync(self._note_failure, name)
            return self._form(request, "wrong", status=403, name=name, next_page=next_page)
        self._throttle.succeeded(name)
        return await anyio.to_thread.run_sync(self.enter, request, name, "password", next_page)

    async def link(self, request: Request) -> Response:
        """A sign-in link. Opened by the reader in a browser it signs in at once; else it asks first,

        so that nobody can be signed in to somebody else's account unseen, and nothing that fetches links ahead, as
        mail scanners and the previews of chats do, uses them up.
        """
        token = request.query_params.get("token", "")
        link = self.signed.read_link(token)
        if link is None or not await anyio.to_thread.run_sync(self._works, link):
            # Who follows the link a second time in the same browser is in already.
            inside = await anyio.to_thread.run_sync(self.session, request)
            return self._onward(request, "") if inside else self.pages.message(request, "link")
        if request.method == "HEAD" or not opened_by_reader(request):
            return self.pages.page(request, "link.html", session=None, name=link.name, token=token)
        return await anyio.to_thread.run_sync(self._enter_by, request, link)

    async def link_agreed(self, request: Request) -> Response:
        """The button of the page that asks."""
        if not from_same_origin(request):
            return self.pages.message(request, "403")
        fields = await read_form(request)
        link = self.signed.read_link(fields.get("token", "") if fields else "")
        return (
            await anyio.to_thread.run_sync(self._enter_by, request, link)
            if link
            else self.pages.message(request, "link")
        )

    async def sign_out(self, request: Request) -> Response:
        """Ends the session in this browser."""
        fields = await read_form(request)
        session = await anyio.to_thread.run_sync(self.session, request)
        if session is None:
            return self._onward(request, "sign-in")
        if session.source == PROXY:
            return self._onward(request, "")
        form = fields.get("form", "") if fields else ""
        if not from_same_origin(request) or not self.signed.read_form(form, session.id):
            return self.pages.message(request, "403")
        await anyio.to_thread.run_sync(self._leave, session)
        response = self._onward(request, "sign-in?signed-out=1")
        _set_cookie(request, response, "", 0)
        return response

    def knows_password(self, name: str, password: str) -> bool:
        """Whether somebody who is signed in knows their password. Wrong ones count; a try that had to wait is one."""
        if self._throttle.wait(name, self.settings.now()) != 0:
            return False
        if self.store.users.check(name, password):
            self._throttle.succeeded(name)
            return True
        return False

    async def _right(self, name: str, password: str) -> bool:
        if self._hashing is None:
            self._hashing = anyio.CapacityLimiter(HASHES_AT_ONCE)
        return await anyio.to_thread.run_sync(self.store.users.check, name, password, limiter=self._hashing)

    def _knows_nobody(self) -> bool:
        """Whether there is nobody yet who could come in."""
        return self.company == Company() and not self.store.users.all()

    def _note_failure(self, name: str) -> None:
        self.store.trail.note(name if self.store.users.get(name) else UNKNOWN, Did.SIGN_IN_FAILED)

    def _works(self, link: Link) -> bool:
        user = self.store.users.get(link.name)
        return user is not None and not user.disabled and self.store.sessions.unspent(link.id)

    def _enter_by(self, request: Request, link: Link) -> Response:
        if not self._works(link) or not self.store.sessions.spend(link.id, LINK_SECONDS):
            return self.pages.message(request, "link")
        return self.enter(request, link.name, "link", "")

    def enter(self, request: Request, name: str, source: str, next_page: str, role: Role = Role.READER) -> Response:
        """A new session; the one that this browser had before is over, whoever it was of."""
        before = self.signed.read_session(request.cookies.get(cookie_name(request), ""))
        if before is not None:
            self.store.sessions.end(before)
        response = self._onward(request, page_inside(next_page))
        id_ = self.store.sessions.begin(name, source, role)
        _set_cookie(request, response, self.signed.session(id_), SESSION_SECONDS)
        self.store.trail.note(name, Did.SIGNED_IN, source)
        return response

    def _leave(self, session: Session) -> None:
        self.store.sessions.end(session.id)
        self.store.trail.note(session.name, Did.SIGNED_OUT)

    def _form(
        self, request: Request, message: str, *, status: int = 200, name: str = "", next_page: str = ""
    ) -> Response:
        return self.pages.page(
            request,
            "sign_in.html",
            status=status,
            session=None,
            message=message,
            name=name,
            next=page_inside(next_page),
            provider=self.company.provider is not None,
            form=self.signed.form(SIGN_IN_FORM),
        )

    def _onward(self, request: Request, page: str) -> RedirectResponse:
        # After a sign-in by link no address with the token stays behind, and a reload sends nothing again.
        address = f"{self.pages.links(request).base}/{page}"
        lang = self.pages.links(request).kept.get("lang")
        if lang and "lang=" not in page:
            address += ("&" if "?" in page else "?") + f"lang={self.pages.words(request).language}"
        return RedirectResponse(address, status_code=303)


def _set_cookie(request: Request, response: Response, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    name = cookie_name(request)
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")
