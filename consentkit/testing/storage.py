"""C1 to C3, C14, C21, C30 and C31: what is stored and who is contacted before, after and against a choice."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from consentkit.testing.browsing import Item, origin_of
from consentkit.testing.rules import Finding, NotSeen, rule
from consentkit.testing.visitor import PageSeen, Stock, as_text

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

LONGEST = 400 * 86_400
"""Seconds that a browser keeps a cookie at most (RFC 6265bis §5.5)."""

EARLY = re.compile(
    r"<link\b[^>]*\brel\s*=\s*[\"']?[^\"'>]*\b(?:preconnect|dns-prefetch|preload|prefetch|modulepreload)\b[^>]*>", re.I
)
HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.I)

WAIT = "let it wait for consent: declare it under a service of the purpose it serves"


def stored_findings(evidence: "Evidence", number: str, when: str, items: Iterable[Item]) -> Iterator[Finding]:
    """A finding for each item that needs consent and is stored without it."""
    for item in items:
        if not evidence.site.is_declared(item, granted=False, undecided=number == "C1"):
            source = f", by {item.source}" if item.source else ""
            yield Finding(number, f"{when}: {item.kind} {item.name!r} of {item.origin} is stored{source}", WAIT)


def contact_findings(number: str, when: str, stock: Stock) -> Iterator[Finding]:
    """A finding for each other origin that is contacted without consent."""
    contacts = {contact.origin: contact for contact in stock.elsewhere}
    for contact in contacts.values():
        source = f" from {contact.source}" if contact.source else ""
        yield Finding(number, f"{when}: {contact.url} ({contact.kind}) is asked for{source}", WAIT)
    for violation in dict.fromkeys(stock.violations):
        yield Finding(
            number, f"{when}: {as_text(violation)}", "take out what the policy has to stop, or declare its origin"
        )


def early_findings(evidence: "Evidence", number: str, pages: Iterable[PageSeen]) -> Iterator[Finding]:
    """A finding for each connection that a page opens in advance, in its HTML or its DOM."""
    own = evidence.site.homes()
    for page in pages:
        raw = [match[1] for tag in EARLY.findall(page.html) for match in [HREF.search(tag)] if match]
        for address in dict.fromkeys([*raw, *page.probe["early"]]):
            origin = origin_of(f"https:{address}" if address.startswith("//") else address)
            if origin and origin not in own:
                yield Finding(number, f"{page.path}: a <link> opens a connection to {origin} in advance", WAIT)


@rule("C1", "Nothing that needs consent is stored before a choice", "ePD 5(3); Tw 11.7a(1)", "first_visit")
def nothing_stored(evidence: "Evidence") -> Iterator[Finding]:
    """Every page, ten seconds each, nothing done: only what is declared as necessary is there."""
    yield from stored_findings(evidence, "C1", "before a choice", evidence.first_visit.stock.items)


@rule("C2", "Nobody else is contacted before a choice", "ePD 5(3); EDPB 2/2023", "first_visit")
def nobody_contacted(evidence: "Evidence") -> Iterator[Finding]:
    """No request to an origin that is not the site's own, none stopped by the policy, no connection in advance."""
    yield from contact_findings("C2", "before a choice", evidence.first_visit.stock)
    yield from early_findings(evidence, "C2", evidence.first_visit.pages)


@rule("C3", "A refusal takes effect", "EDPB Taskforce ¶7, ¶24; CNIL SAN-2025-005", "refused")
def refusal_holds(evidence: "Evidence") -> Iterator[Finding]:
    """Nothing is stored or contacted after it, and forbidden cookies that come all the same are deleted."""
    seen = evidence.refused
    yield from stored_findings(evidence, "C3", "after a refusal", seen.chosen.stock.items)
    yield from contact_findings("C3", "after a refusal", seen.chosen.stock)
    yield from early_findings(evidence, "C3", seen.chosen.pages)
    for name in seen.left:
        yield Finding(
            "C3",
            f"the refused cookie {name!r} was sent to the site and is still there",
            'set [consent] mode = "enforce": refused cookies are then kept from the app and deleted',
        )


@rule("C14", "A withdrawal takes effect", "GDPR 7(3)", "accepted")
def withdrawal_holds(evidence: "Evidence") -> Iterator[Finding]:
    """What was stored is gone, and the next pages contact nobody."""
    seen = evidence.accepted
    # Of other origins a site can delete nothing; that is for the third parties, who have to be told.
    ours = [item for item in seen.after.items if item.kind != "cookie" or item.origin.lstrip(".") in evidence.site.url]
    yield from stored_findings(evidence, "C14", "after the withdrawal", ours)
    yield from contact_findings("C14", "after the withdrawal", seen.after)
    if seen.granted_after:
        yield Finding("C14", f"after the withdrawal {sorted(seen.granted_after)} are granted", "withdraw everything")


@rule(
    "C21", "A refusal is kept as long as consent, and nobody nags", "CNIL 2020-092; EDPB 03/2022", "refused", "accepted"
)
def no_nagging(evidence: "Evidence") -> Iterator[Finding]:
    """No page asks again after a refusal, and its cookie lives as long as that of consent."""
    refused, accepted = evidence.refused.chosen, evidence.accepted.chosen
    for page in refused.pages:
        if page.banner:
            yield Finding("C21", f"{page.path} asks again after a refusal", "ask again when the refusal has expired")
    kept = [chosen.lifetime for chosen in (refused, accepted)]
    if kept[0] < kept[1] - 86_400:
        days = [f"{seconds / 86_400:.0f}" for seconds in kept]
        yield Finding("C21", f"a refusal is kept for {days[0]} days, consent for {days[1]}", "keep both equally long")


@rule("C30", "An embed waits, and may be loaded once", "ePD 5(3); GDPR 4(11)", "embedded")
def embeds_wait(evidence: "Evidence") -> Iterator[Finding]:
    """The placeholder contacts nobody; "load this once" loads it and stores no choice."""
    before, after, page = evidence.embedded
    yield from contact_findings("C30", f"{page.path} with a placeholder", before)
    if not after.elsewhere:
        yield Finding("C30", f"{page.path}: loading the embed once loads nothing", "declare the embed's origin")
    known = {(item.kind, item.name) for item in before.items}
    ours = [item for item in after.items if item.origin.lstrip(".") in evidence.site.url]
    for item in ours:
        if (item.kind, item.name) not in known:
            yield Finding("C30", f"loading once stores {item.kind} {item.name!r}", "store nothing about it")


@rule("C31", "The consent cookie is well protected", "RFC 6265bis", "consent_cookie")
def cookie_flags(evidence: "Evidence") -> Iterator[Finding]:
    """HttpOnly, SameSite=Lax, at most 400 days; over https Secure and bound to the host."""
    cookies = evidence.consent_cookie
    if not cookies:
        raise NotSeen("no choice left a consent cookie")
    encrypted = evidence.site.url.startswith("https:")
    for line in cookies:
        name = line.partition("=")[0]
        attributes = {
            key.strip().lower(): value.strip().lower()
            for key, _, value in (part.partition("=") for part in line.split(";")[1:])
        }
        age = attributes.get("max-age", "")
        wrong = {
            "is readable by scripts": "httponly" not in attributes,
            "is sent along by other sites": attributes.get("samesite") not in ("lax", "strict"),
            "is not Secure": encrypted and "secure" not in attributes,
            "is not bound to the host": encrypted and not name.startswith("__Host-"),
            f"has the Max-Age {age!r}": not age.isdigit() or int(age) > LONGEST,
        }
        for problem, holds in wrong.items():
            if holds:
                yield Finding("C31", f"the cookie {name} {problem}", "send it as consentkit does, unchanged")
