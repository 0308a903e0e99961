"""A measurement service of the site's own server. It asks nobody: consentkit's gate decides what leaves and arrives."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

PAGES_COOKIE = "_meas"
VISITOR_COOKIE = "_meas_id"
SECONDS = 30 * 86400
MOST_PAGES = 99


def count_view(request: Request, response: Response) -> None:
    """Count this visitor's pages in one cookie, and know the visitor again by another that scripts cannot read."""
    seen = request.cookies.get(PAGES_COOKIE, "")
    pages = min(int(seen) + 1, MOST_PAGES) if seen.isascii() and seen.isdigit() and len(seen) <= 2 else 1
    response.set_cookie(PAGES_COOKIE, str(pages), max_age=SECONDS, samesite="lax")
    if VISITOR_COOKIE not in request.cookies:
        response.set_cookie(VISITOR_COOKIE, secrets.token_hex(8), max_age=SECONDS, httponly=True, samesite="lax")
