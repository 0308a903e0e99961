"""The pages on which visitors do something: write, sign in and out, choose a theme."""

import hmac
import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import catalogue
from .forms import TOPICS, FormTokens, contact_errors, read_form, same_origin, way_back
from .pages import require_language
from .rendering import THEMES, Renderer

USER = "demo"
PASSWORD = "noordlicht"  # noqa: S105 - shown on the sign-in page of the demonstration
THEME_SECONDS = 365 * 86400


class Actions:
    """Handlers for contact form, sign-in, account and theme."""

    def __init__(self, renderer: Renderer, tokens: FormTokens) -> None:
        self._renderer = renderer
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """All routes of this part of the site."""
        return [
            Route("/{lang}/contact", self.contact, methods=["GET", "POST"]),
            Route("/{lang}/account", self.account),
            Route("/{lang}/account/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route("/{lang}/account/sign-out", self.sign_out, methods=["POST"]),
            Route("/{lang}/theme", self.theme, methods=["POST"]),
        ]

    async def contact(self, request: Request) -> Response:
        """Show the contact form, or take a message and go on to the thank-you page."""
        language = require_language(request)
        if request.method != "POST":
            topic = request.query_params.get("topic", "")
            fields = {"topic": topic} if topic in TOPICS else {}
            return self._renderer.page(request, "contact.html", fields=fields, errors=[])
        fields = await read_form(request)
        errors = contact_errors(fields)
        if not self._tokens.accepts(request, "contact", fields.get("token", "")):
            errors = ["form", *errors]
        if errors:
            return self._renderer.page(request, "contact.html", status=422, private=True, fields=fields, errors=errors)
        return RedirectResponse(f"/{language}/contact/thanks", 303)

    async def sign_in(self, request: Request) -> Response:
        """Show the sign-in form, or check what was entered and begin a session."""
        language = require_language(request)
        if request.method != "POST":
            return self._sign_in_page(request, status=200)
        fields = await read_form(request)
        known = hmac.compare_digest(fields.get("user", "").encode(), USER.encode())
        right = hmac.compare_digest(fields.get("password", "").encode(), PASSWORD.encode())
        allowed = self._tokens.accepts(request, "sign-in", fields.get("token", ""))
        if not (known and right and allowed):
            return self._sign_in_page(request, status=422)
        request.session.clear()
        request.session.update({"customer": USER, "nonce": secrets.token_urlsafe(12)})
        return RedirectResponse(f"/{language}/account", 303)

    def _sign_in_page(self, request: Request, *, status: int) -> Response:
        return self._renderer.page(
            request, "sign_in.html", status=status, private=True, user=USER, password=PASSWORD, wrong=status != 200
        )

    async def account(self, request: Request) -> Response:
        """The customer's page; others are sent to the sign-in."""
        language = require_language(request)
        if not request.session.get("customer"):
            return RedirectResponse(f"/{language}/account/sign-in", 303)
        return self._renderer.page(request, "account.html", private=True, bills=catalogue.BILLS, usage=catalogue.USAGE)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        language = require_language(request)
        fields = await read_form(request)
        if not self._tokens.accepts(request, "sign-out", fields.get("token", "")):
            raise HTTPException(403)
        request.session.clear()
        return RedirectResponse(f"/{language}/", 303)

    async def theme(self, request: Request) -> Response:
        """Remember light or dark. The cookie needs consent; without it the gate drops it and the footer explains."""
        language = require_language(request)
        fields = await read_form(request)
        theme = fields.get("theme", "")
        if theme not in THEMES or not same_origin(request):
            raise HTTPException(400)
        response = RedirectResponse(way_back(fields.get("back", ""), f"/{language}/") + "#appearance", 303)
        response.set_cookie("theme", theme, max_age=THEME_SECONDS, httponly=True, samesite="lax")
        return response
