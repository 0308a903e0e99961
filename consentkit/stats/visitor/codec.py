"""The signed text of the cookie that carries a visitor's state."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote, unquote

from itsdangerous import BadSignature, Signer

from consentkit.stats.model import OTHER
from consentkit.stats.visitor.state import MOST_FUNNELS, PAGES, SECONDS, Source, State

EPOCH = date(2020, 1, 1)
VERSION = "1"
MAX_LENGTH = 600
"""Of the cookie's value; a longer one was not made here."""
MAX_TEXT = 120
"""Of a channel, campaign or page in the cookie, once encoded; a longer one is carried as `(other)`."""
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
        # itsdangerous signs with the last of its keys; SHA-256 instead of its default SHA-1.
        self._signer = Signer(
            list(reversed(keys)), salt="consentkit.visitor", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def encode(self, state: State) -> str:
        """The cookie's value."""
        months = (state.expires.year - EPOCH.year) * 12 + state.expires.month - 1
        numbers = (
            f"{months:x}", f"{(state.seen - EPOCH).days:x}", f"{state.begun:x}",
            f"{min(max(state.last - state.begun, 0), 0xFFFF):x}", f"{state.pages:x}", str(state.reached),
            f"{state.goals:x}", "".join(f"{min(step, 15):x}" for step in state.steps[:MOST_FUNNELS]),
        )  # fmt: skip
        source = (_packed(state.source.channel), _packed(state.source.campaign), _packed(state.source.entry))
        return self._signer.sign(".".join((VERSION, *numbers, *source))).decode()

    def decode(self, text: str) -> State | None:
        """The state that a cookie carries, or None if it is forged, cut or over-long."""
        if len(text) > MAX_LENGTH or not SIGNATURE.fullmatch(text):
            return None
        try:
            payload = self._signer.unsign(text).decode("ascii")
        except (BadSignature, UnicodeError):
            return None
        match = PAYLOAD.fullmatch(payload)
        if match is None:
            return None
        numbers = {name: int(match[name], 16) for name in ("expires", "seen", "begun", "last", "pages", "goals")}
        return State(
            expires=date(EPOCH.year + numbers["expires"] // 12, numbers["expires"] % 12 + 1, 1),
            seen=EPOCH + timedelta(days=numbers["seen"]),
            begun=numbers["begun"],
            last=numbers["begun"] + numbers["last"],
            pages=min(numbers["pages"], PAGES[-1]),
            reached=min(int(match["reached"]), len(SECONDS)),
            source=Source(unquote(match["channel"]), unquote(match["campaign"]), unquote(match["entry"])),
            goals=numbers["goals"],
            steps=tuple(int(digit, 16) for digit in match["steps"][:MOST_FUNNELS]),
        )


def _packed(text: str) -> str:
    packed = quote(text, safe=SAFE).replace(".", "%2E")
    return packed if len(packed) <= MAX_TEXT else quote(OTHER, safe=SAFE)
