"""A visitor with a fresh profile, who opens pages and makes choices."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from urllib.parse import urljoin

from playwright.async_api import BrowserContext, Error, Page, Response

from consentkit.audit.advice import WHEN
from consentkit.audit.choices import Controls
from consentkit.audit.collect import FRAME_PATIENCE, Collector
from consentkit.audit.crawl import links_in_html
from consentkit.audit.declared import DeclarationError, Declared, parse_declaration
from consentkit.audit.model import Seen, State, Visited
from consentkit.audit.plan import CHOICES, Plan
from consentkit.audit.shown import shown_url
from consentkit.errors import ConsentKitError

CONSENT_LINKS = (
    "#consentkit form[action]",
    ".consentkit-link a[href]",
    "a[href$='/consent/']",
    "a[href*='/consent/?']",
)
CONSENT_PATH = "/consent"
MAX_DECLARATION = 5_000_000
"""Characters."""

LOOKING = 10
"""Seconds that looking at a page may take beside its loading and waiting."""

IDLE = 5000
"""Milliseconds that a page gets to stop asking for things."""

SCROLL = 20_000
"""Pixels: to the end of any page, so that what loads when it comes into view does."""

TOO_LONG = "it took too long"


class Unreachable(ConsentKitError):  # noqa: N818 -- it is what the site is
    """Raised when the first page of a site does not open, so that there is nothing to audit."""


class Visitor:
    """Goes from page to page in one browser context; everything seen goes through its collector."""

    def __init__(
        self, collector: Collector, page: Page, plan: Plan, clock: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        self.plan = plan
        self._collector = collector
        self._page = page
        self._clock = clock
        self._tell = tell
        self._screenshot = b""
        self._first: Visited | None = None

    @classmethod
    async def come(
        cls, context: BrowserContext, plan: Plan, clock: Callable[[], float], tell: Callable[[str], None]
    ) -> "Visitor":
        """A visitor with a tab in a context that nobody has used."""
        collector = Collector(context)
        await collector.watch()
        return cls(collector, await collector.open(), plan, clock, tell)

    async def arrive(self) -> str:
        """Open the first page; the address of consentkit's preferences page, "" if the site shows none."""
        self._first = await self._open(self.plan.url)
        if self._first.status == 0:
            raise Unreachable(f"{shown_url(self.plan.url)} does not open: {self._first.problem}")
        named = self.plan.consent_path
        if named:
            return urljoin(self.plan.url, named.rstrip("/") + "/")
        for selector in CONSENT_LINKS:
            with suppress(Error):
                found = self._page.locator(selector)
                if await found.count():
                    first_one = found.first
                    address = await first_one.get_attribute("action") or await first_one.get_attribute("href") or ""
                    return urljoin(self._page.url, address).partition("?")[0]
        return ""

    async def declaration(self, place: str) -> Declared:
        """The declaration at an address or below consentkit's pages; DeclarationError says how to name another."""
        address = place or urljoin(self.plan.url, CONSENT_PATH + "/")
        address = urljoin(address, "declaration.json") if address.endswith("/") else address
        how = "Name one with --declaration FILE_OR_URL or --config FILE; --declaration none allows nothing."
        try:
            answer = await self._page.request.get(address, timeout=self._patience, max_redirects=3)
            status, text = answer.status, await answer.text()
        except Error as problem:
            raise DeclarationError(f"no declaration at {shown_url(address)}: {in_short(problem)}. {how}") from None
        if status != 200:
            raise DeclarationError(f"no declaration at {shown_url(address)}: it answers {status}. {how}")
        if len(text) > MAX_DECLARATION:
            raise DeclarationError(
                f"no declaration at {shown_url(address)}: {len(text)} characters are too many. {how}"
            )
        return parse_declaration(text, shown_url(address))

    async def explore(self, pages: tuple[str, ...], consent: str) -> tuple[Seen, tuple[str, ...]]:
        """What is seen before a choice, and the pages there are: those given, else those found by links."""
        if self.plan.paths or not self.plan.crawl:
            return await self._visit(State.BEFORE, _each(pages)), pages
        consent = consent or urljoin(self.plan.url, CONSENT_PATH + "/")
        found = dict.fromkeys(pages)

        async def links() -> AsyncIterator[str]:
            waiting = deque(pages)
            while waiting:
                yield waiting.popleft()
                with suppress(Error):
                    for address in links_in_html(await self._page.content(), self._page.url):
                        is_page = not f"{address}/".startswith(consent)
                        if is_page and address not in found and len(found) < self.plan.crawl:
                            found[address] = None
                            waiting.append(address)

        return await self._visit(State.BEFORE, links()), tuple(found)

    async def decide(self, state: State, pages: tuple[str, ...], consent: str) -> Seen:
        """Make the choice that leads into a state, then see every page in it."""
        patience = min(self._patience, 10_000)
        controls = Controls(consent, self.plan.named, self.plan.browser.language, patience)
        self._tell(f"{WHEN[state]}: {CHOICES[state]}")
        self._first = None
        await self._collector.begin()
        why_not = await controls.choose(self._page, CHOICES[state])
        if why_not:
            # The page that is open may be the only one without the controls.
            await self._open(pages[0])
            await self._collector.begin()
            why_not = await controls.choose(self._page, CHOICES[state])
        self._screenshot = b""
        return Seen(state, why_not) if why_not else await self._visit(state, _each(pages))

    async def _visit(self, state: State, pages: AsyncIterator[str]) -> Seen:
        visited = []
        async for address in pages:
            self._tell(f"{WHEN[state]}: {shown_url(address)}")
            # The page on which the visitor has just arrived was looked at already.
            first, self._first = self._first, None
            visited.append(first if first and first.url == address else await self._open(address))
        stored, contacts = self._collector.stored(), self._collector.contacts()
        return Seen(state, "", stored, contacts, tuple(visited), self._screenshot)

    @property
    def _patience(self) -> float:
        return self.plan.timeout * 1000

    async def _open(self, address: str) -> Visited:
        try:
            async with asyncio.timeout(2 * self.plan.timeout + self.plan.wait + LOOKING):
                visited = await self._look_at(address)
        except TimeoutError:
            visited = Visited(address, 0, "it stopped answering")
        except Error as problem:
            visited = Visited(address, 0, in_short(problem))
        await self._collector.look_around(self._clock())
        if visited.status == 0:
            # It may have crashed or be busy for ever, and would take the next page with it.
            self._page = await self._collector.open()
        return visited

    async def _look_at(self, address: str) -> Visited:
        self._collector.opening = address
        try:
            response = await self._go(address)
        finally:
            self._collector.opening = ""
        page = self._page
        # A page that keeps asking never becomes idle; then the waiting time has to do.
        with suppress(Error):
            await page.wait_for_load_state("networkidle", timeout=min(self._patience, IDLE))
        if not self._screenshot:
            with suppress(Error):
                self._screenshot = await page.screenshot(type="jpeg", quality=70, timeout=min(self._patience, IDLE))
        async with asyncio.timeout(FRAME_PATIENCE):
            await page.mouse.wheel(0, SCROLL)
        await page.wait_for_timeout(self.plan.wait * 1000)
        await self._collector.look_inside()
        if response is None:
            return Visited(address, 200)
        with suppress(Error, UnicodeDecodeError):
            self._collector.take_html(await response.text(), page.url)
        return Visited(address, response.status)

    async def _go(self, address: str) -> Response | None:
        try:
            return await self._page.goto(address, timeout=self._patience)
        except Error as problem:
            if "interrupted by another navigation" not in problem.message:
                raise
        # The page that is open goes on moving by itself; a new tab knows nothing of it.
        self._page = await self._collector.open()
        return await self._page.goto(address, timeout=self._patience)


async def _each(pages: Iterable[str]) -> AsyncIterator[str]:
    for page in pages:
        yield page


def in_short(problem: Error) -> str:
    """What Playwright says, without its call log and the address with its query."""
    text = problem.message.partition("\n")[0].partition(": ")[2] or problem.message
    code = next((word for word in text.split() if word.startswith("net::")), "")
    return code.removeprefix("net::") or (TOO_LONG if "Timeout" in text else text.partition("\n")[0][:200])
