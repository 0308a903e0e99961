"""Finds and starts a Chromium whose profile is fresh and keeps what an ordinary visitor's would."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from consentkit.audit.plan import BrowserSettings
from consentkit.errors import ConsentKitError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
         "chromium-headless-shell", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")  # fmt: skip
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run")
KEEP_THIRD_PARTY = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
"""Without it a fresh profile refuses other parties' cookies, which many visitors' browsers keep."""

CLOSING = 10
"""Seconds that a browser gets to close."""

VIEWPORT = {"width": 1280, "height": 800}
INSTALL = (
    "Install one: `apt-get install chromium` on Debian or Ubuntu, Chrome from its maker, or `playwright install "
    "chromium`; or name the program with --browser."
)

Fresh = Callable[[], AbstractAsyncContextManager[BrowserContext]]


class BrowserError(ConsentKitError):
    """Raised when no browser can be found or started; the message says how to install one."""


def find(path: Path | None, own: str) -> str:
    """The program to start, `own` if there is no other; BrowserError if it, or any, is not there."""
    if path is not None:
        found = shutil.which(path)
        if found is None:
            raise BrowserError(f"--browser {path} is no program that can be started. {INSTALL}")
        return found
    found = next(filter(None, map(shutil.which, (*NAMES, own))), None)
    if found is None:
        raise BrowserError(f"there is no Chromium or Chrome on this machine. {INSTALL}")
    return found


@asynccontextmanager
async def browser(settings: BrowserSettings) -> AsyncIterator[Fresh]:
    """What opens fresh profiles, one after the other, each gone with its block."""
    async with async_playwright() as playwright:
        program = find(settings.path, playwright.chromium.executable_path)
        yield lambda: _fresh(playwright, program, settings)


@asynccontextmanager
async def _fresh(playwright: Playwright, program: str, settings: BrowserSettings) -> AsyncIterator[BrowserContext]:
    with tempfile.TemporaryDirectory(prefix="consentkit-audit-", ignore_cleanup_errors=True) as folder:
        _make_profile(Path(folder, "Default"))
        try:
            context = await playwright.chromium.launch_persistent_context(
                folder,
                executable_path=program,
                headless=True,
                # Chromium's sandbox does not work for root, whose containers hold the browser instead.
                chromium_sandbox=settings.sandbox and not is_root(),
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
            # One that is busy for ever ends with Playwright.
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(CLOSING):
                    await context.close()


def _make_profile(folder: Path) -> None:
    folder.mkdir()
    (folder / "Preferences").write_text(json.dumps(KEEP_THIRD_PARTY))


def is_root() -> bool:
    """Whether this process may do everything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
