"""The addresses of the door."""

from starlette.routing import BaseRoute, Route

from consentkit.dashboard.context import Context
from consentkit.dashboard.provider_door import ProviderDoor


def routes(context: Context) -> list[BaseRoute]:
    """Signing in by password or link, and signing out."""
    door = context.door
    provider = door.company.provider
    company = ProviderDoor(provider, door) if provider else None
    return [
        *([Route("/sign-in/oidc", company.leave), Route("/sign-in/oidc/back", company.back)] if company else []),
        Route("/sign-in", door.form, methods=["GET"]),
        Route("/sign-in", door.sign_in, methods=["POST"]),
        Route("/sign-in/link", door.link, methods=["GET"]),
        Route("/sign-in/link", door.link_agreed, methods=["POST"]),
        Route("/sign-out", door.sign_out, methods=["POST"]),
    ]
