"""What every test may ask for: a kit, and a real server on a port of its own."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from starlette.types import ASGIApp

from consentkit import ConsentKit
from tests.support.sites import kit_of

PATIENCE = 20
"""Seconds that a server gets to start and to stop, on a busy machine too."""


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


@pytest.fixture
def live_server() -> Iterator[Callable[[ASGIApp], str]]:
    """Serves apps with uvicorn, each on a free loopback port: call it with an app, get its address without a slash."""
    running: list[tuple[_Server, threading.Thread]] = []

    def start(app: ASGIApp) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        running.append((server, thread))
        thread.start()
        assert server.ready.wait(PATIENCE), "the server did not start"
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server did not stop"
