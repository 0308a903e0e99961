"""Server-side calls obey the same consent."""

import asyncio

import httpx2
import pytest

from consentkit import ConsentRequired, consent_of, guard_egress
from consentkit.consent.consent import Consent
from tests.support.asgi import answering, ask
from tests.support.sites import consent_cookie, kit_of


def consent(*grants: str) -> Consent:
    """The consent of a visitor who granted these."""
    kit = kit_of()
    seen: list = []
    ask(kit.wrap(answering(seen=seen)), headers=[(b"cookie", consent_cookie(kit, *grants))])
    return consent_of(seen[0])


def respond(request: httpx2.Request) -> httpx2.Response:
    """A redirect to the advertiser from `/go`, else an empty answer."""
    if request.url.path == "/go":
        return httpx2.Response(302, headers={"Location": "https://ads.example.net/conversion"})
    return httpx2.Response(204)


def call(address: str, *grants: str) -> int:
    """The status of a call that is made on behalf of that visitor."""
    hooks = {"request": [guard_egress(consent(*grants))]}
    with httpx2.Client(transport=httpx2.MockTransport(respond), event_hooks=hooks, follow_redirects=True) as client:
        return client.get(address).status_code


def test_require_raises_unless_granted() -> None:
    """The error names what is missing and why."""
    consent("marketing").require("marketing")
    with pytest.raises(ConsentRequired, match=r"'marketing' is not granted \(denied, choice\)") as caught:
        consent("theme").require("marketing")
    assert "marketing" == caught.value.id


@pytest.mark.parametrize(
    "address", ["https://ads.example.net/c", "https://ADS.example.net./c", "https://other.example/go"]
)
def test_call_to_a_declared_origin_needs_its_grant(address: str) -> None:
    """A redirected one too."""
    with pytest.raises(ConsentRequired, match="'ads'"):
        call(address, "theme")
    assert 204 == call(address, "ads")


def test_call_to_an_undeclared_origin_passes() -> None:
    """It is nobody's."""
    assert 204 == call("https://other.example/")


def test_asynchronous_clients_take_the_same_hook() -> None:
    """They wait for what a hook returns."""

    granted = consent("ads")
    with pytest.raises(ConsentRequired):
        guard_egress(consent())(httpx2.Request("GET", "https://ads.example.net/"))

    async def both() -> int:
        async with httpx2.AsyncClient(
            transport=httpx2.MockTransport(respond), event_hooks={"request": [guard_egress(granted)]}
        ) as client:
            return (await client.get("https://ads.example.net/")).status_code

    assert 204 == asyncio.run(both())
