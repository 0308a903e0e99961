"""Finds and starts a Chromium whose profile is fresh and keeps what an ordinary visitor's would."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Playwright, sync_playwright

from consentkit.errors import ConsentKitError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run")
KEEP_THIRD_PARTY = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
"""Without it a fresh profile refuses other parties' cookies, which many visitors' browsers keep."""

VIEWPORT = {"width": 1280, "height": 800}
INSTALL = (
    "Install one: `apt-get install chromium` on Debian or Ubuntu, Chrome from its maker, or `playwright install "
    "chromium`; or name the program with --browser."
)

Fresh = Callable[[], AbstractContextManager[BrowserContext]]


class BrowserError(ConsentKitError):
    """Raised when no browser can be found or started; the message says how to install one."""


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """Which browser, and what it tells the site. `path` None means: look for one; `user_agent` "" leaves its own."""

    path: Path | None = None
    language: str = "en-GB"
    user_agent: str = ""
    sandbox: bool = True


def find(path: Path | None, playwright: Playwright) -> str:
    """The program to start; BrowserError if it, or any, is not there."""
    if path is not None:
        found = shutil.which(path)
        if found is None:
            raise BrowserError(f"--browser {path} is no program that can be started. {INSTALL}")
        return found
    own = playwright.chromium.executable_path
    found = next(filter(None, map(shutil.which, (*NAMES, own))), None)
    if found is None:
        raise BrowserError(f"there is no Chromium or Chrome on this machine. {INSTALL}")
    return found


@contextmanager
def browser(settings: BrowserSettings) -> Iterator[Fresh]:
    """What opens fresh profiles, one after the other, each gone with its block."""
    with sync_playwright() as playwright:
        program = find(settings.path, playwright)
        yield lambda: _fresh(playwright, program, settings)


@contextmanager
def _fresh(playwright: Playwright, program: str, settings: BrowserSettings) -> Iterator[BrowserContext]:
    with tempfile.TemporaryDirectory(prefix="consentkit-audit-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder, "Default")
        profile.mkdir()
        (profile / "Preferences").write_text(json.dumps(KEEP_THIRD_PARTY))
        try:
            context = playwright.chromium.launch_persistent_context(
                folder,
                executable_path=program,
                headless=True,
                # Chromium's sandbox does not work for root, whose containers hold the browser instead.
                chromium_sandbox=settings.sandbox and not _is_root(),
                args=list(FLAGS),
                locale=settings.language,
                user_agent=settings.user_agent or None,
                viewport=VIEWPORT,  # type: ignore[arg-type]
            )
        except Error as problem:
            first = next((line.strip() for line in str(problem).splitlines() if line.strip()), "no reason given")
            hint = " In a container without user namespaces, add --no-sandbox." if "andbox" in str(problem) else ""
            raise BrowserError(f"{program} does not start: {first}.{hint} {INSTALL}") from None
        try:
            yield context
        finally:
            context.close()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
