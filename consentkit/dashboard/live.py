"""Telling open pages that figures were released, by server-sent events (WHATWG HTML §9.2).

An event says only that there is something new; the page then asks for itself anew and shows what the server made of it.
So nothing reaches a reader this way that a reload would not show.
"""

import logging
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import anyio
from anyio.to_thread import run_sync

from consentkit.stats.stores.protocol import StoreError

LOOK_SECONDS = 2.0
"""How often the sink is looked at, once for all readers of a process."""
STEP_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
"""Proxies close what is silent for a minute or so (nginx after 60 s)."""
SESSION_SECONDS = 15.0
"""How often a stream asks whether its reader is still signed in."""
LONGEST_SECONDS = 60.0
"""After which a stream ends and the browser asks for it again, so that a server that is to stop waits no longer."""
MOST_STREAMS = 100
"""Of a process; each is a connection and a task."""
RETRY_MS = 3000

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, private, no-transform",
    "X-Accel-Buffering": "no",
}
"""Nothing on the way may hold events back or compress them; nginx, and others after it, obey the last header."""

log = logging.getLogger("consentkit.dashboard")

Clock = Callable[[], float]


def server_stops() -> bool:
    """Whether uvicorn was told to stop: it waits without an end for open answers, and tells them nothing."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


class Watcher:
    """Looks at the version of the sink, at most every LOOK_SECONDS for all that ask. `clock` gives seconds."""

    def __init__(self, version: Callable[[], int], clock: Clock = time.monotonic) -> None:
        self._read = version
        self._clock = clock
        self._looked = float("-inf")
        self._looking = False
        self._version = 0

    async def version(self) -> int:
        """The version, as it was LOOK_SECONDS ago at the latest; the last one known while the sink cannot be read."""
        if self._clock() - self._looked >= LOOK_SECONDS and not self._looking:
            self._looking = True
            try:
                self._version = await run_sync(self._read)
            except (sqlite3.Error, StoreError) as error:
                log.error("the figures cannot be watched: %s", type(error).__name__)
            finally:
                self._looked, self._looking = self._clock(), False
        return self._version


@dataclass(slots=True)
class Streams:
    """The open streams of a process. `stops` tells that the server is to stop; `sleep` takes seconds."""

    watcher: Watcher
    clock: Clock = time.monotonic
    stops: Callable[[], bool] = server_stops
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    _open: int = field(default=0, init=False)

    @property
    def full(self) -> bool:
        """Whether no further reader may be told."""
        return self._open >= MOST_STREAMS

    async def events(self, seen: str, may_stay: Callable[[], bool]) -> AsyncIterator[bytes]:
        """What a reader is sent who has seen a version; `may_stay`, which may block, tells whether still signed in."""
        self._open += 1
        try:
            async for event in self._events(seen, may_stay):
                yield event
        finally:
            self._open -= 1

    async def _events(self, seen: str, may_stay: Callable[[], bool]) -> AsyncIterator[bytes]:
        began = told = asked = self.clock()
        yield b"retry: %d\n\n" % RETRY_MS
        while not self.stops() and (now := self.clock()) - began < LONGEST_SECONDS:
            if now - asked >= SESSION_SECONDS:
                asked = now
                if not await run_sync(may_stay):
                    yield b"event: over\ndata: 1\n\n"
                    return
            version = str(await self.watcher.version())
            if version != seen:
                seen, told = version, now
                yield b"id: %s\nevent: released\ndata: 1\n\n" % version.encode()
            elif now - told >= HEARTBEAT_SECONDS:
                told = now
                yield b":\n\n"
            await self.sleep(STEP_SECONDS)
