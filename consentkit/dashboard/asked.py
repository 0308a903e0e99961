"""What an address asks for besides a period and filters: a list, a stretch of it, what it is searched for."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from consentkit.dashboard.groups import CARDS

LONGEST_SEARCH = 100
"""Characters."""
DEEPEST = 1_000_000
"""Rows; no list is longer, and SQLite takes no number beyond 64 bits."""


def asked_card(request: Request) -> str:
    """The list that the address names; HTTPException 404 for one that there is not."""
    key = request.query_params.get("card", "")
    if key not in CARDS:
        raise HTTPException(404)
    return key


def asked_search(request: Request) -> str:
    """What a list is searched for, "" for all of it."""
    return request.query_params.get("q", "").strip()[:LONGEST_SEARCH]


def asked_offset(request: Request, step: int) -> int:
    """How many rows stand before the page of a list asked for; pages have `step` rows."""
    text = request.query_params.get("offset", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return 0
    return min(int(text), DEEPEST) // step * step
