"""Drives a browser through the four states of a site."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Error, Page

from consentkit.audit.advice import WHEN
from consentkit.audit.browser import BrowserSettings, Fresh, browser
from consentkit.audit.choices import Choice, Controls
from consentkit.audit.collect import Collector
from consentkit.audit.compare import Comparison
from consentkit.audit.crawl import addresses, links_in_html
from consentkit.audit.declared import DeclarationError, Declared, parse_declaration
from consentkit.audit.model import Seen, State, Visited
from consentkit.audit.parties import Parties
from consentkit.audit.report import Audit
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

CHOICES: dict[State, Choice] = {State.REFUSED: "refuse", State.ACCEPTED: "accept", State.WITHDRAWN: "withdraw"}
SCROLL = 20_000
"""Pixels: to the end of any page, so that what loads when it comes into view does."""


class Unreachable(ConsentKitError):  # noqa: N818 -- it is what the site is
    """Raised when the first page of a site does not open, so that there is nothing to audit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to audit and how. `wait` (seconds) is spent on each page after it has loaded, `timeout` (seconds) at most on
    one step. `crawl` is how many pages to find by links if no `paths` are named. `named` and `consent_path` are told
    where the site's own controls and declaration do not show."""

    url: str
    paths: tuple[str, ...] = ()
    crawl: int = 0
    states: tuple[State, ...] = tuple(State)
    wait: float = 2.0
    timeout: float = 30.0
    own: tuple[str, ...] = ()
    named: dict[Choice, str] = field(default_factory=dict)
    consent_path: str = ""
    browser: BrowserSettings = field(default_factory=BrowserSettings)


def run(
    plan: Plan, given: Declared | str, *, clock: Callable[[], float], tell: Callable[[str], None] = lambda _: None
) -> Audit:
    """Audit a site by a declaration that is given, or read at an address; "" means the one that the site publishes.

    BrowserError without a browser, Unreachable if the first page does not open, DeclarationError without a usable
    declaration. `tell` is told, in words, what is being done.
    """
    started = datetime.fromtimestamp(clock(), UTC)
    with browser(plan.browser) as fresh:
        walk = _Walk(plan, fresh, clock, tell)
        states, declared = walk.through(given)
    return Audit(
        url=plan.url,
        started=started.isoformat(timespec="seconds"),
        browser=walk.browser_name,
        declared_in=declared.source,
        states=states,
        comparison=Comparison(declared.declaration, Parties(plan.url, (*plan.own, *declared.hosts))),
    )


class _Walk:
    """One audit on its way: which pages there are, and where the site's preferences page is."""

    def __init__(self, plan: Plan, fresh: Fresh, clock: Callable[[], float], tell: Callable[[str], None]) -> None:
        self.plan = plan
        self.browser_name = ""
        self._fresh = fresh
        self._clock = clock
        self._tell = tell
        self._pages = addresses(plan.url, plan.paths) or (plan.url,)
        self._consent = ""

    def through(self, given: Declared | str) -> tuple[tuple[Seen, ...], Declared]:
        """Everything seen, state by state in the order of the plan, and the declaration to compare it with."""
        seen: dict[State, Seen] = {}
        with self._fresh() as context:
            visitor = self._visitor(context)
            self._consent = visitor.arrive()
            declared = visitor.declaration(given or self._consent) if isinstance(given, str) else given
            seen[State.BEFORE], self._pages = visitor.explore(self._pages, self._consent)
            if State.REFUSED in self.plan.states:
                seen[State.REFUSED] = visitor.decide(State.REFUSED, self._pages, self._consent)
        if {State.ACCEPTED, State.WITHDRAWN} & set(self.plan.states):
            with self._fresh() as context:
                visitor = self._visitor(context)
                visitor.arrive()
                seen[State.ACCEPTED] = visitor.decide(State.ACCEPTED, self._pages, self._consent)
                if not seen[State.ACCEPTED].reached:
                    why = "consent could not be given, so there was nothing to withdraw"
                    seen[State.WITHDRAWN] = Seen(State.WITHDRAWN, why)
                elif State.WITHDRAWN in self.plan.states:
                    seen[State.WITHDRAWN] = visitor.decide(State.WITHDRAWN, self._pages, self._consent)
        return tuple(seen[state] for state in State if state in self.plan.states), declared

    def _visitor(self, context: BrowserContext) -> "Visitor":
        name = context.browser.version if context.browser else ""
        self.browser_name = f"Chromium {name}".strip()
        return Visitor(context, self.plan, self._clock, self._tell)


class Visitor:
    """A visitor with a fresh profile, who opens pages and makes choices."""

    def __init__(
        self, context: BrowserContext, plan: Plan, clock: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        self.plan = plan
        self._collector = Collector(context)
        self._page: Page = self._collector.open()
        self._clock = clock
        self._tell = tell
        self._screenshot = b""

    def arrive(self) -> str:
        """Open the first page; the address of consentkit's preferences page, "" if the site shows none."""
        first = self._open(self.plan.url)
        if first.status == 0:
            raise Unreachable(f"{shown_url(self.plan.url)} does not open: {first.problem}")
        named = self.plan.consent_path
        if named:
            return urljoin(self.plan.url, named.rstrip("/") + "/")
        for selector in CONSENT_LINKS:
            with suppress(Error):
                found = self._page.locator(selector)
                if found.count():
                    address = found.first.get_attribute("action") or found.first.get_attribute("href") or ""
                    return urljoin(self._page.url, address).partition("?")[0]
        return ""

    def declaration(self, place: str) -> Declared:
        """The declaration at an address or below consentkit's pages; DeclarationError says how to name another."""
        address = place or urljoin(self.plan.url, CONSENT_PATH + "/")
        address = urljoin(address, "declaration.json") if address.endswith("/") else address
        how = "Name one with --declaration FILE_OR_URL or --config FILE; --declaration none allows nothing."
        try:
            answer = self._page.request.get(address, timeout=self._patience, max_redirects=3)
            status, text = answer.status, answer.text()
        except Error as problem:
            raise DeclarationError(f"no declaration at {shown_url(address)}: {_first_line(problem)}. {how}") from None
        if status != 200:
            raise DeclarationError(f"no declaration at {shown_url(address)}: it answers {status}. {how}")
        if len(text) > MAX_DECLARATION:
            raise DeclarationError(
                f"no declaration at {shown_url(address)}: {len(text)} characters are too many. {how}"
            )
        return parse_declaration(text, shown_url(address))

    def explore(self, pages: tuple[str, ...], consent: str) -> tuple[Seen, tuple[str, ...]]:
        """What is seen before a choice, and the pages there are: those given, else those found by links."""
        if self.plan.paths or not self.plan.crawl:
            return self._visit(State.BEFORE, pages), pages
        consent = consent or urljoin(self.plan.url, CONSENT_PATH + "/")
        found = dict.fromkeys(pages)

        def links() -> Iterator[str]:
            waiting = deque(pages)
            while waiting:
                yield waiting.popleft()
                with suppress(Error):
                    for address in links_in_html(self._page.content(), self._page.url):
                        is_page = not f"{address}/".startswith(consent)
                        if is_page and address not in found and len(found) < self.plan.crawl:
                            found[address] = None
                            waiting.append(address)

        return self._visit(State.BEFORE, links()), tuple(found)

    def decide(self, state: State, pages: tuple[str, ...], consent: str) -> Seen:
        """Make the choice that leads into a state, then see every page in it."""
        patience = min(self._patience, 10_000)
        controls = Controls(consent, self.plan.named, self.plan.browser.language, patience)
        self._tell(f"{WHEN[state]}: {CHOICES[state]}")
        self._collector.begin()
        why_not = controls.choose(self._page, CHOICES[state])
        if why_not:
            # The page that is open may be the only one without the controls.
            self._open(pages[0])
            self._collector.begin()
            why_not = controls.choose(self._page, CHOICES[state])
        return Seen(state, why_not) if why_not else self._visit(state, pages)

    def _visit(self, state: State, pages: Iterable[str]) -> Seen:
        self._screenshot = b""
        visited = []
        for address in pages:
            self._tell(f"{WHEN[state]}: {shown_url(address)}")
            visited.append(self._open(address))
        stored, contacts = self._collector.stored(), self._collector.contacts()
        return Seen(state, "", stored, contacts, tuple(visited), self._screenshot)

    @property
    def _patience(self) -> float:
        return self.plan.timeout * 1000

    def _open(self, address: str) -> Visited:
        page = self._page
        self._collector.opening = address
        try:
            response = page.goto(address, timeout=self._patience)
        except Error as problem:
            return Visited(address, 0, _first_line(problem))
        finally:
            self._collector.opening = ""
        if response is not None:
            with suppress(Error, UnicodeDecodeError):
                self._collector.take_html(response.text(), page.url)
        # A page that keeps asking never becomes idle; then the waiting time has to do.
        with suppress(Error):
            page.wait_for_load_state("networkidle", timeout=min(self._patience, 5000))
        if not self._screenshot:
            with suppress(Error):
                self._screenshot = page.screenshot(type="jpeg", quality=70, timeout=self._patience)
        page.mouse.wheel(0, SCROLL)
        page.wait_for_timeout(self.plan.wait * 1000)
        self._collector.look(self._clock())
        return Visited(address, response.status if response else 200)


def _first_line(problem: Error) -> str:
    """What Playwright says, without its call log and the address with its query."""
    text = problem.message.partition("\n")[0]
    code = next((word for word in text.split() if word.startswith("net::")), "")
    return code.removeprefix("net::") or ("it took too long" if "Timeout" in text else text[:200])
