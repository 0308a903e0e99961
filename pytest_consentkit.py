"""The pytest plugin of consentkit: its options, and nothing else until one of them is used.

A module of its own beside the package, so that a run of pytest which is about something else does not load consentkit.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("consentkit", "the rules of a regulator, checked on a running site")
    group.addoption(
        "--consentkit-url", metavar="URL", help="check this running site, for example http://127.0.0.1:8000"
    )
    group.addoption(
        "--consentkit-paths", metavar="PATHS", default="/", help="its pages to visit, comma-separated (default: /)"
    )
    group.addoption("--consentkit-base", metavar="PATH", default="/consent", help="its [consent] path")
    group.addoption("--consentkit-rules", metavar="RULES", default="", help="only these rules, for example C1,C4")
    group.addoption("--consentkit-browser", metavar="PROGRAM", help="the Chromium to drive (default: the one found)")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the checks in when a site is named."""
    if config.getoption("consentkit_url"):
        from consentkit.testing import plugin  # noqa: PLC0415 -- see above

        config.pluginmanager.register(plugin.Checks(config), "consentkit-checks")
