"""Takes note of the other sites that links led to, as a small script of ours tells where the site wants it."""

from starlette.responses import Response
from starlette.types import Receive

from consentkit.consent.visit import SECURITY, Visit, read_body
from consentkit.own_visit import VISIT
from consentkit.stats.facts import FOLLOWED_KEY

SCRIPT = "outbound.js"
ADDRESS = "outbound"
MOST_BYTES = 253
"""Of a host name (RFC 1035 §2.3.4)."""


async def followed(visit: Visit, receive: Receive) -> Response:
    """Leave the host of a link in the scope, if a page of this site tells it and its visitor may be measured.

    The answer is the same in every case.
    """
    body = await read_body(receive) or b""
    if 0 < len(body) <= MOST_BYTES and VISIT in visit.decisions.granted and visit.is_from_this_site:
        visit.scope[FOLLOWED_KEY] = body.decode("latin-1")
    return Response(status_code=204, headers=SECURITY)
