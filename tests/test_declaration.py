"""The declaration: who owns a cookie, and what makes a visitor's choice stale."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.declaration import glob_match, in_language
from tests.support.sites import config_of, cookies, declaration_of, necessary, service, settings


@given(st.text("ab*", max_size=8), st.text("ab*.", max_size=10))
def test_glob_agrees_with_a_regular_expression(pattern: str, name: str) -> None:
    """`*` is the only wildcard, and it may match nothing."""
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    assert expected == glob_match(pattern, name)


def test_glob_takes_no_exponential_time() -> None:
    """A hostile name against many wildcards is answered at once."""
    assert not glob_match("*a" * 60 + "b", "a" * 50_000)


@pytest.mark.parametrize(
    ("cookie", "owners", "declared"),
    [("_ads_optout", ["n"], "_ads_optout"), ("_ads_x", ["long"], "_ads_*"), ("_ax", ["short"], "_a*"), ("x", [], ""),
     ("_ADS_x", [], ""), ("", [], ""), ("_ads_", ["long"], "_ads_*")],
)  # fmt: skip
def test_closest_declaration_owns_a_cookie(cookie: str, owners: list[str], declared: str) -> None:
    """Exact before pattern, longer before shorter, and case counts."""
    site = declaration_of(
        necessary("n", "_ads_optout"), service("short", "marketing", "_a*"), service("long", "marketing", "_ads_*")
    )
    assert (owners, declared) == ([owner.id for owner in site.owners(cookie)], site.declared_name(cookie))


def test_other_kinds_of_storage_own_no_cookie() -> None:
    """A name in local storage grants nothing to a cookie of that name."""
    site = declaration_of(
        service("a", "marketing") | {"storage": [{"name": "x", "kind": "local_storage", "duration": "1 day"}]}
    )
    assert () == site.owners("x")


BASE = service("a", "marketing", "x", origins=["https://a.example"])


@pytest.mark.parametrize(
    "changed",
    [BASE | {"id": "b"}, BASE | {"purpose": "preferences"}, BASE | {"origins": []},
    BASE | {"third_party": "Other Inc."},
     BASE | {"storage": cookies("y")}, BASE | {"storage": cookies("x", duration="15 days")},
     BASE | {"storage": cookies("x", "y")}],
)  # fmt: skip
def test_what_a_person_consents_to_changes_the_token(changed: dict[str, object]) -> None:
    """Another name, purpose, recipient, origin or duration is another thing to consent to (rule C22)."""
    assert declaration_of(BASE).choosable[0].token != declaration_of(changed).choosable[0].token


@pytest.mark.parametrize(
    "changed",
    [
        BASE | {"name": "New"},
        BASE | {"description": "Other."},
        BASE | {"privacy_policy": "https://a.example/p"},
        BASE | {"storage": cookies("x", duration="2 weeks")},
    ],
)
def test_wording_does_not_change_the_token(changed: dict[str, object]) -> None:
    """Other words for the same thing ask nobody again."""
    assert declaration_of(BASE).choosable[0].token == declaration_of(changed).choosable[0].token


def test_order_does_not_change_the_token() -> None:
    """Nor does moving services or cookies about in the file."""
    one, two = service("one", "marketing", "a", "b"), service("two", "marketing", "c")
    moved = service("one", "marketing", "b", "a")
    assert declaration_of(one, two).choosable[0].token == declaration_of(two, moved).choosable[0].token


def test_purposes_without_services_are_not_asked_about() -> None:
    """Nobody is asked for what the site does not do."""
    assert ["marketing"] == [purpose.id for purpose in declaration_of(service("a", "marketing", "x")).choosable]
    assert ["necessary"] == [purpose.id for purpose in config_of(settings(services=[])).declaration.always_on]


@pytest.mark.parametrize(
    ("text", "expected"),
    [({"en": "e", "nl": "n"}, "n"), ({"": "all"}, "all"), ({"en": "e"}, "e"), ({}, ""), ({"nl": "", "": "a"}, "a")],
)
def test_text_falls_back(text: dict[str, str], expected: str) -> None:
    """The language, else the text for all, else the first, else nothing."""
    assert expected == in_language(text, "nl")
