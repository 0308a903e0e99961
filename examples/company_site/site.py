"""Builds the website of Noordlicht. It is a plain Starlette app: consentkit is wrapped around it from outside."""

from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from .account import Actions
from .forms import FormTokens
from .headers import FixedHeaders
from .pages import Pages
from .rendering import ConsentLike, Renderer, Surroundings, consent_from_kit

ASSETS = Path(__file__).parent / "assets"
SESSION_SECONDS = 14 * 86400


def no_declaration(language: str) -> Markup:  # noqa: ARG001 - stands in for a function that needs the language
    """What the privacy page shows when nobody passes a declaration: nothing."""
    return Markup()


def create_app(
    *,
    secret: str,
    tag_origin: str,
    video_origin: str,
    declaration: Callable[[str], Markup] = no_declaration,
    consent: Callable[[Request], ConsentLike] = consent_from_kit,
) -> Starlette:
    """Build the site.

    `secret` signs the session and the forms; `tag_origin` and `video_origin` are where the advertising tag and the
    video player live (`http://localhost:8001`); `declaration(language)` gives the cookie table and the statistics
    paragraph of the privacy page; `consent(request)` is replaced by tests only.
    """
    tokens = FormTokens(secret)
    renderer = Renderer(Surroundings(tag_origin, video_origin, declaration, consent), tokens.make)

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = getattr(error, "headers", None) or {}
        response = renderer.page(request, "missing.html", status=status, status_code=status)
        response.headers.update({"Vary": "Accept-Language", **headers})
        return response

    return Starlette(
        routes=[
            Mount("/assets", StaticFiles(directory=ASSETS), name="assets"),
            *Pages(renderer).routes(),
            *Actions(renderer, tokens).routes(),
        ],
        middleware=[
            Middleware(FixedHeaders, page=security_headers(tag_origin, video_origin)),
            Middleware(
                SessionMiddleware, secret_key=secret, session_cookie="session", max_age=SESSION_SECONDS, same_site="lax"
            ),
        ],
        exception_handlers={HTTPException: refused},
    )


def security_headers(tag_origin: str, video_origin: str) -> dict[str, str]:
    """The headers of every page: only our own files, the tag's scripts and pixels, and the video's frame may load."""
    policy = (
        "default-src 'none'",
        f"script-src 'self' {tag_origin}",
        "style-src 'self'",
        f"img-src 'self' data: {tag_origin}",
        f"connect-src 'self' {tag_origin}",
        f"frame-src {video_origin}",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
