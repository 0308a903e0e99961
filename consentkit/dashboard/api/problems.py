"""Errors as problem details (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
LONGEST_QUOTE = 60
"""Characters of a wrong value that an answer repeats."""


class Problem(Exception):  # noqa: N818 -- the standard's own name
    """What an answer says instead of figures. `more` are members of its own, as the parameter that is wrong."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: str | list[str]
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def response(self) -> Response:
        """The answer."""
        content = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        body: dict[str, Any] = {**content, "detail": self.detail, **self.more}
        return Response(json.dumps(body, ensure_ascii=False), self.status, {**self.headers, "Content-Type": MEDIA_TYPE})


def wrong(parameter: str, value: str, message: str, allowed: list[str] | None = None) -> Problem:
    """A parameter that cannot be understood; `message` says what can."""
    quoted = value if len(value) <= LONGEST_QUOTE else f"{value[:LONGEST_QUOTE]}…"
    more: dict[str, Any] = {"allowed": allowed} if allowed else {}
    return Problem(400, f"{parameter} = {quoted!r}: {message}", parameter=parameter, **more)
