"""The preferred language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.enrich.language import KNOWN, language


@pytest.mark.parametrize(
    ("expected", "header"),
    [
        ("nl", "nl"),
        ("nl", "NL-be,en;q=0.7"),
        ("en", "en_US"),
        ("es", " es ; q=0.9 , nl"),
        ("(unknown)", ""),
        ("(unknown)", "*"),
        ("(unknown)", ",nl"),
        ("(other)", "fil-PH,en"),
        ("(other)", "tok3n"),
        ("(other)", "xx"),
        ("(other)", "n"),
    ],
)
def test_the_first_tags_language_counts(expected, header):
    """A known two-letter code, or a word in parentheses."""
    assert expected == language(header)


@given(st.text())
def test_no_other_text_comes_through(header):
    """Whatever is sent."""
    assert language(header) in {*KNOWN, "(unknown)", "(other)"}
