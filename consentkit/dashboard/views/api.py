"""The API, under the dashboard."""

from starlette.routing import BaseRoute, Mount

from consentkit.dashboard.api.app import ROOT, create_api
from consentkit.dashboard.context import Context


def routes(context: Context) -> list[BaseRoute]:
    """Everything below `/api`."""
    return [Mount(ROOT, app=create_api(context))]
