"""Turns a template and a request into a page: language, theme, consent and addresses of assets."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from . import catalogue
from .measurement import count_view
from .texts import LANGUAGES, Texts, load_texts, preferred_language

HERE = Path(__file__).parent
THEMES = ("light", "dark", "auto")


class ConsentLike(Protocol):
    """What the templates need of consentkit's `Consent`."""

    @property
    def preferences_url(self) -> str:
        """Where the visitor chooses."""

    def granted(self, item: str, /) -> bool:
        """Whether a purpose or service may be used for this visitor."""

    def link_text(self, language: str, /) -> str:
        """The words of the link to the preferences page."""

    def link(self, language: str, /) -> Markup:
        """The link to the preferences, with the module that opens them as a dialog."""

    def consent_mode_tag(self) -> Markup:
        """The script that tells tags what is granted, before any of them runs."""


def consent_from_kit(request: Request) -> ConsentLike:
    """The visitor's consent as consentkit's middleware left it; raises if the app is not wrapped."""
    from consentkit import consent_of  # noqa: PLC0415 - the site starts, and is tested, without the middleware too

    return consent_of(request)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the site is told from outside: its other origins, and where its consent and declaration come from."""

    tag_origin: str
    video_origin: str
    declaration: Callable[[str], Markup]
    consent: Callable[[Request], ConsentLike]


class Renderer:
    """Renders the site's pages; built once at start."""

    def __init__(self, surroundings: Surroundings, token: Callable[[Request, str], str]) -> None:
        self.surroundings = surroundings
        self.texts = load_texts()
        self._token = token
        self._versions = asset_versions(HERE / "assets")
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=self.asset, products=catalogue.PRODUCTS, articles=catalogue.ARTICLES, villages=catalogue.VILLAGES
        )

    def asset(self, name: str) -> str:
        """The address of a file in assets/, which changes when the file does."""
        return f"/assets/{name}?v={self._versions[name]}"

    def page(
        self, request: Request, template: str, *, status: int = 200, private: bool = False, **context: Any
    ) -> HTMLResponse:
        """Render one page in the language of its address; `private` keeps it out of every cache."""
        texts = self.texts[language_of(request)]
        html = self._environment.get_template(template).render(self._context(request, texts), **context)
        caching = "private, no-store" if private else "private, no-cache"
        headers = {"Cache-Control": caching, "Content-Language": texts.language}
        response = HTMLResponse(html, status, headers)
        if status == 200:
            count_view(request, response)
        return response

    def _context(self, request: Request, texts: Texts) -> dict[str, Any]:
        theme = request.cookies.get("theme", "")
        return {
            "lang": texts.language,
            "t": texts.tables,
            "day": texts.day,
            "price": texts.price,
            "number": texts.number,
            "alternates": alternates(request, self.texts),
            "base": str(request.base_url).rstrip("/"),
            "path": request.url.path,
            "theme": theme if theme in THEMES else "auto",
            "customer": request.session.get("customer", ""),
            "consent": self.surroundings.consent(request),
            "declaration": self.surroundings.declaration,
            "tag_origin": self.surroundings.tag_origin,
            "video_origin": self.surroundings.video_origin,
            "token": lambda form: self._token(request, form),
        }


def language_of(request: Request) -> str:
    """The language in the page's address, else the one that the browser prefers."""
    first = request.url.path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))


def alternates(request: Request, texts: Mapping[str, Texts]) -> list[tuple[str, str, str]]:
    """The same page in each language: language, its own name for itself, path."""
    _, _, rest = request.url.path.lstrip("/").partition("/")
    if request.url.path.lstrip("/").partition("/")[0] not in LANGUAGES:
        rest = ""
    return [(code, texts[code].tables["meta"]["name"], f"/{code}/{rest}") for code in LANGUAGES]


def asset_versions(folder: Path) -> dict[str, str]:
    """Eight characters for each file's content, so that browsers may keep it for a year."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
