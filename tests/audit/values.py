"""Values that the tests of the audit are made of."""

from typing import Any

from consentkit.audit.compare import Comparison
from consentkit.audit.declared import with_own
from consentkit.audit.model import Contact, Finding, Seen, Source, State, Stored
from consentkit.audit.parties import Parties
from consentkit.declaration import Declaration
from tests.support.sites import declaration_of, necessary, service

HOME = "https://www.example.com/"
ADS = "https://ads.example.net"
SCRIPT = Source("script", HOME, f"{HOME}site.js", 7)


def item(name: str, kind: str = "cookie", duration: str = "14 days") -> dict[str, str]:
    """A storage item as a configuration file has it."""
    return {"name": name, "kind": kind, "duration": duration}


def declared(*more: dict[str, Any]) -> Declaration:
    """A necessary sign-in, advertisements that need consent, and what is added."""
    ads = service("ads", "marketing", "_ads_*", origins=[ADS])
    ads["storage"].append(item("ads", "local_storage", "1 year"))
    return declaration_of(necessary("login", "session"), ads, *more)


def comparison(*more: dict[str, Any], own: tuple[str, ...] = ()) -> Comparison:
    """The comparison with that declaration at the example site."""
    return Comparison(with_own(declared(*more)), Parties(HOME, own))


def cookie(name: str, days: float | None = 1.0, place: str = "www.example.com", **more: Any) -> Stored:
    """A cookie that was seen."""
    return Stored("cookie", name, place, days, sources=(SCRIPT,), **more)


def key(name: str, kind: str = "local_storage", place: str = "https://www.example.com") -> Stored:
    """A thing of another kind that was seen."""
    return Stored(kind, name, place, sources=(SCRIPT,))


def contact(url: str, kind: str = "script") -> Contact:
    """A request that was seen."""
    return Contact(url, kind, SCRIPT)


def seen(state: State, *things: Stored | Contact, **more: Any) -> Seen:
    """What was seen in a state."""
    return Seen(
        state,
        stored=tuple(thing for thing in things if isinstance(thing, Stored)),
        contacts=tuple(thing for thing in things if isinstance(thing, Contact)),
        **more,
    )


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    """Kind, rule and name of findings."""
    return [(finding.kind, finding.rule, finding.name) for finding in findings]
