"""What follows for one request: choice, signals and declaration in, a decision per purpose and service out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consentkit.consent.choice import Choice
from consentkit.declaration import NECESSARY, Declaration, Purpose, Service


class State(StrEnum):
    """What the engine concludes: only `GRANTED` lets anything through."""

    GRANTED = "granted"
    DENIED = "denied"
    UNSET = "unset"


@dataclass(frozen=True, slots=True)
class Decision:
    """One conclusion and its reason: `necessary`, `choice`, `exemption`, `signal`, `no_choice` or `unknown`."""

    state: State
    reason: str

    def __bool__(self) -> bool:
        return self.state is State.GRANTED


IS_NECESSARY = Decision(State.GRANTED, "necessary")
CHOSEN = Decision(State.GRANTED, "choice")
EXEMPT = Decision(State.GRANTED, "exemption")
REFUSED = Decision(State.DENIED, "choice")
SIGNALLED = Decision(State.DENIED, "signal")
NOT_CHOSEN = Decision(State.UNSET, "no_choice")
UNKNOWN = Decision(State.UNSET, "unknown")


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of one request; requests share it.

    `asks`: the banner is due; `granted` and `denied`: the ids of what is granted, and of what is refused.
    """

    by_id: Mapping[str, Decision]
    choice: Choice | None
    gpc: bool
    asks: bool
    granted: frozenset[str]
    denied: frozenset[str]

    def of(self, id_: str) -> Decision:
        """The decision on a purpose or service; an id that is not declared is not granted."""
        return self.by_id.get(id_, UNKNOWN)

    @property
    def signal_holds(self) -> bool:
        """Whether the privacy signal refuses something: no choice that was made since goes before it."""
        return self.gpc and any(decision is SIGNALLED for decision in self.by_id.values())


def decide(declaration: Declaration, choice: Choice | None, *, gpc: bool) -> Decisions:
    """Decide on every purpose and service.

    The signal refuses the purposes it covers until a choice about them that was made while it was on: a grant from
    before the visitor switched it on does not outlive it, and one given since goes before it (W3C GPC §4, rule C25).
    """
    by_id: dict[str, Decision] = {}
    for purpose in declaration.purposes:
        signalled = gpc and purpose.gpc and not (choice is not None and choice.gpc and purpose.id in choice.answered)
        for service in purpose.services:
            by_id[service.id] = _decide_one(purpose, choice, service, signalled)
        if purpose.id == NECESSARY:
            by_id[purpose.id] = IS_NECESSARY
        else:
            by_id[purpose.id] = _of_all(by_id[service.id] for service in purpose.services)
    # A visitor who sends the signal has said no already: nothing is pushed at them, the link stays (rule C25).
    asks = not gpc and any(
        by_id[service.id].state is State.UNSET for purpose in declaration.choosable for service in purpose.services
    )
    granted = frozenset(id_ for id_, decision in by_id.items() if decision)
    denied = frozenset(id_ for id_, decision in by_id.items() if decision.state is State.DENIED)
    return Decisions(by_id, choice, gpc, asks, granted, denied)


def _decide_one(purpose: Purpose, choice: Choice | None, service: Service, signalled: bool) -> Decision:
    if purpose.id == NECESSARY:
        return IS_NECESSARY
    if signalled:
        return SIGNALLED
    if choice is None or purpose.id not in choice.answered:
        if not service.exemption:
            return NOT_CHOSEN
        return REFUSED if choice is not None and choice.refused_before else EXEMPT
    return CHOSEN if service.id in choice.granted else REFUSED


def _of_all(decisions: Iterable[Decision]) -> Decision:
    """A purpose is granted when all its services are; the first that is not speaks for it.

    What an exemption covers is no consent to the purpose: nothing else may follow from it.
    """
    decided = [NOT_CHOSEN if decision is EXEMPT else decision for decision in decisions]
    return next((decision for decision in decided if not decision), decided[0])
