"""The signed text of the cookie that carries a visitor's state."""

import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote

from itsdangerous import Signer

from consentkit.stats.model import OTHER
from consentkit.stats.visitor.state import MOST_FUNNELS, MOST_STEPS, PAGES, SECONDS, Source, State

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
FIELDS = 12
URL_SAFE = bytes.maketrans(b"+/", b"-_")


class StateCodec:
    """Turns states into signed cookie text and back. `keys`: the first signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        # Signed for each page view anew, so the keys are derived once, as itsdangerous derives and uses them.
        signer = Signer(list(keys), salt="consentkit.visitor", key_derivation="hmac", digest_method=hashlib.sha256)
        self._keys = tuple(signer.derive_key(key) for key in keys)

    def encode(self, state: State) -> str:
        """The cookie's value."""
        expires, seen, begun, last, pages, reached, (channel, campaign, entry), goals, steps = state
        months = (expires.year - EPOCH.year) * 12 + expires.month - 1
        lasted = min(max(last - begun, 0), 0xFFFF)
        stepped = "".join([f"{min(step, MOST_STEPS):x}" for step in steps[:MOST_FUNNELS]]) if steps else ""
        payload = (
            f"{VERSION}.{months:x}.{seen.toordinal() - FIRST:x}.{begun:x}.{lasted:x}.{pages:x}.{reached}.{goals:x}"
            f".{stepped}.{_packed(channel)}.{_packed(campaign)}.{_packed(entry)}"
        )
        return f"{payload}.{_signature(self._keys[0], payload)}"

    def decode(self, text: str) -> State | None:
        """The state that a cookie carries, or None if it is forged, cut or over-long."""
        payload, _, given = text.rpartition(".")
        if not payload or len(text) > MAX_LENGTH or not text.isascii():
            return None
        # The signature is compared as the text that it has here, so that one state is one text.
        if not any(hmac.compare_digest(_signature(key, payload), given) for key in self._keys):
            return None
        fields = payload.split(".")
        # Signed here, and so of this form, unless another version signed it.
        return _state(fields) if len(fields) == FIELDS and fields[0] == VERSION else None


def _state(fields: list[str]) -> State | None:
    _, expires, seen, begun, last, pages, reached, goals, steps, channel, campaign, entry = fields
    try:
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
            tuple([int(digit, 16) for digit in steps[:MOST_FUNNELS]]) if steps else (),
        )
    except ValueError:
        return None


def _signature(key: bytes, payload: str) -> str:
    digest = hmac.digest(key, payload.encode(), "sha256")
    return b2a_base64(digest, newline=False).translate(URL_SAFE, b"=").decode()


@lru_cache(maxsize=CACHED_TEXTS)
def _packed(text: str) -> str:
    packed = quote(text, safe=SAFE).replace(".", "%2E")
    return packed if len(packed) <= MAX_TEXT else quote(OTHER, safe=SAFE)


@lru_cache(maxsize=CACHED_TEXTS)
def _source(channel: str, campaign: str, entry: str) -> Source:
    # Only of what was signed here, so that nobody can fill it with texts of their own.
    return Source(unquote(channel), unquote(campaign), unquote(entry))
