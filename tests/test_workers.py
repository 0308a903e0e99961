"""Several real worker processes on one set of SQLite files: what a stop keeps, and what a kill or a fault costs."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from consentkit.config import load
from consentkit.stats.counting import private_of
from consentkit.stats.stores import open_reader
from consentkit.stats.verify import verify
from tests.support.ports import free_ports, wait_until, wait_until_listening

pytestmark = pytest.mark.server

CONFIG = """
[site]
name = "Workers"
controller = "Workers"
contact = "x@example.com"
hosts = ["127.0.0.1"]
privacy_policy = "/privacy"

[stats]
threshold = 10
"""

APP = """
import os
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from consentkit import ConsentKit


async def page(request):
    return HTMLResponse("<!doctype html><html><body>page</body></html>", headers={"X-Worker": str(os.getpid())})


app = ConsentKit.from_file("consentkit.toml").wrap(Starlette(routes=[Route("/{name}", page)]))
"""

BROWSER = {
    "connection": "close",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    "accept-language": "en",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "none",
}


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: its folder, address and server process."""

    folder: Path
    address: str
    server: subprocess.Popen[bytes]

    def request(self, count: int, path: str = "/page") -> int:
        """Send page requests; returns how many were answered with 200."""
        wait_until_listening(int(self.address.rpartition(":")[2]))
        with httpx2.Client(base_url=self.address, headers=BROWSER) as client:
            return sum(client.get(path).status_code == 200 for _ in range(count))

    def worker(self) -> int:
        """The process that answers a page request, which is counted too."""
        response = httpx2.get(f"{self.address}/page", headers=BROWSER)
        return int(response.headers["x-worker"])

    def counted(self) -> int:
        """The requests that the private store has taken."""
        config = load(self.folder / "consentkit.toml")
        private = private_of(config)
        try:
            return private.balance().counted.get(("status", "requests"), 0)
        finally:
            private.close()

    def log(self) -> str:
        """What the server has printed."""
        return (self.folder / "server.log").read_text()


@contextmanager
def running(folder: Path, workers: int = 2) -> Iterator[Site]:
    """A site under uvicorn with several worker processes."""
    (folder / "consentkit.toml").write_text(CONFIG)
    (folder / "site_app.py").write_text(textwrap.dedent(APP))
    port = free_ports()
    command = [sys.executable, "-m", "uvicorn", "site_app:app", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "CONSENTKIT_SECRET": "a secret for tests only with 40 characters"}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield Site(folder, f"http://127.0.0.1:{port}", server)
        finally:
            if server.poll() is None:
                server.terminate()
            server.wait(timeout=20)


def test_a_stopped_server_loses_nothing(tmp_path: Path) -> None:
    """SIGTERM right after the last response: every request of every worker is in the store."""
    with running(tmp_path) as site:
        answered = site.request(300)
        site.server.send_signal(signal.SIGTERM)
        site.server.wait(timeout=20)
        assert (300, 300) == (answered, site.counted())


def test_a_killed_worker_loses_at_most_what_was_not_yet_flushed(tmp_path: Path) -> None:
    """SIGKILL: what was in the store before stays, once, and what comes after is counted."""
    with running(tmp_path) as site:
        first = site.request(200)
        killed = site.worker()
        wait_until(lambda: site.counted() == first + 1)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: f"[{killed}] died" in site.log())
        second = site.request(50)
        site.server.send_signal(signal.SIGTERM)
        site.server.wait(timeout=20)
        assert (250, 251) == (first + second, site.counted())
        config = load(tmp_path / "consentkit.toml")
        private = private_of(config)
        findings = verify(open_reader(config.stats.sink, tmp_path), private)
        private.close()
        assert [] == findings


def test_pages_are_served_when_the_store_cannot_be_written(tmp_path: Path) -> None:
    """A folder in the place of the private store: pages come, one log line says so, nothing of a visitor is in it."""
    (tmp_path / "var" / "private.db").mkdir(parents=True)
    with running(tmp_path, workers=1) as site:
        assert 20 == site.request(20)
        wait_until(lambda: "private store" in site.log())
        assert 20 == site.request(20)
        site.server.send_signal(signal.SIGTERM)
        site.server.wait(timeout=20)
        assert 1 == site.log().count("cannot be used")
        assert "40 requests are lost" in site.log()
