"""Requests as the tests of observing need them."""

from collections.abc import Iterable
from typing import Any

from consentkit.stats.facts import TEXTS, RequestFacts, facts_of_texts

WHEN = 1_795_424_400.0
"""2026-11-23 09:00 UTC."""

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)

TYPED: dict[str, Any] = {"fetch_site": "none", "fetch_mode": "navigate", "fetch_dest": "document"}
"""The headers of an address typed into a browser."""


def a_page(**changes: Any) -> RequestFacts:
    """A person's page request by https, with changes."""
    values: dict[str, Any] = {
        "when": WHEN,
        "method": "GET",
        "path": "/products",
        "status": 200,
        "host": "www.example.com",
        "content_type": "text/html; charset=utf-8",
        "size": 5000,
        "user_agent": CHROME,
        "accept_language": "nl,en;q=0.8",
        "secure": True,
        **TYPED,
    }
    return facts_of_texts(**{**values, **changes})


def a_logged_page(**changes: Any) -> RequestFacts:
    """The same as an access log has it: no header but user agent and referrer, no content type."""
    unknown = {"content_type": None, "accept_language": "", "secure": False, "logged": True, "host": ""}
    return a_page(**{**unknown, **dict.fromkeys(TYPED, ""), **changes})


def text(facts: RequestFacts, name: str) -> str:
    """A header of a request by one of the names of TEXTS; "" if it did not come."""
    value = facts.referer if name == "referer" else facts.traits.headers.get(TEXTS[name], b"")
    return value.decode("latin-1")


def a_scope(headers: Iterable[tuple[bytes, bytes]] = (), **changes: Any) -> dict[str, Any]:
    """An ASGI http scope."""
    return {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": "/products",
        "query_string": b"",
        "client": ("192.0.2.7", 40000),
        "headers": list(headers),
        **changes,
    }
