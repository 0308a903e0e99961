"""What was seen of one site: each walk is walked when a judge first asks for it, and once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from consentkit.testing import declared, signals, walks
from consentkit.testing.access import Access, access
from consentkit.testing.preferences import Fresh, Saved, preferences, selections
from consentkit.testing.rules import NotSeen
from consentkit.testing.signals import Signalled
from consentkit.testing.site import Site
from consentkit.testing.visitor import PageSeen, Stock, View, Visitor, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

T = TypeVar("T")

SCREENS = (
    View(320, 568),
    View(320, 568, dark=True),
    View(1280, 800),
    View(1280, 800, dark=True),
    View(320, 568, script=False),
)
"""The views in which the first layer has to be the same."""


class Evidence:
    """A site as one view of it shows it: attributes are walks, made on first use.

    `browser` is Playwright's, running. An attribute raises NotSeen when the site has nothing for its walk.
    """

    def __init__(self, site: Site, browser: "Browser", view: View | None = None) -> None:
        self.site = site
        self.view = view or View()
        self._browser = browser
        self._made: dict[str, Any] = {}

    @property
    def first_visit(self) -> walks.FirstVisit:
        """Every page before a choice."""
        return self._walk("first_visit", walks.first_visit)

    @property
    def implied(self) -> list[walks.Deed]:
        """What is no choice."""
        return self._walk("implied", walks.implied)

    @property
    def refused(self) -> walks.Refused:
        """A refusal and what follows."""
        return self._walk("refused", walks.refused)

    @property
    def accepted(self) -> walks.Accepted:
        """Consent, and its withdrawal."""
        return self._walk("accepted", walks.accepted)

    @property
    def embedded(self) -> tuple[Stock, Stock, PageSeen]:
        """An embed, loaded once."""
        return self._walk("embedded", walks.embedded)

    @property
    def preferences(self) -> Fresh:
        """The second layer before a choice."""
        return self._walk("preferences", preferences)

    @property
    def selections(self) -> list[Saved]:
        """The second layer after selections."""
        return self._walk("selections", selections)

    @property
    def access(self) -> Access:
        """Keyboard, screen reader and other circumstances."""
        return self._walk("access", access)

    @cached_property
    def signalled(self) -> Signalled:
        """What the privacy signal does."""
        return signals.signalled(self.site)

    @cached_property
    def declaration(self) -> Mapping[str, Any]:
        """What the site declares."""
        return declared.declaration(self)

    @cached_property
    def screens(self) -> list["Evidence"]:
        """The first page in other views."""
        first = replace(self.site, paths=self.site.paths[:1])
        return [Evidence(first, self._browser, view) for view in SCREENS if view != self.view]

    @property
    def consent_cookie(self) -> list[str]:
        """The Set-Cookie lines of the consent cookie, of a refusal and of consent."""
        return [chosen.cookie for chosen in (self.refused.chosen, self.accepted.chosen) if chosen.cookie]

    def _walk(self, name: str, walk: Callable[[Visitor], T]) -> T:
        if name not in self._made:
            with visitor(self._browser, self.site, self.view) as walker:
                try:
                    self._made[name] = walk(walker)
                except NotSeen as nothing:
                    self._made[name] = nothing
        made = self._made[name]
        if isinstance(made, NotSeen):
            raise NotSeen(*made.args)
        return cast(T, made)
