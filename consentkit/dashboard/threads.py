"""Where handlers run: in few threads, as they share one interpreter and each holds memory of its own."""

from collections.abc import Callable
from typing import TypeVar

import anyio

MOST = 4
"""Handlers that run at once; the others wait their turn without a thread."""

T = TypeVar("T")


class Threads:
    """Runs plain functions for an event loop, at most so many at once."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """What a function gives, when its turn has come."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._most)
        return await anyio.to_thread.run_sync(call, *args, limiter=self._limiter)
