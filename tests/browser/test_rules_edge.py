"""The small site keeps the rules with the same page for everybody, behind a cache that stores it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consentkit.testing import Evidence, Site
from tests.browser.rules_site import RULES
from tests.conftest import LiveServers
from tests.support.nginx import caching, stored
from tests.support.small_site import PATHS, elsewhere_app, page_app, small_kit

pytestmark = [pytest.mark.browser, pytest.mark.server]

NOT_SEEN = ("C26", "C29")
"""The site has no tag of Google's; without scripts edge delivery shows no banner, as nothing optional loads then."""


def test_every_rule_holds_behind_a_cache(live_server: LiveServers, chromium: Browser, tmp_path: Path) -> None:
    """Nothing is found, by any rule that can be judged from outside; the page came out of the cache meanwhile."""
    elsewhere = live_server(elsewhere_app()).replace("127.0.0.1", "localhost")
    kit = small_kit(elsewhere, consent={"delivery": "edge"})
    with caching(live_server(kit.wrap(page_app(elsewhere))), tmp_path) as address:
        evidence = Evidence(Site(address, PATHS[:1]), chromium)
        rules = [rule for number, rule in RULES.items() if rule.walks and number not in NOT_SEEN]
        assert {} == {rule.number: found for rule in rules if (found := list(map(str, rule.findings(evidence))))}
    assert any(b"consentkit-due" in file for file in stored(tmp_path))
