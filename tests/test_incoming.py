"""One pass over raw headers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.incoming import Incoming
from tests.support.asgi import http_scope


def test_cookie_headers_of_http2_are_joined() -> None:
    """HTTP/2 may send each pair as a field of its own (RFC 9113 §8.2.3)."""
    incoming = Incoming(http_scope(headers=[(b"cookie", b"a=1"), (b"x", b"y"), (b"Cookie", b"b=2; c=3")]))
    assert incoming.cookies is not None
    assert b"a=1; b=2; c=3" == incoming.cookies.header
    assert b"a=1; b=2; c=3" == incoming.headers[b"cookie"]


def test_absent_and_empty_cookie_are_told_apart() -> None:
    """A request without cookies costs nothing more."""
    assert Incoming(http_scope()).cookies is None
    assert b"" == Incoming(http_scope(headers=[(b"cookie", b"")]))[b"cookie"].encode()
    assert Incoming({"type": "http"}).cookies is None


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ([], True),
        ([(b"sec-fetch-dest", b"document")], True),
        ([(b"sec-fetch-dest", b"empty")], False),
        ([(b"sec-fetch-dest", b"iframe")], False),
        ([(b"sec-fetch-dest", b"image")], False),
        ([(b"hx-request", b"true")], False),
        ([(b"Turbo-Frame", b"x")], False),
        ([(b"x-requested-with", b"XMLHttpRequest")], False),
        ([(b"x-requested-with", b"com.android.browser"), (b"sec-fetch-dest", b"document")], True),
    ],
)
def test_only_a_page_that_a_person_opens_is_a_document(headers: list[tuple[bytes, bytes]], whole: bool) -> None:
    """Parts of pages are not; a page opened in an Android app's browser is, although it names the app."""
    assert whole == Incoming(http_scope(headers=headers)).traits.wants_document


def test_cookie_is_replaced_in_its_place() -> None:
    """All other headers stay, in order, as the same bytes."""
    scope = http_scope(
        headers=[(b"a", b"1"), (b"Cookie", b"x=1"), (b"b", b"2"), (b"cookie", b"y=1"), (b"If-None-Match", b'"e"')]
    )
    host = (b"host", b"www.example.com")
    assert [host, (b"a", b"1"), (b"Cookie", b"z=1"), (b"b", b"2"), (b"If-None-Match", b'"e"')] == Incoming(
        scope
    ).changed(b"z=1", drop_conditions=False)
    assert [host, (b"a", b"1"), (b"b", b"2")] == Incoming(scope).changed(b"", drop_conditions=True)


@pytest.mark.parametrize(
    "kind", [tuple, iter, lambda pairs: [list(pair) for pair in pairs]], ids=["tuple", "iter", "lists"]
)
@pytest.mark.parametrize("made", [bytes, bytearray, memoryview])
def test_headers_of_any_shape_are_read(kind: Any, made: Any) -> None:
    """Servers give lists of tuples; whatever else holds pairs of byte strings is read as well, and once."""
    headers = kind([(made(b"host"), made(b"a")), (made(b"Cookie"), made(b"a=1")), (made(b"sec-gpc"), made(b"1"))])
    incoming = Incoming({"headers": headers})
    assert {b"host": b"a", b"cookie": b"a=1", b"sec-gpc": b"1"} == incoming.headers
    assert ([b"1"], True, "a") == (incoming.values("a"), incoming.gpc, incoming[b"host"])
    assert [(b"host", b"a"), (b"sec-gpc", b"1")] == [tuple(pair) for pair in incoming.changed(b"", False)]


def test_odd_header_bytes_are_read() -> None:
    """Latin-1 keeps every byte."""
    assert "\xff\xfe" == Incoming(http_scope(headers=[(b"referer", b"\xff\xfe")]))[b"referer"]


header_names = st.sampled_from([b"cookie", b"Cookie", b"sec-gpc", b"Sec-GPC", b"if-none-match", b"x", b"X", b"y", b"1"])
sent_values = st.sampled_from([b"", b"a=1", b"1"])


@given(st.lists(st.tuples(header_names, sent_values), max_size=6), st.booleans(), st.booleans())
def test_short_cut_for_plain_headers_changes_nothing(
    headers: list[tuple[bytes, bytes]], empty: bool, drop_conditions: bool
) -> None:
    """Whatever is repeated or written in upper case, request and copy are those of a reading line by line."""
    incoming = Incoming({"headers": headers})
    lower = [(name.lower(), value) for name, value in headers]
    cookies = [value for name, value in lower if name == b"cookie"]
    assert (b"; ".join(cookies) if cookies else None) == (incoming.cookies and incoming.cookies.header)
    assert ((b"sec-gpc", b"1") in lower) == incoming.gpc
    assert {**dict(lower), **({b"cookie": b"; ".join(cookies)} if cookies else {})} == incoming.headers
    if cookies:
        cookie = b"" if empty else b"z=1"
        first = next(at for at, (name, _) in enumerate(lower) if name == b"cookie")
        expected = [
            (name, cookie if name.lower() == b"cookie" else value)
            for at, (name, value) in enumerate(headers)
            if (name.lower() != b"cookie" or (at == first and cookie))
            and not (drop_conditions and name.lower() == b"if-none-match")
        ]
        assert expected == incoming.changed(cookie, drop_conditions=drop_conditions)
