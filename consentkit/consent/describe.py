"""The declaration in words of a language: what the preferences page and the declaration page show."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from consentkit.config import Config
from consentkit.consent.choice import kept_for
from consentkit.consent.decision import Decision
from consentkit.consent.gate import CHOICE_COOKIES, OWN_COOKIES, STAFF_COOKIES
from consentkit.declaration import NECESSARY, Purpose, Service, StorageItem, in_language
from consentkit.duration import days_of
from consentkit.texts import duration_text, texts

Decide = Callable[[str], Decision]


def describe(config: Config, language: str, decide: Decide | None = None) -> list[dict[str, Any]]:
    """Every purpose with its services and storage items, those to choose first; with `decide`, the state too."""
    return [
        {
            "id": purpose.id,
            "title": in_language(purpose.title, language),
            "description": in_language(purpose.description, language),
            "necessary": purpose.id == NECESSARY,
            "state": _state(purpose, decide) if decide else "",
            "services": [
                *([_own(config, language)] if purpose.id == NECESSARY else []),
                *(_service(service, language, decide) for service in purpose.services),
            ],
        }
        for purpose in (*config.declaration.choosable, *config.declaration.always_on)
    ]


def _state(purpose: Purpose, decide: Decide) -> str:
    """granted, denied, unset, or partly: some of its services are granted and others are not."""
    if len({bool(decide(service.id)) for service in purpose.services}) > 1:
        return "partly"
    return str(decide(purpose.id).state)


def _service(service: Service, language: str, decide: Decide | None) -> dict[str, Any]:
    t = texts(language)
    why = service.justification if service.purpose == NECESSARY and service.justification else service.description
    return {
        "id": service.id,
        "name": in_language(service.name, language),
        "description": in_language(why, language),
        "exemption": t["exemptions"][service.exemption] if service.exemption else "",
        "third_party": service.third_party or ", ".join(service.origins),
        "privacy_policy": service.privacy_policy,
        "granted": bool(decide(service.id)) if decide else False,
        "items": _items(service.storage, language),
    }


def _items(storage: Iterable[StorageItem], language: str) -> list[dict[str, str]]:
    kinds = texts(language)["kinds"]
    return [
        {"name": item.name, "kind": kinds[item.kind], "duration": duration_text(item.duration_text, language)}
        for item in storage
    ]


def own_storage(config: Config) -> list[StorageItem]:
    """What consentkit itself stores, as configured."""
    kept = kept_for(config.declaration, config.consent.validity_days)
    return own_items(kept, OWN_COOKIES if config.consent.delivery == "edge" else CHOICE_COOKIES)


def own_items(kept: str, choice: Collection[str] = OWN_COOKIES) -> list[StorageItem]:
    """What consentkit itself may store; `choice` are the cookies of a choice, which are `kept` for a duration."""
    return [
        StorageItem(name, "cookie", days_of(duration), duration)
        for duration, names in ((kept, choice), ("12 hours", STAFF_COOKIES))
        for name in sorted(names)
    ]


def _own(config: Config, language: str) -> dict[str, Any]:
    """consentkit's own storage: the site need not declare it."""
    t = texts(language)
    return {
        "id": "consentkit",
        "name": t["declaration"]["own_service"],
        "description": f"{t['declaration']['own_choice']} {t['declaration']['own_staff']}",
        "exemption": t["exemptions"]["requested_service"],
        "third_party": "",
        "privacy_policy": "",
        "granted": True,
        "items": _items(own_storage(config), language),
    }
