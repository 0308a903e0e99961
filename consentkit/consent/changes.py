"""Tells the site's own code when a visitor's consent has changed, so that it can tell others (rule C14)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from typing import TypeVar

import anyio
from anyio.lowlevel import RunVar
from starlette.background import BackgroundTask

from consentkit.consent.decision import EXEMPT, IS_NECESSARY, Decisions
from consentkit.declaration import Declaration
from consentkit.guard import Guard

GRANT, CHANGE, WITHDRAWAL, REFUSAL = KINDS = ("grant", "change", "withdrawal", "refusal")

SECONDS = 30
"""How long a callback may take; then it is given up, and the thread of one that is no coroutine is left behind."""

THREADS = 4
"""Callbacks that run at once in threads, so that a slow one leaves the threads of the site's own handlers alone."""

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("consentkit callbacks")


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """What a visitor changed, without anything that tells who it was.

    `kind`: grant (nothing was granted before), change, withdrawal (of all that was granted), refusal (nothing was
    granted, nothing is). `before` and `after`: the ids of the services and purposes granted, necessary ones left out;
    `purposes`: those of them in which something changed. `time` is aware, in UTC, to the second.
    """

    kind: str
    before: frozenset[str]
    after: frozenset[str]
    purposes: tuple[str, ...]
    time: datetime


Callback = Callable[[ConsentChange], Awaitable[object] | object]

F = TypeVar("F", bound=Callback)


def change_between(declaration: Declaration, before: Decisions, after: Decisions, when: float) -> ConsentChange:
    """The change from one state to another; `when` in epoch seconds."""
    old, new = _consented(before), _consented(after)
    kind = (CHANGE if old else GRANT) if new else (WITHDRAWAL if old else REFUSAL)
    purposes = tuple(
        purpose.id
        for purpose in declaration.choosable
        if any((service.id in old) != (service.id in new) for service in purpose.services)
    )
    return ConsentChange(kind, old, new, purposes, datetime.fromtimestamp(int(when), UTC))


def _consented(decisions: Decisions) -> frozenset[str]:
    """What was agreed to: neither what is necessary nor what an exemption covers."""
    return frozenset(id_ for id_ in decisions.granted if decisions.of(id_) not in (IS_NECESSARY, EXEMPT))


class Announcer:
    """Calls the site's callbacks, after the answer to the visitor has gone out. An error of one stops nothing.

    `clock` gives epoch seconds.
    """

    def __init__(self, declaration: Declaration, guard: Guard, clock: Callable[[], float]) -> None:
        self._declaration = declaration
        self._guard = guard
        self._clock = clock
        self._callbacks: list[Callback] = []

    def add(self, callback: F) -> F:
        """Call this from now on; returns it, so that it serves as a decorator."""
        self._callbacks.append(callback)
        return callback

    def after_answer(self, before: Decisions, after: Decisions) -> BackgroundTask | None:
        """What is to run when the answer has gone out, None if nobody listens."""
        if not self._callbacks:
            return None
        change = change_between(self._declaration, before, after, self._clock())
        return BackgroundTask(self._tell, tuple(self._callbacks), change)

    async def _tell(self, callbacks: tuple[Callback, ...], change: ConsentChange) -> None:
        async with anyio.create_task_group() as group:
            for callback in callbacks:
                group.start_soon(self._call, callback, change)

    async def _call(self, callback: Callback, change: ConsentChange) -> None:
        try:
            with anyio.fail_after(SECONDS):
                result = await anyio.to_thread.run_sync(callback, change, abandon_on_cancel=True, limiter=_threads())
                if isawaitable(result):
                    await result
        except Exception as problem:
            self._guard.note(f"the callback {getattr(callback, '__qualname__', type(callback).__name__)}", problem)


def _threads() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(THREADS)
        _limiter.set(limiter)
        return limiter
