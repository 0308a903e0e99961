"""The way to the company's OpenID Connect provider, and back in."""

import logging
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentkit.config_dashboard import role_of
from consentkit.dashboard.door import Door, page_inside
from consentkit.dashboard.sessions import Signed
from consentkit.dashboard.store.sessions import OIDC
from consentkit.dashboard.trusted import Identity

if TYPE_CHECKING:
    from consentkit.dashboard.oidc import Provider

WAY_SECONDS = 600
"""How long somebody may take at the provider."""
BACK = "sign-in/oidc/back"

log = logging.getLogger("consentkit.dashboard")


class ProviderDoor:
    """The way to the provider and back."""

    def __init__(self, provider: "Provider", door: Door) -> None:
        self._provider = provider
        self._door = door

    async def leave(self, request: Request) -> Response:
        """Send somebody to the provider, with what must come back in a signed cookie of this browser."""
        from consentkit.dashboard.oidc import OidcError  # noqa: PLC0415 -- needs an extra

        try:
            address, started = await self._provider.start(self._redirect_uri(request))
        except OidcError as problem:
            return self._failed(request, problem)
        response = RedirectResponse(address, status_code=303)
        wanted = page_inside(request.query_params.get("next", ""))
        kept = {"s": started.state, "n": started.nonce, "v": started.verifier, "w": wanted}
        _keep(request, response, self._signed.write("oidc", kept), WAY_SECONDS)
        return response

    async def back(self, request: Request) -> Response:
        """Let in who comes back from the provider, in the browser that left for it."""
        from consentkit.dashboard.oidc import OidcError, Started  # noqa: PLC0415 -- needs an extra

        kept = self._signed.read("oidc", request.cookies.get(_cookie(request), ""), WAY_SECONDS)
        if kept is None:
            return self._door.pages.message(request, "oidc_stale")
        try:
            identity = await self._provider.finish(
                self._redirect_uri(request), dict(request.query_params), Started(kept["s"], kept["n"], kept["v"])
            )
        except OidcError as problem:
            return self._failed(request, problem)
        response = await run_sync(self._enter, request, identity, kept["w"])
        _keep(request, response, "", 0)
        return response

    def _enter(self, request: Request, identity: Identity, next_page: str) -> Response:
        role = role_of(identity.groups, self._door.company.roles)
        user = self._door.store.users.get(identity.name)
        if role is None or (user is not None and user.disabled):
            return self._door.pages.message(request, "no_role")
        return self._door.enter(request, identity.name, OIDC, next_page, role)

    def _failed(self, request: Request, problem: Exception) -> Response:
        log.warning("signing in by OpenID Connect failed: %s", problem)
        response = self._door.pages.message(request, "oidc_failed")
        _keep(request, response, "", 0)
        return response

    def _redirect_uri(self, request: Request) -> str:
        base = str(request.scope.get("root_path", ""))
        return f"{request.url.scheme}://{request.url.netloc}{base}/{BACK}"

    @property
    def _signed(self) -> Signed:
        return self._door.signed


def _cookie(request: Request) -> str:
    return "__Host-consentkit_oidc" if request.url.scheme == "https" else "consentkit_oidc"


def _keep(request: Request, response: Response, value: str, seconds: int) -> None:
    # Lax, because the way back begins at the provider's site.
    secure = request.url.scheme == "https"
    response.set_cookie(
        _cookie(request), value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
    )
