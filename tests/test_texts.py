"""Texts: complete in every language, and picked as browsers ask."""

import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.config import LANGUAGES
from consentkit.declaration import BUILT_IN_PURPOSES, EXEMPTIONS, STORAGE_KINDS
from consentkit.duration import UNITS
from consentkit.texts import available, duration_text, pick_language, purpose_texts, texts


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language with its key."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, str(tree)


def fields(text: str) -> set[str]:
    """The placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    """A missing text would be an error in front of a visitor."""
    mine, english = dict(leaves(texts(language))), dict(leaves(texts("en")))
    assert english.keys() == mine.keys()
    assert all(mine.values())
    assert {key: fields(text) for key, text in english.items()} == {key: fields(text) for key, text in mine.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_declaration_has_a_text(language: str) -> None:
    """Purposes, exemptions, kinds and units are all named."""
    t = texts(language)
    assert set(BUILT_IN_PURPOSES) <= t["purposes"].keys()
    assert set(EXEMPTIONS) <= t["exemptions"].keys()
    assert set(STORAGE_KINDS) <= t["kinds"].keys()
    assert {*UNITS, "session"} <= t["durations"].keys()


STEERING = (
    "optimal",
    "best experience",
    "improve your",
    "better experience",
    "optimale",
    "beste ervaring",
    "mejor experiencia",
    "experiencia óptima",
    "legitimate interest",
    "gerechtvaardigd belang",
    "interés legítimo",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_do_not_steer(language: str) -> None:
    """No phrase that regulators call steering or confusing stands in any text (rules C12, C17)."""
    for key, text in leaves(texts(language)):
        assert not any(phrase in text.lower() for phrase in STEERING), key


def test_config_speaks_exactly_the_languages_there_are() -> None:
    """A language is added by a file and a word."""
    assert set(LANGUAGES) == set(available())


@pytest.mark.parametrize("language", ["fr", "../en", "", "en.toml", "EN"])
def test_unknown_language_is_an_error_that_lists_the_known(language: str) -> None:
    """A path is never made of a foreign word."""
    with pytest.raises(KeyError, match="en, es, nl"):
        texts(language)


def test_unknown_purpose_has_no_texts() -> None:
    """A purpose of the site's own brings its own words."""
    assert ({}, {}) == purpose_texts("own")


@pytest.mark.parametrize(
    ("duration", "language", "expected"),
    [
        ("1 day", "en", "1 day"),
        ("14 days", "en", "14 days"),
        ("1 month", "nl", "1 maand"),
        ("session", "en", "until the browser closes"),
    ],
)
def test_duration_is_put_into_words(duration: str, language: str, expected: str) -> None:
    """Singular, plural and the session."""
    assert expected == duration_text(duration, language)


OFFERED = ("en", "nl", "es")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("nl", "nl"), ("fr, nl;q=0.5", "nl"), ("en;q=0.2, es;q=0.8", "es"), ("nl-BE", "nl"), ("NL", "nl"), ("", None),
     ("fr", None), ("*", None), ("nl;q=0", None), ("nl;q=x, es", "es"), ("nl;q=nan, es;q=0.1", "es"), ("es, nl", "es")],
)  # fmt: skip
def test_language_is_picked_by_weight_then_order(wanted: str, expected: str | None) -> None:
    """As RFC 9110 §12.5.4 says."""
    assert expected == pick_language(wanted, OFFERED)


@given(st.text(max_size=300))
def test_any_accept_language_is_read(wanted: str) -> None:
    """Hostile headers give a language that is offered, or none."""
    assert pick_language(wanted, OFFERED) in (*OFFERED, None)
