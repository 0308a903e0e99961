"""What hostile bodies may say: a choice, or nothing."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.submission import MAX_GRANTS, Submission, from_this_site, parse_submission

ALL = ("preferences", "marketing")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"choice=accept_all", Submission(ALL)), (b"choice=refuse_all&grant=marketing", Submission(())),
     (b"choice=selection", Submission(())), (b"choice=selection&grant=a&grant=b", Submission(("a", "b"))),
     (b"choice=refuse_all&return=%2Fa&lang=nl", Submission((), "/a", "nl")),
     (b"choice=refuse_all&choice=accept_all", Submission(()))],
)  # fmt: skip
def test_form_is_read(body: bytes, expected: Submission) -> None:
    """The fields of contracts.md mean what it says."""
    assert expected == parse_submission(body, FORM, ALL)


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"choice": "accept_all"}, Submission(ALL)), ({"choice": "selection", "grant": ["a"]}, Submission(("a",))),
     ({"choice": "selection", "grant": "a"}, Submission(("a",))), ({"choice": "refuse_all", "more": "x"},
     Submission(()))],
)  # fmt: skip
def test_json_is_read(data: dict[str, object], expected: Submission) -> None:
    """The same as JSON."""
    assert expected == parse_submission(json.dumps(data).encode(), JSON, ALL)


BAD_FORMS = [b"", b"choice=", b"choice=ACCEPT_ALL", b"grant=marketing", b"choice=accept_all\xff", b"\x00",
b"&" * 400 + b"a=b" * 1,
             b"choice=selection&grant=" + b"x" * 65, b"choice=selection" + b"&grant=a" * (MAX_GRANTS + 20)]  # fmt: skip
BAD_JSON = [b"", b"[]", b"1", b"null", b'"accept_all"', b"{", b'{"choice": 1}', b'{"choice": null}',
b'{"choice": [["accept_all"]]}',
            b'{"choice": {}}', b'{"choice": []}', b"[" * 16_000, b'{"a":' * 3_000, b"\xff\xfe",
            b'{"choice": "selection", "grant": [1]}',
            b'{"x": ' + b"9" * 5_000 + b"}", b'{"choice": "accept_all", "return": 5}']  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind"), [*((body, FORM) for body in BAD_FORMS), *((body, JSON) for body in BAD_JSON)]
)
def test_nonsense_is_refused_without_repeating_it(body: bytes, kind: str) -> None:
    """A body that is no choice gives one short error that quotes nothing of it."""
    with pytest.raises(ValueError, match=r"^[a-zA-Z ,_]+$"):
        parse_submission(body, kind, ALL)


@given(
    st.binary(max_size=300),
    st.sampled_from([FORM, JSON, "", "multipart/form-data; boundary=x", "application/json\x00"]),
)
def test_any_bytes_are_a_submission_or_a_value_error(body: bytes, kind: str) -> None:
    """No body raises anything else."""
    with suppress(ValueError):
        assert isinstance(parse_submission(body, kind, ALL), Submission)


HOST = (b"host", b"www.example.com")


@pytest.mark.parametrize(
    ("headers", "ours"),
    [([(b"sec-fetch-site", b"same-origin")], True), ([(b"sec-fetch-site", b"same-site")], False),
     ([(b"sec-fetch-site", b"cross-site"), (b"origin", b"https://www.example.com")], False),
     ([(b"sec-fetch-site", b"none")], False), ([(b"origin", b"https://www.example.com")], True),
     ([(b"origin", b"null")], False), ([(b"origin", b"null"), (b"referer", b"https://www.example.com/")], False),
     ([(b"origin", b"https://evil.test")], False), ([(b"origin", b"https://www.example.com.evil.test")], False),
     ([(b"origin", b"https://www.example.com@evil.test")], False), ([(b"origin", b"https://WWW.example.com")], True),
     ([(b"referer", b"https://www.example.com/a")], True), ([(b"referer", b"https://evil.test/www.example.com")],
     False),
     ([(b"origin", b"https://[")], False), ([(b"origin", b"\xff")], False), ([], False)],
)  # fmt: skip
def test_only_a_page_of_this_origin_may_grant(headers: list[tuple[bytes, bytes]], ours: bool) -> None:
    """Sec-Fetch-Site decides, then Origin, then Referer; without evidence the answer is no."""
    assert ours == from_this_site(dict([HOST, *headers]), "https")


@pytest.mark.parametrize(("page", "scheme", "ours"), [("http", "https", False), ("https", "http", True)])
def test_page_that_anybody_on_the_way_may_write_grants_nothing(page: str, scheme: str, ours: bool) -> None:
    """One of http is not of the origin of https; the other way round a proxy may not have told of its TLS."""
    source = f"{page}://www.example.com".encode()
    assert ours == from_this_site(dict([HOST, (b"origin", source)]), scheme)
    assert ours == from_this_site(dict([HOST, (b"referer", source + b"/a")]), scheme)


def test_without_a_host_nothing_is_ours() -> None:
    """An empty Host equals no origin."""
    assert not from_this_site({b"origin": b"https://"}, "https")
