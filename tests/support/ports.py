"""Ports of this machine and waiting for what goes on behind them, for servers in processes of their own."""

import socket
import time
from collections.abc import Callable

import pytest


def free_ports() -> int:
    """A port whose next one is free too, as the demo needs for its tags."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Ask again and again until the condition holds; fail when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail("the condition did not come true in time")
        time.sleep(0.05)


def wait_until_listening(port: int, seconds: float = 60) -> None:
    """Wait until something on this machine takes connections at a port."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, seconds)
