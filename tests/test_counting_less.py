"""What a site does not count by goes nowhere, over a real server."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentkit import ConsentKit
from tests.conftest import LiveServers
from tests.stats.enrich.test_place import nested, write_database
from tests.support.sites import KEY, config_of, settings

pytestmark = pytest.mark.server

TIMES = 3
MARKS = {
    "referrer": b"mark-referrer.org",
    "campaign": b"mark-campaign",
    "campaign_term": b"mark-term",
    "click_id": b"Outbrain",
    "language": b"fy",
    "browser": b"Firefox",
    "browser_version": b"Firefox 145",
    "os": b"Linux",
    "device": b"desktop",
    "host": b"www.example.com",
    "move": "/first → /second".encode(),
    "missing": b"/mark-missing",
    "download": b"/mark-download.pdf",
    "search": b"markwords",
    "country": b"ZZ",
}
"""A value that the visits below have in each breakdown."""

HEADERS = {
    "Host": "www.example.com",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "text/html",
    "Accept-Language": "fy",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Referer": "https://mark-referrer.org/"}
FROM_FIRST = {"Sec-Fetch-Site": "same-origin", "Referer": "http://www.example.com/first"}
VISIT = (
    ("/first?utm_campaign=mark-campaign&utm_term=mark-term&dicbo=1", ELSEWHERE),
    ("/second?q=markwords", FROM_FIRST),
    ("/mark-missing", FROM_FIRST),
    ("/mark-download.pdf", FROM_FIRST),
)


async def page(request: Request) -> Response:
    """Any page, a file, or none."""
    path = request.url.path
    if path.endswith(".pdf"):
        return Response(b"%PDF", media_type="application/pdf")
    return HTMLResponse("<!doctype html><title>Page</title>", 404 if "missing" in path else 200)


def counted_by(folder: Path, servers: LiveServers, *breakdowns: str) -> bytes:
    """All that is in the files of a site that counts by these, after three visits."""
    folder.mkdir()
    (folder / "var").mkdir()
    write_database(folder / "places.mmdb", {"127.0.0.0/8": nested("ZZ")})
    stats = {
        "breakdowns": list(breakdowns), "geoip": ["places.mmdb"], "threshold": 2,
        "search_parameters": ["q"] if "search" in breakdowns else [],
    }  # fmt: skip
    kit = ConsentKit(config_of(settings(stats=stats), folder), [KEY])
    address = servers(kit.wrap(Starlette(routes=[Route("/{path:path}", page)])))
    kit.counting.observer.prepare()
    for path, headers in VISIT * TIMES:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        connection.request("GET", path, headers={**HEADERS, **headers})
        connection.getresponse().read()
        connection.close()
    servers.stop()
    found = b"\n".join(path.read_bytes() for path in (folder / "var").iterdir())
    return found.replace(b"\\u2192", "→".encode())


def test_a_value_of_what_is_not_counted_is_found_nowhere(tmp_path: Path, live_server: LiveServers) -> None:
    """Of the same visits each is found where a site counts by it, alone or with the rest."""
    everything = counted_by(tmp_path / "all", live_server, *MARKS)
    assert [] == [name for name, mark in MARKS.items() if mark not in everything]
    few = counted_by(tmp_path / "few", live_server, "device", "campaign")
    assert b"/second" in few, "pages are always counted by"
    kept = {name for name, mark in MARKS.items() if mark in few}
    assert {"device", "campaign"} == kept
