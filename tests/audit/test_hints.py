"""Connections that a page asks for in advance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.audit.hints import Hint, hints_in_header, hints_in_html

PAGE = "https://www.example.com/shop/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<link rel=preconnect href="//a.example">', [Hint("preconnect", "https://a.example", 1)]),
        ('\n<LINK REL="DNS-Prefetch" HREF="https://a.example/x">', [Hint("dns-prefetch", "https://a.example/x", 2)]),
        (
            '<link rel="preconnect dns-prefetch" href="//a.example">',
            [Hint("dns-prefetch", "https://a.example", 1), Hint("preconnect", "https://a.example", 1)],
        ),
        (
            '<base href="https://b.example/"><link rel=preconnect href="x">',
            [Hint("preconnect", "https://b.example/x", 1)],
        ),
        ('<link rel=preconnect href="https&#58;//a.example">', [Hint("preconnect", "https://a.example", 1)]),
        ('<link rel=preconnect rel=icon href="//a.example">', [Hint("preconnect", "https://a.example", 1)]),
        ('<link rel=stylesheet href="//a.example/x.css">', []),
        ("<link rel=preconnect>", []),
        ('<link rel=preconnect href="data:,x">', []),
        ('<!-- <link rel=preconnect href="//a.example"> -->', []),
    ],
)
def test_hints_of_a_document(html: str, expected: list[Hint]) -> None:
    """Link types without a request of their own, wherever they lead."""
    assert expected == hints_in_html(html, PAGE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<https://a.example>; rel=preconnect", [Hint("preconnect", "https://a.example")]),
        (
            '<//a.example>; rel="dns-prefetch"; x="a,b", <b.css>; rel=preload',
            [Hint("dns-prefetch", "https://a.example")],
        ),
        ("<https://a.example>; rel=canonical", []),
        ("garbage", []),
        ("<unclosed; rel=preconnect", []),
    ],
)
def test_hints_of_a_header(value: str, expected: list[Hint]) -> None:
    """RFC 8288; what is malformed yields what can be read."""
    assert expected == hints_in_header(value, PAGE)


@given(st.text(alphabet=st.sampled_from("<link rel=preconnect href\"'>/!-[]base \n&#;"), max_size=200))
def test_any_markup_can_be_read(html: str) -> None:
    """A hostile document may hold anything."""
    assert all(hint.rel in ("preconnect", "dns-prefetch") for hint in hints_in_html(html, PAGE))
    assert isinstance(hints_in_header(html, PAGE), list)
