"""What the formats of logs have in common: request targets, times, addresses, and values cut to size."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from consentkit.stats.facts import (
    HOST_CAP,
    PATH_CAP,
    QUERY_CAP,
    REFERER_CAP,
    SHORT_CAP,
    UNTOLD,
    USER_AGENT_CAP,
    RequestFacts,
)
from consentkit.traits import traits_of

ABSOLUTE = re.compile(rb"[a-z]{2,5}://[^/?#]*", re.IGNORECASE)
MOST_DIGITS = 15
"""Of a response's bytes; more is no size."""
EARLIEST, LATEST = 0.0, datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def target_parts(target: bytes) -> tuple[str, bytes]:
    """Decoded path and undecoded query of a request target (RFC 9112 §3.2), cut to size."""
    absolute = None if target.startswith(b"/") else ABSOLUTE.match(target)
    path, _, query = (target[absolute.end() :] if absolute else target).partition(b"?")
    decoded = (unquote_to_bytes(path) if b"%" in path else path).decode("utf-8", "replace")
    return decoded[:PATH_CAP], query[:QUERY_CAP]


def size_of(digits: bytes) -> int:
    """The bytes of a response's body as a log tells them; 0 for what is no size."""
    return int(digits) if digits.isdigit() and len(digits) <= MOST_DIGITS else 0


def status_of(value: Any) -> int:
    """A status code as text or number; 0 for what is none."""
    text = str(value)
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() and 100 <= int(text) <= 599 else 0


def epoch_of(text: str) -> float | None:
    """Epoch seconds of an ISO 8601 time, which is UTC unless it says otherwise; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
        when = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return when if EARLIEST <= when < LATEST else None


def address_of(text: str) -> str | None:
    """The address of `address`, `address:port` or `[address]:port`; None where there is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text if 0 < len(text) <= SHORT_CAP and text != "-" else None


def logged(
    *,
    when: float,
    method: str,
    target: bytes,
    status: int,
    size: int,
    host: bytes = b"",
    user_agent: bytes | None = b"",
    referer: bytes = b"",
    address: str | None = None,
    secure: bool = False,
) -> RequestFacts:
    """The facts of a logged request whose headers are not known but for these; `size` in bytes.

    `user_agent` is None where the log does not tell it, and empty where the client sent none.
    """
    path, query = target_parts(target)
    agent = UNTOLD if user_agent is None else user_agent[:USER_AGENT_CAP]
    known = ((b"host", host[:HOST_CAP]), (b"user-agent", agent))
    return RequestFacts(
        when=when,
        method=method[:SHORT_CAP],
        path=path,
        query=query,
        status=status,
        traits=traits_of({name: value for name, value in known if value}),
        referer=referer[:REFERER_CAP],
        size=max(0, size),
        address=address,
        secure=secure,
        logged=True,
    )
