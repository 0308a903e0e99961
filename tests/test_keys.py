"""Secrets from the environment."""

import pytest

from consentkit.errors import SecretError
from consentkit.keys import keys_from

ONE, TWO = "a" * 32, "b" * 40


def test_first_signs_and_all_verify() -> None:
    """Comma-separated, blanks around are no part of a secret."""
    assert (ONE, TWO) == keys_from({"CONSENTKIT_SECRET": f" {ONE} , {TWO},"})


@pytest.mark.parametrize("environ", [{}, {"CONSENTKIT_SECRET": ""}, {"CONSENTKIT_SECRET": " , "}])
def test_missing_secret_says_how_to_make_one(environ: dict[str, str]) -> None:
    """A run without secret refuses to start and tells the command."""
    with pytest.raises(SecretError, match="token_urlsafe"):
        keys_from(environ)


def test_short_secret_is_refused_without_being_shown() -> None:
    """The error names which one and its length, never the secret."""
    with pytest.raises(SecretError) as caught:
        keys_from({"CONSENTKIT_SECRET": f"{ONE},hunter2"})
    assert "secret 2" in str(caught.value)
    assert "7 characters" in str(caught.value)
    assert "hunter2" not in str(caught.value)
