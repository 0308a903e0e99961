"""A small site behind consentkit passes every rule that can be judged from outside, in each layout and view."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from consentkit.testing import Evidence, Finding, NotSeen, Site, View
from consentkit.testing.visitor import REFUSE, visitor
from tests.browser.rules_site import RULES, judged
from tests.conftest import LiveServers
from tests.support.small_site import PATHS, elsewhere_app, page_app, small_kit

pytestmark = [pytest.mark.browser, pytest.mark.server]

SEEN_FROM_OUTSIDE = [number for number, rule in RULES.items() if rule.walks]

OF_THE_LAYOUT = {"first_visit", "screens", "access"}
"""The walks that see the layout; the others see what it sends."""


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    """The small site by layout; with the bar it also tells Google's tags of the consent."""
    servers = LiveServers()
    elsewhere = servers(elsewhere_app()).replace("127.0.0.1", "localhost")
    bar = small_kit(elsewhere, consent={"layout": "bar", "consent_mode": ["google", "microsoft_uet"]})
    dialog = small_kit(elsewhere, consent={"layout": "dialog"})
    yield {name: servers(kit.wrap(page_app(elsewhere))) for name, kit in (("bar", bar), ("dialog", dialog))}
    servers.stop()


@pytest.fixture(scope="module")
def evidence(addresses: dict[str, str], chromium: Browser) -> Evidence:
    """The small site in the first view."""
    return Evidence(Site(addresses["bar"], PATHS), chromium)


@pytest.mark.parametrize("number", SEEN_FROM_OUTSIDE)
def test_the_small_site_keeps_the_rule(evidence: Evidence, number: str) -> None:
    """Nothing is found, and there was something to look at."""
    found: list[Finding] = RULES[number].findings(evidence)
    assert [] == list(map(str, found))


def test_the_other_layout_keeps_the_rules_of_looks(addresses: dict[str, str], chromium: Browser) -> None:
    """C1 to C5, C7, C11, C27, C28 and C29 for the card in the corner."""
    evidence = Evidence(Site(addresses["dialog"], PATHS[:1]), chromium)
    rules = [rule for rule in RULES.values() if rule.walks and set(rule.walks) <= OF_THE_LAYOUT]
    assert {"C4", "C7", "C27", "C28", "C29"} <= {rule.number for rule in rules}
    assert {} == judged(evidence, rules)


def test_without_scripts_every_rule_holds_on_a_phone_in_the_dark(addresses: dict[str, str], chromium: Browser) -> None:
    """The journey by forms alone: choice, preferences, withdrawal, in 320 px."""
    evidence = Evidence(Site(addresses["bar"], PATHS[:1]), chromium, View(320, 568, dark=True, script=False))
    # Without scripts nothing else can happen by itself (C9), no data layer is filled (C26), and there is no dialog.
    rules = [rule for number, rule in RULES.items() if rule.walks and number not in ("C9", "C26", "C27", "C29")]
    assert {} == judged(evidence, rules)


def test_after_a_refusal_the_site_reads_no_forbidden_cookie(addresses: dict[str, str], chromium: Browser) -> None:
    """C3 from the server's side: cookies that are in the browser all the same do not reach the code of the site."""
    site = Site(addresses["bar"], PATHS)
    with visitor(chromium, site, View()) as tab:
        tab.open("/")
        tab.press(REFUSE)
        names = ["_ads_id", "_meter", "theme", "session"]
        tab.context.add_cookies([{"name": name, "value": "1", "url": site.url} for name in names])
        assert ["session"] == tab.context.request.get(f"{site.url}/seen").json()


@pytest.mark.parametrize("number", [number for number, rule in RULES.items() if not rule.walks])
def test_a_rule_that_only_the_inside_shows_says_where(evidence: Evidence, number: str) -> None:
    """It is skipped with what to do instead, and is not taken as kept."""
    with pytest.raises(NotSeen, match=r"cannot be seen from outside: .+"):
        RULES[number].findings(evidence)
