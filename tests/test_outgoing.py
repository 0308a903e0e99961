"""One pass over a response's raw headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.outgoing import Outgoing, kind_of, plain_kind

PLAIN = [b"content-type", b"content-length", b"x-a"]
names = st.sampled_from([b"Set-Cookie", b"set-cookie", b"LINK", b"vary", b"x-A", b"x1", b"1"])


@given(st.lists(st.tuples(names, st.binary(max_size=3)), max_size=6))
def test_every_name_is_found_in_whatever_case(headers: list[tuple[bytes, bytes]]) -> None:
    """The first value and all values of a name are those that a reading line by line finds; nothing is lost."""
    out = Outgoing(iter(headers))
    assert headers == out.headers
    for wanted in (b"set-cookie", b"link", b"vary", b"x-a", b"x1", b"1", b"absent"):
        found = [value for name, value in headers if name.lower() == wanted]
        assert (found[0] if found else b"", found) == (out[wanted], out.all(wanted))
        assert bool(found) == (wanted in out.first)
    assert out.kind.is_plain == ({b"set-cookie", b"link", b"vary"}.isdisjoint(out.first))


@pytest.mark.parametrize(
    ("text", "is_html", "is_document", "can_be_rewritten"),
    [
        (b"", False, False, True),
        (b" Text/HTML ; charset=utf-8", True, True, True),
        (b'text/html;charset="UTF-16LE"', True, True, False),
        (b"image/svg+xml", False, True, True),
        (b"text/htmlx", False, False, True),
        (b"application/json", False, False, True),
    ],
)
def test_content_type_tells_what_a_browser_makes_of_it(
    text: bytes, is_html: bool, is_document: bool, can_be_rewritten: bool
) -> None:
    """HTML gets the banner if its encoding allows, every document gets the policy."""
    kind = kind_of(b"content-type", text)
    assert (is_html, is_document, can_be_rewritten) == (kind.is_html, kind.is_document, kind.can_be_rewritten)


@given(st.lists(st.tuples(st.sampled_from([*PLAIN, b"set-cookie", b"X-A"]), st.sampled_from([b"text/html", b""]))))
def test_what_is_known_as_plain_was_read_as_plain(headers: list[tuple[bytes, bytes]]) -> None:
    """The short cut answers only for names that came once each, in lower case, and that nobody has to look at."""
    kind = Outgoing(headers).kind
    names = [name for name, _ in headers]
    plainly = bool(names) and len(set(names)) == len(names) and set(names) <= set(PLAIN)
    assert (kind if plainly else None) == plain_kind(headers)
    assert plain_kind([(bytearray(b"x-a"), b"")]) is None  # type: ignore[list-item]
