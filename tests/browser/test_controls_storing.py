"""The controls: each sin on a deliberately wrong site is found by the rule that it breaks, and by no other."""

import pytest

from tests.browser.rules_site import WrongSites
from tests.support.sins import LIVING, STORING
from tests.support.wrong_site import Sin

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.mark.parametrize("sin", [*STORING, *LIVING], ids=lambda sin: sin.name)
def test_a_sin_is_found_by_its_rule_alone(wrong_sites: WrongSites, sin: Sin) -> None:
    """What the checks find on the wrong site are the rules that the sin breaks, no more and no less."""
    assert sorted(sin.breaks) == sorted(wrong_sites.found(sin))
