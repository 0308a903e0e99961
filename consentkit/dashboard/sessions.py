"""Signed values of the dashboard: session cookies, sign-in links, form tokens."""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from consentkit.dashboard.store.sessions import SESSION_SECONDS, Session

__all__ = ["LINK_SECONDS", "SESSION_SECONDS", "Link", "Session", "Signed", "sign_in_link"]

LINK_SECONDS = 3600
FORM_SECONDS = 12 * 3600
LONGEST = 1000
"""Characters; nothing signed here is longer, and nothing longer is looked at."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a sign-in link signs in; `id` is another in each, so that it works once."""

    name: str
    id: str


class Signed:
    """Signs and verifies with SHA-256; the first key signs, all verify."""

    def __init__(self, keys: Sequence[str], *, clock: Clock = time.time) -> None:
        if not keys:
            raise ValueError("the dashboard needs at least one secret to sign its sessions; set CONSENTKIT_SECRET")

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        # itsdangerous signs with the last key and verifies with any.
        self._keys = list(reversed(keys))
        self._signer = Signer

    def session(self, id_: str) -> str:
        """The cookie value of a session's id."""
        return self.write("session", {"i": id_})

    def read_session(self, text: str) -> str | None:
        """The session's id in a cookie value; None when it is forged, damaged or over."""
        data = self.read("session", text, SESSION_SECONDS)
        return data["i"] if data else None

    def link(self, name: str) -> str:
        """The token of a sign-in link."""
        return self.write("link", {"n": name, "i": secrets.token_urlsafe(12)})

    def read_link(self, text: str) -> Link | None:
        """Whom a sign-in link's token is for; None when it is forged, damaged or over an hour old."""
        data = self.read("link", text, LINK_SECONDS)
        return Link(data["n"], data["i"]) if data else None

    def form(self, bound_to: str) -> str:
        """A token for a form; `bound_to` is the session's id, or the form's name before a sign-in."""
        return self.write("form", {"b": _digest(bound_to)})

    def read_form(self, text: str, bound_to: str) -> bool:
        """Whether a form was made by us, for this session, in the last hours."""
        data = self.read("form", text, FORM_SECONDS)
        return data is not None and secrets.compare_digest(data["b"], _digest(bound_to))

    def write(self, use: str, data: dict[str, str]) -> str:
        """Values signed for one use; anybody can read them, nobody can change them or use them for another."""
        text = self._serializer(use).dumps(data)
        return text.decode() if isinstance(text, bytes) else text

    def read(self, use: str, text: str, seconds: int) -> dict[str, str] | None:
        """The values signed for a use; None when they are forged, damaged or older than that."""
        if not text or len(text) > LONGEST or not text.isascii():
            return None
        try:
            data: dict[str, str] = self._serializer(use).loads(text, max_age=seconds)
        except BadData:
            return None
        return data

    def _serializer(self, use: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._keys,
            salt=f"consentkit.dashboard.{use}",
            signer=self._signer,
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )


def _digest(text: str) -> str:
    """Stands in a page for the session's id, which scripts must not find there."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def sign_in_link(keys: Sequence[str], name: str, base_url: str, now: float) -> str:
    """An address that signs the user of that name in, once, for one hour from `now` (epoch seconds).

    `base_url` is the dashboard's own address. The user must be in the table of users when the link is used.
    """
    token = Signed(keys, clock=lambda: now).link(name)
    return f"{base_url.rstrip('/')}/sign-in/link?token={quote(token)}"
