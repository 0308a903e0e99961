"""The site that the tests of the consent half are about, and kits made for it."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from consentkit import ConsentKit
from consentkit.config import Config, parse
from consentkit.consent.choice import Choice, ChoiceCodec, make_choice
from consentkit.consent.ledger.store import Ledger
from consentkit.declaration import Declaration
from consentkit.errors import ConfigError, Finding

KEY = "a key of thirty-two characters at the least"
OLD_KEY = "another key of thirty-two characters at the least"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
TODAY = date(2026, 11, 23)
POLICY_PATH = "/privacy"


def cookies(*names: str, duration: str = "14 days") -> list[dict[str, str]]:
    """Storage items for cookies."""
    return [{"name": name, "kind": "cookie", "duration": duration} for name in names]


def necessary(id_: str, *names: str) -> dict[str, Any]:
    """A service that needs no consent."""
    return {
        "id": id_, "name": id_.title(), "purpose": "necessary", "exemption": "requested_service",
        "justification": "It is needed.", "storage": cookies(*names),
    }  # fmt: skip


def service(id_: str, purpose: str, *names: str, **more: Any) -> dict[str, Any]:
    """A service that needs consent."""
    return {
        "id": id_, "name": id_.title(), "purpose": purpose, "description": f"What {id_} is for.",
        "storage": cookies(*names), **more,
    }  # fmt: skip


def settings(**sections: Any) -> dict[str, Any]:
    """The tables of a valid configuration file; `consent` and the like add to or replace its sections."""
    site = {
        "name": "Example Telecom", "controller": "Example Telecom B.V.", "contact": "privacy@example.com",
        "hosts": ["www.example.com"], "languages": ["en", "nl", "es"], "privacy_policy": POLICY_PATH,
        "timezone": "Europe/Amsterdam",
    }  # fmt: skip
    services = [
        necessary("session", "session", "csrftoken", "_ads_optout"),
        service("theme", "preferences", "theme"),
        service("meter", "audience_measurement", "_meter", "_meter_*"),
        service("ads", "marketing", "_ads_*", "_fbp", origins=["https://ads.example.net"]),
        service("video", "marketing", "vid"),
    ]
    tables: dict[str, Any] = {"site": site, "consent": {}, "services": services, "stats": {}}
    for name, value in sections.items():
        tables[name] = {**tables[name], **value} if isinstance(value, dict) and name in tables else value
    return tables


def config_of(tables: dict[str, Any], folder: Path = Path("/nowhere")) -> Config:
    """The configuration that these tables make."""
    return parse(tables, base=folder)


def declaration_of(*services: dict[str, Any], **sections: Any) -> Declaration:
    """The declaration with these services."""
    return config_of(settings(services=list(services), **sections)).declaration


def findings_of(tables: dict[str, Any]) -> tuple[Finding, ...]:
    """What is wrong with these tables."""
    with pytest.raises(ConfigError) as caught:
        config_of(tables)
    return caught.value.findings


def only_finding(tables: dict[str, Any]) -> Finding:
    """The one thing that is wrong with these tables."""
    found = findings_of(tables)
    assert 1 == len(found), found
    return found[0]


class Counted:
    """Stands in for the statistics: notes what would be counted."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.opened = 0
        self.closed = 0

    def open(self) -> None:
        """Note that the server starts."""
        self.opened += 1

    def happened(self, what: str) -> None:
        """Nobody looks after these workers."""

    def began(self) -> bool:
        """A request is being answered."""
        return True

    def carry(self, sent: Any, cookies: Iterable[bytes]) -> None:
        """No visit is carried on."""

    def count(self, sent: Any, took: float) -> None:
        """Note one request."""
        facts = {name: getattr(sent, name) for name in ("status", "content_type", "size", "answer")}
        self.requests.append({"path": sent.scope["path"], "own": sent.is_own, "took": took, **facts})

    def close(self) -> None:
        """Note that the server stops."""
        self.closed += 1


class Unwatched:
    """Stands in for the watch over what is stored: writes no file."""

    def flush(self, now: float) -> None:
        """Write nothing."""


def kit_of(
    tables: dict[str, Any] | None = None,
    *,
    keys: tuple[str, ...] = (KEY,),
    clock: Callable[[], float] = lambda: NOW,
    folder: Path = Path("/nowhere"),
) -> ConsentKit:
    """A kit for the site, with statistics that only take notes."""
    kit = ConsentKit(config_of(tables or settings(), folder), keys, make_id=lambda: "A" * 16, clock=clock)
    kit.counting = Counted()
    if folder == Path("/nowhere"):
        kit.proof.ledger = Ledger(None)
        kit.watch = Unwatched()  # type: ignore[assignment]
    return kit


def choose(declaration: Declaration, *grants: str, today: date = TODAY, gpc: bool = False) -> Choice:
    """The choice of a visitor who ticked these."""
    return make_choice(declaration, grants, today=today, gpc=gpc, id_="", make_id=lambda: "B" * 16)


def consent_cookie(kit: ConsentKit, *grants: str, today: date = TODAY, gpc: bool = False) -> bytes:
    """The consent cookie, as `name=value`, of a visitor who ticked these."""
    codec = ChoiceCodec(kit.config.declaration, (KEY,), kit.config.consent.validity_days)
    return b"__Host-consentkit=" + codec.encode(choose(kit.config.declaration, *grants, today=today, gpc=gpc)).encode()
