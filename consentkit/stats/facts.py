"""What statistics need to know of one request, read once, every value cut to size before anything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "(unknown)"
"""The value of a breakdown where a request does not tell it."""

USER_AGENT_CAP = 512
"""Bytes. No browser sends more, and what a made-up user agent costs grows with its length."""
REFERER_CAP = 2048
PATH_CAP = 2048
QUERY_CAP = 2048
HOST_CAP = 255
SHORT_CAP = 128

HEADERS: Mapping[bytes, tuple[str, int]] = {
    b"host": ("host", HOST_CAP),
    b"user-agent": ("user_agent", USER_AGENT_CAP),
    b"referer": ("referer", REFERER_CAP),
    b"accept-language": ("accept_language", SHORT_CAP),
    b"cache-control": ("cache_control", SHORT_CAP),
    b"sec-fetch-site": ("fetch_site", SHORT_CAP),
    b"sec-fetch-mode": ("fetch_mode", SHORT_CAP),
    b"sec-fetch-dest": ("fetch_dest", SHORT_CAP),
    b"sec-purpose": ("purpose", SHORT_CAP),
    b"purpose": ("purpose", SHORT_CAP),
    b"x-purpose": ("purpose", SHORT_CAP),
    b"x-moz": ("purpose", SHORT_CAP),
}
"""Header name → the field it fills and how many bytes of it are kept; the first that came here fills it."""


@dataclass(frozen=True, slots=True, repr=False)
class RequestFacts:
    """One request and its answer, as statistics see it; lives only while the request is counted.

    `when` is in epoch seconds, `path` is decoded, `query` is not, `bytes` are those of the answer's body. A header
    that did not come is "". `content_type` is None, and `logged` true, where the source cannot know the headers (an
    access log). `own` marks consentkit's own addresses. It has no readable repr: no visitor's value may slip into
    an error text.
    """

    when: float
    method: str
    path: str
    status: int
    query: str = ""
    host: str = ""
    content_type: str | None = None
    bytes: int = 0
    user_agent: str = ""
    referer: str = ""
    accept_language: str = ""
    cache_control: str = ""
    fetch_site: str = ""
    fetch_mode: str = ""
    fetch_dest: str = ""
    purpose: str = ""
    address: str | None = None
    secure: bool = False
    own: bool = False
    logged: bool = False
    route: str | None = None

    def __repr__(self) -> str:
        return "<RequestFacts>"


def facts_from_scope(
    headers: Mapping[bytes, bytes],
    scope: Mapping[str, Any],
    *,
    status: int,
    content_type: str,
    bytes: int,
    when: float,
    own: bool = False,
) -> RequestFacts:
    """The facts of an ASGI http request whose answer is known. `headers`: the last of each name, in lower case."""
    found: dict[str, Any] = {}
    for name, (field, cap) in HEADERS.items():
        value = headers.get(name)
        if value is not None and field not in found:
            found[field] = value[:cap].decode("latin-1")
    client = scope.get("client")
    return RequestFacts(
        when=when,
        method=scope["method"][:SHORT_CAP],
        path=scope["path"][:PATH_CAP],
        query=scope.get("query_string", b"")[:QUERY_CAP].decode("latin-1"),
        status=status,
        content_type=content_type[:SHORT_CAP],
        bytes=bytes,
        address=client[0] if client else None,
        secure=scope.get("scheme") == "https",
        own=own,
        **found,
    )
