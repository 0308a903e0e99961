"""C18, C19 and C24: what the site says that it stores, against what a browser was seen to store."""

from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from consentkit.declaration import EXEMPTIONS, NECESSARY, glob_match, in_language
from consentkit.own_visit import VISIT_COOKIES
from consentkit.rules import known_tracker
from consentkit.testing.browsing import Item
from consentkit.testing.rules import Finding, rule
from consentkit.testing.site import fetch

if TYPE_CHECKING:
    from consentkit.testing.evidence import Evidence

DAY = 86_400

CALENDAR = 0.02
"""The share by which months and years differ from each other in days."""

CHECKED_WITHIN = 30
"""Days that the last comparison of a site with its declaration may lie back."""

THIRTEEN_MONTHS = 13 * 30.5
"""Days that a cookie of exempt audience measurement may live (CNIL 2020-091)."""


@rule("C18", "What is called necessary is justified", "EDPB Taskforce ¶26-30; WP194", "declaration")
def necessary_is_justified(evidence: "Evidence") -> Iterator[Finding]:
    """Each has an exemption and a reason, and none is a known tracker."""
    for service in evidence.declaration["services"]:
        if service["purpose"] != NECESSARY:
            continue
        if service["exemption"] not in EXEMPTIONS:
            yield Finding("C18", f"{service['id']} has the exemption {service['exemption']!r}", "name one of the law's")
        if not in_language(service["justification"], "en").strip():
            yield Finding("C18", f"{service['id']} has no justification", "say why the site cannot work without it")
        for entry in service["storage"]:
            if tracker := known_tracker(entry["name"]):
                yield Finding("C18", f"{service['id']} lets the tracker {tracker!r} through", "ask for consent for it")


@rule("C19", "The declaration is complete and true", "CJEU C-673/17 ¶75-81; GDPR 13", "declaration", "accepted")
def declaration_is_true(evidence: "Evidence") -> Iterator[Finding]:
    """Everything seen after consent is declared, lives as long as declared, and is described."""
    for item in evidence.accepted.chosen.stock.items:
        ours = item.origin.lstrip(".") in evidence.site.url
        if ours and not evidence.site.is_declared(item, granted=True):
            yield Finding("C19", f"{item.kind} {item.name!r} is stored and not declared", "declare it with its service")
        elif ours and item.kind == "cookie" and not evidence.site.is_own(item):
            yield from _lifetime(evidence, item)
    for service in evidence.declaration["services"]:
        words = [service["name"], service["description"] or service["justification"]]
        if not all(in_language(text, "en").strip() for text in words):
            yield Finding("C19", f"{service['id']} has no name or description", "say what it is and what it is for")
    checked, today = evidence.declaration["checked"], evidence.declaration["today"]
    if checked and (today - date.fromisoformat(checked)).days > CHECKED_WITHIN:
        mend = "see what `consentkit observed` and the site's log say, or audit the site"
        yield Finding("C19", f"it was last compared with what the site stores on {checked}", mend)


def _lifetime(evidence: "Evidence", item: Item) -> Iterator[Finding]:
    days = 0 if item.lifetime is None else item.lifetime / DAY
    if item.name in VISIT_COOKIES and 0 < days <= THIRTEEN_MONTHS:
        return  # its end was fixed at the first visit, so it nears
    entries = [
        entry
        for service in evidence.declaration["services"]
        for entry in service["storage"]
        if entry["kind"] == "cookie" and glob_match(entry["name"], item.name)
    ]
    if all(abs(entry["days"] - days) > 1 + entry["days"] * CALENDAR for entry in entries):
        said = " or ".join(str(entry["duration"]) for entry in entries)
        yield Finding(
            "C19", f"the cookie {item.name!r} lives for {days:.0f} days, declared: {said}", "declare what is so"
        )


@rule(
    "C24", "Statistics without consent stay harmless, and are told", "Tw 11.7a(3)(b); CNIL; PECR Sch. A1", "declaration"
)
def harmless_statistics(evidence: "Evidence") -> Iterator[Finding]:
    """Exempt measurement lives at most 13 months and goes to nobody else; the page of the declaration tells of it."""
    for service in evidence.declaration["services"]:
        if not str(service["exemption"] or "").endswith(("measurement", "statistics")):
            continue
        for entry in service["storage"]:
            if entry["days"] > THIRTEEN_MONTHS:
                yield Finding(
                    "C24", f"{entry['name']!r} lives for {entry['duration']}", "keep it for 13 months at most"
                )
        if service["origins"] or service["third_party"]:
            yield Finding("C24", f"{service['id']} tells others", "an exempt measurement serves its site alone")
    if evidence.declaration["page"] != 200:
        status = evidence.declaration["page"]
        yield Finding("C24", f"the declaration's page answers {status}", "let everybody read what is counted")


def declaration(evidence: "Evidence") -> dict[str, Any]:
    """The declared services, when they were last checked, and the declaration's page: its status and the day there."""
    page = fetch(f"{evidence.site.preferences}declaration")
    return {
        "services": evidence.site.services,
        "checked": evidence.site.declaration["checked"],
        "page": page.status,
        "today": parsedate_to_datetime(page.get("date")).date(),
    }
