"""One visitor's fresh browser profile: opens pages, measures them, chooses, and tells what is stored."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from consentkit.testing.browsing import Contact, Item, Watcher
from consentkit.testing.rules import NotSeen
from consentkit.testing.site import Site
from consentkit.texts import available, texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response

ACCEPT, REFUSE = "accept_all", "refuse_all"

LEGAL = ("privacy", "imprint", "impressum", "legal", "colofon", "mentions-legales", "aviso-legal")
"""Words in the addresses of pages that the law wants to be found (rule C28)."""

PATIENCE = 15_000
"""Milliseconds that a page gets to do what it was asked to."""

GRACE = 4_000
"""Milliseconds after which something that should have followed at once is taken as not coming."""

REDIRECTS = (301, 302, 303, 307, 308)

QUIET = 10_000
"""Milliseconds of the page's own clock that pass on each page, so that what waits for its time comes out."""


@dataclass(frozen=True, slots=True)
class View:
    """How a visitor looks at a site: the window in CSS pixels, the theme, whether scripts run, the language."""

    width: int = 1280
    height: int = 800
    dark: bool = False
    script: bool = True
    language: str = "en"

    def __str__(self) -> str:
        theme = "dark" if self.dark else "light"
        return f"{self.width}x{self.height} {theme}{'' if self.script else ' without script'}"


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One page as it was seen: its path, status, HTML as sent, and what `probe.js` measured."""

    path: str
    status: int
    html: str
    probe: Mapping[str, Any]

    @property
    def banner(self) -> Any:
        """What was measured of the banner, None if there is none."""
        return self.probe["banner"]


@dataclass(frozen=True, slots=True)
class Stock:
    """What a browser holds and did up to a moment: stored items, requests to other origins, blocked by the policy."""

    items: tuple[Item, ...]
    elsewhere: tuple[Contact, ...]
    violations: tuple[str, ...]


@cache
def labels() -> dict[str, list[str]]:
    """The words on the buttons, and of the link to the preferences, in every language."""
    banners = [texts(language)["banner"] for language in available()]
    links = [texts(language)["link"]["text"] for language in available()]
    return {"accept": [t["accept"] for t in banners], "refuse": [t["refuse"] for t in banners], "link": links}


@cache
def probe_script() -> str:
    """The measuring script."""
    return (files("consentkit.testing") / "probe.js").read_text("utf-8")


class Visitor:
    """A fresh profile's tab on a site."""

    def __init__(self, context: "BrowserContext", site: Site, view: View) -> None:
        self.site = site
        self.view = view
        self.watcher = Watcher(context, script=view.script)
        self.context = context
        self.violations: list[str] = []
        if view.script:
            context.clock.install(time=time.time())
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._note_console)

    def open(self, path: str) -> PageSeen:
        """Open a page, let ten seconds of its time pass, measure it."""
        response = self.page.goto(self.site.url + path)
        if response is None:
            raise NotSeen(f"{path} did not load")
        self.wait()
        return PageSeen(path, response.status, response.text(), self.measure())

    def wait(self, milliseconds: int = QUIET) -> None:
        """Let time pass on the page, and what it asked for arrive."""
        self.page.wait_for_load_state("load")
        if self.view.script and milliseconds:
            self.page.clock.run_for(milliseconds)
        for _ in range(PATIENCE // 25):
            self.page.wait_for_timeout(25)
            if not self.watcher.pending:
                return

    def measure(self) -> Mapping[str, Any]:
        """What `probe.js` measures of the page as it stands."""
        options = {"labels": labels(), "consent": self.site.consent, "legal": LEGAL}
        probe: Mapping[str, Any] = self.page.evaluate(probe_script(), options)
        return probe

    def press(self, choice: str) -> None:
        """Press a button of the banner once; NotSeen if the banner has no such button."""
        words = "|".join(re.escape(word) for word in labels()["accept" if choice == ACCEPT else "refuse"])
        by_words = self.page.locator("#consentkit :is(button, a, [role])").filter(has_text=re.compile(f"^({words})$"))
        button = self.page.locator(f'#consentkit [value="{choice}"]').or_(by_words).first
        if not button.count():
            raise NotSeen(f"nothing on the banner of {self.page.url} means {choice}: see C4")
        self.send(button.click)
        # Its script takes the banner away a moment after the answer; if it stays, that is what will be judged.
        self.appears(self.page.locator("#consentkit"), "detached")

    def appears(self, element: "Locator", state: Literal["visible", "detached"] = "visible") -> None:
        """Wait for an element to come or go; go on if it does not."""
        with suppress(_timeout()):
            element.wait_for(state=state, timeout=GRACE)

    def send(self, act: Callable[[], object]) -> None:
        """Do what should send a form or a choice, and wait for what comes of it; if nothing is sent, go on."""
        with suppress(_timeout()), self.page.expect_response(_answers_post, timeout=GRACE):
            act()
        self.wait(0)

    def state(self) -> dict[str, Any]:
        """What the server holds of this visitor."""
        answer = self.context.request.get(f"{self.site.preferences}state")
        state: dict[str, Any] = answer.json()
        return state

    def granted(self) -> set[str]:
        """The services that the server takes as granted, without the necessary ones."""
        purposes = self.state()["purposes"]
        return {
            id_
            for purpose, entry in purposes.items()
            if purpose != "necessary"
            for id_, service in entry["services"].items()
            if service["state"] == "granted"
        }

    def stock(self) -> Stock:
        """What is stored now, and what was contacted so far."""
        own = self.site.homes()
        return Stock(
            tuple(self.watcher.items(time.time())), tuple(self.watcher.elsewhere(*own)), tuple(self.violations)
        )

    def forget_contacts(self) -> None:
        """Begin to note contacts anew."""
        self.watcher.contacts.clear()
        self.violations.clear()

    def _note_console(self, message: "ConsoleMessage") -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.violations.append(message.text.partition("\n")[0])


@contextmanager
def visitor(browser: "Browser", site: Site, view: View, headers: Mapping[str, str] | None = None) -> Iterator[Visitor]:
    """A fresh profile for one walk; it is thrown away afterwards."""
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height},
        color_scheme="dark" if view.dark else "light",
        java_script_enabled=view.script,
        locale=view.language,
        extra_http_headers=dict(headers or {}),
        service_workers="allow",
    )
    try:
        yield Visitor(context, site, view)
    finally:
        context.close()


def _answers_post(response: "Response") -> bool:
    """Whether it is the last answer to a form or a choice: the page that it sends on to may come much later."""
    if response.status in REDIRECTS:
        return False
    request: Request | None = response.request
    while request is not None and request.method != "POST":
        request = request.redirected_from
    return request is not None


def _timeout() -> type[Exception]:
    from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: PLC0415 -- only with the extra

    return PlaywrightTimeout


def as_text(value: object) -> str:
    """A value for a finding: short, on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else f"{text[:157]}…"
