"""A whole audit as plain data: what the JSON holds, and what the text and the HTML page are made from.

Here every name and address of the site becomes fit to be shown, so no form of the report has to think of it again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from consentkit.audit import advice
from consentkit.audit.compare import KINDS, NOTES, Comparison
from consentkit.audit.model import Contact, Finding, Seen, Source, State, Stored
from consentkit.audit.shown import fit, shown_url
from consentkit.audit.sources import first_of

FORMAT = 1
"""Of the JSON; it changes when a reader of the former one could no longer read it (report.schema.json)."""

RULES = {
    "C1": "Nothing that needs consent is stored before a choice (ePrivacy Directive Art. 5(3))",
    "C2": "No other party is contacted before a choice (ePrivacy Directive Art. 5(3); EDPB Guidelines 2/2023)",
    "C3": "A refusal is effective: nothing is set or read after it (EDPB cookie banner report ¶7, ¶24)",
    "C4": "Refusing stands on the same layer as accepting (EDPB cookie banner report ¶6-8)",
    "C13": "Withdrawing is as easy as agreeing, at any time (GDPR Art. 7(3))",
    "C14": "Withdrawal takes effect: storage is deleted, tags are gone (GDPR Art. 7(3))",
    "C19": "The declaration is complete and true: names, durations, other parties (CJEU C-673/17 ¶75-81)",
}
"""The rules that an audit checks, in one sentence each, with their source."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything seen, and the comparison that judges it. `declared_in` names where the declaration was read."""

    url: str
    started: str
    browser: str
    declared_in: str
    states: tuple[Seen, ...]
    comparison: Comparison


def as_data(audit: Audit) -> dict[str, Any]:
    """The audit as JSON holds it, after `report.schema.json`; screenshots are left out."""
    findings, notes = audit.comparison.all(audit.states)
    first = {_same(finding): finding.state for finding in reversed(findings)}
    return {
        "format": FORMAT,
        "tool": f"consentkit {version('consentkit')}",
        "url": shown_url(audit.url),
        "started": audit.started,
        "browser": fit(audit.browser),
        "declaration": {
            "source": fit(audit.declared_in),
            "services": len(audit.comparison.declaration.services) - 1,
        },
        "summary": {
            "findings": len(findings),
            "things": len(first),
            "notes": len(notes),
            "states_reached": sum(seen.reached for seen in audit.states),
            "states_asked": len(audit.states),
        },
        "states": [_state(seen, audit.comparison, findings) for seen in audit.states],
        "findings": [_finding(finding, KINDS[finding.kind], first[_same(finding)]) for finding in findings],
        "notes": [_finding(note, NOTES[note.kind], note.state) for note in notes],
        "rules": {rule: RULES[rule] for rule in sorted({f.rule for f in (*findings, *notes)} & RULES.keys())},
    }


def _state(seen: Seen, comparison: Comparison, findings: Iterable[Finding]) -> dict[str, Any]:
    return {
        "state": str(seen.state),
        "title": advice.WHEN[seen.state],
        "reached": seen.reached,
        "why_not": fit(seen.why_not),
        "findings": sum(finding.state is seen.state for finding in findings),
        "pages": [
            {"url": shown_url(page.url), "status": page.status, "problem": fit(page.problem)} for page in seen.visited
        ],
        "storage": _storage(seen, comparison),
        "contacts": _contacts(seen, comparison),
    }


def _storage(seen: Seen, comparison: Comparison) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str, str], list[Stored]] = defaultdict(list)
    for stored in seen.stored:
        groups[stored.kind, comparison.label(stored), stored.place].append(stored)
    return [
        _stored(name, place, group, seen, comparison)
        for (_, name, place), group in sorted(groups.items(), key=lambda pair: pair[0])
    ]


def _stored(name: str, place: str, group: list[Stored], seen: Seen, comparison: Comparison) -> dict[str, Any]:
    longest = max(group, key=lambda stored: stored.days or 0)
    return {
        "kind": longest.kind,
        "name": fit(name),
        "place": fit(place),
        "own": comparison.owns(longest),
        "count": len(group),
        "days": None if longest.days is None else round(longest.days, 2),
        "kept": advice.lifetime_text(longest),
        "path": shown_url(longest.path) if longest.path else "",
        "http_only": longest.http_only,
        "secure": longest.secure,
        "same_site": fit(longest.same_site),
        "services": [fit(service.id) for _, service in comparison.declared(longest)],
        "verdict": comparison.verdict(longest, seen.state) or "allowed",
        "sent_to": [fit(where) for where in longest.sent_to],
        "sources": _sources(source for stored in group for source in stored.sources),
    }


def _contacts(seen: Seen, comparison: Comparison) -> list[dict[str, Any]]:
    groups: dict[str, list[Contact]] = defaultdict(list)
    for found, contact in comparison.elsewhere(seen):
        groups[found].append(contact)
    return [
        {
            "origin": fit(found),
            "requests": dict(sorted(Counter(contact.kind for contact in group).items())),
            "services": [fit(id_) for id_ in comparison.places.owners(found)],
            "verdict": next(filter(None, (comparison.contact_verdict(each, seen.state) for each in group)), "allowed"),
            "sources": _sources(contact.source for contact in group),
        }
        for found, group in sorted(groups.items())
    ]


def _same(finding: Finding) -> tuple[str, str, str]:
    """What is the same thing in several states."""
    return finding.what, finding.name, finding.place


def _finding(finding: Finding, title: str, first: State | None) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "title": title,
        "state": None if finding.state is None else str(finding.state),
        "first_in": None if first is None else str(first),
        "rule": finding.rule,
        "what": finding.what,
        "name": fit(finding.name),
        "place": fit(finding.place),
        "services": [fit(id_) for id_ in finding.services],
        "count": finding.count,
        "message": fit(finding.message),
        "advice": fit(finding.advice),
        "paste": fit(finding.paste),
        "sources": _sources(finding.sources),
    }


def _sources(sources: Iterable[Source]) -> list[dict[str, Any]]:
    return [
        {
            "how": source.how,
            "page": shown_url(source.page),
            "url": shown_url(source.url) if source.url else "",
            "line": source.line,
        }
        for source in first_of(sources)
    ]
