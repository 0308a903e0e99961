"""What every response of the dashboard says to the browser, and whether a form came from the dashboard itself."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class SecurityHeaders:
    """Puts the headers on every response; only immutable assets may be stored."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through, with headers added to http responses."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store, private")
            await send(message)

        await self.app(scope, receive, with_headers)


def from_same_origin(request: Request) -> bool:
    """Whether a page of this very origin sent the request, as the browser says (Fetch Metadata, else Origin).

    Browsers leave Sec-Fetch-Site out on http addresses other than localhost, but send Origin with every POST.
    The scheme is not compared: behind a proxy that ends TLS it is not known.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    _, _, authority = request.headers.get("origin", "").partition("://")
    return bool(authority) and authority.lower() == request.headers.get("host", "").lower()


def opened_by_reader(request: Request) -> bool:
    """Whether the reader opened this address (from a terminal, a mail program, a bookmark), not another site's page.

    Who does not say so may be a program that looks at what a link in a message leads to.
    """
    site = request.headers.get("sec-fetch-site")
    prefetched = any(name in request.headers for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    return site in ("none", "same-origin") and not prefetched
