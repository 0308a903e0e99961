"""A small site under uvicorn with several worker processes, which share one set of SQLite files."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from consentkit.config import load
from consentkit.stats.counting import private_of
from tests.support.ports import free_ports, wait_until_listening

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

ROOT = Path(__file__).parents[2]

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

    def stop(self) -> None:
        """Stop it as a service manager would, and wait until it has ended."""
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=20)


@contextmanager
def running(
    folder: Path,
    workers: int = 2,
    *,
    app: str = APP,
    supervisor: str = "uvicorn",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """A site under uvicorn with several worker processes; `settings` are put into their environment."""
    (folder / "consentkit.toml").write_text(CONFIG)
    (folder / "site_app.py").write_text(app)
    port = free_ports()
    command = [sys.executable, "-m", supervisor, "site_app:app", "--port", str(port), "--workers", str(workers)]
    secret = {"CONSENTKIT_SECRET": "a secret for tests only with 40 characters"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **secret, **(settings or {})}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield Site(folder, f"http://127.0.0.1:{port}", server)
        finally:
            if server.poll() is None:
                server.terminate()
            server.wait(timeout=20)
