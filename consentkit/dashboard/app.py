"""The dashboard as an ASGI app: the routes of all its pages."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from consentkit.dashboard.company import Company
from consentkit.dashboard.context import Context
from consentkit.dashboard.door import Door
from consentkit.dashboard.headers import SecurityHeaders
from consentkit.dashboard.render import Assets, Pages, Settings
from consentkit.dashboard.sessions import Signed
from consentkit.dashboard.store import Store
from consentkit.dashboard.views import (
    account,
    api,
    downloads,
    explained,
    failures,
    lists,
    live,
    load,
    notes,
    overview,
    pictures,
    shared,
    shares,
    signing,
    trail,
    users,
)
from consentkit.stats.stores import SinkReader

VIEWS = (
    overview,
    notes,
    pictures,
    load,
    live,
    explained,
    lists,
    downloads,
    signing,
    shared,
    shares,
    users,
    trail,
    account,
    api,
)
"""The modules whose `routes(context)` make up the dashboard."""


def create_dashboard(
    *,
    reader: SinkReader,
    store: Store,
    keys: Sequence[str],
    settings: Settings,
    assets: Assets,
    company: Company | None = None,
) -> ASGIApp:
    """The dashboard over a sink, to mount anywhere or to run alone. `keys`: the first signs, all verify."""
    signed = Signed(keys, clock=settings.now)
    pages = Pages(settings, assets)
    door = Door(pages, store, signed, settings, company or Company())
    context = Context(reader, store, pages, signed, door, settings)
    routes = [route for view in VIEWS for route in view.routes(context)]
    app = Starlette(
        routes=[*routes, Mount("/static", app=assets.app)],
        exception_handlers=failures.handlers(pages),
    )
    # To an address with a slash at its end it would send on for ever.
    app.router.redirect_slashes = False
    return SecurityHeaders(WithoutLastSlash(app))


class WithoutLastSlash:
    """The app, for frameworks that end the path of what they mount with a slash (Litestar)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as if the slash were not there."""
        path = scope.get("path", "")
        if path.endswith("/") and path.removeprefix(scope.get("root_path", "")) != "/":
            scope = {**scope, "path": path[:-1]}
        await self.app(scope, receive, send)
