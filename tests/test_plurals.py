"""Plural forms: the one that each language uses with a number, by the Unicode CLDR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.plurals import CATEGORIES, RULES, plural_form
from consentkit.texts import available, texts

LONGEST = 9999
"""The largest number that a duration of the configuration may have."""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", {"one": [1], "other": [0, 2, 11, 21, 100]}),
        ("fr", {"one": [0, 1], "other": [2, 21]}),
        ("zh", {"other": [0, 1, 2]}),
        ("is", {"one": [1, 21, 101], "other": [0, 2, 11, 111]}),
        ("cs", {"one": [1], "few": [2, 4], "other": [0, 5, 22, 102]}),
        ("sk", {"one": [1], "few": [3], "other": [5, 23]}),
        ("pl", {"one": [1], "few": [2, 4, 22, 104], "many": [0, 5, 12, 14, 21, 112]}),
        ("uk", {"one": [1, 21, 101], "few": [2, 24], "many": [0, 5, 11, 12, 111]}),
        ("hr", {"one": [1, 21], "few": [2, 34], "other": [0, 5, 11, 13]}),
        ("sl", {"one": [1, 101], "two": [2, 202], "few": [3, 4, 104], "other": [0, 5, 11, 22]}),
        ("lt", {"one": [1, 21], "few": [2, 9, 29], "other": [0, 10, 11, 19, 20, 112]}),
        ("lv", {"zero": [0, 10, 11, 19, 20, 111], "one": [1, 21], "other": [2, 9, 22]}),
        ("ro", {"one": [1], "few": [0, 2, 19, 101, 119], "other": [20, 100, 120]}),
        ("ga", {"one": [1], "two": [2], "few": [3, 6], "many": [7, 10], "other": [0, 11, 23]}),
        ("mt", {"one": [1], "two": [2], "few": [0, 3, 10, 110], "many": [11, 19, 119], "other": [20, 21, 100]}),
        ("ar", {"zero": [0], "one": [1], "two": [2], "few": [3, 10, 103], "many": [11, 99], "other": [100, 102]}),
    ],
)
def test_numbers_take_the_form_of_cldr(language: str, expected: dict[str, list[int]]) -> None:
    """Each rule is checked at its edges, with the examples that CLDR itself gives."""
    numbers = sorted(number for examples in expected.values() for number in examples)
    found: dict[str, list[int]] = {form: [] for form in expected}
    for number in numbers:
        found.setdefault(plural_form(language, number), []).append(number)
    assert expected == found


@given(st.sampled_from((*RULES, "en")), st.integers(min_value=0, max_value=LONGEST))
def test_every_number_has_a_form(language: str, number: int) -> None:
    """No number that a configuration may hold is left without a category."""
    assert plural_form(language, number) in CATEGORIES


@pytest.mark.parametrize("language", available())
def test_durations_have_exactly_the_forms_that_the_language_uses(language: str) -> None:
    """A form that is missing would be a wrong word; one that is never used would be a mistake of the file."""
    used = {plural_form(language, number) for number in range(1, LONGEST + 1)} | {"other"}
    units = {unit: set(forms) for unit, forms in texts(language)["durations"].items() if unit != "session"}
    assert dict.fromkeys(units, used) == units
