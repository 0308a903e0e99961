"""One request to consentkit's own addresses, as the pages see it."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import parse_qs

from starlette.types import Receive

from consentkit.asgi import Scope
from consentkit.consent.decision import Decisions
from consentkit.consent.submission import MAX_BODY, from_this_site

SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


SECURE_COOKIE: Final = b"__Host-consentkit"
COOKIE: Final = b"consentkit"
SECURE_SCHEMES: Final = ("https", "wss")
"""The consent cookie has the `__Host-` prefix wherever the connection allows it (RFC 6265bis §4.1.3)."""


ANSWER_KEY: Final = "consentkit.answer"
"""Where our own pages leave in the scope what was answered, for the statistics."""
SHOWN: Final = "shown"
"""The answer of a page whose banner waits for one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What the pages need to know of one request. `base` is the address of the consent pages, ending in `/`."""

    scope: Scope
    headers: dict[bytes, bytes]
    route: str
    base: str
    decisions: Decisions
    today: date

    def text(self, name: bytes) -> str:
        """A header as text, "" if absent."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def wants_json(self) -> bool:
        """Whether a program asks, not a person's form."""
        return b"application/json" in self.headers.get(b"accept", b"") + self.headers.get(b"content-type", b"")

    @property
    def is_from_this_site(self) -> bool:
        """Whether a page of this very origin made the request."""
        return from_this_site(self.headers, self.scope.get("scheme", ""))

    def query(self, name: str) -> str:
        """A field of the query, "" if absent or too much is sent."""
        raw = bytes(self.scope.get("query_string", b""))[:4096].decode("latin-1")
        try:
            return parse_qs(raw, max_num_fields=20).get(name, [""])[0]
        except ValueError:
            return ""


def cookie_name(scope: Scope) -> bytes:
    """The consent cookie's name."""
    return SECURE_COOKIE if scope.get("scheme") in SECURE_SCHEMES else COOKIE


def choice_line(scope: Scope, value: str, *, days: int) -> bytes:
    """The Set-Cookie line that puts a choice into the consent cookie for so many days; 0 deletes it."""
    name = cookie_name(scope).decode()
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Path=/; Max-Age={days * 86_400}; HttpOnly; SameSite=Lax{secure}".encode()


def hint_name(scope: Scope) -> str:
    """The name of the cookie that tells a page's own script what was chosen, where all visitors get the same page."""
    return f"{cookie_name(scope).decode()}-hint"


async def read_body(receive: Receive) -> bytes | None:
    """The request's body, or None if it is larger than allowed; a visitor who left before its end said nothing."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body
