"""What was seen against what is declared: a pure function from values to findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from consentkit.audit import advice
from consentkit.audit.declared import OWN_ID
from consentkit.audit.model import NOT_GRANTED, Contact, Finding, Seen, State, Stored
from consentkit.audit.parties import Parties
from consentkit.audit.shown import path_of
from consentkit.audit.sources import first_of
from consentkit.consent.undeclared import readable
from consentkit.declaration import NECESSARY, Declaration, Service, StorageItem, in_language
from consentkit.html.origins import Closed, closed_origins
from consentkit.html.urls import origin
from consentkit.own_visit import VISIT

KINDS = {
    "undeclared_storage": "stored, but no service declares it",
    "storage_without_consent": "declared, but stored without consent",
    "lives_longer": "stored for longer than declared",
    "undeclared_contact": "another party is contacted that no service declares",
    "contact_without_consent": "a declared service is contacted without consent",
    "blocked_contact": "a page asks for it, and the Content-Security-Policy stops it",
    "state_not_reached": "the state could not be reached, so it is not checked",
    "page_not_opened": "the page could not be opened, so it is not checked",
}
NOTES = {
    "never_seen": "declared, but not seen on the pages visited",
    "left_behind": "another party's storage is left after withdrawal; a site cannot delete it",
    "page_error": "the page answered with an error",
    "nothing_to_choose": "nothing in the declaration needs consent, so there is no choice to make",
}

STORAGE_RULE = {State.BEFORE: "C1", State.REFUSED: "C3", State.ACCEPTED: "C19", State.WITHDRAWN: "C14"}
CONTACT_RULE = {**STORAGE_RULE, State.BEFORE: "C2"}
TOLERANCE = 1.0
"""Days that a cookie may live longer than declared: clocks differ, and a declared month is 30.5 days (rule C19)."""

ERROR = 400


@dataclass(frozen=True)
class Comparison:
    """One declaration (consentkit's own cookies included) and one site."""

    declaration: Declaration
    parties: Parties

    @cached_property
    def places(self) -> Closed:
        """Every declared origin with the services that declare it."""
        return closed_origins(self.declaration, lambda _: False)

    def findings(self, seen: Seen) -> list[Finding]:
        """Everything seen in one state that the declaration does not allow there, by kind and name."""
        if not seen.reached:
            return [advice.not_reached(seen.state, seen.why_not)] if self.declaration.choosable else []
        failed = [advice.page_not_opened(seen.state, page) for page in seen.visited if page.status == 0]
        stored = [finding for finding in self._storage(seen) if finding.kind in KINDS]
        found = [*stored, *self._contacts(seen), *failed]
        return sorted(found, key=lambda each: (list(KINDS).index(each.kind), each.what, each.name, each.place))

    def notes(self, states: Sequence[Seen]) -> list[Finding]:
        """What the reader of the audit should know although it breaks no rule."""
        pages = {page.url: page for seen in states for page in seen.visited if page.status >= ERROR}
        found = [advice.page_error(page) for page in pages.values()]
        found += [finding for seen in states for finding in self._storage(seen) if finding.kind in NOTES]
        if not self.declaration.choosable:
            found.append(advice.nothing_to_choose())
        # What waits for consent can only be missed where consent was given.
        if any(seen.reached and seen.state is State.ACCEPTED for seen in states) or not self.declaration.choosable:
            found += self._never_seen(states)
        return found

    def all(self, states: Sequence[Seen]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings, state by state, and the notes of a whole audit."""
        return tuple(finding for seen in states for finding in self.findings(seen)), tuple(self.notes(states))

    def allowed(self, services: Iterable[Service], state: State) -> bool:
        """Whether everything that these services share may happen in a state: all of them must be granted, or exempt
        and not refused."""
        return all(
            service.purpose == NECESSARY
            or state not in NOT_GRANTED
            or (bool(service.exemption) and state is State.BEFORE)
            for service in services
        )

    def declared(self, stored: Stored) -> list[tuple[StorageItem, Service]]:
        """The declared items that a stored thing is.

        A service worker is declared by its scope, path or address; the names of headers know no case.
        """
        if stored.kind == "response_header":
            services = self.declaration.services.values()
            pairs = [(item, service) for service in services for item in service.storage if item.kind == stored.kind]
            return [(item, service) for item, service in pairs if item.name.lower() == stored.name.lower()]
        found = self.declaration.closest(stored.name, stored.kind)
        if not found and stored.kind == "service_worker":
            found = self.declaration.closest(stored.place + stored.name, stored.kind)
        return found

    def label(self, stored: Stored) -> str:
        """The name of a stored thing as a report may show it: as declared, else what may identify is left out."""
        found = self.declared(stored)
        return found[0][0].name if found else readable(stored.name or None)

    def whose(self, services: Iterable[str]) -> str:
        """The names of services, for people; their ids stand where a declaration gives no name."""
        named = (in_language(self.declaration.services[id_].name, "en") or id_ for id_ in services)
        return " and ".join(f"“{name}”" for name in dict.fromkeys(named))

    def _storage(self, seen: Seen) -> list[Finding]:
        groups: dict[tuple[str, str, str, str], list[Stored]] = defaultdict(list)
        for stored in seen.stored:
            verdict = self.verdict(stored, seen.state)
            if verdict:
                groups[verdict, stored.kind, self.label(stored), stored.place].append(stored)
        return [self._stored_finding(key, group, seen.state) for key, group in groups.items()]

    def owns(self, stored: Stored) -> bool:
        """Whether a stored thing belongs to the site itself."""
        return self.parties.owns_cookie(stored.place) if stored.kind == "cookie" else self.parties.owns(stored.place)

    def verdict(self, stored: Stored, state: State) -> str:
        """The kind of finding or note that a stored thing is in a state, "" if it is allowed there."""
        found = self.declared(stored)
        if not found:
            return "undeclared_storage"
        if not self.allowed((service for _, service in found), state):
            return "left_behind" if state is State.WITHDRAWN and not self.owns(stored) else "storage_without_consent"
        return "lives_longer" if lives_longer(stored, max(item.duration for item, _ in found)) else ""

    def _stored_finding(self, key: tuple[str, str, str, str], group: list[Stored], state: State) -> Finding:
        verdict, kind, name, place = key
        worst = max(group, key=lambda stored: stored.days or 0)
        found = self.declared(worst)
        finding = Finding(
            kind=verdict,
            state=state,
            rule="C19" if verdict == "lives_longer" else STORAGE_RULE[state],
            what=kind,
            name=name,
            place=place,
            services=tuple(service.id for _, service in found),
            count=len(group),
            sources=first_of(source for stored in group for source in stored.sources),
            message="",
            advice="",
        )
        others = [where for where in worst.sent_to if not self.parties.owns(where)]
        return advice.for_storage(
            finding,
            worst,
            [item for item, _ in found],
            whose=self.whose(finding.services),
            own=self.owns(worst),
            sent_to=others,
        )

    def _contacts(self, seen: Seen) -> list[Finding]:
        groups: dict[tuple[str, str], list[Contact]] = defaultdict(list)
        for found, contact in self.elsewhere(seen):
            verdict = self.contact_verdict(contact, seen.state)
            if verdict:
                groups[verdict, found].append(contact)
        return [self._contact_finding(key, group, seen.state) for key, group in groups.items()]

    def elsewhere(self, seen: Seen) -> Iterator[tuple[str, Contact]]:
        """The contacts with other parties, and with own origins that a service declares; each with its origin."""
        for contact in seen.contacts:
            found = http_origin(contact.url)
            if found and (self.places.owners(found) or not self.parties.owns(contact.url)):
                yield found, contact

    def contact_verdict(self, contact: Contact, state: State) -> str:
        """The kind of finding that a contact is in a state, "" if it is allowed there."""
        owners = self.places.owners(origin(contact.url))
        # An origin that a granted service shares is open, as the gate has it.
        if any(self.allowed([self.declaration.services[id_]], state) for id_ in owners):
            return ""
        if contact.kind == "blocked":
            return "blocked_contact"
        return "contact_without_consent" if owners else "undeclared_contact"

    def _contact_finding(self, key: tuple[str, str], group: list[Contact], state: State) -> Finding:
        verdict, found = key
        finding = Finding(
            kind=verdict,
            state=state,
            rule=CONTACT_RULE[state],
            what="contact",
            name=found,
            services=self.places.owners(found),
            count=len(group),
            sources=first_of(contact.source for contact in group),
            message="",
            advice="",
        )
        kinds = Counter(contact.kind for contact in group)
        return advice.for_contact(
            finding, kinds, sorted({path_of(contact.url) for contact in group}), whose=self.whose(finding.services)
        )

    def _never_seen(self, states: Sequence[Seen]) -> list[Finding]:
        stored = {(item, service.id) for seen in states for one in seen.stored for item, service in self.declared(one)}
        contacted = {id_ for seen in states for one in seen.contacts for id_ in self.places.owners(origin(one.url))}
        found = []
        for service in self.declaration.services.values():
            # Nobody wrote these into the declaration, so nobody could take them out.
            if service.id in (OWN_ID, VISIT):
                continue
            missing = [item for item in service.storage if (item, service.id) not in stored]
            found += [advice.never_seen(service.id, self.whose([service.id]), item.kind, item.name) for item in missing]
            if service.origins and service.id not in contacted:
                found.append(
                    advice.never_seen(service.id, self.whose([service.id]), "contact", ", ".join(service.origins))
                )
        return found


def http_origin(url: str) -> str | None:
    """The origin of an address; a web socket is the same party as the requests beside it."""
    found = origin(url)
    return f"http{found[2:]}" if found and found.startswith("ws") else found


def lives_longer(stored: Stored, declared_days: int) -> bool:
    """Whether a stored thing outlives its declaration by more than the tolerance.

    Local storage, databases, caches and service workers have no end of their own, so they cannot be measured; only a
    declared "session" is certainly too short for them.
    """
    if stored.kind == "cookie":
        return stored.days is not None and stored.days > declared_days + (TOLERANCE if declared_days else 0)
    return stored.kind not in ("session_storage", "response_header") and declared_days == 0
