"""Requests, status counts, bytes and 404s beside GoAccess, on a log of 100,000 lines."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.config import parse
from consentkit.importers.run import import_logs
from tests.support.sites import settings

pytestmark = pytest.mark.server

LINES = 100_000
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
    "-",
    "",
    r"Mozilla/5.0 \"quoted\" (X)",
    "Mozilla/5.0 (ÿþ)",
)
REQUESTS = (
    "GET / HTTP/1.1",
    "GET /products/{n} HTTP/2.0",
    "GET /products/{n}?utm_source=mail HTTP/3.0",
    "GET /assets/site.css HTTP/1.1",
    "GET /images/{n}.png HTTP/1.1",
    "HEAD /news HTTP/1.1",
    "POST /contact HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "PROPFIND /dav HTTP/1.1",
    "GET /a%20path/with%2Fodd?things=%00 HTTP/1.1",
    "GET /a path with spaces HTTP/1.1",
    r"GET /quoted\"path HTTP/1.1",
    "GET http://www.example.com/absolute HTTP/1.1",
    "CONNECT example.org:443 HTTP/1.1",
    "GET /old",
    "-",
    "",
    r"\x16\x03\x01\x02",
    "FOO /bar HTTP/1.1",
    "GET /" + "long/" * 300 + " HTTP/1.1",
)
STATUSES = (
    200,
    200,
    200,
    200,
    204,
    206,
    301,
    302,
    304,
    400,
    401,
    403,
    404,
    404,
    405,
    408,
    410,
    429,
    499,
    500,
    502,
    503,
)
REFERERS = ("-", "", "https://www.google.com/", "https://www.example.com/a?b=c", r"https://example.org/\"x\"")
PEERS = (
    "192.0.2.{b} - -",
    "2001:db8::{b} - -",
    "192.0.2.{b} - jan",
    "::ffff:192.0.2.{b} - -",
    "192.0.2.{b} id jan de vries",
)
SIZES = ("{n}", "{n}", "{n}", "0", "-", "123456789012")
NO_LINES = (
    "no line of a log",
    "192.0.2.7 - - ",
    '192.0.2.7 - - [23/Nov/2026:10:00:00] "GET / HTTP/1.1" 200 5 "-" "UA"',
    '192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET /a"b HTTP/1.1" 200 5 "-" "UA"',
    '192.0.2.7 - - [33/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "UA"',
    '192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 999 5 "-" "UA"',
    '192.0.2.7 - - [23/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" - 5 "-" "UA"',
    "# a comment",
    "",
)


def generated(count: int) -> Iterator[str]:
    """A day's lines in order, mostly ordinary, many odd, some no lines at all."""
    chance = random.Random(2026)
    for number in range(count):
        if chance.random() < 0.01:
            yield chance.choice(NO_LINES)
            continue
        second = number * 86_400 // count
        moment = f"23/Nov/2026:{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0100"
        values = {"n": chance.randrange(100_000), "b": chance.randrange(1, 250)}
        request = chance.choice(REQUESTS if chance.random() < 0.2 else REQUESTS[:7]).format(**values)
        yield (
            f'{chance.choice(PEERS).format(**values)} [{moment}] "{request}" {chance.choice(STATUSES)} '
            f'{chance.choice(SIZES).format(**values)} "{chance.choice(REFERERS)}" "{chance.choice(AGENTS)}"'
        )


def goaccess(log: Path, out: Path) -> dict[str, object]:
    """What GoAccess says of the log, in the names of `import-log --json`."""
    command = ["goaccess", str(log), "--log-format=COMBINED", "--no-global-config", "-o", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = json.loads(out.read_bytes().decode("utf-8", "replace"), strict=False)
    codes = {
        item["data"][:3]: item["hits"]["count"] for group in found["status_codes"]["data"] for item in group["items"]
    }
    return {
        "lines": found["general"]["total_requests"],
        "rejected": found["general"]["failed_requests"],
        "requests": found["general"]["valid_requests"],
        "bytes": found["general"]["bandwidth"],
        "status": codes,
        "404": found["not_found"]["metadata"]["hits"]["total"]["value"],
    }


@pytest.fixture
def log(tmp_path):
    if shutil.which("goaccess") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("goaccess is missing; on Debian: apt-get install goaccess")
        pytest.skip("goaccess is missing; on Debian: apt-get install goaccess")
    path = tmp_path / "access.log"
    path.write_bytes("".join(f"{line}\n" for line in generated(LINES)).encode("latin-1"))
    return path


def test_the_figures_agree_exactly(log, tmp_path):
    """Odd but valid lines included; and both leave out the same lines."""
    ours = import_logs(parse(settings(), base=tmp_path), [log], lambda count: None).as_json()
    theirs = goaccess(log, tmp_path / "goaccess.json")
    assert ours["requests"] > 0.98 * LINES
    assert theirs.pop("404") == ours["status"]["404"]
    assert theirs == {name: ours[name] for name in theirs}
