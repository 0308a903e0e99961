"""The declaration as Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.markdown import declaration_markdown, escaped
from consentkit.texts import available
from tests.support.sites import TODAY, config_of, necessary, service, settings


def test_every_item_is_a_row() -> None:
    """With its kind, how long it stays and who receives it."""
    ads = service("ads", "marketing", "_ads_*", third_party="Ads | Co", origins=["https://ads.example.net"])
    text = declaration_markdown(config_of(settings(services=[ads, necessary("session", "session")])), "nl", TODAY)
    assert "| \\_ads\\_\\* | Cookie | 14 dagen | Ads \\| Co |\n" in text
    assert "| session | Cookie | 14 dagen | geen |\n" in text
    assert text.endswith("Laatst vergeleken met wat de site werkelijk opslaat: 23 november 2026.\n")
    assert text.startswith("## Wat deze site op uw apparaat opslaat\n")


def test_a_third_party_is_linked_to_what_it_says_itself() -> None:
    """By its name, in the language of the page; its address stays inside its brackets."""
    address = "https://ads.example.net/privacy(1)>?x=<b>"
    ads = service("ads", "marketing", "_ads", third_party="Ads Ltd", privacy_policy=address)
    config = config_of(settings(services=[ads, service("map", "marketing", "m")]))
    text = declaration_markdown(config, "nl", None)
    assert "[Ads Ltd: Privacyverklaring](<https://ads.example.net/privacy(1)%3E?x=%3Cb%3E>)\n" in text
    assert 1 == text.count("](<")


def test_a_service_without_storage_says_so() -> None:
    """And who is contacted all the same."""
    map_ = service("map", "marketing", origins=["https://map.example.net"])
    text = declaration_markdown(config_of(settings(services=[map_])), "en", None)
    assert "Stores nothing on your device. Third parties: https://map.example.net." in text


@pytest.mark.parametrize("language", available())
def test_every_language_has_it(language: str) -> None:
    """From the texts of that language."""
    config = config_of(settings(site={"languages": [language]}))
    assert 5 < declaration_markdown(config, language, TODAY).count("\n#### ")


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    """Every character that Markdown gives a meaning stands behind a backslash, on one line."""
    marked = escaped(text)
    assert "\n" not in marked
    assert " ".join(text.split()) == "".join(
        character for index, character in enumerate(marked) if character != "\\" or _is_escaped(marked, index)
    )


def _is_escaped(text: str, index: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    before = text[:index]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
