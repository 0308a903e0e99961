"""What is read of headers that many visitors share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit import traits
from consentkit.traits import LONGEST_VALUE, MOST_SHAPES, MOST_TRAITS, Marks, Traits, shape_of, traits_of

TOLD = ("gpc", "headers", "is_conditional", "is_fragment", "may_get_page", "opens_page", "wants_document")
NAMES = [b"host", b"user-agent", b"sec-gpc", b"sec-fetch-dest", b"hx-request", b"if-none-match", b"cookie"]


def read(found: Traits) -> dict[str, object]:
    """Everything that traits tell."""
    return {name: getattr(found, name) for name in TOLD}


@given(st.dictionaries(st.sampled_from([*NAMES, b"x", b"y"]), st.sampled_from([b"1", b"a", b""])))
def test_what_is_remembered_is_what_is_read(headers: dict[bytes, bytes]) -> None:
    """Names and values that were met before, in whatever order, never lend their traits to others."""
    shared = {name: value for name, value in headers.items() if name in traits.SHARED}
    assert read(Traits(Marks(headers, shared), shared)) == read(traits_of(headers)) == read(traits_of(headers))
    assert (list(headers).index(b"cookie") if b"cookie" in headers else -1) == shape_of(tuple(headers)).cookie_at


def test_visitors_whose_browsers_send_the_same_share_their_traits() -> None:
    """Whatever their cookies, addresses and referrers are; none of these is kept."""
    one, other = ({b"user-agent": b"UA", b"cookie": n, b"referer": n, b"x-forwarded-for": n} for n in (b"1", b"2"))
    assert traits_of(one) is traits_of(other)
    assert {b"user-agent": b"UA"} == traits_of(one).headers


def test_long_headers_are_cut_and_not_remembered() -> None:
    """Nobody can fill the memory with a few of them."""
    headers = {b"user-agent": b"x" * 5000}
    assert traits_of(headers) is not traits_of(headers)
    assert {b"user-agent": b"x" * LONGEST_VALUE} == traits_of(headers).headers


@pytest.mark.parametrize("varied", ["names", "values"])
def test_made_up_headers_fill_a_bounded_table(varied: str) -> None:
    """A flood of names or of values that nobody else sends."""
    for number in range(3 * MOST_TRAITS):
        text = b"%d" % number
        traits_of({b"user-agent": text} if varied == "values" else {b"user-agent": b"UA", b"x-" + text: b""})
        assert len(traits.shapes) <= MOST_SHAPES
    assert sum(len(shape._known) + len(shape._before) for shape in traits.shapes.values()) <= MOST_TRAITS


def test_what_is_met_again_stays() -> None:
    """While a flood of what nobody else sends passes by."""
    shown = {b"user-agent": b"seen again", b"accept": b"text/html"}
    first = traits_of(shown)
    for number in range(3 * MOST_TRAITS):
        traits_of({b"user-agent": b"once %d" % number, b"accept": b"text/html"})
        if number % 500 == 0:
            assert traits_of(shown) is first
    assert traits_of({**shown, b"user-agent": b"another"}).marks is traits_of({**shown, b"user-agent": b"third"}).marks
