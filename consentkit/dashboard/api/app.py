"""The API as an ASGI app: who asks, what is asked, what is answered."""

import hashlib
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consentkit.dashboard.api.answers import Answer, Question
from consentkit.dashboard.api.openapi import describe
from consentkit.dashboard.api.operations import OPERATIONS, Operation
from consentkit.dashboard.api.parameters import LIMIT, OFFSET, check_known
from consentkit.dashboard.api.problems import Problem
from consentkit.dashboard.api.rate import Rate
from consentkit.dashboard.context import Context
from consentkit.dashboard.unreadable import UNREADABLE, note_unreadable

ROOT = "/api"
VERSION = "/v1"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="consentkit"'}
UNKNOWN = ""
"""All who have no token share this name's rate."""
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
"""An answer may be kept, but is asked for again each time, with its ETag."""


def create_api(context: Context) -> Starlette:
    """The API over the sink of a dashboard."""
    api = Api(context)
    routes = [Route(VERSION + operation.path, api.route(operation), methods=["GET"]) for operation in OPERATIONS]
    handlers: dict[Any, Callable[[Request, Exception], Response]] = {
        Problem: _problem,
        HTTPException: _http_error,
        **dict.fromkeys(UNREADABLE, _store_error),
        Exception: _server_error,
    }
    return Starlette(
        routes=[*routes, Route("/openapi.json", api.description, methods=["GET"])], exception_handlers=handlers
    )


@dataclass(slots=True)
class Api:
    """Answers the operations. Handlers are plain functions: Starlette runs them in threads."""

    context: Context
    _rate: Rate = field(default_factory=Rate)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def route(self, operation: Operation) -> Callable[[Request], Response]:
        """What answers an operation's address."""

        def answered(request: Request) -> Response:
            self._admit(request)
            query = check_known(request.query_params.multi_items(), operation.parameters)
            return self._answer(request, operation, query)

        return answered

    def description(self, request: Request) -> Response:
        """The OpenAPI description; it holds no figures, so nobody is asked for a token."""
        return JSONResponse(describe(f"{request.scope.get('root_path', '')}{VERSION}"))

    def _admit(self, request: Request) -> None:
        """Problem 401 for who has no token, 429 for who asks too often."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        token = self.context.store.tokens.check(secret) if scheme.lower() == "bearer" and secret.isascii() else None
        with self._lock:
            wait = self._rate.wait(token.name if token else UNKNOWN, self.context.settings.now())
        if wait:
            seconds = math.ceil(wait)
            raise Problem(429, f"too many requests; come back in {seconds} s", headers={"Retry-After": str(seconds)})
        if token is None:
            raise Problem(
                401,
                "a token is needed, as Authorization: Bearer ck_…; `consentkit token add NAME` makes one",
                headers=CHALLENGE,
            )

    def _answer(self, request: Request, operation: Operation, query: dict[str, str]) -> Response:
        reader = self.context.reader
        with reader.snapshot():
            question = Question(
                reader,
                query,
                self.context.moment().date(),
                self.context.settings.timezone,
                str(request.path_params.get("name", "")),
            )
            tag = _tag(str(reader.version()), question.today.isoformat())
            headers = {**HEADERS, "ETag": tag}
            if _is_held(request, tag):
                return Response(status_code=304, headers=headers)
            answer = operation.answer(question)
        if operation.paged and (links := _links(request, query, answer)):
            headers["Link"] = links
        text = json.dumps(answer, ensure_ascii=False)
        return Response(text, headers=headers, media_type="application/json")


def _tag(*parts: str) -> str:
    """Another one after each change of the sink, and each day, for today's date is part of what is asked."""
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


def _is_held(request: Request, tag: str) -> bool:
    """Whether the asker holds this very answer (RFC 9110 §13.1.2)."""
    held = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in held or held == ["*"]


def _links(request: Request, query: dict[str, str], answer: Answer) -> str:
    """The stretches of the list before and after this one (RFC 8288)."""
    limit, offset = answer["limit"], answer["offset"]
    starts = {"prev": max(offset - limit, 0) if offset else None, "next": offset + limit}
    if starts["next"] >= answer["count"]:
        starts["next"] = None
    path = request.url.path
    return ", ".join(
        f"<{path}?{urlencode({**query, LIMIT.name: limit, OFFSET.name: start})}>; rel={rel}"
        for rel, start in starts.items()
        if start is not None
    )


def _problem(request: Request, error: Exception) -> Response:
    del request
    return error.response() if isinstance(error, Problem) else _server_error(None, error)


def _http_error(request: Request, error: Exception) -> Response:
    del request
    status = error.status_code if isinstance(error, HTTPException) else 500
    details = {404: "there is no such address; /api/openapi.json describes all", 405: "only GET and HEAD are answered"}
    headers = getattr(error, "headers", None)
    return Problem(status, details.get(status, "this was not understood"), headers=headers).response()


def _store_error(request: Request, error: Exception) -> Response:
    del request
    note_unreadable(error)
    return Problem(503, "the figures cannot be read right now", headers={"Retry-After": "30"}).response()


def _server_error(request: Request | None, error: Exception) -> Response:
    del request, error
    return Problem(500, "the answer could not be made; the server's log says why").response()
