"""Global Privacy Control, header by header."""

import json
from datetime import date
from html import unescape

import pytest
from starlette.types import Scope

from consentkit import consent_of
from consentkit.consent.signals import gpc_is_on
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import TODAY, consent_cookie, kit_of

GPC = (b"sec-gpc", b"1")


@pytest.mark.parametrize(
    ("values", "on"),
    [([], False), ([b"1"], True), ([b"0"], False), ([b"true"], False), ([b"1;x"], False), ([b'"1"'], False),
     ([b"1", b"1"], True), ([b"0", b"1"], True), ([b"1, 1"], False), ([b""], False), ([b"01"], False), ([b"?1"],
     False)],
)  # fmt: skip
def test_only_an_exact_one_counts(values: list[bytes], on: bool) -> None:
    """The table of rule C25, as a value and as headers of a request."""
    assert on == gpc_is_on(values)
    answer = ask(kit_of().wrap(answering(DOCUMENT)), headers=[(b"sec-gpc", value) for value in values])
    assert on == (b'id="consentkit"' not in answer.body)


def test_support_is_announced() -> None:
    """The well-known address tells that the signal is honoured, as JSON with exactly these fields."""
    answer = ask(kit_of().wrap(answering()), "/.well-known/gpc.json")
    assert b"application/json" == answer.get(b"content-type")
    data = json.loads(answer.body)
    assert {"gpc", "lastUpdate"} == set(data)
    assert data["gpc"] is True
    assert date.fromisoformat(data["lastUpdate"]) <= TODAY


def test_support_is_said_beside_the_link() -> None:
    """By consentkit's own link and by one that a template places; only while the signal refuses something."""
    note = '<span class="consentkit-signal">Your browser’s privacy signal is honoured.</span>'
    kit = kit_of()
    chosen = consent_cookie(kit, "marketing", gpc=True)
    for headers, said in (([], False), ([GPC], True), ([GPC, (b"cookie", chosen)], False)):
        answer = ask(kit.wrap(answering(DOCUMENT)), headers=headers)
        assert said == (note in unescape(answer.text))
        seen: list[Scope] = []
        ask(kit.wrap(answering(DOCUMENT, seen=seen)), headers=headers)
        assert said == (note in unescape(consent_of(seen[0]).link("en")))


def test_it_is_said_in_the_language_of_the_page() -> None:
    """Or in the first of the site's, for one that the site does not have."""
    seen: list[Scope] = []
    ask(kit_of().wrap(answering(DOCUMENT, seen=seen)), headers=[GPC])
    assert "Het privacysignaal van uw browser wordt gerespecteerd." in consent_of(seen[0]).link("nl-BE")
    assert "Your browser" in consent_of(seen[0]).link("fi")


def test_pages_differ_by_the_signal() -> None:
    """A cache that kept one for the other would show the wrong visitor's page."""
    vary = ask(kit_of().wrap(answering(DOCUMENT)), headers=[GPC]).get(b"vary")
    assert vary is not None
    assert b"Sec-GPC" in vary


def test_an_explicit_choice_goes_before_the_signal_and_an_older_one_does_not() -> None:
    """What was granted before it was switched on is refused; what is granted since holds."""
    kit = kit_of()
    for gpc, state in ((False, "denied"), (True, "granted")):
        cookie = consent_cookie(kit, "marketing", gpc=gpc)
        seen: list[Scope] = []
        ask(kit.wrap(answering(DOCUMENT, seen=seen)), headers=[GPC, (b"cookie", cookie)])
        assert state == str(consent_of(seen[0]).decision("marketing").state)
