"""What the site may store on a visitor's device, why and for how long; every other part reads this one declaration."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

NECESSARY = "necessary"
AUDIENCE_MEASUREMENT = "audience_measurement"
BUILT_IN_PURPOSES = (NECESSARY, "preferences", AUDIENCE_MEASUREMENT, "marketing")

STORAGE_KINDS = (
    "cookie", "local_storage", "session_storage", "indexed_db", "cache", "service_worker", "response_header",
)  # fmt: skip
"""Where an item lies; a response header is one that makes the browser keep or send something, as Accept-CH does."""

EXEMPTIONS = ("transmission", "requested_service", "nl_quality_measurement", "fr_audience_measurement",
              "es_audience_measurement", "uk_statistics")  # fmt: skip
"""Why no consent is needed: ePrivacy Directive 5(3) sentence 2 (the first two), and the national rules beside it:
Dutch Tw 11.7a(3)(b), French CNIL délibération 2020-091, Spanish AEPD guide 2024, UK PECR Sch. A1."""

Text = Mapping[str, str]
"""A text by language; a text given once for all languages stands under ""."""


def in_language(text: Text, language: str) -> str:
    """The text in a language, else the one for all languages, else the first there is, else ""."""
    return text.get(language) or text.get("") or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class StorageItem:
    """One thing stored on the device. `name` may hold `*`; `duration` is in days, 0 for the browser session."""

    name: str
    kind: str
    duration: int
    duration_text: str

    def matches(self, name: str) -> bool:
        """Whether a name belongs to this item; names are case-sensitive, as browsers keep them (RFC 6265bis)."""
        return glob_match(self.name, name)


@dataclass(frozen=True, slots=True)
class Service:
    """One product that stores or reads on the device, and the purpose it does so for.

    `privacy_policy`: the address of what the third party says of its use; `told`: what its scripts tell the server
    besides, each by a name of its own.
    """

    id: str
    name: Text
    purpose: str
    storage: tuple[StorageItem, ...]
    description: Text
    origins: tuple[str, ...] = ()
    exemption: str = ""
    justification: Text | None = None
    third_party: str = ""
    privacy_policy: str = ""
    told: tuple[str, ...] = ()

    def fingerprint(self) -> object:
        """What a person consents to, without the wording, as plain data."""
        items = sorted((item.name, item.kind, item.duration) for item in self.storage)
        return [self.id, self.purpose, sorted(self.origins), self.third_party, items, *self.told]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is stored or read: the unit that a person consents to. `gpc`: the privacy signal refuses it."""

    id: str
    title: Text
    description: Text
    services: tuple[Service, ...]
    gpc: bool
    token: str
    """Four characters that change when what a person consents to changes; a reworded text changes nothing."""


@dataclass(frozen=True)
class Declaration:
    """All purposes in use, the necessary one first."""

    purposes: tuple[Purpose, ...]
    revision: int = 1

    @cached_property
    def choosable(self) -> tuple[Purpose, ...]:
        """The purposes that a person is asked about."""
        return tuple(purpose for purpose in self.purposes if purpose.id != NECESSARY)

    @cached_property
    def asked(self) -> tuple[Purpose, ...]:
        """Those of them that wait for consent: what an exemption covers can be refused, but is not asked for."""
        return tuple(
            purpose for purpose in self.choosable if not all(service.exemption for service in purpose.services)
        )

    @cached_property
    def any_exempt(self) -> bool:
        """Whether any of them has a service that an exemption covers: it is on until it is refused."""
        return any(service.exemption for purpose in self.choosable for service in purpose.services)

    @cached_property
    def always_on(self) -> tuple[Purpose, ...]:
        """The necessary purpose, alone."""
        return tuple(purpose for purpose in self.purposes if purpose.id == NECESSARY)

    @cached_property
    def services(self) -> dict[str, Service]:
        """Every service by its id."""
        return {service.id: service for purpose in self.purposes for service in purpose.services}

    @cached_property
    def by_id(self) -> dict[str, Purpose]:
        """Every purpose by its id."""
        return {purpose.id: purpose for purpose in self.purposes}

    @cached_property
    def policy_version(self) -> str:
        """Eight characters for the whole declaration."""
        return digest([self.revision, [purpose.token for purpose in self.purposes]], 8)

    @cached_property
    def _items(self) -> dict[str, list[tuple[StorageItem, Service]]]:
        kinds: dict[str, list[tuple[StorageItem, Service]]] = {kind: [] for kind in STORAGE_KINDS}
        for service in self.services.values():
            for item in service.storage:
                kinds[item.kind].append((item, service))
        for pairs in kinds.values():
            pairs.sort(key=lambda pair: ("*" in pair[0].name, -len(pair[0].name)))
        return kinds

    def owners(self, cookie: str) -> tuple[Service, ...]:
        """The services whose declared cookie is the closest match for a name; none for an undeclared cookie.

        An exact name goes before a pattern and a longer pattern before a shorter one, so that `_ads_optout` may be
        necessary beside `_ads_*`. Patterns of equal length share the cookie: it needs the consent of all of them.
        """
        return tuple(service for _, service in self.closest(cookie))

    def declared_name(self, cookie: str) -> str:
        """The name or pattern under which a cookie is declared, "" for an undeclared one."""
        return next((item.name for item, _ in self.closest(cookie)), "")

    def closest(self, name: str, kind: str = "cookie") -> list[tuple[StorageItem, Service]]:
        """The declared items of a kind that match a name as closely as any does, with their services."""
        found: list[tuple[StorageItem, Service]] = []
        rank: tuple[bool, int] | None = None
        for item, service in self._items[kind]:
            if rank is not None and rank != ("*" in item.name, len(item.name)):
                break
            if item.matches(name):
                rank = ("*" in item.name, len(item.name))
                found.append((item, service))
        return found


def purpose_token(purpose: str, services: tuple[Service, ...], revision: int) -> str:
    """Four characters (24 bits) that stand for what a person consents to in one purpose."""
    return digest([revision, purpose, sorted(json.dumps(service.fingerprint()) for service in services)], 4)


def digest(value: object, length: int) -> str:
    """The first characters of a SHA-256 over plain data, in the base64url alphabet."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:length].decode()


def glob_match(pattern: str, name: str) -> bool:
    """Match with `*` as the only wildcard, in time linear in pattern × name: names come from hostile requests."""
    head, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if not name.startswith(head):
        return False
    position = len(head)
    for part in rest[:-1]:
        found = name.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(name) - position >= len(rest[-1]) and name.endswith(rest[-1])
