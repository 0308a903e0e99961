"""Drives a browser through the four states of a site."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.async_api import BrowserContext, Error

from consentkit.audit.browser import BrowserError, Fresh, browser
from consentkit.audit.compare import Comparison
from consentkit.audit.crawl import addresses
from consentkit.audit.declared import Declared
from consentkit.audit.model import Seen, State
from consentkit.audit.parties import Parties
from consentkit.audit.plan import Plan
from consentkit.audit.report import Audit
from consentkit.audit.visitor import Visitor, in_short


def run(
    plan: Plan, given: Declared | str, *, clock: Callable[[], float], tell: Callable[[str], None] = lambda _: None
) -> Audit:
    """Audit a site by a declaration that is given, or read at an address; "" means the one that the site publishes.

    BrowserError without a browser, Unreachable if the first page does not open, DeclarationError without a usable
    declaration. `tell` is told, in words, what is being done.
    """
    return asyncio.run(_run(plan, given, clock, tell))


async def _run(plan: Plan, given: Declared | str, clock: Callable[[], float], tell: Callable[[str], None]) -> Audit:
    started = datetime.fromtimestamp(clock(), UTC)
    async with browser(plan.browser) as fresh:
        walk = _Walk(plan, fresh, clock, tell)
        try:
            states, declared = await walk.through(given)
        except (Error, TimeoutError) as problem:
            why = in_short(problem) if isinstance(problem, Error) else "it does not answer"
            raise BrowserError(f"the browser stopped in the middle of the audit: {why}") from None
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

    async def through(self, given: Declared | str) -> tuple[tuple[Seen, ...], Declared]:
        """Everything seen, state by state in the order of the plan, and the declaration to compare it with."""
        seen: dict[State, Seen] = {}
        async with self._fresh() as context:
            visitor = await self._visitor(context)
            self._consent = await visitor.arrive()
            declared = await visitor.declaration(given or self._consent) if isinstance(given, str) else given
            seen[State.BEFORE], self._pages = await visitor.explore(self._pages, self._consent)
            if State.REFUSED in self.plan.states:
                seen[State.REFUSED] = await visitor.decide(State.REFUSED, self._pages, self._consent)
        if {State.ACCEPTED, State.WITHDRAWN} & set(self.plan.states):
            async with self._fresh() as context:
                visitor = await self._visitor(context)
                await visitor.arrive()
                seen[State.ACCEPTED] = await visitor.decide(State.ACCEPTED, self._pages, self._consent)
                if not seen[State.ACCEPTED].reached:
                    why = "consent could not be given, so there was nothing to withdraw"
                    seen[State.WITHDRAWN] = Seen(State.WITHDRAWN, why)
                elif State.WITHDRAWN in self.plan.states:
                    seen[State.WITHDRAWN] = await visitor.decide(State.WITHDRAWN, self._pages, self._consent)
        return tuple(seen[state] for state in State if state in self.plan.states), declared

    async def _visitor(self, context: BrowserContext) -> Visitor:
        name = context.browser.version if context.browser else ""
        self.browser_name = f"Chromium {name}".strip()
        return await Visitor.come(context, self.plan, self._clock, self._tell)
