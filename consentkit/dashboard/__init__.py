"""What marketing and operations look at; reads only the sink."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from consentkit.config import Config
from consentkit.dashboard.app import create_dashboard
from consentkit.dashboard.render import Assets, Settings
from consentkit.dashboard.sessions import sign_in_link
from consentkit.dashboard.users import Users
from consentkit.stats.stores.urls import file_of, open_reader

__all__ = ["Settings", "Users", "build_dashboard", "create_dashboard", "open_users", "sign_in_link"]


def open_users(config: Config) -> Users:
    """The table of users that a configuration names; made if it is not there."""
    return Users(file_of(config.dashboard.users, config.base))


def build_dashboard(config: Config, keys: Sequence[str], assets: Assets) -> ASGIApp:
    """The dashboard of a configuration, as an ASGI app."""
    return create_dashboard(
        reader=open_reader(config.stats.sink, config.base),
        users=open_users(config),
        keys=keys,
        settings=Settings(site=config.site.name, timezone=config.site.timezone),
        assets=assets,
    )
