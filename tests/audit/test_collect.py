"""What the collector makes of what a page and the browser tell."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.audit.collect import MAX_TOLD, Collector
from consentkit.audit.traces import MAX_NOTES, MAX_SOURCES
from consentkit.declaration import STORAGE_KINDS

PAGE = "https://www.example.com/"
WHERE = {"frame": SimpleNamespace(url=f"{PAGE}frame")}
ANYTHING = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(max_size=3), max_size=3)
TOLD = st.tuples(
    st.sampled_from(["cookie", "local_storage", "policy", "nonsense", "__proto__"]) | ANYTHING,
    st.text(alphabet=st.characters(), max_size=60) | ANYTHING,
    st.text(max_size=60) | ANYTHING,
    st.sampled_from(["Error\n at https://a.example/x.js:3:9", "at https://a.example/:" + "9" * 40 + ":1"]) | ANYTHING,
)


def collector() -> Collector:
    """One that watches nothing."""
    return Collector(None)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.lists(TOLD, max_size=20))
def test_whatever_a_page_tells_is_noted_or_passed_over(told: list[tuple[Any, ...]]) -> None:
    """It may call the binding with anything: only known kinds become things."""
    mine = collector()
    for each in told:
        mine._note(WHERE, *each)
    assert {stored.kind for stored in mine.stored()} <= set(STORAGE_KINDS)
    assert {contact.kind for contact in mine.contacts()} <= {"blocked"}


def test_lone_surrogates_are_no_obstacle() -> None:
    """JavaScript's texts may hold them, and UTF-8 may not."""
    mine = collector()
    mine._note(WHERE, "cookie", "a\ud800b", "", "")
    mine._note(WHERE, "local_storage", "\udfff", "", "")
    assert {"cookie", "local_storage"} == {stored.kind for stored in mine.stored()}


def test_a_page_that_tells_without_end_fills_no_memory() -> None:
    """Things, sources of one thing, and the length of a word are bounded."""
    mine = collector()
    for number in range(MAX_NOTES + 10):
        mine._note(WHERE, "local_storage", f"key{number}", "", "")
    for number in range(MAX_SOURCES + 10):
        mine._note(WHERE, "local_storage", "key1", "", f"at https://a.example/x.js:{number}:1")
    mine._note(WHERE, "cookie", "x" * (MAX_TOLD + 1), "", "")
    stored = mine.stored()
    assert MAX_NOTES == len(stored)
    assert MAX_SOURCES == max(len(each.sources) for each in stored)


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("a", "Max-Age=60", ["a"]),
        ("a", "Max-Age=0", []),
        ("a", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", []),
        ("", "", [""]),
    ],
)
def test_a_script_that_deletes_a_cookie_stores_nothing(name: str, more: str, expected: list[str]) -> None:
    """A nameless one is stored, and told as such."""
    mine = collector()
    mine._note(WHERE, "cookie", name, more, "")
    assert expected == [stored.name for stored in mine.stored()]
