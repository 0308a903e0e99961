"""What the tags of Google and Microsoft are told of a visitor's consent: Consent Mode v2, UET and Clarity.

Sources: Google, "Consent mode reference"; Microsoft, "UET consent mode" and "Clarity Consent API v2".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from markupsafe import Markup

from consentkit.declaration import NECESSARY, Declaration
from consentkit.own_visit import VISIT
from consentkit.scripts import inlined

RECEIVERS = ("google", "microsoft_uet", "clarity")

SIGNALS: Mapping[str, str] = MappingProxyType({
    "ad_storage": "marketing",
    "ad_user_data": "marketing",
    "ad_personalization": "marketing",
    "analytics_storage": "audience_measurement",
    "functionality_storage": "preferences",
    "personalization_storage": "preferences",
    "security_storage": "necessary",
})  # fmt: skip
"""Each signal of Google's and the purpose (or service) whose grant grants it, unless the configuration names another.

UET hears `ad_storage`; Clarity hears `ad_storage` and `analytics_storage`.
"""

SCRIPT = "consent_mode.js"
NEVER = "-"


@dataclass(frozen=True, slots=True)
class ConsentMode:
    """Who is told, and which purpose or service stands behind each signal; nobody is told unless they are named."""

    receivers: tuple[str, ...] = ()
    signals: Mapping[str, str] = field(default_factory=lambda: SIGNALS)

    def __bool__(self) -> bool:
        return bool(self.receivers)


class ConsentModeTag:
    """Makes the element that stands before any tag in a page: all denied first, then what is granted.

    `script` is the text of our own script and `address` where it lies below the consent path, for pages that give no
    nonce: a policy of `script-src 'self'` forbids inline scripts and lets our own file through.
    """

    def __init__(self, mode: ConsentMode, declaration: Declaration, *, script: str, address: str) -> None:
        self._address = address
        self._inline = Markup(inlined(script))  # noqa: S704 -- our own file
        needed = {signal: services_behind(id_, declaration) for signal, id_ in mode.signals.items()}
        signals = " ".join(f"{signal}:{'+'.join(ids)}" for signal, ids in needed.items())
        self._data = Markup('data-to="{}" data-signals="{}"').format(" ".join(mode.receivers), signals)
        self._wanted = sorted({id_ for ids in needed.values() for id_ in ids})

    def html(self, granted: Collection[str] | None, *, base: str, nonce: str = "") -> Markup:
        """The element. `granted` are the ids of what is granted, None for a visitor who has not chosen yet."""
        known = Markup("")
        if granted is not None:
            known = Markup(' data-granted="{}"').format(" ".join(id_ for id_ in self._wanted if id_ in granted))
        if nonce:
            return Markup('<script nonce="{}" {}{}>{}</script>').format(nonce, self._data, known, self._inline)
        return Markup('<script src="{}{}" {}{}></script>').format(base, self._address, self._data, known)


def services_behind(id_: str, declaration: Declaration) -> tuple[str, ...]:
    """The services that must all be granted for a purpose or service to be: none for what is necessary.

    A purpose that the site does not use is never granted: NEVER is no service's id. consentkit's own measurement, which
    may need no consent, speaks for nobody else.
    """
    if id_ == NECESSARY or (id_ in declaration.services and declaration.services[id_].purpose == NECESSARY):
        return ()
    if id_ in declaration.by_id:
        return tuple(service.id for service in declaration.by_id[id_].services if service.id != VISIT) or (NEVER,)
    return (id_ if id_ in declaration.services else NEVER,)


def wrong_ids(mode: ConsentMode, known: Collection[str]) -> list[tuple[str, str]]:
    """The signals whose purpose or service is not among the known ids."""
    return [(signal, id_) for signal, id_ in mode.signals.items() if id_ not in known]
