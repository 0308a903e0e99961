"""What the tests of the rules share: the sites that they look at, and judging by a set of rules."""

from collections.abc import Callable

from playwright.sync_api import Browser
from starlette.types import ASGIApp

from consentkit.testing import Evidence, NotSeen, Rule, Site, all_rules
from tests.conftest import LiveServers
from tests.support.small_site import PATHS, elsewhere_app, page_app, small_kit
from tests.support.wrong_site import Sin, WrongSite

RULES = {rule.number: rule for rule in all_rules()}


def judged(evidence: Evidence, rules: list[Rule]) -> dict[str, list[str]]:
    """By number, what is wrong by each rule that found something."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        try:
            findings = rule.findings(evidence)
        except NotSeen:
            continue
        if findings:
            found[rule.number] = [str(finding) for finding in findings]
    return found


def beside(number: str) -> list[Rule]:
    """The rules that look at nothing but what one rule looks at, itself among them."""
    walks = set(RULES[number].walks)
    return [rule for rule in RULES.values() if rule.walks and set(rule.walks) <= walks]


class WrongSites:
    """Serves wrong sites, all with the same other origin."""

    def __init__(self, live_server: LiveServers, browser: Browser) -> None:
        self._serve: Callable[[ASGIApp], str] = live_server
        self._browser = browser
        self._elsewhere = live_server(elsewhere_app()).replace("127.0.0.1", "localhost")

    def found(self, sin: Sin) -> dict[str, list[str]]:
        """What the rule that is meant, and those that look where it looks, find of a sin."""
        kit = small_kit(self._elsewhere, **sin.sections)
        home = self._serve(WrongSite(kit.wrap(page_app(self._elsewhere, sin.language)), sin))
        evidence = Evidence(Site(home, PATHS), self._browser)
        return judged(evidence, beside(sin.breaks[0]))
