"""Making links for partners, and looking at what they show."""

import re

from starlette.testclient import TestClient

from tests.dashboard.sinks import Desk
from tests.dashboard.views.forms import Answer, submit

WISH: dict[str, str | list[str]] = {
    "title": "Agency <b>",
    "card": ["headline", "page", "country"],
    "period": "28d",
    "expires": "2026-12-31",
    "threshold": "20",
}

EXACT = re.compile(r'<td class="figure">([\d.,]+)</td>')


def figures(page: str) -> list[str]:
    """The counts in a page's lists, without the marks between their digits, which differ by language."""
    return [re.sub(r"[.,]", "", count) for count in EXACT.findall(page)]


def make(front: Desk, **changes: str | list[str]) -> Answer:
    """Fill in the form for a link."""
    return submit(front, "/shares", "/shares", {**WISH, **changes})


def path_of(page: str) -> str:
    """The path of the link that was just made."""
    found = re.search(r'value="http://dash\.example(/[^"]*/?shared/[\w-]{43})"', page)
    assert found is not None
    return found[1]


def partner(front: Desk) -> TestClient:
    """Another browser, in which nobody is signed in."""
    client = TestClient(front.app, base_url="http://dash.example", raise_server_exceptions=False)
    client.headers["accept-language"] = "en"
    return client
