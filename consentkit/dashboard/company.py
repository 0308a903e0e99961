"""The company's own sign-in: by a header of its proxy, or at its OpenID Connect provider."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentkit.config_dashboard import DashboardSettings, role_of
from consentkit.dashboard.sessions import Session, Signed
from consentkit.dashboard.store.sessions import OIDC, PROXY
from consentkit.dashboard.trusted import VARIABLE as PROXY_SECRET
from consentkit.dashboard.trusted import Identity, Trusted, Untrusted
from consentkit.errors import ConsentKitError
from consentkit.roles import Role

if TYPE_CHECKING:
    from consentkit.dashboard.door import Door
    from consentkit.dashboard.oidc import Provider

OIDC_SECRET = "CONSENTKIT_OIDC_SECRET"  # noqa: S105 -- the variable's name
WAY_SECONDS = 600
"""How long somebody may take at the provider."""
LONGEST_NEXT = 200
"""Characters of where to go afterwards."""
BACK = "sign-in/oidc/back"

log = logging.getLogger("consentkit.dashboard")


class MissingExtra(ConsentKitError):  # noqa: N818 -- what it says is the condition
    """Raised when OpenID Connect is configured without the packages that it needs; the message says how to get them."""


@dataclass(frozen=True, slots=True)
class Company:
    """How people of the company come in without a password here, and the groups of each role."""

    trusted: "Trusted | None" = None
    provider: "Provider | None" = None
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)

    def session(self, request: Request) -> Session | None:
        """Who asks, as the proxy says; None where it says nothing. 403 when it cannot be believed or gives no role."""
        if self.trusted is None:
            return None
        try:
            found = self.trusted.identity(request)
        except Untrusted:
            raise HTTPException(403, "proxy") from None
        if found is None:
            return None
        role = role_of(found.groups, self.roles)
        if role is None:
            raise HTTPException(403, "no_role")
        return Session(found.name, role, f"{PROXY} {found.name}", PROXY)


def company_of(settings: DashboardSettings, environ: Mapping[str, str]) -> Company:
    """What is configured; SecretError and MissingExtra say what is wanting."""
    trusted = Trusted(settings.proxy, environ.get(PROXY_SECRET, "").strip()) if settings.proxy else None
    provider = None
    if settings.oidc:
        try:
            from consentkit.dashboard.oidc import Provider  # noqa: PLC0415 -- needs an extra
        except ModuleNotFoundError as problem:
            raise MissingExtra(
                f'[dashboard.oidc] needs {problem.name}, which is not installed; pip install "consentkit[oidc]"'
            ) from None
        provider = Provider(settings.oidc, environ.get(OIDC_SECRET, "").strip())
    return Company(trusted, provider, settings.roles)


class ProviderDoor:
    """The way to the provider and back."""

    def __init__(self, provider: "Provider", door: "Door") -> None:
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
        wanted = request.query_params.get("next", "")[:LONGEST_NEXT]
        kept = {"s": started.state, "n": started.nonce, "v": started.verifier, "w": wanted}
        _keep(request, response, self._signed.write("oidc", kept), WAY_SECONDS)
        return response

    async def back(self, request: Request) -> Response:
        """Let in who comes back from the provider, in the browser that left for it."""
        from consentkit.dashboard.oidc import OidcError, Started  # noqa: PLC0415 -- needs an extra

        kept = self._signed.read("oidc", request.cookies.get(_cookie(request), ""), WAY_SECONDS)
        if kept is None:
            return self._door.over(request, "oidc_stale")
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
            return self._door.refused(request, "no_role")
        return self._door.enter(request, identity.name, OIDC, next_page, role)

    def _failed(self, request: Request, problem: Exception) -> Response:
        log.warning("signing in by OpenID Connect failed: %s", problem)
        response = self._door.over(request, "oidc_failed")
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
