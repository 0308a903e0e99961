"""What is told of an error."""

from consentkit.errors import kind_of


def test_the_kind_of_an_error_holds_no_text_of_it() -> None:
    """A visitor's value in an error's text does not get into the log."""
    try:
        raise ValueError("198.51.100.7 secret-token")
    except ValueError as error:
        kind = kind_of(error)
    assert kind.startswith("ValueError at test_errors.py:")
    assert "198" not in kind
