"""The cookie gate: which cookies of a request the app may see, and which of its answers may set."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from consentkit.asgi import Headers
from consentkit.consent.cookies import Cookies, name_of, parse_set_cookie
from consentkit.consent.decision import Decision, Decisions, State
from consentkit.consent.instructions import INSTRUCTIONS, Instructions
from consentkit.consent.undeclared import readable, undeclared_message
from consentkit.declaration import Declaration, Service
from consentkit.own_visit import VISIT_COOKIES

log = logging.getLogger("consentkit.gate")

CHOICE_COOKIES = frozenset({"consentkit", "__Host-consentkit"})
"""The consent cookie, with and without the prefix that needs https."""

HINT_COOKIES = frozenset({"consentkit-hint", "__Host-consentkit-hint"})
"""What of the choice a page's own script may read, where all visitors get the same page."""

OWN_COOKIES = CHOICE_COOKIES | HINT_COOKIES
"""The cookies of consentkit's own that the app neither sees nor sets."""

STAFF_COOKIES = frozenset({"consentkit_staff", "__Host-consentkit_staff"})
"""The sign-in of the dashboard, which may be mounted inside the app."""

MAX_NAMES: Final = 200
MAX_NAME: Final = 256
"""Bounds: names that are counted, and bytes of a name that is looked up; a longer one is not granted."""

MAX_PASSING = 32
"""Cookies of one request; what becomes of more is worked out anew each time."""

MAX_VERDICTS = 128
"""Bound: what is granted and refused in so many combinations, for each of them so many names are remembered."""

UNDECLARED = "(undeclared)"

GATED_HEADERS = INSTRUCTIONS | {b"set-cookie"}
"""Response headers that are looked at, in lower case."""

Note = Callable[[bytes, str], int]


def _forget(_: bytes, __: str) -> int:
    """Nobody wants to know, and nobody tells for how long."""
    return 0


class Verdict(NamedTuple):
    """On a cookie of a request: whether the app may see it, whether it was refused in so many words (by choice or
    signal), whether it may be there at all, and the name or pattern under which it is declared ("" for our own)."""

    passes: bool
    refused: bool
    allowed: bool
    name: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What becomes of cookies of these names: whether all pass, and the places of those that do; in their order how
    each is declared ("" for our own), and the labels of those that should not be there at all."""

    all_pass: bool
    passing: tuple[int, ...]
    labels: tuple[str, ...]
    dropped: tuple[str, ...]


class Verdicts:
    """Verdicts by raw name, found when first asked for; bounded, because visitors can make names up."""

    __slots__ = ("_decisions", "_gate", "_known", "_passages")

    def __init__(self, gate: "Gate", decisions: Decisions) -> None:
        self._known: dict[bytes, Verdict] = {}
        self._gate = gate
        self._decisions = decisions
        self._passages: dict[tuple[bytes, ...], Passage] = {}

    def passage(self, names: tuple[bytes, ...]) -> Passage:
        """What becomes of a request's cookies, by their raw names: visitors of a site mostly have the same ones."""
        return self._passages.get(names) or self._passage(names)

    def _passage(self, names: tuple[bytes, ...]) -> Passage:
        verdicts = [self.of(raw) for raw in names]
        passage = Passage(
            all(verdict.passes for verdict in verdicts),
            tuple(at for at, verdict in enumerate(verdicts) if verdict.passes),
            tuple(verdict.name for verdict in verdicts),
            tuple(verdict.name for verdict in verdicts if not verdict.allowed),
        )
        if len(names) <= MAX_PASSING and sum(map(len, names)) <= MAX_NAME:
            if len(self._passages) >= MAX_VERDICTS:
                self._passages.clear()
            self._passages[names] = passage
        return passage

    def of(self, raw: bytes) -> Verdict:
        """The verdict on a cookie of a request, by its raw name."""
        verdict = self._known.get(raw)
        if verdict is None:
            verdict = self._gate.verdict(raw, self._decisions)
            if len(raw) <= MAX_NAME:
                if len(self._known) >= MAX_VERDICTS:
                    self._known.clear()
                self._known[raw] = verdict
        return verdict


class Gate:
    """Applies decisions to cookies. `mode`: enforce takes out; warn only says so in the log; observe only counts.

    `dropped` counts by (`request` or `response`, name): the name or pattern of the declaration, for what the app set
    undeclared its name reduced to what an operator may read. What a visitor made up is never kept.
    """

    def __init__(self, declaration: Declaration, mode: str) -> None:
        self.declaration = declaration
        self.mode = mode
        self.dropped: Counter[tuple[str, str]] = Counter()
        # A plain dict: a Counter takes twice as long to add one, and this happens for each request.
        self._seen: dict[tuple[str, ...], int] = {}
        self._instructions = Instructions(declaration, mode)
        self._owners = lru_cache(maxsize=512)(declaration.owners)
        self._declared_name = lru_cache(maxsize=512)(declaration.declared_name)
        self._verdicts: dict[tuple[frozenset[str], frozenset[str]], Verdicts] = {}

    def decision(self, name: str | None, decisions: Decisions) -> Decision | None:
        """The decision that a cookie hangs on, or None for one that is undeclared or has no name to rely on."""
        if name is None or len(name) > MAX_NAME:
            return None
        if name in STAFF_COOKIES:
            return decisions.of("necessary")
        owners: tuple[Service, ...] = self._owners(name)
        if not owners:
            return None
        decided = [decisions.of(service.id) for service in owners]
        return next((decision for decision in decided if not decision), decided[0])

    def gate_in(self, cookies: Cookies, verdicts: Verdicts) -> bytes:
        """The Cookie header that the app may see; it never sees the consent cookie, whatever the mode."""
        passage = verdicts.passage(cookies.names)
        labels, seen = passage.labels, self._seen
        if len(seen) < MAX_NAMES or labels in seen:
            seen[labels] = seen.get(labels, 0) + 1
        else:
            for label in labels:
                seen[label,] = seen.get((label,), 0) + 1
        for label in passage.dropped:
            self._count("request", label)
        return cookies.header if passage.all_pass else cookies.only(passage.passing)

    def take_seen(self) -> Counter[str]:
        """How often requests brought which cookies since the last time, by declared name; from any thread."""
        seen, self._seen = self._seen, {}
        found: Counter[str] = Counter()
        # Copied at once, because a request that is being read may still add to it.
        for labels, count in list(seen.items()):
            for label in labels:
                found[label] += count
        del found[""]
        return found

    def refused(self, cookies: Cookies, verdicts: Verdicts) -> list[str]:
        """The cookies of a request that were refused in so many words (by choice or signal): they are to be deleted."""
        refused = [name for raw, _ in cookies.pairs if verdicts.of(raw).refused and (name := name_of(raw))]
        return refused if self.mode == "enforce" else [name for name in refused if name in VISIT_COOKIES]

    def verdicts(self, decisions: Decisions) -> Verdicts:
        """The verdicts that hold for all whose decisions are the same."""
        key = (decisions.granted, decisions.denied)
        verdicts = self._verdicts.get(key)
        if verdicts is None:
            if len(self._verdicts) >= MAX_VERDICTS:
                self._verdicts.clear()
            verdicts = self._verdicts[key] = Verdicts(self, replace(decisions, choice=None))
        return verdicts

    def verdict(self, raw: bytes, decisions: Decisions) -> Verdict:
        """The verdict on a cookie of a request, by its raw name."""
        name = name_of(raw)
        if name in OWN_COOKIES:
            # A pattern such as `*` covers our own cookie too, and a choice that deletes itself is asked for for ever.
            return Verdict(False, False, True, "")
        decision = self.decision(name, decisions)
        denied = decision is not None and decision.state is State.DENIED
        if name in VISIT_COOKIES:
            # Ours too, but the visitor's to refuse; one that is no longer declared is of no use to anybody.
            return Verdict(False, denied or decision is None, True, "")
        label = self._label(name) or (name if decision and name else UNDECLARED)
        return Verdict(bool(decision) or self.mode != "enforce", denied, bool(decision), label)

    def gate_out(self, headers: Iterable[tuple[bytes, bytes]], decisions: Decisions, note: Note = _forget) -> Headers:
        """The response headers without the Set-Cookie lines and instructions that are not allowed.

        The app's deletions pass. `note` is told of each line that sets a cookie, with the cookie's name as it is
        declared, or reduced to what an operator may read; it gives back for how many days the cookie is set.
        """
        return [pair for pair in headers if self._may_leave(pair, decisions, note)]

    def _may_leave(self, pair: tuple[bytes, bytes], decisions: Decisions, note: Note) -> bool:
        name = pair[0].lower()
        if name == b"set-cookie":
            return self._may_set(bytes(pair[1]), decisions, note)
        return name not in INSTRUCTIONS or self._instructions.may_leave(name, decisions)

    def _may_set(self, line: bytes, decisions: Decisions, note: Note) -> bool:
        cookie = parse_set_cookie(line)
        if cookie.name in OWN_COOKIES or cookie.name in VISIT_COOKIES:
            return False
        label = self._label(cookie.name) or readable(cookie.name)
        days = 0 if cookie.deletes else note(line, label)
        decision = self.decision(cookie.name, decisions)
        if decision or (cookie.deletes and cookie.name is not None):
            return True
        self._count("response", label)
        self._log_once(label, decision, days)
        return self.mode != "enforce"

    def _label(self, name: str | None) -> str:
        """How the declaration calls a cookie, "" for an undeclared one."""
        return "" if name is None or len(name) > MAX_NAME else self._declared_name(name)

    def _count(self, direction: str, label: str) -> None:
        key = (direction, label)
        if key not in self.dropped and len(self.dropped) >= MAX_NAMES:
            key = (direction, "(other)")
        self.dropped[key] += 1

    def _log_once(self, label: str, decision: Decision | None, days: int) -> None:
        if self.mode == "observe" or self.dropped["response", label] != 1:
            return
        if decision is None:
            taken = {*self.declaration.by_id, *self.declaration.services}
            log.warning("%s", undeclared_message(label, self.mode, taken, days))
        else:
            did = "dropped" if self.mode == "enforce" else "would drop"
            log.info("%s the cookie %r that the app set: %s (%s)", did, label, decision.state, decision.reason)
