"""Checks a site that runs consentkit against the rules of a regulator, in a real browser.

For pytest: `pytest --consentkit-url http://127.0.0.1:8000`. For anything else::

    from playwright.sync_api import sync_playwright
    from consentkit.testing import Evidence, Site, all_rules

    with sync_playwright() as playwright:
        evidence = Evidence(Site("http://127.0.0.1:8000"), playwright.chromium.launch())
        for rule in all_rules():
            print(rule.number, rule.findings(evidence))

Needs the extra `consentkit[testing]`.
"""

from consentkit.testing.evidence import Evidence
from consentkit.testing.rules import Finding, NotSeen, Rule, all_rules
from consentkit.testing.site import Site
from consentkit.testing.visitor import View

__all__ = ["Evidence", "Finding", "NotSeen", "Rule", "Site", "View", "all_rules"]
