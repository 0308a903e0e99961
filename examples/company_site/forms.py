"""Reading and checking what visitors submit: size, origin and token of a form, and the contact form's fields."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_FORM = 16_384
TOKEN_SECONDS = 4 * 3600
TOPICS = ("order", "move", "bill", "fault", "other")


class FormTokens:
    """Makes and checks the token in each form.

    A token is signed, says which form it is for and, for a signed-in customer, belongs to that session. A visitor
    who has not signed in gets no cookie for it: there the `Origin` check keeps other sites from submitting.
    """

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="noordlicht.form")

    def make(self, request: Request, form: str) -> str:
        """A token for one form and this session, good for four hours."""
        return str(self._serializer.dumps([form, request.session.get("nonce", "")]))

    def accepts(self, request: Request, form: str, token: str) -> bool:
        """Whether the form was ours, recent, and sent from our own page."""
        if not same_origin(request):
            return False
        try:
            content = self._serializer.loads(token, max_age=TOKEN_SECONDS)
        except BadData:
            return False
        return bool(content == [form, request.session.get("nonce", "")])


def same_origin(request: Request) -> bool:
    """Whether the browser says that the request comes from a page of this host; True if it says nothing at all."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form, the last of each name; 413 for more than 16 kB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise HTTPException(400) from None


def contact_errors(fields: Mapping[str, str]) -> list[str]:
    """The names of the contact form's fields that cannot be used, in the order of the form."""
    problems = {
        "name": not 1 <= len(fields.get("name", "").strip()) <= 100,
        "email": not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,63}", fields.get("email", "").strip()),
        "topic": fields.get("topic") not in TOPICS,
        "message": not 10 <= len(fields.get("message", "").strip()) <= 4000,
    }
    return [name for name, wrong in problems.items() if wrong]


def way_back(path: str, fallback: str) -> str:
    """The path to return to after a form, if it is one of this site's own, else the fallback."""
    safe = re.fullmatch(r"/(?:en|nl|es)(?:/[a-z0-9-]+)*/?", path)
    return path if safe and len(path) <= 200 else fallback
