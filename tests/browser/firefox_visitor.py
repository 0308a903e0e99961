"""A visitor with Firefox: makes the same values as the walks in Chromium, so that the same judges judge them."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from consentkit.testing import Site, View
from consentkit.testing.browsing import READ_STORAGE, Contact, Item, origin_of
from consentkit.testing.site import fetch
from consentkit.testing.visitor import LEGAL, PageSeen, Stock, labels, probe_script
from consentkit.testing.walks import REMOVE_BANNER, Chosen, FirstVisit, Refused
from tests.support.firefox import Firefox, FirefoxError
from tests.support.ports import wait_until


@dataclass
class FirefoxVisitor:
    """Opens the pages of a site in a running Firefox."""

    firefox: Firefox
    site: Site
    view: View = field(default_factory=View)

    def begin(self) -> None:
        """Become a new visitor in the view's window."""
        self.firefox.begin_anew()
        self.firefox.size(self.view.width, self.view.height)

    def open(self, path: str) -> PageSeen:
        """Open a page and measure it."""
        self.firefox.open(self.site.url + path)
        return PageSeen(path, 200, fetch(self.site.url + path).body.decode(), self.measure())

    def measure(self) -> Any:
        """What `probe.js` measures."""
        options = {"labels": labels(), "consent": self.site.consent, "legal": LEGAL}
        return self.firefox.evaluate(f"({probe_script()})({json.dumps(options)})")

    def stock(self) -> Stock:
        """What is stored and was contacted."""
        now = time.time()
        items = [
            Item("cookie", name, cookie["domain"], "", cookie["expiry"] - now if "expiry" in cookie else None)
            for name, cookie in self.firefox.cookies().items()
        ]
        home = origin_of(self.site.url)
        items += [Item(kind, name, home) for kind, name in self.firefox.evaluate(f"({READ_STORAGE})()")["found"]]
        elsewhere = [Contact(url, origin_of(url), "request", "") for url in self.firefox.elsewhere(home)]
        return Stock(tuple(items), tuple(elsewhere), ())

    def state(self) -> Any:
        """What the server holds of this visitor, asked by the page itself."""
        found: list[Any] = []

        def told() -> bool:
            # A page that loads itself anew after a choice cannot be asked meanwhile.
            with suppress(FirefoxError):
                found.append(self.firefox.evaluate(f"fetch('{self.site.preferences}state').then(a => a.json())"))
            return bool(found)

        wait_until(told)
        return found[0]

    def granted(self) -> set[str]:
        """The services that are granted by choice."""
        return set(self.state()["granted"]) & {service["id"] for service in self.site.choosable}

    def first_visit(self) -> FirstVisit:
        """Every page before a choice; then the last one without its banner."""
        self.begin()
        pages = tuple(self.open(path) for path in self.site.paths)
        stock = self.stock()
        self.firefox.evaluate(REMOVE_BANNER)
        return FirstVisit(pages, stock, self.measure())

    def chosen(self, choice: str) -> Chosen:
        """Press one button of the banner, then visit every page."""
        self.begin()
        self.firefox.open(self.site.url + self.site.paths[0])
        self.firefox.click_on(f'#consentkit [value="{choice}"]')
        self.firefox.wait_for("document.readyState === 'complete' && !document.getElementById('consentkit')")
        state, granted = self.state(), frozenset(self.granted())
        if choice == "refuse_all":
            self.firefox.requested.clear()
        pages = tuple(self.open(path) for path in self.site.paths)
        return Chosen(True, state, granted, pages, self.stock(), "")

    def refused(self) -> Refused:
        """A refusal and every page after it."""
        return Refused(self.chosen("refuse_all"), ())


def evidence_of(visitor: FirefoxVisitor, **walks: Any) -> Any:
    """What judges look at: the site, the view and these walks."""
    return SimpleNamespace(site=visitor.site, view=visitor.view, **walks)
