"""C4 to C9 and C29 in the first layer: both answers beside each other, alike, one press away, nothing ticked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from consentkit.testing.colour import contrast, flatten, lightness_contrast
from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.visitor import as_text

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

ENOUGH = 4.5
"""The contrast that text of normal size needs (WCAG 2.2, 1.4.3)."""

ALIKE = 5
"""How far APCA's Lc of the two buttons may differ."""


def _banners(evidence: "Evidence") -> Iterator[tuple[str, Any]]:
    """Where each banner was seen, and what was measured of it; NotSeen if there is none."""
    banners = evidence.first_visit.banners
    if not banners:
        raise NotSeen("no page showed a banner to a new visitor: does the site ask for anything?")
    for page, banner in banners:
        yield f"{page.path} at {evidence.view}", banner


def _both(evidence: "Evidence") -> Iterator[tuple[str, Any, Any]]:
    for where, banner in _banners(evidence):
        if banner["accept"] and banner["refuse"]:
            yield where, banner["accept"], banner["refuse"]


@rule("C4", "Refusing stands on the same layer as accepting", "EDPB Taskforce ¶6-8", "first_visit")
def same_layer(evidence: "Evidence") -> Iterator[Finding]:
    """Both answers can be seen and pressed without scrolling."""
    window = evidence.view
    for where, banner in _banners(evidence):
        for name in ("refuse", "accept"):
            control = banner[name]
            if control is None:
                yield Finding("C4", f"{where}: the banner has nothing to {name} with", f"put a button to {name} on it")
                continue
            box = control["box"]
            inside = box["y"] >= 0 and box["y"] + box["height"] <= window.height and box["x"] >= 0
            if not inside or box["x"] + box["width"] > window.width or not control["reachable"]:
                yield Finding(
                    "C4",
                    f"{where}: {as_text(control['text'])} at {as_text(box)} is not in the first view",
                    "make room for both buttons in the window, without scrolling and with nothing over them",
                )


@rule("C5", "Refusing is a control like accepting", "EDPB Taskforce ¶11-14", "first_visit")
def same_control(evidence: "Evidence") -> Iterator[Finding]:
    """Same element, same role, same group, not within a sentence."""
    for where, accept, refuse in _both(evidence):
        kinds = [(each["tag"], each["role"], each["type"]) for each in (accept, refuse)]
        if kinds[0] != kinds[1]:
            yield Finding("C5", f"{where}: accepting is {kinds[0]}, refusing {kinds[1]}", "use two equal buttons")
        if accept["parent"] != refuse["parent"] or not refuse["in_banner"]:
            yield Finding("C5", f"{where}: refusing stands apart from accepting", "put both into one group")
        if refuse["in_prose"] and not accept["in_prose"]:
            yield Finding("C5", f"{where}: refusing stands inside a sentence", "make it a button beside the other")


@rule("C6", "Refusing takes as many clicks as accepting", "CNIL 2020-092; AP rule 6", "refused", "accepted")
def same_clicks(evidence: "Evidence") -> Iterator[Finding]:
    """One press each, after which the server has the choice and the banner is gone."""
    choosable = {service["id"] for service in evidence.site.choosable}
    for name, chosen, wanted in (
        ("refusing", evidence.refused.chosen, set()),
        ("accepting", evidence.accepted.chosen, choosable),
    ):
        if not chosen.gone or chosen.state["decided"] is None or chosen.granted != wanted:
            yield Finding(
                "C6",
                f"after one press {name}: banner {'gone' if chosen.gone else 'still there'}, "
                f"granted {sorted(chosen.granted)}, decided {chosen.state['decided']}",
                "let one press send the choice, for both answers",
            )


@rule("C7", "Both answers are equally prominent", "EDPB Taskforce ¶15-19; CNIL 2020-092 §34", "first_visit")
def same_prominence(evidence: "Evidence") -> Iterator[Finding]:
    """Size, font, colours, borders, movement; readable; neither is focused for the visitor."""
    for where, accept, refuse in _both(evidence):
        yield from _differences(where, accept, refuse)
        lightness = [lightness_contrast(*_seen(each)) for each in (accept, refuse)]
        if abs(lightness[0] - lightness[1]) >= ALIKE:
            yield Finding(
                "C7", f"{where}: the buttons' Lc is {lightness[0]:.0f} and {lightness[1]:.0f}", "same colours"
            )
        if accept["focused"]:
            yield Finding("C7", f"{where}: the focus is put on accepting", "leave the focus where the visitor has it")
    for where, banner in _banners(evidence):
        for words in banner["prose"]:
            ratio = contrast(*_seen(words))
            large = words["pixels"] >= 24 or (words["pixels"] >= 18.66 and words["weight"] >= 700)
            if ratio < (3 if large else ENOUGH):
                yield Finding(
                    "C7",
                    f"{where}: {as_text(words['text'])} has a contrast of {ratio:.1f}",
                    f"darken or lighten it until it has {ENOUGH}",
                )


def _differences(where: str, accept: Any, refuse: Any) -> Iterator[Finding]:
    for side in ("width", "height"):
        if abs(accept["box"][side] - refuse["box"][side]) > 1:
            sizes = f"{refuse['box'][side]:.0f} and {accept['box'][side]:.0f} px"
            yield Finding("C7", f"{where}: the {side} of refusing and accepting is {sizes}", "give both the same size")
    different = {
        name: (refuse["looks"][name], accept["looks"][name])
        for name in accept["looks"]
        if accept["looks"][name] != refuse["looks"][name]
    }
    if different or accept["moves"] != refuse["moves"]:
        seen = different or {"moves": (refuse["moves"], accept["moves"])}
        yield Finding("C7", f"{where}: refusing and accepting differ in {as_text(seen)}", "style both by one rule")


def _seen(words: Any) -> tuple[Any, Any]:
    """The colours in which words and what is behind them are seen."""
    back = flatten([tuple(layer) for layer in words["layers"]])
    return flatten([tuple(words["colour"])], back), back


@rule("C8", "Nothing is ticked in advance", "CJEU C-673/17; EDPB Taskforce ¶9-10", "first_visit", "preferences")
def nothing_ticked(evidence: "Evidence") -> Iterator[Finding]:
    """No box of the banner or of the preferences, in the DOM or in the HTML as it was sent."""
    ticked = [
        (where, field["value"])
        for where, banner in _banners(evidence)
        for field in banner["inputs"]
        if field["type"] in ("checkbox", "radio") and field["checked"]
    ]
    fresh = evidence.preferences
    ticked += [("the preferences", value) for value, checked in fresh.ticks if checked]
    ticked += [("the HTML of the preferences", value) for value in fresh.ticked_in_html]
    for where, value in dict.fromkeys(ticked):
        yield Finding("C8", f"{where}: {value!r} is ticked before any choice", "send the box without `checked`")


@rule("C9", "Nothing but a choice is consent", "GDPR recital 32; EDPB 05/2020 ¶86", "implied")
def nothing_implied(evidence: "Evidence") -> Iterator[Finding]:
    """Scrolling, clicking beside, Escape, waiting, going on and back."""
    for deed in evidence.implied:
        loose = [
            item.name for item in deed.stock.items if not evidence.site.is_declared(item, granted=False, undecided=True)
        ]
        loose += [contact.url for contact in deed.stock.elsewhere]
        if deed.granted or deed.decided or loose:
            yield Finding(
                "C9",
                f"after {deed.name}: granted {sorted(deed.granted)}, stored or contacted {as_text(loose)}",
                "take nothing but a press on a button as an answer",
            )
            return


@rule("C29", "The same on every screen and in every theme", "EDPB 03/2022", "screens")
def same_everywhere(evidence: "Evidence") -> Iterator[Finding]:
    """C4, C5 and C7 on a phone and on a desk, light, dark and with forced colours, with scripts and without."""
    for screen in evidence.screens:
        for judge in (same_layer, same_control, same_prominence):
            for finding in judge(screen):
                yield Finding("C29", f"{finding.value} (as {finding.rule})", finding.mend)
