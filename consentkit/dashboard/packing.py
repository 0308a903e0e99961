"""Packs pages for their way to the browser: an overview is mostly markup that repeats itself."""

import gzip

from starlette.requests import Request
from starlette.responses import Response

from consentkit.negotiation import takes_gzip

SMALL = 1_000
"""Bytes; a shorter page fits into one packet as it is."""
LEVEL = 5
"""Of zlib's nine: an overview of 93 kB is packed to 15 kB in about 1 ms."""


def packed(request: Request, response: Response) -> Response:
    """The response, with gzip where it is a page and the browser takes it (RFC 9110 §12.5.3); files go as they are.

    A length tells an attacker only of what stands in page after page (BREACH): the tokens of forms are signed anew with
    every second, and the secret of a link or of a token is shown once.
    """
    body = getattr(response, "body", None)
    page = response.headers.get("content-type", "").startswith("text/html")
    if not page or not isinstance(body, bytes) or len(body) < SMALL:
        return response
    response.headers.add_vary_header("Accept-Encoding")
    accepts = ",".join(request.headers.getlist("accept-encoding"))
    if "content-encoding" not in response.headers and takes_gzip(accepts):
        response.body = gzip.compress(body, LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response
