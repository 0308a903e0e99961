"""Formats of logs: each line becomes the facts that the same request would have had in any other."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.importers import FORMATS
from consentkit.importers.formats import BY_LINE, LogReader
from tests.stats.page_requests import text

WHEN = 1_795_424_400.0  # 23 November 2026, 09:00 UTC
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"

CADDY = {
    "level": "info",
    "ts": WHEN,
    "logger": "http.log.access.log0",
    "msg": "handled request",
    "request": {
        "remote_ip": "10.0.0.1",
        "remote_port": "41342",
        "client_ip": "192.0.2.7",
        "proto": "HTTP/2.0",
        "method": "GET",
        "host": "www.example.com",
        "uri": "/a%20b?q=1",
        "headers": {"User-Agent": [CHROME], "Referer": ["https://example.org/"], "Sec-Fetch-Site": ["cross-site"]},
        "tls": {"resumed": False, "version": 772},
    },
    "duration": 0.000929675,
    "size": 1234,
    "status": 200,
    "resp_headers": {"Content-Type": ["text/html; charset=utf-8"]},
}
TRAEFIK = {
    "ClientAddr": "192.0.2.7:52512",
    "ClientHost": "192.0.2.7",
    "DownstreamContentSize": 1234,
    "DownstreamStatus": 200,
    "Duration": 929675,
    "RequestHost": "www.example.com",
    "RequestMethod": "GET",
    "RequestPath": "/a%20b?q=1",
    "RequestScheme": "https",
    "StartUTC": "2026-11-23T09:00:00.123456789Z",
    "request_User-Agent": CHROME,
    "request_Referer": "https://example.org/",
    "level": "info",
    "time": "2026-11-23T09:00:01Z",
}
IIS = """\
#Software: Microsoft Internet Information Services 10.0
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) \
cs-host sc-status sc-substatus sc-win32-status sc-bytes time-taken
2026-11-23 09:00:00 10.0.0.1 GET /a%20b q=1 443 - 192.0.2.7 {agent} https://example.org/ www.example.com 200 0 0 1234 9
"""
CLOUDFRONT = (
    "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "cs(Referer) cs(User-Agent) cs-uri-query x-host-header cs-protocol\n"
    "2026-11-23\t09:00:00\tAMS1\t1234\t192.0.2.7\tGET\td1.cloudfront.net\t/a%20b\t200\thttps://example.org/\t{agent}\t"
    "q=1\twww.example.com\thttps\n"
)
ALB = (
    "https 2026-11-23T09:00:00.000000Z app/site/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 "
    '34 1234 "GET https://www.example.com:443/a%20b?q=1 HTTP/1.1" "{agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 '
    'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1 "Root=1-5" "www.example.com" "arn" 1 '
    '2026-11-23T09:00:00.000000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"\n'
)
ELB = (
    "2026-11-23T09:00:00.000000Z site 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 0 1234 "
    '"GET https://www.example.com:443/a%20b?q=1 HTTP/1.1" "{agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2\n'
)
COMBINED = (
    '192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET /a%20b?q=1 HTTP/2.0" 200 1234 '
    '"https://example.org/" "{agent}"{rest}\n'
)


def read(text, named=""):
    reader = LogReader(named)
    found = [facts for line in text.encode().splitlines() if (facts := reader.parse_line(line))]
    return reader.format, found


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("caddy", json.dumps(CADDY)),
        ("caddy", json.dumps({**CADDY, "ts": "2026-11-23T10:00:00.000+0100"})),
        ("traefik", json.dumps(TRAEFIK)),
        ("w3c", IIS.format(agent=CHROME.replace(" ", "+"))),
        ("w3c", CLOUDFRONT.format(agent=CHROME.replace(" ", "%20"))),
        ("aws", ALB.format(agent=CHROME)),
        ("aws", ELB.format(agent=CHROME)),
        ("combined", COMBINED.format(agent=CHROME, rest="")),
        ("combined", "www.example.com:443 " + COMBINED.format(agent=CHROME, rest=' 0.004 "-"')),
        ("combined", COMBINED.format(agent=CHROME, rest=' 5 "site@docker" "http://172.17.0.2:80" 9ms')),
    ],
)
def test_the_same_request_in_every_format(name, line):
    """Told by its first readable line, with the same when, what, whence and with what."""
    found, (facts,) = read(line)
    assert name == found
    assert (int(WHEN), "GET", "/a b", b"q=1", 200, 1234) == (
        int(facts.when),
        facts.method,
        facts.path,
        facts.query,
        facts.status,
        facts.size,
    )
    assert (CHROME, "192.0.2.7") == (text(facts, "user_agent"), facts.address)
    assert (text(facts, "referer") or "https://example.org/") == "https://example.org/"
    assert (name == "aws") == (text(facts, "referer") == "")


def test_caddy_knows_the_headers():
    """So such a request is counted like a live one."""
    _, (facts,) = read(json.dumps(CADDY))
    assert ("cross-site", "text/html; charset=utf-8", True, False, "www.example.com") == (
        text(facts, "fetch_site"),
        facts.content_type,
        facts.secure,
        facts.logged,
        text(facts, "host"),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"ts": True},
        {"ts": -1},
        {"ts": 1e300},
        {"ts": "yesterday"},
        {"status": 0},
        {"status": "abc"},
        {"request": []},
        {"request": None},
    ],
)
def test_what_is_no_request_of_caddy_is_none(change):
    """A line of its other logs, or one of odd types."""
    _, found = read(json.dumps({**CADDY, **change}), "caddy")
    assert found == []


def test_the_fields_of_a_w3c_log_may_change_on_the_way():
    """A restarted server writes them again."""
    text = (
        IIS.format(agent="UA") + "#Fields: date time cs-method cs-uri-stem sc-status\n2026-11-23 09:00:01 POST /b 404\n"
    )
    _, found = read(text)
    assert [("GET", 200), ("POST", 404)] == [(facts.method, facts.status) for facts in found]


def test_a_w3c_line_with_other_values_than_fields_is_none():
    """It cannot be told which is missing."""
    _, found = read(IIS.format(agent="UA with blanks"))
    assert found == []


def test_a_closed_connection_at_a_load_balancer_is_none():
    """It never asked for anything: `- - -` stands for its request, and no status."""
    line = (
        ALB.format(agent="-").replace(" 200 200 ", " - - ").replace("GET https://www.example.com:443/a%20b?q=1", "- -")
    )
    assert read(line, "aws") == ("aws", [])


def test_a_log_is_told_by_its_first_readable_line():
    """Rubbish before it does not mislead."""
    assert read("rubbish\n\n{}\n{broken\n" + json.dumps(TRAEFIK))[0] == "traefik"


@given(st.sampled_from(FORMATS), st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_line_makes_a_reader_fail(name, line):
    """Whatever a client made of it."""
    reader = LogReader(name)
    if name == "w3c":
        reader.parse_line(b"#Fields: date time cs-method cs-uri-stem c-ip sc-status")
    reader.parse_line(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*CADDY, *CADDY["request"], *TRAEFIK]), inner)
    ),
    max_leaves=12,
)


@given(st.sampled_from(["caddy", "traefik"]), JSON)
def test_no_json_makes_a_reader_fail(name, value):
    """Of whatever types its values are."""
    base = CADDY if name == "caddy" else TRAEFIK
    changed = {**base, **value} if isinstance(value, dict) else value
    BY_LINE[name](json.dumps(changed).encode())
