"""Refuses, accepts and withdraws as a visitor would: by the controls of consentkit's banner, else by their words."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from playwright.async_api import Error, Frame, Locator, Page

from consentkit.audit.collect import FRAME_PATIENCE
from consentkit.audit.plan import Choice
from consentkit.audit.words import Action, pattern

ROLES: tuple[Literal["button", "link"], ...] = ("button", "link")
CHOOSING = 60
"""Seconds that one choice may take."""

APPEARING = 2000
"""Milliseconds that a control gets to appear after the page has loaded."""

Find = Callable[[], Awaitable[Locator | None]]

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

    async def choose(self, page: Page, choice: Choice) -> str:
        """Make a choice on a page that is open; the answer is why it could not be made, "" when it was."""
        try:
            async with asyncio.timeout(CHOOSING):
                if choice == "withdraw":
                    return await self._withdraw(page)
                control = await self._control(page, choice)
                return await self._press(control, choice) if control else self._missing(choice)
        except TimeoutError:
            return "the page stopped answering"
        except Error as problem:
            return f"the control to {choice} could not be used: {_reason(problem)}"

    def _missing(self, choice: Choice) -> str:
        if self.named.get(choice):
            return f"no visible control matches --{choice} {self.named[choice]}"
        return f"no visible button or link says to {choice} everything"

    async def _control(self, page: Page, choice: Choice) -> Locator | None:
        if self.named.get(choice):
            return await self._soon(page, partial(_named, page, self.named[choice]))
        ours = page.locator(f'#consentkit button[value="{VALUES[choice]}"]') if choice in VALUES else None
        if ours is not None and await _is_visible(ours):
            return ours.first
        return await self._soon(page, partial(by_words, page, choice, self.language))

    async def _soon(self, page: Page, find: Find) -> Locator | None:
        """What is found, now or after the page had time to bring it."""
        found = await find()
        if found is None:
            await page.wait_for_timeout(min(self.patience, APPEARING))
            found = await find()
        return found

    async def _press(self, control: Locator, choice: Choice) -> str:
        await control.click(timeout=self.patience)
        try:
            await control.wait_for(state="hidden", timeout=self.patience)
        except Error:
            return f"the control to {choice} was pressed, but it is still there"
        return ""

    async def _withdraw(self, page: Page) -> str:
        if self.named.get("withdraw"):
            return await self._by_steps(page, self.named["withdraw"])
        if self.consent:
            await page.goto(self.consent, timeout=self.patience)
            button = page.locator('form[action$="/withdraw"] button')
            if not await _is_visible(button):
                return f"the preferences page {self.consent} offers no withdrawal"
            return await self._press(button.first, "withdraw")
        opener = await by_words(page, "settings", self.language)
        if opener is None:
            return "no visible link or button says that it reopens the choice"
        await opener.click(timeout=self.patience)

        async def closer() -> Locator | None:
            words = await by_words(page, "withdraw", self.language)
            return words or await by_words(page, "refuse", self.language)

        control = await self._soon(page, closer)
        if control:
            return await self._press(control, "withdraw")
        return "the choice reopened, but no visible button says to withdraw or refuse everything"

    async def _by_steps(self, page: Page, named: str) -> str:
        """Press the controls named one after the other, parted by `>`."""
        for step in (part.strip() for part in named.split(" > ")):
            control = await self._soon(page, partial(_named, page, step))
            if control is None:
                return f"no visible control matches {step} of --withdraw"
            await control.click(timeout=self.patience)
            with suppress(Error):
                await page.wait_for_load_state(timeout=self.patience)
        return ""


async def by_words(page: Page, action: Action, language: str) -> Locator | None:
    """The first visible button, else link, in any frame whose whole label is known for this action."""
    label = pattern(action, language)
    for role in ROLES:
        for frame in _frames(page):
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(FRAME_PATIENCE):
                    for found in await frame.get_by_role(role, name=label).all():
                        if await found.is_visible():
                            return found
    return None


def _frames(page: Page) -> Iterator[Frame]:
    yield page.main_frame
    yield from (frame for frame in page.frames if frame is not page.main_frame)


async def _named(page: Page, named: str) -> Locator | None:
    for frame in _frames(page):
        if named.startswith("css="):
            candidates = [frame.locator(named)]
        else:
            candidates = [frame.get_by_role(role, name=named, exact=True) for role in ROLES]
            candidates.append(frame.get_by_text(named, exact=True))
        for candidate in candidates:
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(FRAME_PATIENCE):
                    if await _is_visible(candidate):
                        return candidate.first
    return None


async def _is_visible(control: Locator) -> bool:
    return await control.count() > 0 and await control.first.is_visible()


def _reason(problem: Error) -> str:
    """The first line of what Playwright says, without its call log, which quotes the page."""
    return problem.message.partition("\n")[0].removeprefix("Locator.").removeprefix("Page.")[:200]
