"""The walks: what a visitor does on a site, and what was seen at each step. No judging here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.testing.rules import NotSeen
from consentkit.testing.site import OWN_COOKIES
from consentkit.testing.visitor import ACCEPT, REFUSE, PageSeen, Stock, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Locator

REMOVE_BANNER = 'document.getElementById("consentkit")?.remove()'
BESIDE = """() => {
  for (let y = 40; y < innerHeight; y += 40) for (let x = 40; x < innerWidth; x += 40) {
    const hit = document.elementFromPoint(x, y);
    if (hit && !hit.closest("#consentkit, a, button, input, select, textarea, label, iframe, summary")) return { x, y };
  }
  return { x: 1, y: 1 };
}"""
"""A point of the page where a click does nothing of its own."""

BOXES = "input[name=grant][type=checkbox]"
WITHDRAW = "form[action$='/withdraw'] button"


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """Every page before a choice, what was stored and contacted, and the last page without its banner."""

    pages: tuple[PageSeen, ...]
    stock: Stock
    unblocked: Any
    """What was measured after an ad blocker took the banner's element away."""

    @property
    def banners(self) -> list[tuple[PageSeen, Any]]:
        """The pages that have a banner, with what was measured of it."""
        return [(page, page.banner) for page in self.pages if page.banner]


def first_visit(visitor: Visitor) -> FirstVisit:
    """Open every page and do nothing."""
    pages = tuple(visitor.open(path) for path in visitor.site.paths)
    stock = visitor.stock()
    visitor.page.evaluate(REMOVE_BANNER)
    return FirstVisit(pages, stock, visitor.measure())


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is no choice: what it was, what was stored and contacted after it, what the server took it for."""

    name: str
    stock: Stock
    decided: Any
    granted: frozenset[str]


def implied(visitor: Visitor) -> list[Deed]:
    """Scroll, click beside, press Escape, wait, leave and come back: none of it says yes."""
    page, paths = visitor.page, visitor.site.paths
    visitor.open(paths[0])
    deeds: dict[str, Callable[[], object]] = {
        "scrolling": lambda: page.mouse.wheel(0, 4000),
        "clicking beside the banner": lambda: page.mouse.click(**page.evaluate(BESIDE)),
        "pressing Escape": lambda: page.keyboard.press("Escape"),
        "closing the preferences": lambda: _open_and_close(visitor),
        "waiting for ten minutes": lambda: visitor.wait(600_000),
        "going to another page": lambda: visitor.open(paths[-1]),
        "going back": page.go_back,
    }
    done = []
    for name, do in deeds.items():
        do()
        visitor.wait(1_000)
        state = visitor.state()
        done.append(Deed(name, visitor.stock(), state["decided"], frozenset(visitor.granted())))
    return done


def _open_and_close(visitor: Visitor) -> None:
    """Open the preferences from the banner and leave them: by Escape where they are a dialog, else by going back."""
    page = visitor.page
    page.locator(f"#consentkit a[href*='{visitor.site.consent}/']").first.click()
    visitor.appears(page.locator(BOXES).first)
    page.keyboard.press("Escape")
    if page.url.startswith(visitor.site.preferences):
        page.go_back()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice by one press on the banner, and every page after it."""

    gone: bool
    """Whether the banner went away by that one press."""
    state: Any
    granted: frozenset[str]
    pages: tuple[PageSeen, ...]
    stock: Stock
    cookie: str
    """The Set-Cookie line of the consent cookie, "" if there was none."""

    @property
    def lifetime(self) -> float:
        """Seconds that the consent cookie lives from the last page on; 0 without one, or if it has no end."""
        own = next((item for item in self.stock.items if item.name in OWN_COOKIES), None)
        return own.lifetime or 0.0 if own else 0.0


def _choose(visitor: Visitor, choice: str) -> Chosen:
    visitor.open(visitor.site.paths[0])
    visitor.press(choice)
    gone = visitor.page.locator("#consentkit").count() == 0
    state, granted = visitor.state(), frozenset(visitor.granted())
    if choice == REFUSE:
        visitor.forget_contacts()
    pages = tuple(visitor.open(path) for path in visitor.site.paths)
    stock = visitor.stock()
    lines = visitor.watcher.set_cookies
    return Chosen(gone, state, granted, pages, stock, next((lines[name] for name in OWN_COOKIES if name in lines), ""))


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal, and what became of forbidden cookies that were in the browser all the same."""

    chosen: Chosen
    left: tuple[str, ...]


def refused(visitor: Visitor) -> Refused:
    """Refuse, visit everything; then put forbidden cookies into the browser and open one more page."""
    chosen = _choose(visitor, REFUSE)
    names = [
        item["name"].replace("*", "x1")
        for service in visitor.site.choosable
        for item in service["storage"]
        # Browsers take the prefix from https alone.
        if item["kind"] == "cookie" and not (item["name"].startswith("__") and visitor.site.url.startswith("http:"))
    ]
    visitor.context.add_cookies([{"name": name, "value": "1", "url": visitor.site.url} for name in names])
    visitor.open(visitor.site.paths[0])
    left = {cookie["name"] for cookie in visitor.context.cookies()} & set(names)
    return Refused(chosen, tuple(sorted(left)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """Consent to everything; the preferences reopened; everything withdrawn; every page after it.

    `ticks` are the boxes of the reopened preferences, as pairs of service and whether it is ticked. `clicks` counts
    those that the withdrawal took from a page of the site on, 0 if it could not be done.
    """

    chosen: Chosen
    ticks: tuple[tuple[str, bool], ...]
    clicks: int
    granted_after: frozenset[str]
    ticks_after: tuple[tuple[str, bool], ...]
    after: Stock
    pages_after: tuple[PageSeen, ...]


def accepted(visitor: Visitor) -> Accepted:
    """Accept, visit everything, withdraw, visit everything."""
    chosen = _choose(visitor, ACCEPT)
    page = visitor.page
    doors = [door for door in chosen.pages[-1].probe["doors"] if door["clear"]]
    if not doors:
        # Without a way in from the page there is none to count; the withdrawal itself is still looked at.
        page.goto(visitor.site.preferences)
    else:
        selector = f"a[href*='{visitor.site.consent}']" if doors[0]["tag"] == "a" else f"text='{doors[0]['text']}'"
        page.locator(f":is({selector}):visible").last.click()
    button = page.locator(WITHDRAW).first
    visitor.appears(button)
    ticks = ticks_of(page.locator(BOXES))
    if button.count():
        visitor.send(button.click)
    granted_after = frozenset(visitor.granted())
    page.goto(visitor.site.preferences)
    ticks_after = ticks_of(page.locator(BOXES))
    visitor.forget_contacts()
    pages_after = tuple(visitor.open(path) for path in visitor.site.paths)
    clicks = 2 if doors else 0
    return Accepted(chosen, ticks, clicks, granted_after, ticks_after, visitor.stock(), pages_after)


def ticks_of(boxes: "Locator") -> tuple[tuple[str, bool], ...]:
    """Each box with its state."""
    found: list[list[Any]] = boxes.evaluate_all("boxes => boxes.map(box => [box.value, box.checked])")
    return tuple((str(value), bool(checked)) for value, checked in found)


def embedded(visitor: Visitor) -> tuple[Stock, Stock, PageSeen]:
    """Press "load this once" on the first placeholder: the stock before and after, and the page that had it."""
    for path in visitor.site.paths:
        seen = visitor.open(path)
        if seen.probe["placeholders"]:
            before = visitor.stock()
            visitor.send(visitor.page.locator("form[action$='/once'] button").first.click)
            return before, visitor.stock(), seen
    raise NotSeen("no page that was visited has an embed that waits for consent")
