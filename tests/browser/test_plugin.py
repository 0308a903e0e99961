"""The pytest plugin as its users run it: on a running site, in a folder of their own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import LiveServers
from tests.support.sins import SAYING
from tests.support.small_site import elsewhere_app, page_app, small_kit
from tests.support.wrong_site import WrongSite

pytestmark = [pytest.mark.browser, pytest.mark.server]

TICKED = next(sin for sin in SAYING if sin.name == "a box ticked in the preferences")


@pytest.fixture(scope="module")
def addresses(chromium: Browser) -> Iterator[tuple[str, str]]:
    """A right and a wrong site; without a browser there is nothing to run."""
    servers = LiveServers()
    elsewhere = servers(elsewhere_app()).replace("127.0.0.1", "localhost")
    site = small_kit(elsewhere).wrap(page_app(elsewhere))
    yield servers(site), servers(WrongSite(site, TICKED))
    servers.stop()


def pytest_run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest in a folder, with warnings as errors."""
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=240)


def test_a_right_site_passes_and_says_what_cannot_be_checked(addresses: tuple[str, str], tmp_path: Path) -> None:
    """A test for each rule, named after it; what only the inside shows is skipped with what to do instead."""
    (tmp_path / "test_other.py").write_text("def test_other():\n    assert False\n", "utf-8")
    done = pytest_run(tmp_path, "--consentkit-url", addresses[0], "--consentkit-rules", "C4,c18,C20", "-v", "-rs")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "consentkit::C4-refusing-stands-on-the-same-layer-as-accepting PASSED" in done.stdout
    assert "2 passed, 1 skipped" in done.stdout
    assert "run `consentkit ledger verify`" in done.stdout


def test_a_wrong_site_fails_by_the_rule_with_how_to_mend_it(addresses: tuple[str, str], tmp_path: Path) -> None:
    """The report names the rule and its source, the value and the remedy, and nothing of our code."""
    done = pytest_run(tmp_path, "--consentkit-url", addresses[1], "--consentkit-rules", "C8")
    assert 1 == done.returncode
    assert "C8 Nothing is ticked in advance (CJEU C-673/17; EDPB Taskforce ¶9-10)" in done.stdout
    assert "C8: the preferences: 'ads' is ticked before any choice" in done.stdout
    assert "mend: send the box without `checked`" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--consentkit-url", "example.com"], "'example.com' is no address"),
        (["--consentkit-url", "http://127.0.0.1:9", "--consentkit-paths", "about"], "'about' does not begin with /"),
        (["--consentkit-url", "http://127.0.0.1:9", "--consentkit-rules", "C99"], "'C99' is no rule; there are C1, C2"),
        (["--consentkit-url", "http://127.0.0.1:9"], "Connection refused; is the site running there?"),
    ],
)
def test_wrong_options_name_the_value_and_what_is_allowed(tmp_path: Path, arguments: list[str], expected: str) -> None:
    """They end the run before anything is looked at."""
    done = pytest_run(tmp_path, *arguments)
    assert 4 == done.returncode
    assert expected in done.stderr


def test_a_run_about_something_else_loads_nothing(tmp_path: Path) -> None:
    """Without the option the plugin imports neither consentkit nor Playwright."""
    lines = ["import sys", "def test_nothing():", "    assert not {'consentkit', 'playwright'} & sys.modules.keys()"]
    (tmp_path / "test_nothing.py").write_text("\n".join(lines), "utf-8")
    done = pytest_run(tmp_path)
    assert 0 == done.returncode, done.stdout
    assert "1 passed" in done.stdout
