"""Names and addresses of a hostile site, made fit to be shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.audit.shown import OBEYED, fit, shown_path, shown_url


@given(st.text(max_size=2000))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """No control, mark of direction, surrogate or line break, and a bounded length."""
    shown = fit(text, 100)
    assert len(shown) <= 101
    assert set() == {character for character in shown if unicodedata.category(character) in OBEYED}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("naïve ☕", "naïve ☕"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b2J", "\ufffd2J"),
        ("a\u202egpj.exe", "a\ufffdgpj.exe"),
        ("one\ntwo", "one\ufffdtwo"),
    ],
)
def test_what_is_harmless_stays(text: str, expected: str) -> None:
    """Letters of all languages do; escape sequences lose their first character."""
    assert expected == fit(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?token=secret#secret", "https://a.example/x"),
        ("https://user:secret@a.example:8443/x", "https://a.example:8443/x"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/u/alice@example.com/x", "https://a.example/u/*/x"),
        ("https://a.example/u/alice%40example.com", "https://a.example/u/*"),
        (f"https://a.example/{'s' * 80}/x", "https://a.example/*/x"),
        ("data:text/html,secret", "data:"),
        ("blob:https://a.example/secret", "blob:"),
        ("about:blank", "about:"),
        ("http://[::1", "(unreadable address)"),
    ],
)
def test_an_address_stands_without_what_it_may_tell_of_a_visitor(url: str, expected: str) -> None:
    """No query, fragment, credentials, e-mail address or token."""
    assert expected == shown_url(url)


@given(st.text(max_size=300))
def test_any_text_can_be_shown_as_an_address(text: str) -> None:
    """A page may ask for anything."""
    assert "?" not in shown_url(f"https://a.example/{text}")
    assert not {unicodedata.category(character) for character in shown_url(text)} & OBEYED
    assert shown_path(text)
