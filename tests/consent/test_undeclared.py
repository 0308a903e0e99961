"""How the name of a cookie that nobody declared is reduced to what an operator may read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.undeclared import NAMELESS, readable
from consentkit.declaration import glob_match


@pytest.mark.parametrize(
    ("name", "expected"),
    [("csrf", "csrf"), ("user_12345", "user_*"), ("s_deadbeef01", "s_*"), ("bad name", "bad*name"), (None, NAMELESS),
     ("x_john.doe@example.com", "x_*"), ("tok_QmFzZTY0dGV4dA", "tok_*"), ("a\xe9b", "a*b"), ("12345678", "*"),
     ("a,b", "a*b"), ("a_" * 60, "a_" * 20 + "*"), ('q"\\', 'q"\\')],
)  # fmt: skip
def test_name_in_the_log_is_reduced_to_a_pattern(name: str | None, expected: str) -> None:
    """What may recognise a visitor is replaced, in such a way that the rest still matches the cookie."""
    assert expected == readable(name)


@given(st.text(st.characters(max_codepoint=255), min_size=1, max_size=120))
def test_reduced_name_still_matches(name: str) -> None:
    """Whatever the name, its reduced form is a pattern for it that a configuration may hold."""
    pattern = readable(name)
    assert glob_match(pattern, name)
    assert pattern.isascii()
    assert pattern.isprintable()
    assert not set(pattern) & set(" ;=,")
