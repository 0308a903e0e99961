"""Templates and what all pages share: language, links, site."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from consentkit.config_stats import Funnel
from consentkit.dashboard.links import Links
from consentkit.dashboard.navigation import entries_for
from consentkit.dashboard.state import kept_of
from consentkit.dashboard.store.sessions import Session
from consentkit.dashboard.wording import LANGUAGES, Wording
from consentkit.exporters.formats import FORMATS, installed
from consentkit.templates import environment
from consentkit.texts import pick_language

LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "es": "Español"}


class Assets(Protocol):
    """Where our own CSS and modules are served."""

    def url(self, name: str, /) -> str:
        """The relative address of a file."""

    @property
    def app(self) -> ASGIApp:
        """What answers at `/static`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the dashboard knows besides the figures. `site` and `timezone` are the site's; `now` is in epoch seconds."""

    site: str
    timezone: ZoneInfo
    funnels: tuple[Funnel, ...] = ()
    now: Callable[[], float] = time.time


class Pages:
    """Renders templates; autoescape is on for all of them, because every value in the sink is a visitor's."""

    def __init__(self, settings: Settings, assets: Assets) -> None:
        self._settings = settings
        self._assets = assets

    @cached_property
    def _environment(self) -> Environment:
        return environment(Path(__file__).parent / "templates")

    def words(self, request: Request) -> Wording:
        """The language asked for in the address, else the browser's, else the first."""
        asked = request.query_params.get("lang", "")
        if asked in LANGUAGES:
            return Wording(asked)
        return Wording(pick_language(request.headers.get("accept-language", ""), LANGUAGES) or LANGUAGES[0])

    def links(self, request: Request) -> Links:
        """Links that keep the choices of this address."""
        return Links(str(request.scope.get("root_path", "")), kept_of(request.query_params))

    def page(
        self, request: Request, template: str, *, session: Session | None, status: int = 200, **context: object
    ) -> HTMLResponse:
        """A page from a template with what all of them need."""
        words, links = self.words(request), self.links(request)
        base = links.base
        html = self._environment.get_template(template).render(
            t=words.text,
            words=words,
            links=links,
            session=session,
            navigation=entries_for(session.role) if session else (),
            here=_here(request, base),
            site=self._settings.site,
            formats=[name for name in FORMATS if installed(name)],
            timezone=self._settings.timezone.key,
            asset=lambda name: f"{base}/{self._assets.url(name)}",
            languages=[(code, LANGUAGE_NAMES[code], _in_language(request, links, code)) for code in LANGUAGES],
            **context,
        )
        headers = {"Content-Language": words.language, "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(html, status_code=status, headers=headers)

    def message(self, request: Request, key: str, status: int = 403) -> HTMLResponse:
        """A page that only says what is not there, not allowed or broken; `key` names its text."""
        return self.page(request, "message.html", status=status, session=None, key=key)


def _here(request: Request, base: str) -> str:
    """Which page this is, as the navigation names it."""
    return request.url.path.removeprefix(base).strip("/")


def _in_language(request: Request, links: Links, code: str) -> str:
    """This very page in another language; the front for one that answers a form, which has no address of its own."""
    if request.method != "GET" or "token" in request.query_params:
        return links.to(lang=code)
    path = request.url.path.removeprefix(links.base).lstrip("/")
    own = {name: value[:200] for name, value in request.query_params.items() if name in ("card", "q", "offset", "next")}
    return links.to(path if path.isascii() else "", **{**own, "lang": code})
