"""What an address may ask for: each parameter with its description, its schema and how it is read."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from consentkit.dashboard.api.problems import Problem, wrong
from consentkit.dashboard.periods import CHOICES, COMPARISONS, DEFAULT, EARLIEST, LONGEST, YEAR, Period, chosen
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.model import MAX_VALUE_LENGTH

LONGEST_SEARCH = 100
LONGEST_WHERE = MAX_VALUE_LENGTH + 40
MOST_ROWS = 1000
DEEPEST = 1_000_000
"""Rows; no list is longer, and SQLite takes no number beyond 64 bits."""
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LATEST = dt.date(2999, 12, 31)
"""Steps on from here stay within the calendar."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query; `read` turns its text into a value and raises ValueError with what is allowed."""

    name: str
    about: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]

    def of(self, query: Mapping[str, str]) -> Any:
        """Its value in a query, its default where that lacks it; Problem 400 when it cannot be understood."""
        if self.name not in query:
            return self.schema.get("default")
        try:
            return self.read(query[self.name])
        except ValueError as problem:
            raise wrong(self.name, query[self.name], str(problem), self.schema.get("enum")) from None


def _choice(name: str, about: str, allowed: Iterable[str], default: str) -> Parameter:
    words = list(allowed)

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"allowed are {', '.join(words)}")
        return text

    return Parameter(name, about, {"type": "string", "enum": words, "default": default}, read)


def _number(name: str, about: str, least: int, most: int, default: int) -> Parameter:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
            raise ValueError(f"it is a whole number from {least} to {most}")
        return int(text)

    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, about, schema, read)


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise ValueError(f"it is a date from {EARLIEST} to {LATEST}, as 2026-11-23")
    return day


def _text(text: str) -> str:
    if len(text) > LONGEST_SEARCH:
        raise ValueError(f"it has {len(text)} characters; at most {LONGEST_SEARCH} are searched for")
    if not text.isprintable():
        raise ValueError("it has a control character, which no value has")
    return text


def _value(text: str) -> tuple[str, str]:
    breakdown, colon, value = text.partition(":")
    if len(text) > LONGEST_WHERE or not colon or not value.isprintable() or not value or breakdown not in BREAKDOWNS:
        raise ValueError(
            f"it is a breakdown, a colon and a value, as channel:search; there are {', '.join(BREAKDOWNS)}"
        )
    return breakdown, value


_DATE = {"type": "string", "format": "date"}
PERIOD = _choice(
    "period",
    "The days, in the site's time zone. Periods of n days end yesterday. Leave it out where from and to are given.",
    tuple(CHOICES),
    DEFAULT,
)
FROM = Parameter("from", "The first day. Only together with to.", _DATE, _day)
TO = Parameter("to", f"The last day, at most {LONGEST} days with the first.", _DATE, _day)
COMPARE = _choice(
    "compare", "The period to compare with: the one before, or the same weekdays a year before.", COMPARISONS, "none"
)
LIMIT = _number("limit", "Rows in an answer.", 1, MOST_ROWS, 100)
OFFSET = _number("offset", "Rows before the first one.", 0, DEEPEST, 0)
SEARCH = Parameter(
    "search",
    "Only values that contain this, in any case.",
    {"type": "string", "maxLength": LONGEST_SEARCH, "default": ""},
    _text,
)
METRIC = Parameter("metric", "What to count; by default the breakdown's first metric.", {"type": "string"}, str)
BY = _choice("by", "The length of each row's time; hours for at most 92 days.", ("day", "hour"), "day")
WHERE = Parameter(
    "where",
    "Only events that have this value too, as channel:search; by the stored crossing of the two breakdowns.",
    {"type": "string", "maxLength": LONGEST_WHERE, "pattern": "^[a-z_]+:.+$"},
    _value,
)
PERIODS = (PERIOD, FROM, TO)


def check_known(query: Iterable[tuple[str, str]], known: Iterable[Parameter]) -> dict[str, str]:
    """The query by name; Problem 400 for a name that there is not, or that is there twice."""
    names = [parameter.name for parameter in known]
    found: dict[str, str] = {}
    for name, value in query:
        if name not in names:
            raise wrong(name[:LONGEST_SEARCH], value, "there is no such parameter here", names)
        if name in found:
            raise wrong(name, value, "it is given twice")
        found[name] = value
    return found


def period_of(query: Mapping[str, str], today: dt.date) -> Period:
    """The days that a query asks for; Problem 400 for a period and days at once, one day, or days in a wrong order."""
    first, last = FROM.of(query), TO.of(query)
    if first is None and last is None:
        return chosen(PERIOD.of(query), today)
    if PERIOD.name in query:
        raise Problem(400, "give either period, or from and to", parameter=PERIOD.name)
    if first is None or last is None:
        missing = FROM.name if first is None else TO.name
        raise Problem(400, f"{missing} is missing; from and to are given together", parameter=missing)
    if last < first:
        raise Problem(400, f"to = {last} lies before from = {first}; exchange the two", parameter=TO.name)
    if (last - first).days >= LONGEST:
        raise Problem(400, f"from {first} to {last} is too long; at most {LONGEST} days are allowed", parameter=TO.name)
    return Period("own", first, last, today)


def compared_with(comparison: str, period: Period) -> Period | None:
    """The period that a comparison is with."""
    if comparison == "previous":
        return period.previous()
    if comparison == "year":
        return Period("own", period.first - YEAR, period.last - YEAR, period.today)
    return None
