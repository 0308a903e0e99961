"""C10, C13 and C15: the second layer stores exactly what is ticked, shows it, and is found on every page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.visitor import Visitor, as_text
from consentkit.testing.walks import BOXES, ticks_of

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

TICKED = f"[...document.querySelectorAll('{BOXES}[checked]')].map(box => box.value)"


@dataclass(frozen=True, slots=True)
class Fresh:
    """The preferences as somebody sees them who has not chosen: language, words, boxes as they are and as sent."""

    lang: str
    text: str
    ticks: tuple[tuple[str, bool], ...]
    ticked_in_html: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """One selection: what was ticked, what the server then took as granted, and what the reopened page showed."""

    ticked: frozenset[str]
    granted: frozenset[str]
    shown: frozenset[str]


def preferences(visitor: Visitor) -> Fresh:
    """Open the page."""
    page = visitor.page
    page.goto(visitor.site.preferences)
    lang = page.locator("html").get_attribute("lang") or ""
    ticks = ticks_of(page.locator(BOXES))
    return Fresh(lang, page.locator("main").inner_text(), ticks, tuple(page.evaluate(TICKED)))


def selections(visitor: Visitor) -> list[Saved]:
    """Tick each service by itself, two together, and none, and save it each time."""
    page, address = visitor.page, visitor.site.preferences
    page.goto(address)
    ids = [value for value, _ in ticks_of(page.locator(BOXES))]
    if not ids:
        raise NotSeen("the preferences have nothing to choose")
    saved = []
    for wanted in [*({id_} for id_ in ids), set(ids[:2]), set()]:
        page.goto(address)
        for box in page.locator(BOXES).all():
            box.set_checked(box.get_attribute("value") in wanted)
        visitor.send(page.locator("button[value=selection]").first.click)
        granted = frozenset(visitor.granted())
        page.goto(address)
        shown = frozenset(value for value, checked in ticks_of(page.locator(BOXES)) if checked)
        saved.append(Saved(frozenset(wanted), granted, shown))
    return saved


@rule("C10", "Each purpose can be chosen by itself", "GDPR 4(11); EDPB 05/2020 ¶42-45", "preferences", "selections")
def exactly_the_selection(evidence: "Evidence") -> Iterator[Finding]:
    """What is stored is what was ticked, no more and no less."""
    offered = {value for value, _ in evidence.preferences.ticks}
    missing = {service["id"] for service in evidence.site.choosable} - offered
    if missing:
        yield Finding("C10", f"{sorted(missing)} cannot be chosen in the preferences", "offer each declared service")
    for saved in evidence.selections:
        if saved.granted != saved.ticked:
            yield Finding(
                "C10", f"ticked {sorted(saved.ticked)}, granted {sorted(saved.granted)}", "store the selection as it is"
            )


@rule("C15", "The preferences show the current state", "EDPB 03/2022", "selections", "accepted")
def shows_the_state(evidence: "Evidence") -> Iterator[Finding]:
    """After each selection, after consent to everything, and after the withdrawal."""
    for saved in evidence.selections:
        if saved.shown != saved.granted:
            yield Finding(
                "C15", f"granted {sorted(saved.granted)}, shown {sorted(saved.shown)}", "tick what is granted"
            )
    seen = evidence.accepted
    for when, ticks, wanted in (("consent", seen.ticks, True), ("the withdrawal", seen.ticks_after, False)):
        wrong = [value for value, checked in ticks if checked is not wanted]
        if wrong:
            yield Finding("C15", f"after {when} the boxes of {wrong} show the opposite", "tick what is granted")


@rule("C13", "Withdrawing is as easy as agreeing, from every page", "GDPR 7(3); EDPB Taskforce ¶31-35", "accepted")
def easy_withdrawal(evidence: "Evidence") -> Iterator[Finding]:
    """A link that works without scripts stands on every page; from there, one press takes everything back."""
    for page in evidence.accepted.chosen.pages:
        doors = [door for door in page.probe["doors"] if door["clear"] and door["text"]]
        if not any(door["tag"] == "a" for door in doors):
            yield Finding(
                "C13",
                f"{page.path}: no link to the preferences can be seen ({as_text(page.probe['doors'])})",
                'set [consent] link = "inject", or place consent_of(request).link() in the template',
            )
    # Reopening and accepting is two presses, so is reopening and withdrawing; more would be harder.
    if evidence.accepted.clicks > 2 or evidence.accepted.granted_after:
        yield Finding("C13", "two presses from a page did not take everything back", "offer one button that does")
