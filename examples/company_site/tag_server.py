"""The second origin of the demonstration: an advertising tag with its pixel, and a small video player."""

import base64
import secrets
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent
PLAYER = HERE / "player"
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
MONTH = 30 * 86400
PLAYER_FILES = {"player.css": "text/css", "player.js": "text/javascript", "poster.svg": "image/svg+xml"}

BASIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}
CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"


LOCAL_SITES = "http://127.0.0.1:* http://localhost:*"


def create_app(*, framed_by: str = LOCAL_SITES) -> Starlette:
    """Build the app; `framed_by` are the origins that may show the player in a frame (CSP source expressions)."""
    player_policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {framed_by}"
    )

    async def tag(request: Request) -> Response:  # noqa: ARG001 - every visitor gets the same script
        script = (HERE / "tag" / "tag.js").read_bytes()
        headers = {**BASIC_HEADERS, "Content-Security-Policy": CLOSED_POLICY}
        return Response(script, headers=headers, media_type="text/javascript")

    async def pixel(request: Request) -> Response:
        headers = {**BASIC_HEADERS, "Content-Security-Policy": CLOSED_POLICY}
        response = Response(PIXEL, headers=headers, media_type="image/gif")
        _know_again(request, response, "_ads_px")
        return response

    async def embed(request: Request) -> Response:
        headers = {**BASIC_HEADERS, "Content-Security-Policy": player_policy}
        response = Response((PLAYER / "embed.html").read_bytes(), headers=headers, media_type="text/html")
        _know_again(request, response, "_player")
        return response

    async def player_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in PLAYER_FILES:
            return Response("Not found\n", 404, BASIC_HEADERS, "text/plain")
        headers = {**BASIC_HEADERS, "Content-Security-Policy": CLOSED_POLICY}
        return FileResponse(PLAYER / name, headers=headers, media_type=PLAYER_FILES[name])

    return Starlette(
        routes=[
            Route("/tag.js", tag),
            Route("/pixel.gif", pixel),
            Route("/embed", embed),
            Route("/player/{name}", player_file),
        ]
    )


def _know_again(request: Request, response: Response, name: str) -> None:
    """Set an identifier as a third party does: this is what a consent gate has to keep from happening unasked."""
    if name not in request.cookies:
        response.set_cookie(
            name, secrets.token_hex(8), max_age=MONTH, httponly=True, secure=True, samesite="none", path="/"
        )


app = create_app()
