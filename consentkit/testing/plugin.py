"""What pytest runs when a site is named: one test for each rule, all on the same evidence."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from consentkit.testing.evidence import Evidence
from consentkit.testing.rules import Finding, NotSeen, Rule, all_rules
from consentkit.testing.site import Site, fetch

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = "the checks need a browser and its driver: pip install 'consentkit[testing]' (it brings playwright)"


class Breach(Exception):  # noqa: N818 -- what it carries are findings, which the report prints
    """Raised by the test of a rule that is broken; carries the findings."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


class Checks:
    """Adds the tests to the run. Without a path on the command line they are the whole run."""

    def __init__(self, config: pytest.Config) -> None:
        url = str(config.getoption("consentkit_url")).rstrip("/")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise pytest.UsageError(f"--consentkit-url {url!r} is no address; give one like http://127.0.0.1:8000")
        paths = [path.strip() for path in str(config.getoption("consentkit_paths")).split(",") if path.strip()]
        if wrong := [path for path in paths if not path.startswith("/")]:
            raise pytest.UsageError(
                f"--consentkit-paths {wrong[0]!r} does not begin with /; give paths like /,/products"
            )
        self._site = Site(url, tuple(paths) or ("/",), str(config.getoption("consentkit_base")).rstrip("/"))
        self._rules = _rules_of(str(config.getoption("consentkit_rules")))
        self._program = config.getoption("consentkit_browser") or next(filter(None, map(shutil.which, PROGRAMS)), None)
        self._alone = _is_alone(config)
        self._browsing: Iterator[Evidence] | None = None
        self._evidence: Evidence | None = None

    @property
    def evidence(self) -> Evidence:
        """What was seen of the site; the browser starts when it is first asked for."""
        if self._evidence is None:
            self._browsing = self._browse()
            self._evidence = next(self._browsing)
        return self._evidence

    def pytest_sessionstart(self) -> None:
        """Ask the site once, so that a wrong address is one error and not thirty."""
        try:
            fetch(self._site.url, hops=0)
            self._site.declaration  # noqa: B018 -- it is read, and kept
        except (OSError, ValueError) as problem:
            raise pytest.UsageError(
                f"--consentkit-url {self._site.url}: {problem}; is the site running there?"
            ) from None

    def pytest_report_header(self) -> str:
        """Say what is checked."""
        return f"consentkit: {len(self._rules)} rules on {self._site.url}, pages {', '.join(self._site.paths)}"

    def pytest_ignore_collect(self) -> bool | None:
        """Leave other tests alone unless they were named."""
        return True if self._alone else None

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add a test for each rule."""
        for rule in self._rules:
            item = RuleItem.from_parent(
                session, name=rule.slug, nodeid=f"consentkit::{rule.slug}", rule=rule, checks=self
            )
            session.ihook.pytest_itemcollected(item=item)
            items.append(item)

    def pytest_sessionfinish(self) -> None:
        """Close the browser."""
        if self._browsing is not None:
            next(self._browsing, None)

    def _browse(self) -> Iterator[Evidence]:
        try:
            from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only with the extra
        except ImportError:
            raise pytest.UsageError(MISSING) from None
        # A container's root may not use Chromium's sandbox; the site that is checked is the user's own.
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=self._program, args=flags)
            yield Evidence(self._site, browser)
            browser.close()


class RuleItem(pytest.Item):
    """The test of one rule."""

    def __init__(self, *, rule: Rule, checks: Checks, **more: Any) -> None:
        super().__init__(**more)
        self._rule = rule
        self._checks = checks

    def runtest(self) -> None:
        """Judge."""
        try:
            findings = self._rule.findings(self._checks.evidence)
        except NotSeen as nothing:
            pytest.skip(str(nothing))
        if findings:
            raise Breach(findings)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings, and for a broken rule nothing else."""
        if isinstance(excinfo.value, Breach):
            title = f"{self._rule.number} {self._rule.title} ({self._rule.source})"
            return f"{title}\n\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the report says that the test is."""
        return Path("consentkit"), None, f"{self._rule.number} {self._rule.title}"


def _is_alone(config: pytest.Config) -> bool:
    """Whether no path was named; workers of pytest-xdist are given paths in any case, so they are told."""
    if not hasattr(config.option, "consentkit_alone"):
        config.option.consentkit_alone = config.args_source is not pytest.Config.ArgsSource.ARGS
    return bool(config.option.consentkit_alone)


def _rules_of(chosen: str) -> list[Rule]:
    """The rules of a comma-separated list, all of them for an empty one."""
    rules = {rule.number: rule for rule in all_rules()}
    wanted = [number.strip().upper() for number in chosen.split(",") if number.strip()] or list(rules)
    if unknown := [number for number in wanted if number not in rules]:
        raise pytest.UsageError(f"--consentkit-rules {unknown[0]!r} is no rule; there are {', '.join(rules)}")
    return [rules[number] for number in wanted]
