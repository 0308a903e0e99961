"""Stretches of UTC time cut into whole days, which the sink has sums of, and what is left at their ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

Place = tuple[int, str, str]
"""Its number, a text of a UTC time as `2026-11-23T19:08`, and the one before which it ends."""

FEWEST = 3
"""Whole days for which it is worth it to ask for them apart."""


@dataclass(frozen=True, slots=True)
class Cut:
    """`days` are stretches of whole days, `rest` all others."""

    days: list[Place] = field(default_factory=list)
    rest: list[Place] = field(default_factory=list)


def cut(places: Iterable[tuple[str, str]]) -> Cut:
    """The whole days of stretches, which are numbered, and the rest of them."""
    found = Cut()
    for number, (first, until) in enumerate(places):
        begin, end = _first_midnight(first), until[:10]
        if begin is None or _days(begin, end) < FEWEST:
            found.rest.append((number, first, until))
            continue
        found.days.append((number, begin, end))
        found.rest.extend((number, *ends) for ends in ((first, begin), (end, until)) if ends[0] < ends[1])
    return found


def on_the_hour(text: str) -> bool:
    """Whether a UTC time is one with which an hour begins."""
    return ":" not in text or text.endswith(":00")


def _days(begin: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(begin)).days


def _first_midnight(text: str) -> str | None:
    """The day that begins at a time or next after it; None for what is no minute, as the text of a day's leftovers."""
    if len(text) == len("2026-11-23"):
        return text
    if len(text) != len("2026-11-23T19:08"):
        return None
    day = date.fromisoformat(text[:10])
    return (day if text.endswith("T00:00") else day + timedelta(days=1)).isoformat()
