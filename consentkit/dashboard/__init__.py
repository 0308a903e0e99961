"""What marketing and operations look at; reads only the sink."""

import os
from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp

from consentkit.config import Config
from consentkit.dashboard.app import create_dashboard
from consentkit.dashboard.company import company_of
from consentkit.dashboard.render import Assets, Settings
from consentkit.dashboard.sessions import sign_in_link
from consentkit.dashboard.store import Store, open_file
from consentkit.dashboard.store.users import Users
from consentkit.roles import Role
from consentkit.stats.stores.urls import file_of, open_reader

__all__ = [
    "Role",
    "Settings",
    "Store",
    "Users",
    "build_dashboard",
    "create_dashboard",
    "open_file",
    "open_store",
    "sign_in_link",
]


def open_store(config: Config) -> Store:
    """What the dashboard of a configuration keeps for itself; the file is made if it is not there."""
    settings = config.dashboard
    return open_file(file_of(settings.store, config.base), audit_days=settings.audit_days)


def build_dashboard(
    config: Config, keys: Sequence[str], assets: Assets, environ: Mapping[str, str] = os.environ
) -> ASGIApp:
    """The dashboard of a configuration, as an ASGI app. `environ` holds the secrets of the company's own sign-in."""
    return create_dashboard(
        reader=open_reader(config.stats.sink, config.base),
        store=open_store(config),
        keys=keys,
        settings=Settings(config.site.name, config.site.timezone, config.stats.funnels),
        assets=assets,
        company=company_of(config.dashboard, environ),
    )
