"""Adds fixed headers to responses: security headers to all, a long life in caches to assets."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class FixedHeaders:
    """A pure ASGI middleware; a header that the app has set itself stays."""

    def __init__(self, app: ASGIApp, *, page: Mapping[str, str]) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and complete the headers of HTTP responses."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        # An asset's address carries a hash of its content (`?v=`), so what it names never changes.
        kept = scope["path"].startswith("/assets/") and b"v=" in scope.get("query_string", b"")

        async def send_complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in self.page.items():
                    headers.setdefault(name, value)
                if kept and message["status"] == 200:
                    headers.setdefault("cache-control", "public, max-age=31536000, immutable")
            await send(message)

        await self.app(scope, receive, send_complete)
