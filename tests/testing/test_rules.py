"""The rules as a set: complete, named, each with a control; and what their judges share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.testing import all_rules
from consentkit.testing.site import Site, fetch
from consentkit.testing.words import found_in, kept, phrases
from consentkit.texts import available
from tests.conftest import LiveServers
from tests.support import sins
from tests.support.small_site import page_app, small_kit
from tests.support.wrong_site import Sin

SINS = [sin for group in vars(sins).values() if isinstance(group, tuple) for sin in group if isinstance(sin, Sin)]


def test_every_rule_is_there_once() -> None:
    """C1 to C32, in order, each with a title, a source and a name of its own for its test."""
    rules = all_rules()
    assert [f"C{number}" for number in range(1, 33)] == [rule.number for rule in rules]
    assert all(rule.title and rule.source for rule in rules)
    assert 32 == len({rule.slug for rule in rules})


def test_every_rule_that_is_judged_has_a_control() -> None:
    """A sin that the rule is meant to find, first of all."""
    meant = {sin.breaks[0] for sin in SINS}
    assert {rule.number for rule in all_rules() if rule.walks} == meant


def test_every_language_has_its_phrases() -> None:
    """Words that steer and names of the interest, in small letters, because they are looked for in such."""
    assert set(available()) == set(phrases())
    for language, kinds in phrases().items():
        assert kinds["steering"], language
        assert kinds["interest"], language
        assert [phrase.lower() for phrase in kinds["steering"]] == kinds["steering"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b c d", "d c b a", 1.0), ("a b c d", "a b", 0.5), ("", "", 1.0), ("a", "", 0.0)],
)
def test_share_of_words_that_are_kept(before: str, after: str, expected: float) -> None:
    """By the longer of the two, in any order."""
    assert expected == kept(before, after)


@given(st.text(max_size=60), st.text(max_size=60))
def test_share_is_a_share_and_goes_both_ways(before: str, after: str) -> None:
    """Between nothing and all."""
    assert 0 <= kept(before, after) <= 1
    assert kept(before, after) == kept(after, before)


def test_a_phrase_is_found_whatever_its_case() -> None:
    """And only in its own language and kind."""
    assert ["optimal"] == found_in("OPTIMAL", "en", "steering")
    assert [] == found_in("optimal", "en", "interest")


@pytest.mark.server
def test_a_site_tells_what_it_declares(live_server: LiveServers) -> None:
    """Services with their purpose; what may be contacted before and after consent; what is no site of ours."""
    kit = small_kit("https://elsewhere.example")
    home = live_server(kit.wrap(page_app("https://elsewhere.example")))
    site = Site(home)
    assert {"theme", "meter", "ads"} == {service["id"] for service in site.choosable}
    assert {home} == site.homes()
    assert {home, "https://elsewhere.example"} == site.homes(granted=True)
    with pytest.raises(ValueError, match=r"/nowhere/declaration\.json answered 404: is consentkit around this app"):
        assert Site(home, consent="/nowhere").declaration


@pytest.mark.server
def test_headers_are_sent_as_they_are_given(live_server: LiveServers) -> None:
    """Twice the same name stays twice; a redirect is followed with them."""
    home = live_server(small_kit("http://localhost:9").wrap(page_app("http://localhost:9")))
    twice = [("Sec-GPC", "0"), ("Sec-GPC", "1")]
    assert b'"gpc":true' in fetch(f"{home}/consent/state", headers=twice).body
    assert b'"gpc":false' in fetch(f"{home}/consent/state", headers=twice[:1]).body
    assert 200 == fetch(f"{home}/consent").status
