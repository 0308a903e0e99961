"""What one event of the ledger says, in the fields of ISO/IEC TS 27560: header, processing, parties, events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from consentkit.config import Config
from consentkit.consent.choice import Choice
from consentkit.consent.decision import Decisions
from consentkit.declaration import Purpose, Service, in_language

SCHEMA = "ISO/IEC TS 27560:2023; consentkit 1"
GRANT, CHANGE, WITHDRAWAL = "grant", "change", "withdrawal"
GIVEN = "given"
"""The state of an event after which something is granted."""
ACCEPTED, REFUSED, CHOSEN, WITHDRAWN = "accepted", "refused", "chosen", "withdrawn"
"""The kinds of answers that are counted by day; `chosen` granted a part."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the visitor was shown, without what differs by request. `layout`: bar, dialog, preferences, or placeholder
    with the ids of its services, as `placeholder:ads+video`; `bar:marketing` asks for that purpose alone.
    """

    layout: str
    language: str
    hash: str
    html: str

    @property
    def mark(self) -> str:
        """What the form carries, so that the choice tells which notice it answers."""
        return f"{self.layout}.{self.language}.{self.hash[:16]}"


@dataclass(frozen=True, slots=True)
class Change:
    """A choice and what it replaces. `address`: of the consent pages; `confirmed`: the form named this very notice."""

    before: Decisions
    after: Choice
    notice: Notice
    confirmed: bool
    address: str

    @property
    def subject(self) -> str:
        """The id that the event is kept under, "" for a refusal of somebody who has none."""
        return self.after.id or (self.before.choice.id if self.before.choice else "")

    @property
    def type(self) -> str:
        """grant, change or withdrawal."""
        if not self.after.granted:
            return WITHDRAWAL
        return CHANGE if self.before.choice and self.before.choice.id else GRANT

    @property
    def only_narrows(self) -> bool:
        """Whether nothing is granted that was not in force: such a choice holds without proof."""
        choice = self.before.choice
        in_force = {id_ for id_ in choice.granted if self.before.of(id_)} if choice else set()
        return self.after.granted <= in_force

    def repeats(self) -> bool:
        """Whether the same was chosen before on the same day, under the same policy and signal: no new event."""
        before = self.before.choice
        return before is not None and before == self.after

    def answer(self, config: Config) -> str:
        """The kind of answer that is counted."""
        if not self.after.granted:
            return WITHDRAWN if self.subject else REFUSED
        return ACCEPTED if all(self.after.grants(p) for p in config.declaration.choosable) else CHOSEN


def content_of(change: Change, config: Config, *, record_id: str, when: float) -> dict[str, Any]:
    """The content of an event; `when` in epoch seconds."""
    language = change.notice.language
    purposes = config.declaration.choosable
    return {
        "header": {"schema_version": SCHEMA, "record_id": record_id, "pii_principal_id": change.subject},
        "processing": {
            "privacy_notice": {
                "hash": change.notice.hash,
                "layout": change.notice.layout,
                "confirmed": change.confirmed,
                "privacy_policy": config.site.privacy_policy,
            },
            "language": language,
            "policy_version": config.declaration.policy_version,
            "signals": {"gpc": change.after.gpc},
            "lawful_basis": "consent (GDPR Art. 6(1)(a), ePrivacy Directive Art. 5(3))",
            "purposes": [_purpose(purpose, change.after, language) for purpose in purposes],
            "storage_location": "the visitor's device",
            "withdrawal_method": change.address,
            "jurisdiction": "unknown",
        },
        "parties": _parties(config, change.after),
        "events": [
            {
                "event_time": datetime.fromtimestamp(int(when), UTC).isoformat(),
                "validity_duration": f"P{_days_left(change.after, config, when)}D",
                "entity_id": change.subject,
                "event_type": change.type,
                "event_state": GIVEN if change.after.granted else "withdrawn",
            }
        ],
    }


def _days_left(choice: Choice, config: Config, when: float) -> int:
    """Who agrees to one thing more does not prolong the rest, so it is not always the whole validity."""
    today = datetime.fromtimestamp(when, config.site.timezone).date()
    return min(max(config.consent.validity_days - (today - choice.decided).days, 0), config.consent.validity_days)


def over_at(content: Mapping[str, Any]) -> float:
    """When what an event says is over, in epoch seconds: at the end of its validity, or when consent was withdrawn."""
    event = content["events"][0]
    begun = datetime.fromisoformat(event["event_time"])
    days = int(event["validity_duration"].strip("PD")) if event["event_state"] == GIVEN else 0
    return (begun + timedelta(days=days)).timestamp()


def _purpose(purpose: Purpose, choice: Choice, language: str) -> dict[str, Any]:
    states = {service.id in choice.granted for service in purpose.services}
    return {
        "id": purpose.id,
        "title": in_language(purpose.title, language),
        "state": "partly granted" if len(states) > 1 else "granted" if states == {True} else "denied",
        "services": [_service(service, choice, language) for service in purpose.services],
    }


def _service(service: Service, choice: Choice, language: str) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": in_language(service.name, language),
        "state": "granted" if service.id in choice.granted else "denied",
        "storage": [
            {"name": item.name, "kind": item.kind, "retention": item.duration_text} for item in service.storage
        ],
    }


def _parties(config: Config, choice: Choice) -> list[Mapping[str, str]]:
    controller = {
        "id": "controller", "name": config.site.controller, "address": "unknown", "contact": config.site.contact,
        "type": "controller",
    }  # fmt: skip
    others = [
        {
            "id": service.id, "name": service.third_party or ", ".join(service.origins), "address": "unknown",
            "contact": "unknown", "type": "third party",
        }
        for purpose in config.declaration.choosable
        for service in purpose.services
        if service.id in choice.granted and (service.third_party or service.origins)
    ]  # fmt: skip
    return [controller, *others]
