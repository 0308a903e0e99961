"""The JSON Schemas of what is answered (the dialect of OpenAPI 3.1)."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MINUTE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$"}
FLAG: Schema = {"type": "boolean"}
MILLISECONDS: Schema = {"type": ["number", "null"], "minimum": 0, "description": "null where no time was told"}
PERIOD: Schema = {"$ref": "#/components/schemas/Period"}


def record(**members: Schema) -> Schema:
    """An object that has all of these members and no others; a trailing underscore of a name is left out."""
    named = {name.rstrip("_"): schema for name, schema in members.items()}
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def rows(**members: Schema) -> Schema:
    """A list of such objects."""
    return {"type": "array", "items": record(**members)}


def or_nothing(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def counted(*always: str, **more: Schema) -> Schema:
    """An object of counts by metric that has at least these."""
    members = {**more, **dict.fromkeys(always, COUNT)}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": COUNT}


SERVED = {
    "requests": COUNT,
    "bytes": COUNT,
    "errors": COUNT,
    "p50_ms": MILLISECONDS,
    "p95_ms": MILLISECONDS,
    "p99_ms": MILLISECONDS,
}
SECONDS = {
    "busiest_second": COUNT,
    "most_at_once": {**COUNT, "description": "0 where nothing was counted live: imported logs do not tell it"},
}
ESTIMATE = record(value=COUNT, low=COUNT, high=COUNT, measured_share=SHARE)
_VISITORS = rows(name=TEXT, from_=DAY, to=DAY, measured=COUNT, estimate=or_nothing(ESTIMATE))

META = record(
    site=TEXT,
    timezone=TEXT,
    threshold={"type": ["integer", "null"], "minimum": 1},
    first=or_nothing(DAY),
    last=or_nothing(DAY),
    sample=or_nothing(record(from_=DAY, to=DAY)),
)
TOTALS = record(
    period=PERIOD,
    totals=counted("requests", "views", "visits", "bytes"),
    compared=or_nothing(PERIOD),
    compared_totals=or_nothing(counted("requests", "views", "visits", "bytes")),
)
DAYS = record(period=PERIOD, data={"type": "array", "items": counted("requests", "views", "visits", "bytes", day=DAY)})
CLASSES = record(period=PERIOD, requests=COUNT, data=rows(class_=TEXT, requests=COUNT, share=SHARE))
BREAKDOWNS = record(
    period=PERIOD,
    data=rows(
        name=TEXT,
        metrics={"type": "array", "items": TEXT, "minItems": 1},
        crosses=or_nothing({"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}),
    ),
)
BREAKDOWN = record(
    period=PERIOD,
    compared=or_nothing(PERIOD),
    breakdown=TEXT,
    metric=TEXT,
    where=or_nothing(record(breakdown=TEXT, value=TEXT)),
    total={**COUNT, "description": "of the period, with and without a value"},
    shown=or_nothing({**SHARE, "description": "of the total that is shown under a value by now; null with where"}),
    count={**COUNT, "description": "values that there are, of which data is a stretch"},
    limit={"type": "integer", "minimum": 1},
    offset=COUNT,
    data=rows(value=TEXT, count=COUNT, share=SHARE, compared={"type": ["integer", "null"], "minimum": 0}),
)
LOAD = record(
    period=PERIOD,
    **SERVED,
    **SECONDS,
    busiest_minute=or_nothing(record(begin=MINUTE, requests=COUNT)),
    routes=rows(route=TEXT, **SERVED),
    by={"enum": ["day", "hour"]},
    data={
        "type": "array",
        "items": {"oneOf": [record(day=DAY, **SERVED, **SECONDS), record(begin=MOMENT, **SERVED, **SECONDS)]},
    },
)
VISITORS = record(period=PERIOD, days=_VISITORS, weeks=_VISITORS, months=_VISITORS)
CONSENT = record(period=PERIOD, answers=counted("shown", "accepted", "refused", "chosen", "withdrawn", "ignored"))
GAPS = record(period=PERIOD, data=rows(from_=MOMENT, to=MOMENT, reason=TEXT, batches=COUNT))

SHARED: Mapping[str, Schema] = {
    "Period": record(
        from_=DAY,
        to=DAY,
        days={"type": "integer", "minimum": 1},
        running={**FLAG, "description": "today, which is not over, is in it"},
        sample={**FLAG, "description": "some of its days hold sample data"},
    ),
    "Problem": {
        "description": "What is wrong, as RFC 9457 has it.",
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "parameter": TEXT,
            "allowed": {"type": "array", "items": TEXT},
        },
        "required": ["type", "title", "status", "detail"],
    },
}
