"""The description of the API, as OpenAPI 3.1."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from consentkit.dashboard.api.operations import OPERATIONS, Operation
from consentkit.dashboard.api.problems import MEDIA_TYPE
from consentkit.dashboard.api.schemas import SHARED
from consentkit.stats.breakdowns import BREAKDOWNS

ABOUT = """The published figures of a site, read-only. A value appears once at least `threshold` events have gathered
for it, here as everywhere; nothing here tells more than the dashboard does."""

REFUSALS = {
    "400": "A parameter cannot be understood; `parameter` names it, `allowed` what is possible.",
    "401": "There is no token, or none that is known.",
    "404": "There is nothing of that name.",
    "429": "Too many requests; `Retry-After` says in how many seconds to come back.",
    "503": "The figures cannot be read right now.",
}
NAMED = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A breakdown, or a crossing of two as page_by_channel.",
    "schema": {"type": "string", "pattern": "^[a-z_]{1,80}$"},
    "examples": {name: {"value": name} for name in BREAKDOWNS},
}


def describe(server: str) -> dict[str, Any]:
    """The description; `server` is the address of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "consentkit", "version": version("consentkit"), "description": " ".join(ABOUT.split())},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": {operation.path: {"get": _operation(operation)} for operation in OPERATIONS},
        "components": {
            "schemas": dict(SHARED),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "As `consentkit token add NAME` prints it.",
                }
            },
            "responses": {status: _refusal(about) for status, about in REFUSALS.items()},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    refusals = [status for status in REFUSALS if status != "404" or "{" in operation.path]
    headers: dict[str, Any] = {"ETag": {"schema": {"type": "string"}, "description": "Send it as If-None-Match."}}
    if operation.paged:
        headers["Link"] = {"schema": {"type": "string"}, "description": "rel=next and rel=prev (RFC 8288)."}
    answered = {"application/json": {"schema": operation.schema}}
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [
            *([NAMED] if "{" in operation.path else []),
            *({"name": one.name, "in": "query", "description": one.about, "schema": dict(one.schema)}
              for one in operation.parameters),
            {"name": "If-None-Match", "in": "header", "schema": {"type": "string"},
             "description": "The ETag of an answer that is held already."},
        ],
        "responses": {
            "200": {"description": "The figures.", "headers": headers, "content": answered},
            "304": {"description": "Nothing has changed."},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in refusals},
        },
    }  # fmt: skip


def _refusal(about: str) -> Mapping[str, Any]:
    return {"description": about, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
