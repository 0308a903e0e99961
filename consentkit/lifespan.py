"""Tells the kit when the server starts and stops, without coming between the server and the app."""

import logging
from collections.abc import Callable

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("consentkit")


async def run_lifespan(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    on_start: Callable[[], None],
    on_stop: Callable[[], None],
) -> None:
    """Run the app's lifespan; call `on_start` (in a thread) and `on_stop` before its end of either is reported.

    An app that does not know lifespan at all (Django raises at once, others return) gets one served in its place:
    otherwise nobody would tell when the server stops, and the last second's counts would be lost.
    """
    received = False

    async def watched_receive() -> Message:
        nonlocal received
        received = True
        return await receive()

    async def watched_send(message: Message) -> None:
        if message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
            on_stop()
        elif message["type"] == "lifespan.startup.complete":
            await anyio.to_thread.run_sync(on_start)
        await send(message)

    try:
        await app(scope, watched_receive, watched_send)
    except Exception as error:
        if received:
            raise
        log.info("the app does not take part in lifespan (%s); consentkit serves it in its place", type(error).__name__)
    if not received:
        await _serve(receive, watched_send)


async def _serve(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
