"""A small site that obeys the rules: cookies, a tag and a video of another origin, behind consentkit."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from tests.support.sites import KEY, Counted, config_of, necessary, service, settings

TAG = 'document.cookie = "_ads_id=1; Max-Age=1209600; Path=/"; new Image().src = document.currentScript.src + "?seen";'
WORDS = "Everything about the small site, at length, so that there is something to scroll through. " * 12
PATHS = ("/", "/about")


def tables(elsewhere: str, **sections: Any) -> dict[str, Any]:
    """The configuration of the small site, whose tag and video are at the origin `elsewhere`."""
    services = [
        necessary("session", "session"),
        service("theme", "preferences", "theme"),
        service("meter", "audience_measurement", "_meter"),
        service("ads", "marketing", "_ads_*", origins=[elsewhere], third_party="Elsewhere Ltd"),
    ]
    site = {"hosts": ["127.0.0.1"], "languages": ["en"], "privacy_policy": "/privacy", **sections.pop("site", {})}
    return settings(site=site, services=sections.pop("services", services), **sections)


def page_app(elsewhere: str, language: str = "en") -> Starlette:
    """The site itself: a page with a tag and a video, others without, and `/seen`, which names the cookies it got."""

    async def page(request: Request) -> Response:
        embed = f'<iframe src="{elsewhere}/video" width="320" height="180" title="A film"></iframe>'
        html = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Small site</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            '<meta name="color-scheme" content="light dark"><style>body { background: Canvas }</style>'
            f'<script src="{elsewhere}/tag.js" defer></script></head>'
            f'<body><header><a href="/">Small site</a> <a href="/about">About</a></header><main><h1>Small site</h1>'
            f"{embed if request.url.path == '/' else ''}{f'<p>{WORDS}</p>' * 3}</main>"
            '<footer><a href="/privacy">Privacy</a> <a href="/imprint">Imprint</a></footer></body></html>'
        )
        response = HTMLResponse(html)
        if "_meter" not in request.cookies:
            response.set_cookie("_meter", "1", max_age=14 * 86_400, samesite="lax")
        return response

    async def seen(request: Request) -> Response:
        return JSONResponse(sorted(request.cookies))

    pages = [Route(path, page) for path in (*PATHS, "/privacy", "/imprint")]
    return Starlette(routes=[*pages, Route("/seen", seen)])


def elsewhere_app() -> Starlette:
    """The other origin: an advertising tag that stores and reports, and a video."""

    async def tag(_: Request) -> Response:
        return Response(TAG, media_type="text/javascript")

    async def video(_: Request) -> Response:
        return HTMLResponse('<!doctype html><html lang="en"><title>Film</title><p>A film</p></html>')

    return Starlette(routes=[Route("/tag.js", tag), Route("/video", video)])


def small_kit(elsewhere: str, **sections: Any) -> ConsentKit:
    """consentkit for the small site, with a clock that runs, statistics that take notes and a ledger in memory only."""
    kit = ConsentKit(config_of(tables(elsewhere, **sections)), (KEY,))
    kit.counting = Counted()
    kit.proof.ledger = Ledger(None)
    return kit
