"""Rules that a configuration could break."""

import re
from pathlib import Path

import pytest

from consentkit.rules import FORBIDDEN_CONSENT_KEYS, FORBIDDEN_SERVICE_KEYS, KNOWN_TRACKERS, known_tracker


@pytest.mark.parametrize("name", sorted(KNOWN_TRACKERS))
def test_every_known_tracker_is_found_by_name_and_behind_patterns(name: str) -> None:
    """The name itself, any name it stands for, a narrower and a wider pattern."""
    for pattern in (name, name.replace("*", "AB12"), name.replace("*", "AB*"), name[:2] + "*", "*"):
        assert known_tracker(pattern), pattern


@pytest.mark.parametrize(
    "name",
    [
        "session",
        "sessionid",
        "csrftoken",
        "XSRF-TOKEN",
        "__Host-session",
        "cart_*",
        "JSESSIONID",
        "PHPSESSID",
        "_gatekeeper",
        "lang",
        "fra",
        "f",
    ],
)
def test_ordinary_cookie_is_no_tracker(name: str) -> None:
    """What sites really need is not refused."""
    assert "" == known_tracker(name)


def test_every_forbidden_key_has_a_rule_and_its_source() -> None:
    """A refusal tells where it comes from."""
    for rule, why in (*FORBIDDEN_CONSENT_KEYS.values(), *FORBIDDEN_SERVICE_KEYS.values()):
        assert re.fullmatch(r"C\d{1,2}", rule)
        assert len(why) > 20


def test_texts_of_the_rules_name_no_path_of_a_machine() -> None:
    """Messages are for the people of the site."""
    assert str(Path.cwd()) not in str(FORBIDDEN_CONSENT_KEYS)
