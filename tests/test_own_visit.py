"""The visit cookie as a declared service: who may be measured, and that a refusal is one."""

from typing import Any

import pytest

from consentkit.config import Config
from consentkit.consent.changes import REFUSAL, change_between
from consentkit.consent.choice import ChoiceCodec
from consentkit.consent.consent_mode import NEVER, services_behind
from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import Decisions, State, decide
from consentkit.consent.gate import Gate
from consentkit.own_visit import EXEMPTION_OF, SECURE_VISIT, VISIT, VISIT_COOKIES
from consentkit.texts import texts
from tests.support.sites import KEY, TODAY, choose, config_of, only_finding, service, settings

COOKIES = Cookies(b"consentkit_visit=1; __Host-consentkit_visit=2; session=3")


def measuring(*services: dict[str, Any], **stats: Any) -> Config:
    """A site that measures, with these services besides."""
    return config_of(settings(services=list(services), stats=stats))


def decided(config: Config, *, gpc: bool = False, grants: tuple[str, ...] | None = None) -> Decisions:
    """What follows for a visitor who chose these (None: nothing yet)."""
    choice = None if grants is None else choose(config.declaration, *grants, gpc=False)
    return decide(config.declaration, choice, gpc=gpc)


def test_by_default_nothing_is_declared_and_nothing_measured() -> None:
    """A site that says nothing stores nothing."""
    assert VISIT not in measuring().declaration.services


@pytest.mark.parametrize("profile", EXEMPTION_OF)
def test_under_an_exemption_visits_are_measured_until_they_are_refused(profile: str) -> None:
    """Nobody is asked; a refusal and the privacy signal are honoured (rule C24)."""
    config = measuring(exemption=profile)
    undecided = decided(config)
    assert (State.GRANTED, "exemption") == (undecided.of(VISIT).state, undecided.of(VISIT).reason)
    assert not undecided.asks
    assert State.DENIED is decided(config, grants=()).of(VISIT).state
    assert State.DENIED is decided(config, gpc=True).of(VISIT).state


def test_an_exemption_is_no_consent_to_the_purpose() -> None:
    """Neither a tag nor another service of the purpose may follow from it."""
    undecided = decided(measuring(service("meter", "audience_measurement", "_meter"), exemption="fr"))
    assert undecided.asks
    assert State.UNSET is undecided.of("audience_measurement").state
    assert State.UNSET is undecided.of("meter").state
    assert "audience_measurement" not in decided(measuring(exemption="fr")).granted


def test_no_tag_is_told_of_it() -> None:
    """An advertiser's analytics is another service, which has to be declared and agreed to by itself."""
    alone = measuring(exemption="fr").declaration
    beside = measuring(service("meter", "audience_measurement", "_meter"), visitor_state=True).declaration
    assert (NEVER,) == services_behind("audience_measurement", alone)
    assert ("meter",) == services_behind("audience_measurement", beside)


def test_without_an_exemption_consent_is_asked_for() -> None:
    """As for any other service."""
    config = measuring(visitor_state=True)
    undecided = decided(config)
    assert undecided.asks
    assert State.UNSET is undecided.of(VISIT).state
    assert State.GRANTED is decided(config, grants=(VISIT,)).of(VISIT).state


def test_a_site_under_an_exemption_may_still_do_without() -> None:
    """The exemption allows, it does not oblige."""
    assert VISIT not in measuring(exemption="fr", visitor_state=False).declaration.services


def test_pages_for_everybody_carry_no_state() -> None:
    """What a cache may store for everybody must not set a cookie; who asks for it is told."""
    edge = settings(consent={"delivery": "edge"}, stats={"exemption": "fr"})
    assert VISIT not in config_of(edge).declaration.services
    finding = only_finding(settings(consent={"delivery": "edge"}, stats={"visitor_state": True}))
    assert "stats.visitor_state" == finding.key
    assert 'delivery = "server"' in finding.message


@pytest.mark.parametrize("mode", ["enforce", "warn", "observe"])
def test_the_app_neither_sees_nor_sets_it_and_a_refusal_deletes_it(mode: str) -> None:
    """In every mode: it is ours, whatever the site does about its own cookies."""
    config = measuring(exemption="fr")
    gate = Gate(config.declaration, mode)
    granted, refused = decided(config), decided(config, grants=())
    assert b"visit" not in gate.gate_in(COOKIES, gate.verdicts(granted))
    assert [] == gate.refused(COOKIES, gate.verdicts(granted))
    assert VISIT_COOKIES == set(gate.refused(COOKIES, gate.verdicts(refused))) - {"session"}
    for name in VISIT_COOKIES:
        assert [] == gate.gate_out([(b"set-cookie", f"{name}=x; Max-Age=0".encode())], granted)


def test_one_that_is_no_longer_declared_is_deleted() -> None:
    """The site has stopped measuring."""
    config = measuring()
    gate = Gate(config.declaration, "enforce")
    assert [VISIT, SECURE_VISIT] == gate.refused(COOKIES, gate.verdicts(decided(config)))


def test_the_banner_does_not_ask_for_what_is_exempt() -> None:
    """It would ask for something that is on already."""
    exempt = measuring(service("ads", "marketing", "_ads"), exemption="fr").declaration
    asked = measuring(service("ads", "marketing", "_ads"), visitor_state=True).declaration
    assert ["marketing"] == [purpose.id for purpose in exempt.asked]
    assert ["audience_measurement", "marketing"] == [purpose.id for purpose in asked.asked]


def test_refusing_what_was_only_exempt_is_a_refusal() -> None:
    """Nothing had been agreed to that could be withdrawn."""
    config = measuring(exemption="fr")
    change = change_between(config.declaration, decided(config), decided(config, grants=()), 0)
    assert REFUSAL == change.kind
    assert frozenset() == change.before


@pytest.mark.parametrize("stats", [{"exemption": "fr"}, {"visitor_state": True}])
def test_the_declaration_says_what_is_so(stats: dict[str, Any]) -> None:
    """Purpose, duration, and how to refuse what is exempt."""
    config = measuring(**stats)
    found = config.declaration.services[VISIT]
    assert ("audience_measurement", "13 months") == (found.purpose, found.storage[0].duration_text)
    for language, text in found.description.items():
        words = texts(language)
        assert ("exemption" in stats) == text.endswith(words["declaration"]["own_visit_off"])


def test_who_agreed_is_asked_again_when_scripts_tell_more() -> None:
    """To have visits counted is not yet to have the links told that one follows (rule C22)."""
    less, more = measuring(visitor_state=True), measuring(visitor_state=True, outbound=True)
    choice = choose(less.declaration, VISIT)
    text = ChoiceCodec(less.declaration, (KEY,), 180).encode(choice)
    assert choice == ChoiceCodec(less.declaration, (KEY,), 180).decode(text, TODAY)
    assert ChoiceCodec(more.declaration, (KEY,), 180).decode(text, TODAY) is None


def test_the_purpose_names_what_its_scripts_tell() -> None:
    """Where consent is asked for, and only what is really told there."""
    links, ahead = "which other site a link that you follow leads to", "loaded in advance"
    found = {
        (outbound, whom): measuring(visitor_state=True, outbound=outbound, loaded_ahead=whom)
        .declaration.services[VISIT]
        .description
        for outbound in (True, False)
        for whom in ("measured", "everybody")
    }
    for (outbound, whom), text in found.items():
        assert isinstance(text, dict)
        assert (outbound, whom == "measured") == (links in text["en"], ahead in text["en"])
        assert text.keys() >= {"nl", "ar", "zh"}
