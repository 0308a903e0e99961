"""Purposes and services in the configuration file."""

from typing import Any

import pytest

from consentkit.config_services import MAX_PURPOSES
from tests.support.sites import config_of, cookies, findings_of, necessary, service, settings
from tests.support.sites import only_finding as only

BAD_SERVICES: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("id", {"id": "Ads"}, "services[0].id", ("Ads", "small letters")),
    ("id of a purpose", {"id": "marketing"}, "services[0].id", ("marketing", "purpose")),
    ("purpose", {"purpose": "marketting"}, "services[0].purpose", ("marketting", "did you mean 'marketing'",
    "preferences")),
    ("no description", {"description": ""}, "services[0].description", ("empty",)),
    ("languages", {"description": {"en": "x"}}, "services[0].description", ("nl, es", "site.languages")),
    ("language value", {"description": {"en": "x", "nl": 1, "es": "x"}}, "services[0].description.nl", ("1", "a text")),
    ("origin path", {"origins": ["https://a.example/x"]}, "services[0].origins", ("https://a.example/x",
    "scheme and host only")),
    ("origin brackets", {"origins": ["https://["]}, "services[0].origins", ("https://[", "scheme and host only")),
    ("origin port", {"origins": ["https://a.example:x"]}, "services[0].origins", ("https://a.example:x",
    "scheme and host")),
    ("origin user", {"origins": ["https://u@a.example"]}, "services[0].origins", ("https://u@a.example",
    "scheme and host")),
    ("origin scheme", {"origins": ["javascript:x"]}, "services[0].origins", ("javascript:x", "https://ads.example.net")),
    ("privacy scheme", {"privacy_policy": "javascript:alert(1)"}, "services[0].privacy_policy",
    ("javascript:alert(1)", "https://ads.example.net/privacy")),
    ("privacy path", {"privacy_policy": "/privacy"}, "services[0].privacy_policy", ('"/privacy"', "write it whole")),
    ("kind", {"storage": [{"name": "a", "kind": "cokie", "duration": "1 day"}]}, "services[0].storage[0].kind",
    ("cokie", "'cookie'")),
    ("duration", {"storage": cookies("a", duration="2 fortnights")}, "services[0].storage[0].duration",
    ("2 fortnights", "days", "session")),
    ("name", {"storage": cookies("a b")}, "services[0].storage[0].name", ("a b", "blank")),
    ("name beyond ASCII", {"storage": cookies("café")}, "services[0].storage[0].name", ("café", "ASCII")),
    ("item key", {"storage": [{**cookies("a")[0], "domian": "x"}]}, "services[0].storage[0].domian",
    ("not a known key",)),
    ("exemption", {"exemption": "transmission"}, "services[0].exemption", ("transmission", "necessary")),
    ("unknown key", {"orgins": []}, "services[0].orgins", ("did you mean 'origins'", "known here")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "key", "parts"), [row[1:] for row in BAD_SERVICES], ids=[row[0] for row in BAD_SERVICES]
)
def test_error_in_a_service_names_its_place(change: dict[str, Any], key: str, parts: tuple[str, ...]) -> None:
    """Services are named by their position, items too."""
    finding = only(settings(services=[{**service("ads", "marketing", "_ads"), **change}]))
    assert key == finding.key
    for part in parts:
        assert part in finding.message


@pytest.mark.parametrize("missing", ["exemption", "justification"])
def test_necessary_service_without_reason_is_refused(missing: str) -> None:
    """Why no consent is needed must be said (rule C18)."""
    finding = only(settings(services=[{key: value for key, value in necessary("s", "s").items() if key != missing}]))
    assert (f"services[0].{missing}", "C18") == (finding.key, finding.rule)


@pytest.mark.parametrize(
    "name", ["_ga", "_ga_*", "_ga_AB12*", "_g*", "*", "_fbp", "_gid", "__utma", "_hjSession_1", "IDE"]
)
def test_known_tracker_is_never_necessary(name: str) -> None:
    """Neither by its name nor behind a pattern (rule C18)."""
    finding = only(settings(services=[necessary("s", name)]))
    assert ("services[0].storage[0].name", "C18") == (finding.key, finding.rule)
    assert "audience_measurement" in finding.message


def test_tracker_with_consent_is_fine() -> None:
    """The same names may be declared where consent is asked."""
    config = config_of(settings(services=[service("ga", "audience_measurement", "_ga", "_ga_*")]))
    assert {"ga"} == set(config.declaration.services)


def test_doubles_are_refused() -> None:
    """Ids are unique and a cookie has one owner; the message names the other one."""
    found = findings_of(
        settings(
            services=[service("a", "marketing", "x"), service("a", "marketing", "y"), service("b", "marketing", "x")]
        )
    )
    assert [("services[1].id", True), ("services[2].storage[0].name", True)] == [
        (f.key, "'a'" in f.message or '"a"' in f.message) for f in found
    ]
    purpose = {"id": "own", "title": "t", "description": "d"}
    assert "twice" in only(settings(purposes=[purpose, purpose])).message


def test_more_purposes_than_fit_are_refused() -> None:
    """The consent cookie has room for so many."""
    ids = [f"p{number}" for number in range(MAX_PURPOSES + 1)]
    tables = settings(
        purposes=[{"id": id_, "title": id_, "description": "d"} for id_ in ids],
        services=[service(f"s-{id_}", id_, f"c-{id_}") for id_ in ids],
    )
    assert "at most 10 fit" in only(tables).message


def test_purpose_of_ones_own_is_asked_about_and_obeys_the_signal_unless_told() -> None:
    """`[[purposes]]` adds to the built-in ones; `gpc = false` leaves it out of the signal."""
    purposes = [
        {"id": "video", "title": "Video", "description": "d"},
        {"id": "chat", "title": "Chat", "description": "d", "gpc": False},
    ]
    declaration = config_of(
        settings(purposes=purposes, services=[service("v", "video", "v"), service("c", "chat", "c")])
    ).declaration
    assert [("video", True), ("chat", False)] == [(purpose.id, purpose.gpc) for purpose in declaration.choosable]
    assert "built in" in only(settings(purposes=[{"id": "marketing", "title": "t", "description": "d"}])).message
