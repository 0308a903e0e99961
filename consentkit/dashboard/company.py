"""How people of the company come in by its own sign-in, as it is configured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request

from consentkit.config_dashboard import DashboardSettings, role_of
from consentkit.dashboard.sessions import Session
from consentkit.dashboard.store.sessions import PROXY
from consentkit.dashboard.trusted import VARIABLE as PROXY_SECRET
from consentkit.dashboard.trusted import Trusted, Untrusted
from consentkit.errors import ConsentKitError
from consentkit.roles import Role

if TYPE_CHECKING:
    from consentkit.dashboard.oidc import Provider

OIDC_SECRET = "CONSENTKIT_OIDC_SECRET"  # noqa: S105 -- the variable's name


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
