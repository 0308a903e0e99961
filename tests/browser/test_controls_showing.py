"""The controls: each sin on a deliberately wrong site is found by the rule that it breaks, and by no other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.rules_site import WrongSites
from tests.conftest import LiveServers
from tests.support.sins import SAYING, SCREENING, SHOWING
from tests.support.wrong_site import Sin

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(scope="module")
def wrong_sites(chromium: Browser) -> Iterator[WrongSites]:
    """Wrong sites on ports of their own."""
    servers = LiveServers()
    yield WrongSites(servers, chromium)
    servers.stop()


@pytest.mark.parametrize("sin", [*SHOWING, *SAYING, *SCREENING], ids=lambda sin: sin.name)
def test_a_sin_is_found_by_its_rule_alone(wrong_sites: WrongSites, sin: Sin) -> None:
    """What the checks find on the wrong site are the rules that the sin breaks, no more and no less."""
    assert sorted(sin.breaks) == sorted(wrong_sites.found(sin))
