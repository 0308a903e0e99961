"""One pass over raw headers."""

import pytest

from consentkit.incoming import read, with_cookie
from tests.support.asgi import http_scope


def test_cookie_headers_of_http2_are_joined() -> None:
    """HTTP/2 may send each pair as a field of its own (RFC 9113 §8.2.3)."""
    incoming = read(http_scope(headers=[(b"cookie", b"a=1"), (b"x", b"y"), (b"Cookie", b"b=2; c=3")]))
    assert b"a=1; b=2; c=3" == incoming.cookie
    assert b"a=1; b=2; c=3" == incoming.headers[b"cookie"]


def test_absent_and_empty_cookie_are_told_apart() -> None:
    """A request without cookies costs nothing more."""
    assert read(http_scope()).cookie is None
    assert b"" == read(http_scope(headers=[(b"cookie", b"")])).cookie
    assert read({"type": "http"}).cookie is None


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
    assert whole == read(http_scope(headers=headers)).wants_document


def test_cookie_is_replaced_in_its_place() -> None:
    """All other headers stay, in order, as the same bytes."""
    scope = http_scope(
        headers=[(b"a", b"1"), (b"Cookie", b"x=1"), (b"b", b"2"), (b"cookie", b"y=1"), (b"If-None-Match", b'"e"')]
    )
    host = (b"host", b"www.example.com")
    assert [host, (b"a", b"1"), (b"Cookie", b"z=1"), (b"b", b"2"), (b"If-None-Match", b'"e"')] == with_cookie(
        scope, b"z=1", drop_conditions=False
    )
    assert [host, (b"a", b"1"), (b"b", b"2")] == with_cookie(scope, b"", drop_conditions=True)


def test_odd_header_bytes_are_read() -> None:
    """Latin-1 keeps every byte."""
    assert "\xff\xfe" == read(http_scope(headers=[(b"referer", b"\xff\xfe")]))[b"referer"]
