"""The cookie gate: which cookies of a request the app may see, and which of its answers may set."""

import logging
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from consentkit.consent.cookies import filtered, parse_set_cookie
from consentkit.consent.decision import Decision, Decisions, State
from consentkit.declaration import Declaration, Service

log = logging.getLogger("consentkit.gate")

OWN_COOKIES = frozenset({"consentkit", "__Host-consentkit"})
"""The consent cookie, with and without the prefix that needs https; the app never sees nor sets it."""

STAFF_COOKIES = frozenset({"consentkit_staff", "__Host-consentkit_staff"})
"""The sign-in of the dashboard, which may be mounted inside the app."""

FRAMEWORK_COOKIES = {
    "session": "Keeps you signed in.",
    "sessionid": "Keeps you signed in.",
    "csrftoken": "Protects the forms of this site.",
    "csrf_token": "Protects the forms of this site.",
    "fastapi-csrf-token": "Protects the forms of this site.",
    "asgi-csrftoken": "Protects the forms of this site.",
    "XSRF-TOKEN": "Protects the forms of this site.",
    "messages": "Shows the message about what you just did.",
}
"""Cookies that web frameworks set for themselves, with what they are for."""

MAX_NAMES = 200

Headers = list[tuple[bytes, bytes]]


class Gate:
    """Applies decisions to cookies. `mode`: enforce takes out; warn only says so in the log; observe only counts.

    `dropped` counts by (`request` or `response`, name), names reduced to what an operator may read.
    """

    def __init__(self, declaration: Declaration, mode: str) -> None:
        self.declaration = declaration
        self.mode = mode
        self.dropped: Counter[tuple[str, str]] = Counter()
        self._owners = lru_cache(maxsize=512)(declaration.owners)

    def decision(self, name: str | None, decisions: Decisions) -> Decision | None:
        """The decision that a cookie hangs on, or None for one that is undeclared or has no name to rely on."""
        if name is None or len(name) > 256:
            return None
        if name in STAFF_COOKIES:
            return decisions.of("necessary")
        owners: tuple[Service, ...] = self._owners(name)
        if not owners:
            return None
        decided = [decisions.of(service.id) for service in owners]
        return next((decision for decision in decided if not decision), decided[0])

    def gate_in(self, cookie: bytes, decisions: Decisions) -> bytes:
        """The Cookie header that the app may see; it never sees the consent cookie, whatever the mode."""

        def allowed(name: str | None) -> bool:
            if name in OWN_COOKIES:
                return False
            if self.decision(name, decisions):
                return True
            self._count("request", name)
            return self.mode != "enforce"

        return filtered(cookie, allowed)[0]

    def refused(self, cookie: bytes, decisions: Decisions) -> list[str]:
        """The cookies of a request that were refused in so many words (by choice or signal): they are to be deleted."""

        def is_refused(name: str | None) -> bool:
            decision = self.decision(name, decisions)
            return decision is not None and decision.state is State.DENIED

        return filtered(cookie, lambda name: not is_refused(name))[1] if self.mode == "enforce" else []

    def gate_out(self, headers: Iterable[tuple[bytes, bytes]], decisions: Decisions) -> Headers:
        """The response headers without the Set-Cookie lines that are not allowed; the app's deletions pass."""
        return [pair for pair in headers if pair[0].lower() != b"set-cookie" or self._may_set(pair[1], decisions)]

    def _may_set(self, line: bytes, decisions: Decisions) -> bool:
        cookie = parse_set_cookie(line)
        if cookie.name in OWN_COOKIES:
            return False
        decision = self.decision(cookie.name, decisions)
        if decision or (cookie.deletes and cookie.name is not None):
            return True
        self._count("response", cookie.name)
        self._log_once(cookie.name, decision)
        return self.mode != "enforce"

    def _count(self, direction: str, name: str | None) -> None:
        # The names of a request are the visitor's to make up, so only declared ones are counted by name.
        label = readable(name) if direction == "response" or (name and self._owners(name)) else "(undeclared)"
        key = (direction, label)
        if key not in self.dropped and len(self.dropped) >= MAX_NAMES:
            key = (direction, "(other)")
        self.dropped[key] += 1

    def _log_once(self, name: str | None, decision: Decision | None) -> None:
        label = readable(name)
        if self.mode == "observe" or self.dropped["response", label] != 1:
            return
        if decision is None:
            log.warning("%s", undeclared_message(label, self.mode))
        else:
            did = "dropped" if self.mode == "enforce" else "would drop"
            log.info("%s the cookie %r that the app set: %s (%s)", did, label, decision.state, decision.reason)


def readable(name: str | None) -> str:
    """A cookie's name for a log: what may differ by visitor (digits, hexadecimal runs) becomes `*`, odd bytes `?`."""
    if name is None:
        return "(nameless)"
    text = re.sub(r"[^\x21-\x7e]", "?", name[:80])
    return re.sub(r"[0-9a-fA-F]*\d[0-9a-fA-F]{3,}[0-9a-fA-F]*|\d{2,}", "*", text)[:40]


def undeclared_message(name: str, mode: str) -> str:
    """The log line for a cookie that the app sets and nobody declared, with the TOML to paste."""
    did = "was dropped" if mode == "enforce" else "would be dropped in mode enforce"
    head = f"the app set the cookie {name!r}, which is not declared, so it {did}. "
    known = FRAMEWORK_COOKIES.get(name)
    if known:
        head += "Your framework needs it; paste into consentkit.toml:\n"
        why = f'purpose = "necessary"\nexemption = "requested_service"\njustification = "{known}"'
    else:
        head += "To declare it, paste this into consentkit.toml and correct it:\n"
        why = 'purpose = "marketing"          # or the purpose that it really has\ndescription = "What it is for."'
    id_ = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "service"
    id_ = id_ if id_[0].isalpha() else f"service_{id_}"
    return (
        f'{head}\n[[services]]\nid = "{id_}"\nname = "{id_}"\n{why}\n'
        f'storage = [{{ name = {toml_text(name)}, kind = "cookie", duration = "session" }}]\n'
    )


def toml_text(text: str) -> str:
    """A text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
