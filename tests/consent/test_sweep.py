"""What a browser is told to delete of the storage that only scripts can reach."""

import json
from typing import Any

from consentkit.consent.decision import decide
from consentkit.consent.sweep import Sweep, Sweeper
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import choose, consent_cookie, declaration_of, kit_of, necessary, service, settings


def stored(*names: str, kind: str = "local_storage") -> list[dict[str, str]]:
    """Storage items that are no cookies."""
    return [{"name": name, "kind": kind, "duration": "1 year"} for name in names]


SERVICES: list[dict[str, Any]] = [
    {**necessary("basket", "basket"), "storage": stored("basket", "_ads_optout")},
    {**service("ads", "marketing"), "storage": [*stored("_ads_*"), *stored("ads", kind="indexed_db")]},
    {**service("chat", "preferences"), "storage": stored("chat", "_ads_chat_*")},
]
SITE = declaration_of(*SERVICES)


def lists(*grants: str, mode: str = "enforce") -> Sweep:
    """What is swept after a visitor ticked these."""
    return Sweeper(SITE, mode).lists(decide(SITE, choose(SITE, *grants), gpc=False).denied)


def test_refused_services_are_named_and_the_others_kept() -> None:
    """A kept name shields itself from a wider pattern, by the rules for cookies."""
    assert {
        "indexed_db": {"delete": ["ads"], "keep": []},
        "local_storage": {"delete": ["_ads_*", "_ads_chat_*", "chat"], "keep": ["_ads_optout", "basket"]},
    } == lists()
    assert {"local_storage": {"delete": ["_ads_chat_*", "chat"], "keep": ["_ads_*", "_ads_optout", "basket"]}} == lists(
        "ads"
    )
    assert {} == lists("ads", "chat")


def test_nothing_is_swept_before_a_choice_but_for_the_signal() -> None:
    """Who has not decided has refused nothing; the privacy signal refuses marketing."""
    sweeper = Sweeper(SITE, "enforce")
    assert {} == sweeper.lists(decide(SITE, None, gpc=False).denied)
    assert ["_ads_*"] == sweeper.lists(decide(SITE, None, gpc=True).denied)["local_storage"]["delete"]


def test_a_site_that_only_watches_sweeps_nothing() -> None:
    """In observe and warn nothing is taken from the visitor's device."""
    assert [{}, {}] == [lists(mode=mode) for mode in ("observe", "warn")]


def test_state_and_pages_carry_the_lists() -> None:
    """The state says them, and the element of the module, only where there is something to delete."""
    kit = kit_of(settings(services=SERVICES))
    app = kit.wrap(answering(DOCUMENT))
    refused, granted = consent_cookie(kit), consent_cookie(kit, "ads", "chat")
    state = json.loads(ask(app, "/consent/state", headers=[(b"cookie", refused)]).text)
    assert lists() == state["sweep"]
    assert (["basket", "necessary"], False) == (state["granted"], state["asks"])
    for path in ("/shop", "/consent/"):
        assert b"data-consentkit-sweep=" in ask(app, path, headers=[(b"cookie", refused)]).body
        page = ask(app, path, headers=[(b"cookie", granted)]).body
        assert b"data-consentkit-sweep=" not in page
        assert b'data-consentkit-granted="ads basket chat marketing necessary preferences"' in page
