"""What follows from choice, signal and declaration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.decision import Decisions, State, decide
from tests.support.sites import choose, config_of, declaration_of, necessary, settings

SITE = config_of(settings()).declaration
CHOOSABLE = ("theme", "meter", "ads", "video")


def states(decisions: Decisions) -> dict[str, str]:
    """The state of every purpose."""
    return {purpose.id: str(decisions.of(purpose.id).state) for purpose in SITE.purposes}


def test_before_a_choice_only_the_necessary_is_granted() -> None:
    """Nothing that needs consent is granted to a visitor who has not chosen, and the banner is due (rule C1)."""
    decisions = decide(SITE, None, gpc=False)
    assert {
        "necessary": "granted", "preferences": "unset", "audience_measurement": "unset", "marketing": "unset",
    } == states(decisions)  # fmt: skip
    assert "no_choice" == decisions.of("ads").reason
    assert decisions.asks


@given(st.sets(st.sampled_from(CHOOSABLE)))
def test_every_service_gets_exactly_what_was_ticked(granted: set[str]) -> None:
    """No tick leaks to a neighbour, and a purpose is granted only with all of its services (rule C10)."""
    decisions = decide(SITE, choose(SITE, *granted), gpc=False)
    assert {id_: id_ in granted for id_ in CHOOSABLE} == {id_: bool(decisions.of(id_)) for id_ in CHOOSABLE}
    assert bool(decisions.of("marketing")) == ({"ads", "video"} <= granted)
    assert decisions.of("session")
    assert not decisions.asks


def test_undeclared_id_is_never_granted() -> None:
    """A typing error in a handler refuses instead of granting."""
    decision = decide(SITE, choose(SITE, *CHOOSABLE), gpc=False).of("marketting")
    assert (False, State.UNSET, "unknown") == (bool(decision), decision.state, decision.reason)


def test_signal_alone_refuses_marketing_and_measurement() -> None:
    """Global Privacy Control is a refusal of what it covers, and no banner pushes against it (rule C25)."""
    decisions = decide(SITE, None, gpc=True)
    assert {
        "necessary": "granted", "preferences": "unset", "audience_measurement": "denied", "marketing": "denied",
    } == states(decisions)  # fmt: skip
    assert "signal" == decisions.of("ads").reason
    assert not decisions.asks


def test_signal_goes_before_a_grant_from_before_it() -> None:
    """Who switches the signal on takes back what they granted without it."""
    decisions = decide(SITE, choose(SITE, *CHOOSABLE), gpc=True)
    assert not decisions.of("marketing")
    assert decisions.of("preferences")


def test_choice_made_under_the_signal_goes_before_it() -> None:
    """An explicit later choice wins (rule C25)."""
    decisions = decide(SITE, choose(SITE, "ads", gpc=True), gpc=True)
    assert decisions.of("ads")
    assert "choice" == decisions.of("video").reason


def test_site_that_asks_for_nothing_never_asks() -> None:
    """Without anything to choose there is no banner."""
    only = declaration_of(necessary("session", "session"))
    assert not decide(only, None, gpc=False).asks


@pytest.mark.parametrize("gpc", [True, False])
def test_necessary_is_granted_whatever_is_chosen(gpc: bool) -> None:
    """What the site cannot do without hangs on no choice."""
    assert decide(SITE, choose(SITE), gpc=gpc).of("necessary")
