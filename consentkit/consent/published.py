"""The declaration as data, as `declaration.json` publishes it; `declaration.schema.json` says what its fields mean."""

from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Any

from consentkit.config import Config
from consentkit.consent.describe import own_storage
from consentkit.consent.statistics_text import breakdowns_of, statistics_parts
from consentkit.declaration import NECESSARY, Purpose, Service, StorageItem, Text, in_language
from consentkit.texts import texts

SCHEMA_NAME = "declaration.schema.json"


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of the declaration."""
    return files(__package__).joinpath(SCHEMA_NAME).read_text("utf-8")


def as_data(config: Config, checked: date | None) -> dict[str, Any]:
    """Everything that is declared, in every language of the site.

    `checked` is the day on which what the site stores was last compared with it, None if it never was.
    """
    declaration, site = config.declaration, config.site
    return {
        "$schema": SCHEMA_NAME,
        "site": {
            "name": site.name,
            "controller": site.controller,
            "contact": site.contact,
            "hosts": list(site.hosts),
            "privacy_policy": site.privacy_policy,
        },
        "languages": list(site.languages),
        "policy": declaration.policy_version,
        "checked": checked.isoformat() if checked else None,
        "validity_days": config.consent.validity_days,
        "purposes": [_purpose(purpose, config) for purpose in declaration.purposes],
        "signals": {"gpc": True, "consent_mode": list(config.consent.consent_mode.receivers)},
        "statistics": _statistics(config),
    }


def _purpose(purpose: Purpose, config: Config) -> dict[str, Any]:
    languages = config.site.languages
    own = [_own(config)] if purpose.id == NECESSARY else []
    return {
        "id": purpose.id,
        "title": _in_each(purpose.title, languages),
        "description": _in_each(purpose.description, languages),
        "needs_consent": purpose.id != NECESSARY,
        "refused_by_gpc": purpose.gpc and purpose.id != NECESSARY,
        "services": [*own, *(_service(service, languages) for service in purpose.services)],
    }


def _service(service: Service, languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": _in_each(service.name, languages),
        "description": _in_each(service.description, languages) if service.description else {},
        "exemption": service.exemption or None,
        "justification": _in_each(service.justification, languages) if service.justification else {},
        "origins": list(service.origins),
        "third_party": service.third_party or None,
        "privacy_policy": service.privacy_policy or None,
        "storage": _items(service.storage),
    }


def _items(storage: Iterable[StorageItem]) -> list[dict[str, Any]]:
    return [
        {"name": item.name, "kind": item.kind, "duration": item.duration_text, "days": item.duration}
        for item in storage
    ]


def _own(config: Config) -> dict[str, Any]:
    """consentkit's own storage, which the site need not declare."""
    words = {language: texts(language)["declaration"] for language in config.site.languages}
    return {
        "id": "consentkit",
        "name": {language: t["own_service"] for language, t in words.items()},
        "description": {},
        "exemption": "requested_service",
        "justification": {language: f"{t['own_choice']} {t['own_staff']}" for language, t in words.items()},
        "origins": [],
        "third_party": None,
        "privacy_policy": None,
        "storage": _items(own_storage(config)),
    }


def _statistics(config: Config) -> dict[str, Any]:
    stats = config.stats
    return {
        "threshold": stats.threshold,
        "patience_days": stats.patience_days,
        "retention_months": stats.retention_months,
        "exemption": None if stats.exemption == "none" else stats.exemption,
        "breakdowns": breakdowns_of(config),
        "looks_up_country": stats.looks_up_places,
        "explanation": {
            language: [
                {"title": part.title, "items": list(part.items), "paragraphs": list(part.paragraphs)}
                for part in statistics_parts(config, language)
            ]
            for language in config.site.languages
        },
    }


def _in_each(text: Text, languages: tuple[str, ...]) -> dict[str, str]:
    return {language: in_language(text, language) for language in languages}
