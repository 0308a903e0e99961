"""Lines of access logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers.accesslog import parse_line
from consentkit.stats.facts import UNTOLD
from tests.stats.page_requests import text

MOMENT = "[23/Nov/2026:10:00:00 +0100]"
WHEN = 1_795_424_400.0


def combined(request="GET /a HTTP/1.1", status="200", size="5", referer="-", agent="UA", *, who="192.0.2.7 - -"):
    return f'{who} {MOMENT} "{request}" {status} {size} "{referer}" "{agent}"'.encode("latin-1")


def test_a_combined_line_becomes_facts():
    """Every field that statistics need, and the mark that headers are unknown."""
    facts = parse_line(combined("GET /a%20b?q=1 HTTP/2.0", "404", "1234", "https://example.org/", "Mozilla/5.0 (X)"))
    assert (WHEN, "GET", "/a b", b"q=1", 404, 1234) == (
        facts.when,
        facts.method,
        facts.path,
        facts.query,
        facts.status,
        facts.size,
    )
    assert ("https://example.org/", "Mozilla/5.0 (X)", "192.0.2.7") == (
        text(facts, "referer"),
        text(facts, "user_agent"),
        facts.address,
    )
    assert facts.logged
    assert facts.content_type is None


def test_a_common_line_has_neither_referrer_nor_user_agent():
    """It is a log line all the same; no user agent told is another thing than none sent."""
    facts = parse_line(f'192.0.2.7 - jan {MOMENT} "GET / HTTP/1.0" 304 -'.encode())
    assert ("/", 304, 0, "", UNTOLD.decode()) == (
        facts.path,
        facts.status,
        facts.size,
        text(facts, "referer"),
        text(facts, "user_agent"),
    )


@pytest.mark.parametrize(
    ("host", "address", "who"),
    [
        ("", "192.0.2.7", "192.0.2.7 - -"),
        ("", "2001:db8::7", "2001:db8::7 - -"),
        ("", "::ffff:192.0.2.7", "[::ffff:192.0.2.7] - -"),
        ("", "192.0.2.7", "192.0.2.7 - jan de vries"),
        ("", None, "visitor.example.org - -"),
        ("www.example.com:443", "192.0.2.7", "www.example.com:443 192.0.2.7 - -"),
        ("www.example.com", "2001:db8::7", "www.example.com 2001:db8::7 - jan"),
    ],
)
def test_the_virtual_host_may_stand_in_front(host, address, who):
    """Told by an address in the second place."""
    facts = parse_line(combined(who=who))
    assert (host, address) == (text(facts, "host"), facts.address)


@pytest.mark.parametrize(
    ("method", "path", "request_line"),
    [
        ("", "/", "-"),
        ("", "/", ""),
        ("-", "/", r"\x16\x03\x01"),
        ("GET", "/a", "GET /a"),
        ("GET", '/a"b', r"GET /a\"b HTTP/1.1"),
        ("GET", '/a"b', r"GET /a\x22b HTTP/1.1"),
        ("GET", "/a\\", r"GET /a\\ HTTP/1.1"),
        ("GET", "/a b c", "GET /a b c HTTP/1.1"),
        ("GET", "/a", "GET http://www.example.com/a?b HTTP/1.1"),
        ("GET", "", "GET http://www.example.com HTTP/1.1"),
        ("GET", "/p/http://x", "GET /p/http://x HTTP/1.1"),
        ("GET", "/é�", "GET /%C3%A9%FF HTTP/1.1"),
        ("GET", "/é", "GET /Ã© HTTP/1.1"),
        ("CONNECT", "a:443", "CONNECT a:443 HTTP/1.1"),
    ],
)
def test_odd_requests_are_read(method, path, request_line):
    """What a client made of the request line."""
    facts = parse_line(combined(request_line))
    assert (method, path) == (facts.method, facts.path)


def test_quotation_marks_in_headers_are_read():
    """Escaped ones, and ones that a server did not escape."""
    assert text(parse_line(combined(agent=r"a \"b\" c")), "user_agent") == 'a "b" c'
    assert text(parse_line(combined(agent='a "b" c')), "user_agent") == "a "
    assert text(parse_line(combined(referer=r"https://x/\"", agent="UA")), "user_agent") == "UA"
    assert text(parse_line(combined(agent="cut off")[:-4]), "user_agent") == "cut "


@pytest.mark.parametrize(
    ("size", "written"), [(0, "-"), (0, "0"), (7, "7"), (0, "-5"), (0, "abc"), (0, "9" * 30), (10**14, str(10**14))]
)
def test_a_size_that_is_none_counts_as_nothing(size, written):
    """No response has a hundred petabytes."""
    assert size == parse_line(combined(size=written)).size


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        (1_795_424_400.0, "23/Nov/2026:10:00:00 +0100"),
        (1_795_424_400.0, "23/nov/2026:03:30:00 -0530"),
        (1_709_251_199.0, "29/Feb/2024:23:59:59 +0000"),
        (1_483_228_800.0, "31/Dec/2016:23:59:60 +0000"),
        (None, "29/Feb/2023:00:00:00 +0000"),
        (None, "31/Apr/2026:00:00:00 +0000"),
        (None, "00/Nov/2026:00:00:00 +0000"),
        (None, "23/Nix/2026:00:00:00 +0000"),
        (None, "23/Nov/1969:00:00:00 +0000"),
        (None, "23/Nov/2026:24:00:00 +0000"),
        (None, "23/Nov/2026:00:60:00 +0000"),
        (None, "23/Nov/2026:00:00:61 +0000"),
    ],
)
def test_times_are_read_with_their_zone(when, moment):
    """A day that never was makes no line."""
    facts = parse_line(f'192.0.2.7 - - [{moment}] "GET / HTTP/1.1" 200 5'.encode())
    assert when == (facts and facts.when)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"# comment",
        b"hello world",
        b"192.0.2.7 - - ",
        b'192.0.2.7 - - [23/Nov/2026:10:00:00] "GET / HTTP/1.1" 200 5',
        b'192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200',
        b'192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET /a"b HTTP/1.1" 200 5 "-" "UA"',
        b'192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET /a HT',
        combined(status="999"),
        combined(status="000"),
        combined(status="20"),
        combined(status="-"),
        combined("GET /\0 HTTP/1.1"),
    ],
)
def test_what_is_no_log_line_is_rejected(line):
    """Cut off, unbalanced, or something else."""
    assert parse_line(line) is None


@given(st.binary())
def test_no_bytes_make_it_fail(noise):
    """Neither as a line nor as any of its fields."""
    assert parse_line(noise) is None
    for field in range(5):
        parts = [b"GET / HTTP/1.1", b"200", b"5", b"-", b"UA"]
        parts[field] = noise
        facts = parse_line(b'192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "%b" %b %b "%b" "%b"' % tuple(parts))
        assert facts is None or facts.address == "192.0.2.7"
