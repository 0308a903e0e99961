"""The view that a page is which was loaded ahead, once it is shown: as if it had been asked for then."""

from typing import Final, NamedTuple

from consentkit.stats.breakdowns import SHOWN
from consentkit.stats.facts import RequestFacts
from consentkit.traits import traits_of

LOADED_KEY: Final = "consentkit.loaded"
"""Where the page that is shown now is left in the scope."""
KEPT = (b"host", b"user-agent", b"accept-language", b"sec-ch-ua", b"signature-agent")
"""What a script's request says as well as one for a page would."""
OPENED = {b"sec-fetch-mode": b"navigate", b"sec-fetch-dest": b"document"}
WITHIN = {b"sec-fetch-site": b"same-origin", b"sec-fetch-user": b"?1"}
"""Left out where it is not known, so that the Referer tells: Chromium says "none" of all that it loads ahead."""


class Loaded(NamedTuple):
    """What the request that loaded a page ahead told of it; `query` and `referer` as latin-1.

    `route` is the template that answered; `within`: a page of this site asked for it, though it does not say which;
    `asks`: there is a banner on it.
    """

    path: str
    query: str
    referer: str
    route: str
    within: bool
    asks: bool


def view_of(told: RequestFacts, loaded: Loaded) -> RequestFacts:
    """The request for the page, by the one that told that it is shown."""
    headers = {name: value for name in KEPT if (value := told.traits.headers.get(name)) is not None}
    return RequestFacts(
        when=told.when,
        path=loaded.path,
        traits=traits_of({**headers, **OPENED, **(WITHIN if loaded.within else {})}),
        method="GET",
        status=200,
        content_type="text/html",
        secure=told.secure,
        referer=loaded.referer.encode("latin-1"),
        query=loaded.query.encode("latin-1"),
        place=told.place,
        route=loaded.route,
        answer=SHOWN if loaded.asks else "",
    )
