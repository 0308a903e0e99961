"""The example company website passes the rules, on a desk in English and on a phone in Dutch."""

import pytest
from playwright.sync_api import Browser

from consentkit.testing import Evidence, Site, View
from tests.browser.rules_site import RULES, judged
from tests.browser.support import Demo

pytestmark = pytest.mark.browser

PATHS = ("/en/", "/en/products/tv", "/en/contact", "/en/privacy")
DUTCH = ("/nl/products/tv",)

NOTHING_TO_SEE = ("C26",)
"""The example has no tag of Google's."""


@pytest.fixture(scope="module")
def evidence(demo: Demo, chromium: Browser) -> Evidence:
    """The example site on a desk."""
    return Evidence(Site(demo.home, PATHS), chromium)


@pytest.mark.parametrize(
    "number", [number for number, rule in RULES.items() if rule.walks and number not in NOTHING_TO_SEE]
)
def test_the_example_site_keeps_the_rule(evidence: Evidence, number: str) -> None:
    """Nothing is found, and there was something to look at."""
    assert [] == list(map(str, RULES[number].findings(evidence)))


def test_the_example_site_keeps_the_rules_on_a_phone_in_the_dark(demo: Demo, chromium: Browser) -> None:
    """First layer, refusal and keyboard of the Dutch page with the video."""
    evidence = Evidence(Site(demo.home, DUTCH), chromium, View(320, 568, dark=True, language="nl"))
    rules = [rule for rule in RULES.values() if rule.walks and set(rule.walks) <= {"first_visit", "refused", "access"}]
    assert {} == judged(evidence, rules)
