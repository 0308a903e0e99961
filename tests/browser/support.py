"""What the browser tests share: the example site on real ports, and a visitor's tab."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import BrowserContext, Locator, Page

from consentkit.kit import ConsentKit


@dataclass(frozen=True, slots=True)
class Demo:
    """The running example site: its address and that of its tags, its kit."""

    home: str
    tags: str
    kit: ConsentKit


@contextmanager
def served(app: object, listener: socket.socket, **options: Any) -> Iterator[None]:
    """Serve an app on a socket that listens already, until the block ends."""
    config = uvicorn.Config(app, log_level="warning", lifespan="on", **options)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def listening() -> socket.socket:
    """A socket on a free port of the loopback."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


class Journey:
    """One visitor's tab, with what it asked for and what is stored."""

    def __init__(self, context: BrowserContext, demo: Demo, *, scripted: bool) -> None:
        self.context = context
        self.scripted = scripted
        self.demo = demo
        self.page: Page = context.new_page()
        self.requested: list[str] = []
        self.problems: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)

    def visit(self, path: str) -> None:
        """Open a page and wait until it has loaded whole."""
        self.page.goto(self.demo.home + path, wait_until="networkidle")

    def preferences(self, link: str) -> Locator:
        """Follow a link to the preferences: with JavaScript a dialog over the page, without it a page."""
        self.page.get_by_role("link", name=link).first.click()
        place = (
            self.page.get_by_role("dialog", name="Cookie-instellingen") if self.scripted else self.page.locator("main")
        )
        place.get_by_role("heading", level=1, name="Cookie-instellingen").wait_for()
        return place

    def stored(self) -> dict[str, bool]:
        """The names of the site's cookies, and whether scripts are kept from each (HttpOnly).

        What other hosts stored while they were allowed to is theirs: a site cannot delete it, and no more asks for it.
        """
        return {cookie["name"]: cookie["httpOnly"] for cookie in self.context.cookies(self.demo.home)}

    def elsewhere(self) -> list[str]:
        """The requests that left for another origin."""
        return [url for url in self.requested if not url.startswith((self.demo.home, "data:"))]


def screenshot_folder(fallback: Path) -> Path:
    """Where pictures for the documentation go: CONSENTKIT_SCREENSHOTS, or nowhere that stays."""
    folder = Path(os.environ.get("CONSENTKIT_SCREENSHOTS", fallback))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
