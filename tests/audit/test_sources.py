"""Where things come from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.audit.model import Source
from consentkit.audit.sources import MAX_SOURCES, caller, first_of, initiator

PAGE = "https://www.example.com/"
NAMES = st.text(min_size=1, max_size=30)


def frame(url: str, line: int = 0) -> dict[str, Any]:
    """One frame of a stack, as the DevTools Protocol has it."""
    return {"url": url, "lineNumber": line}


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("Error\n    at set (<anonymous>:3:1)\n    at f (https://a.example/x.js:12:5)", ("https://a.example/x.js", 12)),
        ("at http://[::1]:8000/x.js?a=1:7:1\nat http://b.example/y.js:2:2", ("http://[::1]:8000/x.js?a=1", 7)),
        ("Error\n    at <anonymous>:1:1", None),
        ("", None),
    ],
)
def test_the_caller_is_the_first_script_with_an_address(stack: str, expected: tuple[str, int] | None) -> None:
    """Our own wrapper has none; without any, the frame is all there is to tell."""
    source = Source("script", PAGE, *expected) if expected else Source("page", PAGE, f"{PAGE}frame")
    assert source == caller(stack, PAGE, f"{PAGE}frame")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "parser", "url": PAGE, "lineNumber": 4}, Source("markup", PAGE, PAGE, 5)),
        ({"type": "parser", "url": PAGE}, Source("markup", PAGE, PAGE, 0)),
        (
            {
                "type": "script",
                "stack": {"callFrames": [{"url": "", "lineNumber": 1}, {"url": "s.js", "lineNumber": 6}]},
            },
            Source("script", PAGE, "s.js", 7),
        ),
        (
            {
                "type": "script",
                "stack": {"callFrames": [], "parent": {"callFrames": [{"url": "p.js", "lineNumber": 0}]}},
            },
            Source("script", PAGE, "p.js", 1),
        ),
        ({"type": "other"}, None),
        ({}, None),
    ],
)
def test_who_asked_for_a_request(event: dict[str, Any], expected: Source | None) -> None:
    """As the DevTools Protocol tells it: the nearest script with an address, or the line of the markup."""
    assert expected == initiator(event, PAGE)


@given(
    st.lists(
        st.builds(
            Source, how=st.just("script"), page=NAMES, url=st.sampled_from(["", "a", "b"]), line=st.integers(0, 9)
        )
    )
)
def test_sources_are_few_and_different(sources: list[Source]) -> None:
    """Those with an address and a line come first."""
    few = first_of(sources)
    assert len(few) <= MAX_SOURCES
    assert len(few) == len({(source.url, source.line) for source in few})
    assert bool(sources) is bool(few)
    assert [not s.url for s in few] == sorted(not s.url for s in few)
