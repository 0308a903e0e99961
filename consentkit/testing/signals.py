"""C25 and C26: Global Privacy Control as its specification says, and the defaults of consent mode before any tag."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.site import Answer, Site, fetch
from consentkit.testing.visitor import as_text

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

COVERED = ("audience_measurement", "marketing")
"""The purposes that the signal refuses."""

ON: tuple[tuple[str, ...], ...] = (("1",), ("1", "1"), ("0", "1"), ("1", "true"))
OFF: tuple[tuple[str, ...], ...] = ((), ("0",), ("true",), ("1;x",), ('"1"',), ("",), ("11",), ("1, 1",), ("on",))
"""Values of `Sec-GPC` in one request; only an exact 1 counts (W3C GPC §3.2)."""

DEFAULTS = ("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage")


@dataclass(frozen=True, slots=True)
class Signalled:
    """The support resource; by header values, the reason of each covered purpose; the states after agreeing to all."""

    support: Answer
    reasons: dict[tuple[str, ...], dict[str, str]]
    agreed: dict[str, str]


def signalled(site: Site) -> Signalled:
    """Ask with each header value; then agree to everything while the signal is on."""

    def entries(headers: list[tuple[str, str]], key: str) -> dict[str, str]:
        purposes = json.loads(fetch(f"{site.preferences}state", headers=headers).body)["purposes"]
        return {id_: entry[key] for id_, entry in purposes.items() if id_ in COVERED}

    reasons = {values: entries([("Sec-GPC", value) for value in values], "reason") for values in (*ON, *OFF)}
    signal = [("Sec-GPC", "1")]
    same_site = [
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
    ]
    body = json.dumps({"choice": "accept_all"}).encode()
    answer = fetch(site.preferences, method="POST", headers=[*signal, *same_site], body=body)
    cookies = [
        value.partition(";")[0] for name, value in answer.headers if name == "set-cookie" and "consentkit=" in value
    ]
    agreed = entries([*signal, ("Cookie", "; ".join(cookies))], "state")
    return Signalled(fetch(f"{site.url}/.well-known/gpc.json"), reasons, agreed)


@rule("C25", "Global Privacy Control is honoured", "W3C GPC", "signalled")
def honours_gpc(evidence: "Evidence") -> Iterator[Finding]:
    """Only an exact 1 refuses, a choice goes before it, and the support resource says so."""
    seen = evidence.signalled
    if not any(seen.reasons.values()):
        raise NotSeen("the site declares no purpose that the signal covers")
    for values, reasons in seen.reasons.items():
        for purpose, reason in reasons.items():
            if (reason == "signal") != (values in ON):
                yield Finding("C25", f"Sec-GPC {list(values)}: {purpose} has the reason {reason!r}", "read it exactly")
    for purpose, state in seen.agreed.items():
        if state != "granted":
            yield Finding("C25", f"{purpose} is {state} although the visitor agreed", "let an explicit choice win")
    kind = seen.support.get("content-type").partition(";")[0]
    try:
        data = json.loads(seen.support.body)
    except ValueError:
        data = None
    day = data.get("lastUpdate", "") if isinstance(data, dict) else ""
    if kind != "application/json" or not isinstance(data, dict) or data.get("gpc") is not True or not _is_day(day):
        shown = as_text(seen.support.body.decode("utf-8", "replace"))
        yield Finding("C25", f"/.well-known/gpc.json is {kind} {shown}", "let consentkit answer that address")


def _is_day(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


DEFAULT = re.compile(r"consent\W+default|consent_mode\.", re.I)
"""What marks the script with the defaults: its text, or the name of consentkit's own."""

GOOGLE = re.compile(r"https://(www\.googletagmanager\.com|www\.google-analytics\.com)/", re.I)


@rule("C26", "Consent mode begins with everything denied", "Google: consent mode", "first_visit", "accepted")
def consent_mode(evidence: "Evidence") -> Iterator[Finding]:
    """The first entry of each queue denies all; no Google tag stands before it; updates follow the choices."""
    seen = evidence.accepted
    probes = [page.probe for page in (*evidence.first_visit.pages, *seen.chosen.pages)]
    if not any(probe["uet"] or probe["layer"] or any(map(GOOGLE.match, probe["scripts"])) for probe in probes):
        raise NotSeen("no page has a tag of Google's or Microsoft's, or a data layer")
    googles = any(probe["layer"] or any(map(GOOGLE.match, probe["scripts"])) for probe in probes)
    for page in evidence.first_visit.pages:
        first = next((list(entry) for entry in page.probe["layer"]), [])
        if googles and not _denies(first, DEFAULTS):
            yield Finding("C26", f"{page.path}: the data layer begins with {as_text(first)}", "deny all there first")
        if page.probe["uet"] and not _denies(page.probe["uet"], DEFAULTS[:1]):
            yield Finding("C26", f"{page.path}: uetq begins with {as_text(page.probe['uet'])}", "deny ad_storage first")
    for page in seen.chosen.pages if googles else ():
        yield from _tag_first(page.path, page.probe["scripts"])
        if not _last(page.probe["layer"], "granted"):
            yield Finding("C26", f"{page.path}: no update grants anything after consent", "send consent update")
    for page in seen.pages_after:
        if _last(page.probe["layer"], "granted"):
            yield Finding(
                "C26", f"{page.path}: something is granted after the withdrawal", "send consent update: denied"
            )


def _denies(first: list[Any], names: tuple[str, ...]) -> bool:
    """Whether a first entry is the default that denies these."""
    states = first[2] if first[:2] == ["consent", "default"] and len(first) > 2 else {}
    return isinstance(states, dict) and all(states.get(name) == "denied" for name in names)


def _tag_first(path: str, scripts: list[str]) -> Iterator[Finding]:
    """A finding if a Google tag stands before the script with the defaults."""
    tags = [place for place, script in enumerate(scripts) if GOOGLE.match(script)]
    defaults = [place for place, script in enumerate(scripts) if DEFAULT.search(script)]
    if tags and (not defaults or tags[0] < defaults[0]):
        yield Finding(
            "C26", f"{path}: {scripts[tags[0]]} stands before the defaults", "put the defaults first in <head>"
        )


def _last(layer: Any, value: str) -> bool:
    """Whether the last word on some default of a data layer is the given one."""
    last: dict[str, str] = {}
    for entry in layer:
        if list(entry[:1]) == ["consent"] and len(entry) > 2 and isinstance(entry[2], dict):
            last.update({name: entry[2][name] for name in DEFAULTS if name in entry[2]})
    return value in last.values()
