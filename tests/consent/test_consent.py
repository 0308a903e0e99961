"""What handlers and templates ask."""

from types import SimpleNamespace

import pytest

from consentkit import NotWrappedError, consent_of
from consentkit.consent.consent import SCOPE_KEY, Consent, Snippets
from consentkit.consent.decision import decide
from consentkit.html.origins import NOTHING
from tests.support.sites import choose, config_of, settings

SITE = config_of(settings()).declaration


def consent() -> Consent:
    """The consent of a visitor who allowed the theme only."""
    decisions = decide(SITE, choose(SITE, "theme"), gpc=False)
    return Consent(decisions, Snippets(("nl", "en")), "/sub/consent/", decisions, NOTHING)


def test_scope_and_request_give_the_same() -> None:
    """Whatever the framework hands over, the consent is found."""
    mine = consent()
    scope = {SCOPE_KEY: mine}
    assert mine is consent_of(scope)
    assert mine is consent_of(SimpleNamespace(scope=scope))


@pytest.mark.parametrize(
    "thing", [{}, {SCOPE_KEY: None}, {SCOPE_KEY: {"granted": True}}, None, object(), SimpleNamespace(scope=None)]
)
def test_request_that_did_not_pass_us_is_an_error_that_says_so(thing: object) -> None:
    """Asking without the middleware is a mistake to mend, not a silent refusal or grant."""
    with pytest.raises(NotWrappedError, match=r"kit\.wrap\(app\)"):
        consent_of(thing)


def test_granted_and_decision_agree() -> None:
    """A bool for handlers, state and reason for those who want to know why."""
    mine = consent()
    assert (True, False) == (mine.granted("preferences"), mine.granted("marketing"))
    assert ("denied", "choice") == (str(mine.decision("ads").state), mine.decision("ads").reason)


def test_only_reading_marks_the_response_as_personal() -> None:
    """Placing the link depends on nobody; asking for a decision does."""
    mine = consent()
    mine.link("en")
    assert mine.preferences_url == "/sub/consent/"
    assert not mine.was_read
    mine.granted("theme")
    assert mine.was_read


@pytest.mark.parametrize(
    ("language", "text"), [("en-GB", "Cookie settings"), ("", "Cookie-instellingen"), ("fr", "Cookie-instellingen")]
)
def test_link_speaks_the_language_of_the_page(language: str, text: str) -> None:
    """An unknown language falls back on the site's first."""
    assert text == consent().link_text(language)


def test_link_is_escaped() -> None:
    """A hostile language cannot leave its attribute."""
    html = str(consent().link('"><script>'))
    assert '<a href="/sub/consent/?lang=%22%3E%3Cscript%3E" rel="nofollow">' in html
    assert "<script" not in html
