"""What every test may ask for: a kit, and a real server on a port of its own."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from starlette.types import ASGIApp

from consentkit import ConsentKit
from tests.support.accessibility import AXE
from tests.support.sites import kit_of

# How long an example takes says nothing here: test machines are busy, and speed is measured by the benchmarks.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Bytes that must be free there, several times what a whole run needs."""

PATIENCE = 20
"""Seconds that a server gets to start and to stop, on a busy machine too."""


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""What can be driven, the cheapest first."""


def pytest_configure() -> None:
    """Keep the files of tests in memory where there is room: SQLite waits for the disk at each commit.

    The tests of private store, flusher and history took 14 s instead of 53 s, on a busy machine with a slow disk.
    What a killed process had written outlives it there too; no test cuts the power.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


class _Server(uvicorn.Server):
    """A server that tells when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
def kit() -> ConsentKit:
    """A kit for the example site, whose statistics only take notes."""
    return kit_of()


class LiveServers:
    """Serves apps with uvicorn, each on a free loopback port: call it with an app, get its address without a slash."""

    def __init__(self) -> None:
        self._running: list[tuple[_Server, threading.Thread]] = []

    def __call__(self, app: ASGIApp) -> str:
        """Serve an app from now on."""
        listener = socket.create_server(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._running.append((server, thread))
        thread.start()
        assert server.ready.wait(PATIENCE), "the server did not start"
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def stop(self) -> None:
        """Stop them all, as SIGTERM would: requests end, then the lifespan."""
        for server, _ in self._running:
            server.should_exit = True
        for _, thread in self._running:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server did not stop"
        self._running.clear()


@pytest.fixture
def live_server() -> Iterator[LiveServers]:
    """Real servers, which are stopped when the test is over."""
    servers = LiveServers()
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium or Chrome lies."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = "no chromium on this machine; `make test` as root on Debian or Ubuntu installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """Chromium without a window; closed with its module, because Playwright keeps an event loop running meanwhile.

    Debian's `chromium-headless-shell` is the same engine without the browser's own pages around it: 15 contexts with a
    page took 1.5 s of processor time instead of 5.0 s.
    """
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The judge's script, which is put into pages from outside and never shipped."""
    if not AXE.is_file():
        reason = "axe-core is not there; `tests/prepare.py` brings it where npm is (as root on Debian, npm too)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return AXE.read_text("utf-8")
