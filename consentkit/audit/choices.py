"""Refuses, accepts and withdraws as a visitor would: by the controls of consentkit's banner, else by their words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from playwright.sync_api import Error, Frame, Locator, Page

from consentkit.audit.words import Action, pattern

Choice = Literal["refuse", "accept", "withdraw"]
ROLES: tuple[Literal["button", "link"], ...] = ("button", "link")
VALUES = {"refuse": "refuse_all", "accept": "accept_all"}


@dataclass(frozen=True, slots=True)
class Controls:
    """How to find the controls of a site.

    `consent` is the address of consentkit's preferences page, "" where there is none; `named` holds, by choice, the
    label of a control or a CSS selector (`css=#reject`); `language` is that of the site, for its words; `patience` how
    long a control gets to appear and to go, in milliseconds.
    """

    consent: str
    named: Mapping[Choice, str]
    language: str
    patience: float

    def choose(self, page: Page, choice: Choice) -> str:
        """Make a choice on a page that is open; the answer is why it could not be made, "" when it was."""
        try:
            if choice == "withdraw":
                return self._withdraw(page)
            control = self._control(page, choice)
            return self._press(control, choice) if control else self._missing(choice)
        except Error as problem:
            return f"the control to {choice} could not be used: {_reason(problem)}"

    def _missing(self, choice: Choice) -> str:
        if self.named.get(choice):
            return f"no visible control matches --{choice} {self.named[choice]}"
        return f"no visible button or link says to {choice} everything"

    def _control(self, page: Page, choice: Choice) -> Locator | None:
        if self.named.get(choice):
            return self._soon(page, partial(_named, page, self.named[choice]))
        ours = page.locator(f'#consentkit button[value="{VALUES[choice]}"]') if choice in VALUES else None
        if ours is not None and _is_visible(ours):
            return ours.first
        return self._soon(page, partial(by_words, page, choice, self.language))

    def _soon(self, page: Page, find: Callable[[], Locator | None]) -> Locator | None:
        """What is found, now or after the page had time to bring it."""
        found = find()
        if found is None:
            page.wait_for_timeout(min(self.patience, 2000))
            found = find()
        return found

    def _press(self, control: Locator, choice: Choice) -> str:
        control.click(timeout=self.patience)
        try:
            control.wait_for(state="hidden", timeout=self.patience)
        except Error:
            return f"the control to {choice} was pressed, but it is still there"
        return ""

    def _withdraw(self, page: Page) -> str:
        if self.named.get("withdraw"):
            return self._by_steps(page, self.named["withdraw"])
        if self.consent:
            page.goto(self.consent, timeout=self.patience)
            button = page.locator('form[action$="/withdraw"] button')
            if not _is_visible(button):
                return f"the preferences page {self.consent} offers no withdrawal"
            return self._press(button.first, "withdraw")
        opener = by_words(page, "settings", self.language)
        if opener is None:
            return "no visible link or button says that it reopens the choice"
        opener.click(timeout=self.patience)
        control = self._soon(
            page, lambda: by_words(page, "withdraw", self.language) or by_words(page, "refuse", self.language)
        )
        if control:
            return self._press(control, "withdraw")
        return "the choice reopened, but no visible button says to withdraw or refuse everything"

    def _by_steps(self, page: Page, named: str) -> str:
        """Press the controls named one after the other, parted by `>`."""
        for step in (part.strip() for part in named.split(" > ")):
            control = self._soon(page, partial(_named, page, step))
            if control is None:
                return f"no visible control matches {step} of --withdraw"
            control.click(timeout=self.patience)
            with suppress(Error):
                page.wait_for_load_state(timeout=self.patience)
        return ""


def by_words(page: Page, action: Action, language: str) -> Locator | None:
    """The first visible button, else link, in any frame whose whole label is known for this action."""
    label = pattern(action, language)
    for role in ROLES:
        for frame in _frames(page):
            with suppress(Error):
                for found in frame.get_by_role(role, name=label).all():
                    if found.is_visible():
                        return found
    return None


def _frames(page: Page) -> Iterator[Frame]:
    yield page.main_frame
    yield from (frame for frame in page.frames if frame is not page.main_frame)


def _named(page: Page, named: str) -> Locator | None:
    for frame in _frames(page):
        if named.startswith("css="):
            candidates = [frame.locator(named)]
        else:
            candidates = [frame.get_by_role(role, name=named, exact=True) for role in ROLES]
            candidates.append(frame.get_by_text(named, exact=True))
        for candidate in candidates:
            with suppress(Error):
                if _is_visible(candidate):
                    return candidate.first
    return None


def _is_visible(control: Locator) -> bool:
    return control.count() > 0 and control.first.is_visible()


def _reason(problem: Error) -> str:
    """The first line of what Playwright says, without its call log, which quotes the page."""
    return problem.message.partition("\n")[0].removeprefix("Locator.").removeprefix("Page.")[:200]
