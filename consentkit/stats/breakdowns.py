"""What is counted by what: every breakdown with its metrics, and the crossings of two of them that a site asks for.

An event (one count of a metric) has at most one value in each dimension; a breakdown shows one dimension, a crossing
shows two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

REQUESTS = "requests"
VIEWS = "views"
VISITS = "visits"
MEASURED = "measured"
"""Visits of those whose browser carries the state of the visit; what follows from that state is told of them alone."""
ENGAGED = "engaged"
"""Those that went on to a second page."""
NEW_DAY, NEW_WEEK, NEW_MONTH, NEW_EVER = "new_day", "new_week", "new_month", "new_ever"
"""Visitors who had not been here yet on that day, in that week, in that month, or at all."""
CONVERSIONS = "conversions"
"""Goals that a measured visit reached, each once, by how the visit began."""
STEPS = "steps"
"""Steps of funnels that measured visits reached, each after the steps before it and once a visit."""
MOVES = "moves"
"""Views that came from another page of the site; by page, the moves onward from it, so that exits are views − moves."""
GOALS = "goals"
MISSING = "missing"
"""Pages that a person asked for and that are not there (404, 410)."""
DOWNLOADS = "downloads"
SEARCHES = "searches"
OUTBOUND = "outbound"
"""Links to other sites that were followed, of those whose visits are measured."""

SEEN = (VIEWS, VISITS, ENGAGED, GOALS)
CARRIED = (MEASURED, NEW_DAY, NEW_WEEK, NEW_MONTH, CONVERSIONS)
"""Of the visitor's own state, by how the visit began."""
SHOWN = "consent_shown"
ANSWERS = (SHOWN, "consent_accepted", "consent_refused", "consent_chosen", "consent_withdrawn")
"""Views with a banner, and what visitors answered."""
OF_PERSONS = frozenset({*SEEN, *CARRIED, *ANSWERS})
"""What a person does, and so with a browser, a system and a device."""

BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "page": (VIEWS, VISITS, ENGAGED, MOVES, *CARRIED),
    "move": (MOVES,),
    "referrer": SEEN,
    "channel": (*SEEN, *CARRIED),
    "campaign": (*SEEN, *CARRIED),
    "campaign_source": SEEN,
    "campaign_medium": SEEN,
    "campaign_term": SEEN,
    "campaign_content": SEEN,
    "click_id": SEEN,
    "country": (*SEEN, *CARRIED),
    "region": SEEN,
    "network": SEEN,
    "organisation": SEEN,
    "browser": SEEN,
    "browser_version": SEEN,
    "os": SEEN,
    "device": (*SEEN, *CARRIED, *ANSWERS),
    "language": (*SEEN, *ANSWERS),
    "policy": ANSWERS,
    "host": SEEN,
    "goal": (GOALS, CONVERSIONS),
    "funnel": (STEPS,),
    "missing": (MISSING,),
    "missing_from": (MISSING,),
    "download": (DOWNLOADS,),
    "search": (SEARCHES,),
    "outbound": (OUTBOUND,),
    "outbound_from": (OUTBOUND,),
    "status": (REQUESTS,),
    "reason": (REQUESTS,),
}
"""Every breakdown and its metrics. Where an event has a value in one, it has exactly one."""

ALWAYS = ("page", "status", "reason")
"""What every site counts by: what was asked for and how it was answered, without which no other figure means much."""

WHOLES = {
    "region": "country",
    "browser_version": "browser",
    "move": "page",
    "missing_from": "missing",
    "outbound_from": "outbound",
}
"""Breakdowns whose values tell that of another one, which is counted with them: so parts never exceed their whole."""

PLACES = ("country", "region", "network", "organisation")
"""What databases of places tell of an address."""

TOLD = ("goal", GOALS)
"""The breakdown and metric of which each value has a total of its own: nothing of it need be kept back, and it is read
from the totals, so that three enquiries a week are seen as three."""

NOT_CROSSED = frozenset({"status", "reason"})
"""Of requests of every class, which have no other dimension."""

DEFAULT_CROSSINGS = (
    ("page", "channel"),
    ("page", "device"),
    ("channel", "country"),
    ("channel", "device"),
    ("campaign", "goal"),
    ("page", "country"),
)
MAX_CROSSINGS = 20
"""Each adds to every flush and to what a patient reader could combine."""

BETWEEN = " × "
"""Between the two values of a crossing, which is cut in two there: no value of a dimension holds it."""

_BY = "_by_"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two dimensions shown together: `name` as its breakdown, `metrics` those that both have."""

    name: str
    first: str
    second: str
    metrics: tuple[str, ...]


def crossing(first: str, second: str) -> Crossing:
    """The crossing of two dimensions; ValueError, with what is allowed, for a pair that nothing is counted by."""
    for name in (first, second):
        if name not in BREAKDOWNS or name in NOT_CROSSED:
            allowed = ", ".join(name for name in BREAKDOWNS if name not in NOT_CROSSED)
            raise ValueError(f"{name!r} cannot be crossed; there are {allowed}")
    metrics = tuple(metric for metric in BREAKDOWNS[first] if metric in BREAKDOWNS[second])
    if first == second or not metrics:
        raise ValueError(f"{first!r} and {second!r} have no event in common; cross two dimensions of the same events")
    return Crossing(f"{first}{_BY}{second}", first, second, metrics)


@lru_cache(maxsize=512)
def crossing_named(name: str) -> Crossing | None:
    """The crossing of which this is the breakdown's name, or None."""
    first, by, second = name.partition(_BY)
    try:
        return crossing(first, second) if by else None
    except ValueError:
        return None


def metrics_of(breakdown: str) -> tuple[str, ...]:
    """The metrics of a breakdown or crossing; () for a name that is neither."""
    if breakdown in BREAKDOWNS:
        return BREAKDOWNS[breakdown]
    found = crossing_named(breakdown)
    return found.metrics if found else ()


def parents_of(breakdown: str) -> tuple[str, ...]:
    """The breakdowns whose events a crossing shows in more detail; () for what is none."""
    found = crossing_named(breakdown) if breakdown not in BREAKDOWNS else None
    return (found.first, found.second) if found else ()


def crossings_of(pairs: Iterable[tuple[str, str]]) -> tuple[Crossing, ...]:
    """The crossings of pairs of dimensions; ValueError for the first that is none."""
    return tuple(crossing(first, second) for first, second in pairs)


def crossed(first: str, second: str) -> str:
    """The value of a crossing, as it is stored."""
    return f"{first}{BETWEEN}{second}"
