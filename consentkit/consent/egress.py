"""Keeps server-side tagging behind the same consent: a call to a declared service's origin needs its grant."""

from collections.abc import Callable, Generator
from typing import Any

from consentkit.consent.consent import Consent
from consentkit.errors import ConsentRequired


class Passed:
    """What a hook returns: nothing, which an asynchronous client may wait for."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


def guard_egress(consent: Consent) -> Callable[[Any], Passed]:
    """A request hook for httpx clients, synchronous or not: `Client(event_hooks={"request": [guard_egress(consent)]})`.

    It raises ConsentRequired before a request, a redirected one too, leaves for an origin that belongs only to services
    which are not granted. Origins that nobody declared pass.
    """

    def check(request: Any) -> Passed:
        owners = consent.closed_services(str(request.url))
        if owners:
            consent.require(owners[0])
            raise ConsentRequired(owners[0], "closed")
        return Passed()

    return check
