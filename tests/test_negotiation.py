"""What a browser prefers: lists with weights (RFC 9110 §12.4.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.negotiation import HEADER_CAP, takes_gzip, weighted

CODINGS = st.sampled_from(["gzip", "br", "zstd", "deflate", "identity", "*", "GZip", "x-gzip"])
WEIGHTS = st.integers(0, 1000).map(lambda thousandths: f"{thousandths / 1000:.3f}")
LISTS = st.lists(st.tuples(CODINGS, WEIGHTS), max_size=8)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", []), (" , ,", []), ("gzip", [("gzip", 1.0)]), ("GZIP ; Q=0.25, *;q=0", [("gzip", 0.25), ("*", 0.0)]),
     ("nl-BE\t;\tq=0.8", [("nl-be", 0.8)]), ("a;q=1.", [("a", 1.0)]), ("a;q=0.", [("a", 0.0)]),
     ("text/html;level=1;q=0.5", [("text/html", 0.5)]),
     ("a;q=2,b;q=-1,c;q=0.1234,d;q=nan,e;q=,f;q=1e-1,g;q=1.001,h;q=٠", [])],
)  # fmt: skip
def test_members_are_read_with_their_weights(header: str, expected: list[tuple[str, float]]) -> None:
    """A weight that the grammar does not know leaves its member out."""
    assert expected == weighted(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("gzip", True), ("gzip, deflate, br, zstd", True), ("br;q=1.0, gzip;q=0.1", True), ("x-gzip", True), ("*", True),
     ("gzip;q=1, identity;q=0.5", True), ("identity, *;q=0.5", False), ("identity;q=0, gzip;q=0.001", True),
     ("", False), ("br", False), ("identity", False), ("gzip;q=0", False), ("gzip;q=0.000, *", False),
     ("*;q=0", False), ("br, *;q=0", False), ("gzip;q=0.2, identity;q=0.7", False), ("gzip, gzip;q=0", False),
     ("notgzip", False), ("gzip;q=x", False)],
)  # fmt: skip
def test_gzip_goes_to_who_takes_it(header: str, expected: bool) -> None:
    """Named or by the wildcard, with a weight above none and not below that of the page as it is."""
    assert expected == takes_gzip(header)


@given(LISTS)
def test_gzip_refused_is_never_sent(members: list[tuple[str, str]]) -> None:
    """Whatever stands beside it, in any order."""
    header = ", ".join(f"{name};q={weight}" for name, weight in [*members, ("gzip", "0")])
    assert not takes_gzip(header)
    assert not takes_gzip(", ".join(reversed(header.split(", "))))


@given(LISTS)
def test_what_is_written_is_read(members: list[tuple[str, str]]) -> None:
    """Each member with its weight, in the order of the list."""
    header = ",".join(f"{name};q={weight}" for name, weight in members)
    assert [(name.lower(), float(weight)) for name, weight in members] == weighted(header)


@given(st.text(max_size=HEADER_CAP * 2))
def test_any_header_is_read(header: str) -> None:
    """A hostile one gives members with weights from 0 to 1, and never more of them than were read."""
    found = weighted(header)
    assert all(0 <= weight <= 1 and name for name, weight in found)
    assert len(found) <= HEADER_CAP
    assert takes_gzip(header) in (True, False)


def test_a_member_that_is_cut_off_is_left_out() -> None:
    """A cap inside `gzip;q=0` must not make gzip of it."""
    header = "br," * ((HEADER_CAP - 4) // 3) + "gzip;q=0"
    assert HEADER_CAP < len(header)
    assert {"br"} == {name for name, _ in weighted(header)}
    assert not takes_gzip(header)
