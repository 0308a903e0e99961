"""A small site whose pages a cache may store, with all that a visitor's choice decides on."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentkit import ConsentKit, consent_of
from tests.support.sites import kit_of, necessary, service, settings

ADS = "https://ads.example.net"
VIDEO = "https://video.example.net"
SERVICES = [
    necessary("session", "session", "basket"),
    service("ads", "marketing", "_ads_*", origins=[ADS]),
    service("video", "preferences", "vid", origins=[VIDEO]),
]

PAGE = f"""<!doctype html><html lang="en"><head><title>Shop</title>
<link rel="preconnect" href="{ADS}">
<script>window.order = []; window.answers = [];
document.addEventListener("consentkit:change", (event) => answers.push(event.detail.granted));
new Image().src = "{ADS}/inline.gif";</script>
<script src="{ADS}/first.js" async></script>
<script src="{ADS}/second.js"></script>
<script src="{ADS}/third.js" type="module"></script>
</head><body><h1>Shop</h1>
<img src="{ADS}/pixel.gif" alt="">
<iframe src="{VIDEO}/embed" width="400" height="200" title="Video"></iframe>
<picture><source srcset="{ADS}/wide.png"><img src="/own.png" alt="own"></picture>
<p><a href="/other">Other</a></p></body></html>"""


async def shop(_: Request) -> Response:
    """A page that the app lets anybody store."""
    return HTMLResponse(PAGE, headers={"Cache-Control": "public, max-age=0, s-maxage=600"})


async def silent(_: Request) -> Response:
    """A page of which the app says nothing to caches."""
    return HTMLResponse(PAGE.replace("Shop", "Silent"))


async def personal(request: Request) -> Response:
    """A page that the app makes for its visitor."""
    granted = consent_of(request).granted("marketing")
    return HTMLResponse(f"<!doctype html><html><body>granted: {granted}</body></html>")


async def basket(_: Request) -> Response:
    """A page that sets a cookie."""
    response = HTMLResponse("<!doctype html><html><body>basket</body></html>")
    response.set_cookie("basket", "1")
    response.set_cookie("_ads_1", "1")
    return response


async def picture(_: Request) -> Response:
    """A picture of the site's own."""
    return Response(b"", media_type="image/png")


def edge_kit(delivery: str = "edge", *, changed: bool = False, **consent: object) -> ConsentKit:
    """The kit of the site; `changed`: its advertising stores something more."""
    services = [*SERVICES, service("more", "marketing", "_more")] if changed else SERVICES
    return kit_of(settings(site={"hosts": ["127.0.0.1"]}, services=services, consent={"delivery": delivery, **consent}))


def site(kit: ConsentKit) -> Any:
    """The site, wrapped."""
    routes = {"": shop, "other": shop, "silent": silent, "personal": personal, "basket": basket, "own.png": picture}
    return kit.wrap(Starlette(routes=[Route(f"/{path}", handler) for path, handler in routes.items()]))
