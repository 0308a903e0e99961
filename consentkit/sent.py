"""What was sent in answer to a request, told once, when it is over."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from starlette.types import Message, Send

from consentkit.asgi import Scope, Sending
from consentkit.consent.visit import ANSWER_KEY
from consentkit.incoming import Incoming
from consentkit.outgoing import Outgoing

if TYPE_CHECKING:
    from consentkit.stats.visitor.carrier import Step


class Counts(Protocol):
    """Counts the requests of a site in one worker; see `Counting`, which does."""

    def open(self) -> None: ...
    def happened(self, what: str) -> None: ...
    def began(self) -> bool: ...
    def count(self, sent: "Sent", took: float) -> None: ...
    def carry(self, sent: "Sent", cookies: Iterable[bytes]) -> "Step | None": ...
    def close(self) -> None: ...


class Sent:
    """What was sent in answer to a request; `on_done` is called once, when it is over.

    `status`, `content_type` and `size` (bytes of the body) tell what left, `when` (epoch seconds) and `began` (seconds
    of the kit's timer) when the request came. `is_own`: it is a page of consentkit's own; `answer`: what became of the
    question for consent, "" where it was not asked; `goals`: those that the site's code has counted; `step`: how it
    carries its visitor's visit on.
    """

    # Set here and not in the class, where Python 3.11 takes ten times as long to find them.
    __slots__ = (
        *("_on_done", "_send", "answer", "began", "content_type", "goals", "incoming", "is_done", "is_own", "scope"),
        *("size", "status", "step", "when"),
    )

    def __init__(  # noqa: PLR0917 -- names would cost each request a tenth of a microsecond
        self,
        scope: Scope,
        incoming: Incoming,
        when: float,
        began: float,
        send: Send,
        on_done: Callable[["Sent"], None],
    ) -> None:
        self.scope = scope
        self.incoming = incoming
        self.when = when
        self.began = began
        self._send = send
        self._on_done = on_done
        self.status = 0
        self.content_type = ""
        self.size = 0
        self.is_done = False
        self.is_own = True
        self.answer = ""
        self.goals: tuple[str, ...] = ()
        self.step: Step | None = None

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on as it is."""
        sending: Sending = message if isinstance(message, dict) else dict(message)
        kind: str = sending["type"]
        if kind == "http.response.body":
            self._note(sending)
        elif kind == "http.response.start":
            self.status = sending["status"]
            self.content_type = Outgoing(sending.get("headers", ())).kind.content_type
        return self._send(sending)

    def _note(self, message: Sending) -> None:
        """Note a part of the body that is about to be sent; with the last one the response is over.

        What a server waits for when it gets it is how fast the visitor takes it, not how long the answer took.
        """
        self.size += len(message.get("body", b""))
        if not message.get("more_body", False):
            self.done()

    def done(self) -> None:
        """Tell, once, that the response is over."""
        if not self.is_done:
            self.is_done = True
            self.answer = str(self.scope.get(ANSWER_KEY, ""))
            self._on_done(self)
