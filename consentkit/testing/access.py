"""C27: the banner can be used by keyboard, by a screen reader, enlarged, without movement and in forced colours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.visitor import Visitor, as_text

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

MOST_STOPS = 120
"""Presses of Tab after which the walk through a page is broken off."""

REFLOW = 320
"""CSS pixels of the narrowest window that a page has to fit (WCAG 2.2, 1.4.10)."""

TARGET = 24
"""CSS pixels that a target needs in both directions (WCAG 2.2, 2.5.8)."""

FOCUSED = """() => {
  const element = document.activeElement;
  const banner = document.getElementById("consentkit");
  if (!element || element === document.body) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const points = [[.5, .5], [.05, .5], [.95, .5], [.5, .1], [.5, .9]];
  const hits = points.map(([across, down]) => document.elementFromPoint(left + width * across, top + height * down));
  return {
    text: (element.innerText || element.getAttribute("aria-label") || element.tagName).trim().slice(0, 40),
    value: element.value ?? "", in_banner: Boolean(banner?.contains(element)), width, height,
    outlined: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
    hidden: hits.every(hit => hit && !element.contains(hit) && !hit.contains(element))
      && hits.some(hit => banner?.contains(hit)),
  };
}"""


@dataclass(frozen=True, slots=True)
class Access:
    """What the keyboard reached, in order; the banner as it is spoken; enlarged, still, in forced colours."""

    stops: tuple[Any, ...]
    spoken: str
    enlarged: Any
    still: Any
    forced: Any


def access(visitor: Visitor) -> Access:
    """Tab through the first page, then look at its banner in other circumstances."""
    page = visitor.page
    if not visitor.open(visitor.site.paths[0]).banner:
        raise NotSeen("the first page shows no banner to a new visitor")
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    spoken = page.locator("#consentkit").aria_snapshot()
    page.set_viewport_size({"width": max(visitor.view.width // 2, REFLOW), "height": visitor.view.height // 2})
    enlarged = visitor.measure()
    page.set_viewport_size({"width": visitor.view.width, "height": visitor.view.height})
    page.emulate_media(reduced_motion="reduce")
    still = visitor.measure()
    page.emulate_media(forced_colors="active")
    return Access(tuple(stops), spoken, enlarged, still, visitor.measure())


@rule("C27", "Everybody can answer", "WCAG 2.2 AA; European Accessibility Act", "access")
def everybody_can_answer(evidence: "Evidence") -> Iterator[Finding]:
    """By keyboard in order, with a focus that is seen; by a screen reader; enlarged; still; in forced colours."""
    seen = evidence.access
    yield from _keyboard(seen)
    yield from _screen_reader(seen.spoken)
    banner = seen.enlarged["banner"]
    for name in ("accept", "refuse"):
        if banner[name] and not banner[name]["reachable"]:
            yield Finding(
                "C27", f"at 200 % {banner[name]['text']!r} cannot be reached", "let the banner scroll in itself"
            )
    edge = banner["box"]["x"] + banner["box"]["width"]
    if banner["box"]["x"] < 0 or edge > seen.enlarged["width"]:
        yield Finding("C27", f"at 200 % the banner is cut off at {edge:.0f} px", "let the banner reflow")
    if seen.enlarged["scroll_width"] > seen.enlarged["width"]:
        wide = seen.enlarged["scroll_width"] - seen.enlarged["width"]
        yield Finding("C27", f"at 200 % the page scrolls sideways by {wide} px", "let the banner reflow")
    for name in ("accept", "refuse"):
        control = seen.still["banner"][name]
        if control and control["moves"]:
            yield Finding("C27", f"{control['text']!r} moves although motion is unwanted", "prefers-reduced-motion")
        control = seen.forced["banner"][name]
        if control and control["looks"]["borderTopStyle"] == "none":
            yield Finding("C27", f"{control['text']!r} has no edge in forced colours", "give it a border")
    forced = [seen.forced["banner"][name] for name in ("accept", "refuse")]
    if all(forced) and forced[0]["looks"] != forced[1]["looks"]:
        yield Finding("C27", "in forced colours the two answers look different", "style both by one rule")


def _keyboard(seen: Access) -> Iterator[Finding]:
    inside = [stop for stop in seen.stops if stop["in_banner"]]
    answers = [stop["value"] for stop in inside if stop["value"].endswith("_all")]
    if sorted(set(answers)) != ["accept_all", "refuse_all"]:
        yield Finding("C27", f"Tab reaches {answers} of the two answers", "use buttons, in the order of the page")
    for stop in inside:
        if not stop["outlined"]:
            yield Finding("C27", f"the focus on {stop['text']!r} is not to be seen", "outline :focus-visible")
        if min(stop["width"], stop["height"]) < TARGET:
            size = f"{stop['width']:.0f} x {stop['height']:.0f}"
            yield Finding("C27", f"{stop['text']!r} is {size} px", f"make it at least {TARGET} x {TARGET}")
    for stop in seen.stops:
        if stop["hidden"] and not stop["in_banner"]:
            yield Finding("C27", f"{stop['text']!r} is focused under the banner", "leave room: scroll-padding")


def _screen_reader(spoken: str) -> Iterator[Finding]:
    first = spoken.splitlines()[0] if spoken else ""
    if '"' not in first:
        yield Finding("C27", f"the banner is announced as {as_text(first)}", "name it: aria-label")
    lines = [line.strip() for line in spoken.splitlines()]
    buttons = [place for place, line in enumerate(lines) if line.startswith("- button")]
    words = [place for place, line in enumerate(lines) if line.startswith(("- paragraph", "- text", "- heading"))]
    if len(buttons) < 2 or not words or words[0] > buttons[0]:
        yield Finding("C27", f"a screen reader is told {as_text(lines)}", "first what is asked, then both buttons")
