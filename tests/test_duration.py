"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.duration import days_of, parts


@pytest.mark.parametrize(
    ("text", "days"),
    [("session", 0), (" session ", 0), ("1 day", 1), ("14 days", 14), ("30 minutes", 1), ("36 hours", 2), ("2 weeks",
    14),
     ("3 months", 92), ("12 months", 366), ("1 year", 365), ("13  months", 396)],
)  # fmt: skip
def test_duration_is_read_as_days(text: str, days: int) -> None:
    """At least one day, so that nothing that is stored counts as nothing."""
    assert days == days_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 days",
        "00 days",
        "-1 days",
        "day",
        "14",
        "1.5 days",
        "14days",
        "12345 days",
        "1 fortnight",
        "1 sessions",
        "1 dayss",
    ],
)
def test_nonsense_names_itself_and_what_is_allowed(text: str) -> None:
    """The message shows the value and the units."""
    with pytest.raises(ValueError, match="minutes, hours, days, weeks, months, years") as caught:
        days_of(text)
    assert f'"{text}"' in str(caught.value)


@given(st.text(max_size=20))
def test_whatever_is_valid_has_parts(text: str) -> None:
    """A duration that the configuration accepts can always be shown."""
    try:
        days = days_of(text)
    except ValueError:
        return
    number, unit = parts(text)
    assert (days == 0) == (unit == "session")
    assert number >= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3 months", (3, "month")), ("1 day", (1, "day")), ("session", (0, "session")), ("2  weeks", (2, "week"))],
)
def test_parts_are_number_and_unit(text: str, expected: tuple[int, str]) -> None:
    """What the page puts into words."""
    assert expected == parts(text)
