"""What can be asked: each address with its parameters, what answers it, and what the answer looks like.

Both the routes and the OpenAPI description are made from this, so that they cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass

from consentkit.dashboard.api import answers, schemas
from consentkit.dashboard.api.answers import Answer, Question
from consentkit.dashboard.api.parameters import BY, COMPARE, LIMIT, METRIC, OFFSET, PERIODS, SEARCH, WHERE, Parameter


@dataclass(frozen=True, slots=True)
class Operation:
    """A question that may be asked. `paged`: its answer may be a stretch of a longer list."""

    path: str
    id: str
    summary: str
    parameters: tuple[Parameter, ...]
    answer: Callable[[Question], Answer]
    schema: schemas.Schema
    paged: bool = False


OPERATIONS = (
    Operation("/meta", "meta", "What the figures are of", (), answers.meta, schemas.META),
    Operation("/totals", "totals", "The sums of a period", (*PERIODS, COMPARE), answers.totals, schemas.TOTALS),
    Operation("/days", "days", "The sums of each day", PERIODS, answers.days, schemas.DAYS),
    Operation("/classes", "classes", "All requests by class", PERIODS, answers.classes, schemas.CLASSES),
    Operation("/breakdowns", "breakdowns", "What values there are of", PERIODS, answers.breakdowns, schemas.BREAKDOWNS),
    Operation(
        "/breakdowns/{name}",
        "breakdown",
        "The values of a breakdown or crossing, largest first",
        (*PERIODS, METRIC, SEARCH, WHERE, COMPARE, LIMIT, OFFSET),
        answers.breakdown,
        schemas.BREAKDOWN,
        paged=True,
    ),
    Operation("/load", "load", "How requests were served", (*PERIODS, BY), answers.load, schemas.LOAD),
    Operation("/visitors", "visitors", "Visitors by day, week and month", PERIODS, answers.visitors, schemas.VISITORS),
    Operation("/consent", "consent", "What was answered to the banner", PERIODS, answers.consent, schemas.CONSENT),
    Operation("/gaps", "gaps", "Times of which counts are missing", PERIODS, answers.gaps, schemas.GAPS),
)  # fmt: skip
"""Everything that the API answers."""
