"""Reading tables and collecting what is wrong."""

from datetime import date
from typing import Any

import pytest

from consentkit.errors import Finding
from consentkit.reader import Table, nearest, shown


def table(**data: Any) -> Table:
    """A table at `here` with these values."""
    return Table(data, "here", [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        ("a", '"a"'),
        (1, "1"),
        ([1, "x"], '[1, "x"]'),
        ("x" * 100, '"' + "x" * 56 + "…"),
        (date(2026, 1, 2), "datetime.date(2026, 1, 2)"),
    ],
)
def test_value_is_shown_short_and_as_toml(value: object, expected: str) -> None:
    """Messages quote what was written, cut when long."""
    assert expected == shown(value)


def test_missing_and_wrong_values_give_the_default_and_a_finding() -> None:
    """Reading goes on, so that all findings come at once."""
    t = table(number="x", flag=1, high=99)
    assert ("", 5, False, 7) == (
        t.text("name", required=True),
        t.number("number", 5, low=1, high=9),
        t.get("flag", bool, False),
        t.number("high", 7, low=1, high=9),
    )
    assert ["here.name", "here.number", "here.flag", "here.high"] == [finding.key for finding in t.findings]
    assert "allowed are 1 to 9" in t.findings[-1].message


def test_keys_nobody_asked_for_are_reported_once() -> None:
    """A forbidden one with its rule, any other with the nearest known."""
    t = table(name="a", nmae="b", wall=True)
    t.text("name")
    t.done({"wall": ("C16", "the site stays usable")})
    assert [
        Finding("here.nmae", "is not a known key; did you mean 'name'?; known here: name"),
        Finding("here.wall", "true is refused: the site stays usable; remove the key", "C16"),
    ] == t.findings


def test_nested_tables_know_their_place() -> None:
    """Findings name the whole way to a key."""
    t = table(items=[{"a": 1}, "x"])
    (first,) = t.tables("items")
    first.text("a")
    assert ["here.items[1]", "here.items[0].a"] == [finding.key for finding in t.findings]
    assert "sub.x" == Table({"sub": {}}, "", []).table("sub").key("x")


def test_conversion_error_is_the_message() -> None:
    """A converter says what it wanted."""
    t = table(x="no")

    def convert(text: str) -> int:
        raise ValueError(f"{text!r} is no number")

    assert 3 == t.converted("x", convert, 3)
    assert "'no' is no number" == t.findings[0].message


def test_far_off_words_get_no_hint() -> None:
    """A wrong hint is worse than none."""
    assert "" == nearest("zzz", ("mode", "path"))
