"""How much the overview weighs on the way to the browser."""

import re
from pathlib import Path

import brotli

from tests.dashboard.sinks import VALUES, desk, make_sink

MOST = 60_000
"""Bytes of everything that the first view loads, with brotli."""
LONG = {name: {f"/a/rather/long/{name}/value-number-{n}": 10 + n for n in range(60)} for name in VALUES}
COUNTRIES = ("NL", "DE", "FR", "ES", "BE", "US", "GB", "CH", "AT", "PL", "IT", "SE", "NO", "DK", "FI", "CA", "BR", "JP")


def test_the_first_view_is_light(tmp_path: Path) -> None:
    """With all cards full, a map with many countries and a chart by day: HTML, style sheet and modules together."""
    values = {**LONG, "country": dict.fromkeys(COUNTRIES, 20), "channel": {"search": 20}, "goal": {"contact": 20}}
    make_sink(tmp_path / "stats.db", days=30, values=values)
    front = desk(tmp_path)
    front.sign_in()
    page = front.get("/?period=28d")
    total = len(brotli.compress(page.encode()))
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        total += len(brotli.compress(front.client.get(address).content))
    assert total <= MOST
    assert total >= 10_000


def test_pages_travel_packed(tmp_path: Path) -> None:
    """A browser that takes gzip gets it, another the page as it is, and caches know of the difference."""
    make_sink(tmp_path / "stats.db", days=30)
    front = desk(tmp_path)
    front.sign_in()
    packed = front.client.get("/?period=28d", headers={"accept-encoding": "gzip"})
    plain = front.client.get("/?period=28d", headers={"accept-encoding": "br, gzip;q=0"})
    assert "gzip" == packed.headers["content-encoding"]
    assert int(packed.headers["content-length"]) * 3 < len(packed.content)
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
