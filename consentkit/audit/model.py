"""What an audit sees and what it concludes, as values. Names and addresses are as the browser gave them: `report` alone
makes them fit to be shown."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """What the visitor has decided so far; the order in which an audit goes through them."""

    BEFORE = "before_choice"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


NOT_GRANTED = frozenset({State.BEFORE, State.REFUSED, State.WITHDRAWN})
"""The states in which only what is necessary may be stored or contacted."""

How = Literal["script", "response", "markup", "header", "page", "policy"]


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where something came from.

    `how`: a `script` that ran, a `response` that set it, the `markup` of a page, a `header` of it, a `policy` that
    stopped it, or only the `page` where it was seen. `page` is the address of the page that was open, `url` that of the
    script, response or document, `line` counts from 1 and is 0 where nothing tells.
    """

    how: How
    page: str
    url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """One thing stored on the device, or that a page tried to store (`kept` is False then, or it was gone again).

    `place` is a cookie's domain, else the origin. `days` is the lifetime as measured, None for the browser session of
    a cookie and for kinds that have none of their own. `sent_to` are the origins that a cookie was sent to.
    """

    kind: str
    name: str
    place: str
    days: float | None = None
    path: str = ""
    http_only: bool = False
    secure: bool = False
    same_site: str = ""
    kept: bool = True
    sources: tuple[Source, ...] = ()
    sent_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """One request to another party, or an attempt at one.

    `kind` is the browser's type of request (`script`, `image`, `websocket`, `ping` for a beacon …), the link type of a
    hint (`preconnect`, `dns-prefetch`), or `blocked`: a Content-Security-Policy stopped it.
    """

    url: str
    kind: str
    source: Source


@dataclass(frozen=True, slots=True)
class Visited:
    """A page that was opened; `status` is 0 if it did not answer, and `problem` says why."""

    url: str
    status: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything seen in one state; if the state was not reached, `why_not` says what stood in the way."""

    state: State
    why_not: str = ""
    stored: tuple[Stored, ...] = ()
    contacts: tuple[Contact, ...] = ()
    visited: tuple[Visited, ...] = ()
    screenshot: bytes = field(default=b"", repr=False)

    @property
    def reached(self) -> bool:
        """Whether the visitor came into this state at all."""
        return not self.why_not


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the declaration does not allow, or that its reader should know (a note).

    `kind` is one of `compare.KINDS`; `what` the kind of storage or, for contacts, `contact`; `name` is fit to be shown.
    `paste` is the line that declares it in a configuration file, where that may be the answer.
    `rule` is the number in docs/audit.md of the rule that it breaks.
    """

    kind: str
    state: State | None
    rule: str
    what: str
    name: str
    message: str
    advice: str
    paste: str = ""
    place: str = ""
    services: tuple[str, ...] = ()
    count: int = 1
    sources: tuple[Source, ...] = ()
