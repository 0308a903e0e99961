"""Lines that are looked up by texts that were met before, beside the same read one by one."""

import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.importers import cuts, rows
from consentkit.importers.formats import LogReader
from consentkit.importers.rows import RowReader
from consentkit.importers.source import MAX_LINE
from consentkit.stats.enrich.place import Place
from consentkit.stats.kinds import Kinds
from consentkit.stats.observer import Observer
from consentkit.stats.site import SiteReader
from tests.importers.test_goaccess import generated
from tests.stats.enrich.test_place import nested, write_database

ZONE = ZoneInfo("Europe/Amsterdam")
HOSTS = ["www.example.com", "shop.example.com"]


@pytest.fixture(scope="module")
def observers(tmp_path_factory):
    """One that knows no places, and one that does."""
    folder = tmp_path_factory.mktemp("places")
    database = write_database(folder / "a.mmdb", {"192.0.2.0/25": nested("NL"), "2001:db8::/32": nested("ES")})
    found = [
        Observer(SiteReader(HOSTS, Place(paths), goals={"contact": "/contact"}), ZONE) for paths in ([], [database])
    ]
    for observer in found:
        observer.prepare()
    return found


def told(kind, agent, when, size, took):
    """What a row says, whatever objects hold it."""
    happened = [(verdict, metrics, [facet.values for facet in facets]) for verdict, metrics, facets in kind.happened]
    return (
        kind.standing.verdicts[0],
        kind.status,
        happened,
        kind.route,
        agent.declared,
        agent.facet.values,
        when,
        size,
        took,
    )


def one_by_one(observer, lines, log_format="combined"):
    reader = LogReader(log_format)
    facts = [reader.parse_line(line) if len(line) <= MAX_LINE else None for line in lines]
    return [told(*Kinds().seen(observer.observe(one))) if one else None for one in facts]


def looked_up(observer, lines, log_format=""):
    """The rows of the lines when all that can be remembered of them is: at the second reading."""
    reader = RowReader(observer, log_format)
    first = in_place(*reader.rows(lines), lines)
    assert first == in_place(*reader.rows(lines), lines)
    return first


def in_place(rows, no_requests, lines):
    """What each line says, None where it is no request."""
    each = iter(zip(rows.kinds, rows.agents, rows.whens, rows.sizes, strict=True))
    return [None if number in no_requests else told(*next(each), None) for number in range(len(lines))]


def test_odd_lines_are_read_like_any(observers):
    """Those on which GoAccess is compared, with and without places and hosts in front."""
    lines = [line.encode("latin-1") for line in generated(3000)]
    lines += [random.Random(1).choice([b"shop.example.com:443 ", b"other.example "]) + line for line in lines[:1000]]
    for observer in observers:
        assert one_by_one(observer, lines) == looked_up(observer, lines)


WHO = st.sampled_from(
    ["192.0.2.7 - -", "192.0.2.200 - -", "2001:db8::1 - -", "shop.example.com:443 192.0.2.7 - -", "192.0.2.7 id jan",
     "unix: - -", "-", "192.0.2.7", "www.example.com 192.0.2.7 - a [b]", "192.0.2.7 - \0"]
)  # fmt: skip
MOMENT = st.sampled_from(
    ["23/Nov/2026:10:00:00 +0100", "23/Nov/2026:10:00:60 +0100", "23/Nov/2026:10:00:61 +0100",
     "23/Nov/2026:10:00:07 +0200", "23/Nov/2026:10:60:00 +0100", "31/Nov/2026:10:00:00 +0100",
     "23/Nov/2026:10:00:0x +0100"]
)  # fmt: skip
REQUEST = st.sampled_from(
    ["GET / HTTP/1.1", "GET /contact HTTP/1.1", "GET /a?utm_source=b HTTP/2.0", r"GET /\"x HTTP/1.1", "POST / HTTP/1.1",
     "GET /a.css HTTP/1.1", "GET /.env HTTP/1.1", "-", "", "GET /a\0 HTTP/1.1", "GET /a.pdf HTTP/1.1"]
)  # fmt: skip
ANSWER = st.sampled_from(
    [" 200 5 ", " 200 - ", " 304 0 ", " 404 1234567890123456 ", " 200 123456789012345 ", " 200  ", " 999 5 ",
     "\t200 5 ", " 200 5\t", " 200 1_0 ", " 200 +5 ", " 200 5  ", " 20 5 ", " 200 5", " 200 five "]
)  # fmt: skip
REFERER = st.sampled_from(["-", "", "https://www.google.com/", "https://www.example.com/a", r"https://a.example/\"b"])
BETWEEN = st.sampled_from([" ", " ", " ", "  ", "\t", ""])
AGENT = st.sampled_from(["-", "", "curl/8.5.0", "Mozilla/5.0 (X11; rv:145.0) Gecko/20100101 Firefox/145.0"])
END = st.sampled_from(['"', '"', '"', "", '" "198.51.100.1"', '" 0.003', '" \\x', None])
LINES = st.builds(
    lambda who, moment, request, answer, referer, between, agent, end: (
        f'{who} [{moment}] "{request}"{answer}"{referer}"{between}"{agent}{end}'.encode()
        if end is not None  # else in the common format
        else f'{who} [{moment}] "{request}"{answer}{between.strip(" ")}'.encode()
    ),
    WHO, MOMENT, REQUEST, ANSWER, REFERER, BETWEEN, AGENT, END,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=30))
def test_no_line_is_taken_for_another(observers, lines):
    """Whatever stands in each place of a line, and whatever was met before."""
    for observer in observers:
        assert one_by_one(observer, lines) == looked_up(observer, lines, "combined")


FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent) cs(Referer) sc-status time-taken",
    "date time c-ip cs-method cs-host cs-uri-stem cs-uri-query sc-status sc-bytes cs(Referer) cs(User-Agent)",
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) "
    "cs-uri-query x-host-header cs-protocol",
    "date time c-ip sc-status cs-uri",
    "time c-ip sc-status",
)
VALUES = {
    "date": ["2026-11-23", "2026-02-30", "-"],
    "time": ["10:00:00", "10:00:59", "10:00:60", "10:60:00", "10:00:00.5", "-", "1:00:00"],
    "cs-method": ["GET", "POST"],
    "cs-uri-stem": ["/", "/contact", "/a+b", "/a%20b", "-"],
    "cs-uri": ["/", "/contact"],
    "cs-uri-query": ["-", "utm_source=b"],
    "s-port": ["443", "80"],
    "c-ip": ["192.0.2.7", "192.0.2.200", "2001:db8::1", "-"],
    "cs(user-agent)": ["curl/8.5.0", "Mozilla/5.0+(X11;+rv:145.0)+Gecko/20100101+Firefox/145.0", "-", '"a b"', "a%20b"],
    "cs(referer)": ["-", "https://www.google.com/", "https://www.example.com/a+b", '"https://x.example/"'],
    "sc-status": ["200", "404", "304", "-", "20x"],
    "sc-bytes": ["5", "-", "1234567890123456"],
    "x-host-header": ["www.example.com", "shop.example.com"],
    "cs-protocol": ["https", "http"],
}


@st.composite
def w3c_logs(draw):
    """Lines under several directives, some with a value too many or too few, tabs or not."""
    lines = []
    for fields in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3)):
        lines.append(f"#Fields: {fields}".encode())
        parted = "\t" if "x-edge" in fields else " "
        for _ in range(draw(st.integers(0, 8))):
            values = [draw(st.sampled_from(VALUES.get(name.lower(), ["0"]))) for name in fields.split()]
            extra = draw(st.sampled_from([[], [], [], [], ["x"], ["#"]]))
            lines.append(parted.join([*extra, *values]).encode())
    return lines


@settings(max_examples=200, deadline=None)
@given(lines=w3c_logs())
def test_no_line_of_a_w3c_log_is_taken_for_another(observers, lines):
    """Whatever the directives say, and however often they change."""
    for observer in observers:
        assert one_by_one(observer, lines, "w3c") == looked_up(observer, lines, "w3c")


BALANCED = st.builds(
    lambda kind, moment, client, times, answer, request, agent, end: (
        f'{kind}{moment} app/x {client} 10.0.0.1:80 {times} {answer} "{request}" "{agent}"{end}'.encode()
    ),
    st.sampled_from(["https ", "h2 ", "", "ftp "]),
    st.sampled_from(["2026-11-23T10:00:00.123456Z", "2026-11-23T10:00:59Z", "2026-11-23T10:00:60Z", "2026-11-23T1Z"]),
    st.sampled_from(["192.0.2.7:2817", "[2001:db8::1]:5", "192.0.2.200:1", "-"]),
    st.sampled_from(["0.000 0.001 0.000", "-1 -1 -1", "x 0 0"]),
    st.sampled_from(["200 200 34 1234", "404 - 0 0", "- - 0 0", "460 - 34 1234567890123456", "200 200 34 x"]),
    st.sampled_from(
        ["GET https://www.example.com:443/contact HTTP/2.0", "GET http://shop.example.com:80/?a=1 HTTP/1.1",
         "- http://www.example.com:80- - ", "- - - ", r"GET https://x.example:443/\"a HTTP/1.1", "GET"]
    ),
    st.sampled_from(["-", "", "curl/8.5.0", r"a\"b"]),
    st.sampled_from(["", " x - arn", ' "']),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(BALANCED, min_size=1, max_size=20))
def test_no_line_of_a_load_balancer_is_taken_for_another(observers, lines):
    """Whatever stands in each place of a line, and whatever was met before."""
    for observer in observers:
        assert one_by_one(observer, lines, "aws") == looked_up(observer, lines, "aws")


def test_what_is_remembered_is_bounded(observers, monkeypatch):
    """An attack's lines, each with texts of its own, leave no more than the bound; none holds an address."""
    for name in ("REMEMBERED", "REMEMBERED_AGENTS", "REMEMBERED_MINUTES"):
        monkeypatch.setattr(cuts, name, 10)
    monkeypatch.setattr(rows, "REMEMBERED", 10)
    reader = RowReader(observers[1])
    lines = [
        f'192.0.2.7 - - [23/Nov/2026:10:{n % 60:02}:00 +0100] "GET /{n} HTTP/1.1" 200 {n} "-" "agent {n}"'.encode()
        for n in range(100)
    ]
    # Where a time or an answer is read, something else may stand.
    lines += [b'%s "GET / HTTP/1.1" %s "-" "agent"' % ((b"192.0.2.%d" % n,) * 2) for n in range(20)]
    reader.rows(lines[:1])
    reader.rows(lines)
    cutter = reader._known._cutter
    held = reader._known._kinds, cutter._agents, cutter._minutes, cutter._days, cutter._answers
    assert [True] * 5 == [0 < len(one) <= 10 for one in held]
    assert "192.0.2" not in repr(held)
