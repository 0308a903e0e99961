"""Where a visitor stands: from the cookies of a request to decisions, and to what follows from them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from consentkit.consent.choice import Choice, ChoiceCodec
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.gate import Gate, Verdicts
from consentkit.consent.seal import Closure, Sealer
from consentkit.declaration import Declaration
from consentkit.guard import Guard
from consentkit.incoming import Incoming
from consentkit.own_visit import VISIT

REMEMBERED = 4096
"""Verified consent cookies whose decisions are remembered, 2 kB or so each: a signature is checked once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Decisions with what follows from them, which all share to whom the same is granted and refused."""

    decisions: Decisions
    closure: Closure
    verdicts: Verdicts
    is_measured: bool
    """Whether the visit may be carried on in a cookie."""
    remains: tuple[str, int] | None = None
    """What the consent cookie is to hold from now on, and for how many days, where consent is over and it holds more
    than is still needed: the id of a record (GDPR art. 5(1)(c)). None where it may stay as it is."""


class Standings:
    """Finds out where the visitors of a site stand. `nobody` is somebody of whom nothing is known."""

    def __init__(self, declaration: Declaration, codec: ChoiceCodec, gate: Gate, sealer: Sealer, guard: Guard) -> None:
        self._declaration = declaration
        self._codec = codec
        self._gate = gate
        self._sealer = sealer
        self._guard = guard
        self._undecided = {gpc: self._with(decide(declaration, None, gpc=gpc)) for gpc in (True, False)}
        # Of one day: on the next a choice may have run out.
        self._remembered: dict[bool, dict[bytes, Standing]] = {True: {}, False: {}}
        self._day = 0
        self._begins = self._ends = 0.0
        self.nobody = self._undecided[False]

    def of(self, incoming: Incoming, when: float) -> Standing:
        """The standing of whoever sent a request; an error means that nothing is granted. `when`: epoch seconds."""
        gpc = incoming.gpc
        cookies = incoming.cookies
        if cookies is None:
            return self._undecided[gpc]
        try:
            value = cookies.single
            if value is None and incoming.choice_name not in cookies.names:
                return self._undecided[gpc]
            if not self._begins <= when < self._ends:
                self._turn_to(int(when // 86_400))
            if value is None:
                return self._chosen(cookies.values(incoming.choice_name), gpc)
            return self._remembered[gpc].get(value) or self._chosen([value], gpc)
        except Exception as problem:
            self._guard.note("reading the choice", problem)
            return self._undecided[gpc]

    def _turn_to(self, day: int) -> None:
        self._remembered = {True: {}, False: {}}
        self._day = day
        self._begins, self._ends = day * 86_400.0, (day + 1) * 86_400.0

    def _chosen(self, found: list[bytes], gpc: bool) -> Standing:
        """The standing that follows from the consent cookies of a request, usually one.

        consentkit's own cookie is host-only, so without the `__Host-` prefix a second valid one may have been put there
        by another host of the same domain: only what all of them grant is granted.
        """
        standings = [standing for value in set(found) if (standing := self._verified(value, gpc))]
        if len(standings) < 2:
            return standings[0] if standings else self._undecided[gpc]
        choices = [standing.decisions.choice for standing in standings if standing.decisions.choice]
        common = replace(
            max(choices, key=lambda choice: choice.decided),
            answered=frozenset().union(*(choice.answered for choice in choices)),
            granted=frozenset.intersection(*(choice.granted for choice in choices)),
            gpc=all(choice.gpc for choice in choices),
            refused_before=any(choice.refused_before for choice in choices),
        )
        return self._with(decide(self._declaration, common, gpc=gpc))

    def _verified(self, value: bytes, gpc: bool) -> Standing | None:
        remembered = self._remembered[gpc]
        standing = remembered.get(value)
        if standing is not None:
            return standing
        text = value.decode("latin-1")
        choice = self._codec.decode(text, date_of(self._day))
        if choice is None:
            return None
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        decisions = decide(self._declaration, choice, gpc=gpc)
        standing = remembered[value] = self._with(decisions, self._remains(text, choice) if choice.lapsed else None)
        return standing

    def _remains(self, text: str, choice: Choice) -> tuple[str, int] | None:
        kept = self._codec.encode(choice)
        return None if kept == text else (kept, (self._codec.kept_until(choice) - date_of(self._day)).days)

    def _with(self, decisions: Decisions, remains: tuple[str, int] | None = None) -> Standing:
        return Standing(
            decisions,
            self._sealer.closure(decisions.granted),
            self._gate.verdicts(decisions),
            VISIT in decisions.granted,
            remains,
        )


def date_of(day: int) -> date:
    """The date of a day since the epoch."""
    return datetime.fromtimestamp(day * 86_400, UTC).date()
