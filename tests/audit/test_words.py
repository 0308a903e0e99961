"""The words by which the controls of a banner are known."""

import tomllib

import pytest

from consentkit.audit.words import FILE, labels, pattern
from consentkit.texts import available, texts


@pytest.mark.parametrize("language", available())
def test_our_own_banner_is_known_in_every_language(language: str) -> None:
    """Each button by its own words, and never one for the other."""
    banner = texts(language)["banner"]
    assert pattern("refuse", language).match(banner["refuse"])
    assert pattern("accept", language).match(banner["accept"])
    assert not pattern("refuse", language).match(banner["accept"])
    assert not pattern("accept", language).match(banner["refuse"])
    assert pattern("settings", language).match(texts(language)["link"]["text"])


@pytest.mark.parametrize("label", ["Reject all", "  REJECT ALL ✕", "Alles afwijzen", "Alle ablehnen", "Tout refuser"])
def test_others_are_known_by_their_words(label: str) -> None:
    """In any language, whatever stands around the words."""
    assert pattern("refuse", "en").match(label)


@pytest.mark.parametrize("label", ["Reject all candidates", "Do not reject all", "Learn more", ""])
def test_only_whole_labels_count(label: str) -> None:
    """A sentence that holds the words is no button to press."""
    assert not pattern("refuse", "en").match(label)


def test_no_label_means_two_things() -> None:
    """In no language does a label refuse and accept."""
    assert set() == set(labels("refuse", "en")) & set(labels("accept", "en"))
    assert set() == set(labels("settings", "en")) & {*labels("accept", "en"), *labels("refuse", "en")}


def test_the_language_of_the_site_comes_first() -> None:
    """Then English, then the others."""
    assert "alles weigeren" == labels("refuse", "nl-BE")[0]


def test_the_list_is_lower_case_and_of_known_languages() -> None:
    """Labels are compared without regard to case."""
    words = tomllib.loads(FILE.read_text("utf-8"))
    assert set(words) <= set(available())
    assert [] == [
        label for table in words.values() for each in table.values() for label in each if label != label.lower()
    ]
