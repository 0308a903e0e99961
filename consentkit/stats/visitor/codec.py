"""The signed text of the cookie that carries a visitor's state."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote

from itsdangerous import Signer

from consentkit.stats.model import OTHER
from consentkit.stats.visitor.state import MOST_FUNNELS, PAGES, SECONDS, Source, State

EPOCH = date(2020, 1, 1)
FIRST = EPOCH.toordinal()
VERSION = "1"
MAX_LENGTH = 600
"""Of the cookie's value; a longer one was not made here."""
MAX_TEXT = 120
"""Of a channel, campaign or page in the cookie, once encoded; a longer one is carried as `(other)`."""
CACHED_TEXTS = 4096
"""Channels, campaigns and pages, which many visitors share."""
SAFE = "/{}()<>=+*:@$-"
"""Besides letters, digits, `_`, `-` and `~`; all may stand in a cookie (RFC 6265 §4.1.1) and none parts fields."""
PAYLOAD = re.compile(
    r"1\.(?P<expires>[0-9a-f]{1,3})\.(?P<seen>[0-9a-f]{1,4})\.(?P<begun>[0-9a-f]{1,8})\.(?P<last>[0-9a-f]{1,4})"
    r"\.(?P<pages>[0-9a-f])\.(?P<reached>[0-6])\.(?P<goals>[0-9a-f]{1,4})\.(?P<steps>[0-9a-f]{0,8})"
    r"\.(?P<channel>[^.]*)\.(?P<campaign>[^.]*)\.(?P<entry>[^.]*)"
)
SIGNATURE = re.compile(r".*\.[A-Za-z0-9_-]{43}")
"""Python's base64 skips what is not base64, so the shape is looked at first: one state is not many texts."""


class StateCodec:
    """Turns states into signed cookie text and back. `keys`: the first signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        # Signed for each page view anew, so the keys are derived once, as itsdangerous derives and uses them.
        signer = Signer(list(keys), salt="consentkit.visitor", key_derivation="hmac", digest_method=hashlib.sha256)
        self._keys = tuple(signer.derive_key(key) for key in keys)

    def encode(self, state: State) -> str:
        """The cookie's value."""
        months = (state.expires.year - EPOCH.year) * 12 + state.expires.month - 1
        numbers = (
            f"{months:x}", f"{(state.seen - EPOCH).days:x}", f"{state.begun:x}",
            f"{min(max(state.last - state.begun, 0), 0xFFFF):x}", f"{state.pages:x}", str(state.reached),
            f"{state.goals:x}", "".join(f"{min(step, 15):x}" for step in state.steps[:MOST_FUNNELS]),
        )  # fmt: skip
        source = (_packed(state.source.channel), _packed(state.source.campaign), _packed(state.source.entry))
        payload = ".".join((VERSION, *numbers, *source))
        return f"{payload}.{_signature(self._keys[0], payload).decode()}"

    def decode(self, text: str) -> State | None:
        """The state that a cookie carries, or None if it is forged, cut or over-long."""
        if len(text) > MAX_LENGTH or not SIGNATURE.fullmatch(text):
            return None
        payload, _, signature = text.rpartition(".")
        match = PAYLOAD.fullmatch(payload)
        if match is None or not payload.isascii():
            return None
        given = signature.encode()
        if not any(hmac.compare_digest(_signature(key, payload), given) for key in self._keys):
            return None
        expires, seen, begun, last, pages, reached, goals, steps, channel, campaign, entry = match.groups()
        months, start = int(expires, 16), int(begun, 16)
        return State(
            date(EPOCH.year + months // 12, months % 12 + 1, 1),
            date.fromordinal(FIRST + int(seen, 16)),
            start,
            start + int(last, 16),
            min(int(pages, 16), PAGES[-1]),
            min(int(reached), len(SECONDS)),
            _source(channel, campaign, entry),
            int(goals, 16),
            tuple(int(digit, 16) for digit in steps[:MOST_FUNNELS]) if steps else (),
        )


def _signature(key: bytes, payload: str) -> bytes:
    return urlsafe_b64encode(hmac.digest(key, payload.encode(), "sha256")).rstrip(b"=")


@lru_cache(maxsize=CACHED_TEXTS)
def _packed(text: str) -> str:
    packed = quote(text, safe=SAFE).replace(".", "%2E")
    return packed if len(packed) <= MAX_TEXT else quote(OTHER, safe=SAFE)


@lru_cache(maxsize=CACHED_TEXTS)
def _source(channel: str, campaign: str, entry: str) -> Source:
    # Only of what was signed here, so that nobody can fill it with texts of their own.
    return Source(unquote(channel), unquote(campaign), unquote(entry))
