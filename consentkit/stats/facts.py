"""One request and its answer, as statistics see it, whether it comes from a server, a log or a sample."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from consentkit.stats.model import Facet
from consentkit.stats.visitor.state import Carried
from consentkit.traits import Traits, traits_of

UNTOLD = b"\0"
"""Stands for the user agent where a log does not tell it; no client can send this."""
USER_AGENT_CAP: Final = 512
"""Bytes. No browser sends more, and what a made-up user agent costs grows with its length."""
REFERER_CAP: Final = 2048
PATH_CAP: Final = 2048
QUERY_CAP: Final = 2048
HOST_CAP: Final = 255
SHORT_CAP: Final = 128
SENT_ON_KEY: Final = "consentkit.sent_on"
"""Where the Location that answered a form is left in the scope."""
FOLLOWED_KEY: Final = "consentkit.followed"
"""Where the host to which a link led is left in the scope."""

TEXTS: Mapping[str, bytes] = {
    "host": b"host",
    "user_agent": b"user-agent",
    "referer": b"referer",
    "accept": b"accept",
    "accept_language": b"accept-language",
    "cache_control": b"cache-control",
    "fetch_site": b"sec-fetch-site",
    "fetch_mode": b"sec-fetch-mode",
    "fetch_dest": b"sec-fetch-dest",
    "fetch_user": b"sec-fetch-user",
    "client_hints": b"sec-ch-ua",
    "purpose": b"sec-purpose",
    "signer": b"signature-agent",
}
"""Headers by the names under which logs and samples give them."""


class RequestFacts(NamedTuple):
    """What counting is told of a request. It has no readable repr: no visitor's value may slip into an error text.

    `traits` are those of its headers, beside which only the Referer counts; `when` is in epoch seconds, `took` in
    seconds (None where it is not told), `path` is decoded, `query` is not, `size` is the bytes of the answer's body.
    `content_type` is None, and `logged` true, where the source cannot know the headers (an access log). `place` is
    where `address` is, if that was looked up already: then the address itself is not here. `own` marks consentkit's own
    addresses; `route` is the template of the router's that answered; `goals` were reached in the site's code; `carried`
    is what the visitor's own state says of the view; `answer` the metric of what was asked or answered about consent;
    `followed` is the host to which a link led, and `shown` the page that had been loaded ahead and is shown now, as our
    own scripts told it; `sent_on` is the whole address to which the answer to a form sent its visitor on.
    """

    when: float
    path: str
    traits: Traits
    # These six, up to `logged`, tell in what manner a request was sent and answered, see `Sender.manner`.
    method: str
    status: int
    content_type: str | None = None
    secure: bool = False
    own: bool = False
    logged: bool = False
    referer: bytes = b""
    query: bytes = b""
    size: int = 0
    took: float | None = None
    address: str | None = None
    place: Facet | None = None
    route: str = ""
    goals: tuple[str, ...] = ()
    carried: Carried | None = None
    answer: str = ""
    followed: str = ""
    shown: "RequestFacts | None" = None
    sent_on: bytes = b""

    def __repr__(self) -> str:
        return "<RequestFacts>"


FACTS: Final = len(RequestFacts._fields)


def by_column(batch: Iterable[RequestFacts]) -> Any:
    """The facts of requests as one value, each field of which has that of all of them, in order."""
    return RequestFacts._make(zip(*batch, strict=True))


def at_row(columns: Any, row: int) -> RequestFacts:
    """The facts of one of the requests whose facts stand in columns."""
    return RequestFacts._make([column[row] for column in columns])


def facts_of_texts(**values: Any) -> RequestFacts:
    """The facts of a request whose headers are known as texts: the names of TEXTS beside those of RequestFacts."""
    headers = {name: text.encode("latin-1", "replace") for key, name in TEXTS.items() if (text := values.pop(key, ""))}
    return RequestFacts(referer=headers.pop(b"referer", b""), traits=traits_of(headers), **values)
