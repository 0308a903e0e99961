"""Chromium and Firefox as a person uses them, behind one interface."""

from typing import Protocol

from playwright.sync_api import Page

from tests.support.firefox import Firefox

A_KEY = "\ue035"
"""F5. It reaches the page alone, which so has been used by a person."""


class Driver(Protocol):
    """A browser with a tab, as a person uses it."""

    def open(self, url: str) -> None: ...
    def reload(self) -> None: ...
    def reload_by_script(self, path: str) -> None: ...
    def travel(self, steps: int, path: str) -> None: ...
    def follow(self, selector: str, path: str) -> None: ...
    def click(self, selector: str) -> None: ...
    def arrived(self, path: str) -> None: ...


class InChromium:
    """By Playwright."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)

    def reload(self) -> None:
        self.page.reload()

    def reload_by_script(self, path: str) -> None:
        self.page.evaluate("setTimeout(() => location.reload())")
        self.arrived(path)

    def travel(self, steps: int, path: str) -> None:
        self.page.evaluate(f"setTimeout(() => history.go({steps}))")
        self.arrived(path)

    def follow(self, selector: str, path: str) -> None:
        self.page.click(selector)
        self.arrived(path)

    def click(self, selector: str) -> None:
        self.page.click(selector)

    def arrived(self, path: str) -> None:
        """Wait until the page at a path has loaded."""
        self.page.wait_for_function(
            "path => location.pathname === path && document.readyState === 'complete'", arg=path
        )


class InFirefox:
    """By WebDriver BiDi."""

    def __init__(self, browser: Firefox) -> None:
        self.browser = browser

    def open(self, url: str) -> None:
        self.browser.open(url)

    def reload(self) -> None:
        # By a key, as a person does: only then it says Sec-Fetch-User, as was seen with a real keyboard.
        self.browser.press(A_KEY)
        self.browser.command("browsingContext.reload", {"context": self.browser.context, "wait": "complete"})

    def reload_by_script(self, path: str) -> None:
        self.browser.command("browsingContext.reload", {"context": self.browser.context, "wait": "complete"})

    def travel(self, steps: int, path: str) -> None:
        self.browser.press(A_KEY)
        self.browser.evaluate(f"(setTimeout(() => history.go({steps})), 0)")
        self.arrived(path)

    def follow(self, selector: str, path: str) -> None:
        self.browser.click_on(selector)
        self.arrived(path)

    def click(self, selector: str) -> None:
        self.browser.click_on(selector)

    def arrived(self, path: str) -> None:
        """Wait until the page at a path has loaded."""
        self.browser.wait_for(f"location.pathname === {path!r} && document.readyState === 'complete'")
