"""A log written beside a real uvicorn run: imported, it gives the figures that were counted live, and GoAccess's."""

import json
import os
import shutil
import subprocess
import time
from email.utils import formatdate
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentkit import ConsentKit
from consentkit.config import Config
from consentkit.importers.run import import_logs
from consentkit.stats.counting import private_of, rule_of, sink_of
from consentkit.stats.report import build_report
from consentkit.stats.stores import drain, open_reader
from tests.conftest import LiveServers
from tests.support.sites import config_of, settings

pytestmark = pytest.mark.server

SECRET = "a secret for tests only with 40 characters"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class CombinedLog:
    """Writes the combined log format as a web server in front of the app would, whose clock stands at `when`."""

    def __init__(self, app: ASGIApp, path: Path, when: float) -> None:
        self.app = app
        self.path = path
        self.when = when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = size = 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, watched)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        day, month, year, clock = formatdate(self.when, usegmt=True).split()[1:5]
        line = (
            f"{scope['client'][0]} - - [{day}/{month}/{year}:{clock} +0000] "
            f'"{scope["method"]} {scope["raw_path"].decode()} HTTP/{scope["http_version"]}" {status} {size} '
            f'"{headers.get(b"referer", "-")}" "{headers.get(b"user-agent", "-")}"\n'
        )
        with self.path.open("a") as log:
            log.write(line)


async def page(_: Request) -> Response:
    """A page."""
    return HTMLResponse("<!doctype html><html><body>page</body></html>")


async def old(_: Request) -> Response:
    """A page that has moved."""
    return RedirectResponse("/page")


async def style(_: Request) -> Response:
    """A part of a page."""
    return PlainTextResponse("body {}", media_type="text/css")


ROUTES = [Route("/page", page), Route("/old", old), Route("/site.css", style)]
PATHS = ("/page", "/page", "/old", "/site.css", "/missing", "/page")


def figures(config: Config) -> dict[str, object]:
    """The totals and status counts that the sink holds, once everything that may leave has left."""
    private, sink = private_of(config), sink_of(config)
    rule = rule_of(config)
    private.release(
        threshold=rule.threshold,
        patience_days=rule.patience_days,
        today=rule.day(time.time()),
        running=rule.minute(time.time() + 3 * 86_400),
    )
    drain(private, sink)
    private.close()
    sink.close()
    reader = open_reader(config.stats.sink, config.base)
    first, last = reader.span() or pytest.fail("nothing was released")
    data = build_report(reader, first, last).as_json()
    return {
        "totals": {key: data["totals"][key] for key in ("requests", "views", "bytes")},
        "status": data["breakdowns"]["status"],
    }


def goaccess(log: Path) -> tuple[int, int]:
    """The requests and bytes that GoAccess finds in a log."""
    program = shutil.which("goaccess")
    if program is None:
        reason = "no goaccess on this machine; `make test` as root on Debian or Ubuntu installs it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    out = log.with_suffix(".json")
    command = [program, log, "--log-format=COMBINED", "-o", out, "--no-global-config", "--no-progress"]
    subprocess.run(command, check=True, capture_output=True)
    general = json.loads(out.read_text())["general"]
    return general["total_requests"], general["bandwidth"]


def test_the_log_of_a_live_run_gives_the_figures_that_were_counted_live(
    live_server: LiveServers, tmp_path: Path
) -> None:
    """Requests, views, bytes and status codes agree between live counting, import and GoAccess."""
    for folder in ("live", "imported"):
        (tmp_path / folder / "var").mkdir(parents=True)
    tables = settings(site={**settings()["site"], "hosts": ["127.0.0.1"]})
    live, imported = (config_of(tables, tmp_path / folder) for folder in ("live", "imported"))
    # A minute's end between two requests would part them into two releases here and not there, with a rest that waits.
    when = time.time()
    kit = ConsentKit(live, [SECRET], clock=lambda: when)
    log = tmp_path / "access.log"
    address = live_server(CombinedLog(kit.wrap(Starlette(routes=ROUTES)), log, when))
    with httpx2.Client(base_url=address, headers={"accept-language": "en"}) as client:
        for agent in (BROWSER, BOT):
            for path in PATHS * 20:
                client.get(path, headers={"user-agent": agent})
    kit.close()
    totals = import_logs(imported, [log], lambda _: None).as_json()

    assert figures(live) == figures(imported)
    assert (240, 0, 60) == (totals["requests"], totals["rejected"], totals["views"])
    assert (totals["requests"], totals["bytes"]) == goaccess(log)
