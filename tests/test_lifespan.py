"""The server's start and stop reach the app as they came, and the kit learns of both."""

import asyncio
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.sites import Counted, kit_of


def run(app: ASGIApp, *messages: str) -> tuple[list[str], int, dict[str, Any]]:
    """Run an app's lifespan: what it sent, how often the kit was closed, and the scope as it was left."""
    kit = kit_of()
    scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    waiting = [{"type": f"lifespan.{message}"} for message in messages]
    sent: list[str] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(f"{message['type']} {counting.opened} {counting.closed}")

    counting = kit.counting
    assert isinstance(counting, Counted)
    asyncio.run(kit.wrap(app)(scope, receive, send))
    return sent, counting.closed, scope


async def knows_lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """An app with a lifespan of its own that puts something into the state."""
    scope["state"]["pool"] = "open"
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete", "extra": 1})
        if message["type"] == "lifespan.shutdown":
            return


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    """As Django does."""
    raise ValueError(f"Django can only handle ASGI/HTTP connections, not {scope['type']}.")


async def ignores(scope: Scope, receive: Receive, send: Send) -> None:
    """As many small apps do: what is no request is none of their business."""


def test_app_keeps_its_lifespan_and_its_state() -> None:
    """The kit is opened before the start, and closed before the stop, is reported as complete; each once."""
    sent, closed, scope = run(knows_lifespan, "startup", "shutdown")
    assert ["lifespan.startup.complete 1 0", "lifespan.shutdown.complete 1 1"] == sent
    assert (1, {"pool": "open"}) == (closed, scope["state"])


@pytest.mark.parametrize("app", [refuses, ignores])
def test_app_without_lifespan_is_served_one(app: ASGIApp) -> None:
    """Otherwise nobody would tell when the server stops, and the last second's counts would be lost."""
    sent, closed, _ = run(app, "startup", "shutdown")
    assert ["lifespan.startup.complete 1 0", "lifespan.shutdown.complete 1 1"] == sent
    assert 1 == closed


def test_failing_start_stays_a_failing_start() -> None:
    """An error after the start has been received is the app's own and passes through."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        run(app, "startup")
