"""Cookie lines as browsers read them, not as Python does."""

from http.cookies import SimpleCookie

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import cookie_parser
from starlette.responses import Response

from consentkit.consent.cookies import Cookies, name_of, parse_set_cookie
from consentkit.consent.decision import decide
from consentkit.consent.gate import Gate
from tests.support.browser_model import store
from tests.support.sites import NOW, declaration_of, necessary, service

# Name → (line, what both browsers were measured to store; None: rejected).
MEASURED = {
    "json value": (b'j={"a":1}', b"j"),
    "blank in the value": (b"sp=a b", b"sp"),
    "utf-8 value": ("u=café".encode(), b"u"),
    "partitioned": (b"part=1; Secure; SameSite=None; Partitioned", b"part"),
    "brackets in the name": (b"[b]=1", b"[b]"),
    "blank in the name": (b"bad name=1", b"bad name"),
    "semicolon in quotes": (b'q="x;y"', b"q"),
    "folded with a comma": (b"fold=1; Path=/, fold2=2; Path=/", b"fold"),
    "upper case": (b"Sess=1", b"Sess"),
    "lower case": (b"sess=2", b"sess"),
    "blanks around": (b" \tsp = 1 ; Path=/", b"sp"),
    "two years": (b"long=1; Max-Age=63072000", b"long"),
}


@pytest.mark.parametrize(("line", "name"), MEASURED.values(), ids=MEASURED)
def test_name_is_the_one_that_browsers_store(line: bytes, name: bytes) -> None:
    """Every line that browsers were measured to store is seen under the very name they store it under."""
    assert name.decode("latin-1") == parse_set_cookie(line).name
    assert name == store(line, NOW).name


@pytest.mark.parametrize(
    "line", [b"noval", b"=value", b"=__Host-x=1", b" =a", b"", b";", b"; a=b", b"a\x00=1", b"a=\n1"]
)
def test_line_without_a_name_to_rely_on_has_none(line: bytes) -> None:
    """Nameless lines (sent as a name by some browsers, posing as a prefixed cookie) and broken ones have no name."""
    assert parse_set_cookie(line).name is None
    assert not parse_set_cookie(line).deletes


def test_value_in_quotes_ends_at_the_semicolon() -> None:
    """What Python calls the rest of a quoted value is an attribute to a browser."""
    assert parse_set_cookie(b'q="x; Max-Age=0"; Max-Age=5').deletes is False
    assert [b'q="x', b'y"'] == pairs(b'q="x;y"')


def test_cookie_behind_an_odd_one_does_not_escape() -> None:
    """The pair at which Python's parser stops hides nothing from ours."""
    header = b'_ga=GA1.2; pref={"a":1}; _fbp=fb.1'
    assert ["_ga"] == list(SimpleCookie(header.decode()))
    assert ["_ga", "pref", "_fbp"] == [name_of(raw) for raw, _ in Cookies(header).pairs]


def test_every_duplicate_of_a_refused_name_goes() -> None:
    """Frameworks take the last duplicate, so none may stay."""
    cookies = Cookies(b"x=1; a=1;x=2 ; b=2; x")
    assert b"a=1; b=2" == cookies.only([at for at, raw in enumerate(cookies.names) if raw not in (b"x", b"")])


def test_values_of_a_cookie_are_those_of_its_pairs() -> None:
    """A name inside another name or value is none, and every duplicate is found."""
    header = b"a=1; b=a=2;xa=3;\ta=4 ; a =5; A=6; a"
    assert [b"1", b"4"] == Cookies(header).values(b"a")
    assert [] == Cookies(header).values(b"c")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"b=2; a=1=; c", b"1="), (b"a=", b""), (b"b=a=1; A=2; aa=3", None), (b"a=1; b=2; a=1", None), (b"a", None),
        (b"a=1;a=2; a=3", None), (b" ;\ta=1 ", b"1"), (b"a=\x001; b=2", None), (b"a=\x001;a=2", b"2"), (b"", None),
    ],
)  # fmt: skip
def test_value_that_is_wanted_is_that_of_a_cookie_that_came_once(header: bytes, value: bytes | None) -> None:
    """One that came twice may have been put there by another host, and one that no browser stores is none."""
    assert value == Cookies(header, b"a").single


def test_header_from_which_nothing_goes_is_the_same_object() -> None:
    """An untouched header keeps its blanks and its order, byte for byte."""
    header = b"a=1;b=2 ;  c=\xff"
    assert Cookies(header).only(range(len(pairs(header)))) == b"; ".join(pairs(header))


def starlette_deletion() -> bytes:
    """The line of Starlette's own `delete_cookie`."""
    response = Response()
    response.delete_cookie("a")
    return dict(response.raw_headers)[b"set-cookie"]


DELETIONS = {
    "starlette": starlette_deletion(),
    "django": b'a=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax',
    "express": b"a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "php": b"a=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/",
    "negative": b"a=; max-age=-1",
    "upper case": b"a=; MAX-AGE=0",
}  # fmt: skip


@pytest.mark.parametrize("line", DELETIONS.values(), ids=DELETIONS)
def test_deletion_of_a_framework_is_seen_as_one(line: bytes) -> None:
    """The app may always delete, however its framework writes that."""
    assert parse_set_cookie(line).deletes
    assert store(line, NOW).expired


NO_DELETIONS = {
    "later Max-Age": b"a=1; Max-Age=0; Max-Age=60",
    "Max-Age before Expires": b"a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "ignored as too long": b"a=1; Max-Age=60; Max-Age=0" + b"0" * 1030,
    "no number": b"a=1; Max-Age=0x; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
    "no date: before 1601": b"a=1; Expires=Sat, 01 Jan 1600 00:00:00 GMT",
    "no date: 31 February": b"a=1; Expires=Sat, 31 Feb 1970 00:00:00 GMT",
    "no date: 25 o'clock": b"a=1; Expires=Thu, 01 Jan 1970 25:00:00 GMT",
    "no date: day 0": b"a=1; Expires=Thu, 00 Jan 1970 00:00:00 GMT",
    "in the value": b'a="; Max-Age=0"; Max-Age=9',
    "in the name": b"Max-Age=0",
}


@pytest.mark.parametrize("line", NO_DELETIONS.values(), ids=NO_DELETIONS)
def test_what_a_browser_would_store_is_no_deletion(line: bytes) -> None:
    """An attribute that a browser ignores does not pass for a deletion."""
    assert not parse_set_cookie(line).deletes
    assert not store(line, NOW).expired


DECLARED = declaration_of(
    necessary("session", "session", "pre_*", "__Host-s"),
    service("ads", "marketing", "_fbp", "_ads_*", "pre_x"),
)
GATE = Gate(DECLARED, "enforce")
NOBODY = decide(DECLARED, None, gpc=False)
NECESSARY = {"session", "__Host-s"}

names = st.sampled_from(
    [b"session", b"_fbp", b"_ads_1", b"pre_x", b"pre_y", b"pre_x\xa0", b"pre_x\x85", b"SESSION", b"__Host-s", b"",
     b" _fbp\t", b"\x1f_fbp", b"__host-_fbp", b'"_fbp"', b"other", "_fbp\u200b".encode(), b"session _fbp"]
) | st.binary(max_size=6)  # fmt: skip
value_bytes = st.sampled_from([b"1", b'"x', b"a b", b'{"a":1}', b"_fbp=1", b"a,_fbp=2", b""]) | st.binary(max_size=5)
joints = st.sampled_from([b"=", b"=", b"=", b"", b" = ", b"=="])
pair_bytes = st.tuples(names, joints, value_bytes).map(b"".join)
keys = st.sampled_from(
    [b"Max-Age", b"max-age ", b" EXPIRES", b"expires", b"Path", b"Domain", b"Secure", b"Partitioned", b"x"]
)
ages = st.sampled_from(
    [b"0", b"-1", b"00", b"+0", b" 0 ", b"0x", b"10", b"-", b"", b'"0"', b"0" * 1030, b"-0", b"1e9", b"9" * 30, b"\t0",
     b"Thu, 01 Jan 1970 00:00:00 GMT", b"Thu, 01-Jan-1970 00:00:00 GMT", b"Sat, 01 Jan 1600 00:00:00 GMT",
     b"Sat, 31 Feb 1970 00:00:00 GMT", b"Thu, 01 Jan 1970 24:00:00 GMT", b"Thu, 01 Jan 2100 00:00:00 GMT",
     b"01 Jan 70 00:00:00", b"Thu, 01 Jan 1970 00:00:00 GMT" + b" " * 1020 + b"x", b"/", b"example.com", b"evil.test"]
)  # fmt: skip
attribute_bytes = st.tuples(keys, joints, ages).map(b"".join) | st.binary(max_size=6)
lines = st.tuples(pair_bytes, st.lists(attribute_bytes, max_size=4)).map(lambda parts: b";".join([parts[0], *parts[1]]))


def pairs(header: bytes) -> list[bytes]:
    """The pairs of a Cookie header."""
    return [pair for _, pair in Cookies(header).pairs]


def needs_no_consent(name: str) -> bool:
    """The declaration's answer, worked out by hand: `pre_x` goes before `pre_*`."""
    return name in NECESSARY or (name.startswith("pre_") and name != "pre_x")


@given(lines | st.binary(max_size=60))
@example(b"_fbp=1; Expires=Sat, 01 Jan 1600 00:00:00 GMT")
@example(b"_fbp=1; Max-Age=0; Max-Age=60")
def test_no_line_stores_what_is_refused(line: bytes) -> None:
    """Whatever bytes pass the gate, a browser stores no cookie that needs a consent nobody gave."""
    passed = GATE.gate_out([(b"set-cookie", line)], NOBODY)
    assert passed in ([], [(b"set-cookie", line)])
    stored = store(line, NOW) if passed else None
    if stored is not None and not stored.expired:
        assert needs_no_consent(stored.name.decode("latin-1"))


@given(lines)
def test_what_is_necessary_and_well_formed_passes(line: bytes) -> None:
    """A line that a browser stores under a necessary name is never lost."""
    stored = store(line, NOW)
    if stored is not None and stored.name in (b"session", b"__Host-s", b"pre_y"):
        assert [(b"Set-Cookie", line)] == GATE.gate_out([(b"Set-Cookie", line)], NOBODY)


@given(st.lists(pair_bytes | st.binary(max_size=8), max_size=6), st.sampled_from([b";", b"; ", b" ;\t"]))
def test_no_request_shows_the_app_what_is_refused(parts: list[bytes], separator: bytes) -> None:
    """Neither a browser's reading nor the app's framework finds a refused name in what is left, and what is left is
    byte for byte, and in the order, that it came in."""
    header = separator.join(parts)
    kept = GATE.gate_in(Cookies(header), GATE.verdicts(NOBODY))
    seen = [
        *cookie_parser(kept.decode("latin-1")),
        *(pair.partition(b"=")[0].strip(b" \t").decode("latin-1") for pair in pairs(kept)),
    ]
    assert all(needs_no_consent(name) for name in seen), seen
    came = pairs(header)
    for pair in pairs(kept):
        came = came[came.index(pair) + 1 :]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    """Any bytes are read or denied, never an error."""
    name = parse_set_cookie(data).name
    assert name is None or name.encode("latin-1") in data
    assert all(raw in pair and pair in data for raw, pair in Cookies(data).pairs)
    assert all(refused.encode("latin-1") in data for refused in GATE.refused(Cookies(data), GATE.verdicts(NOBODY)))
