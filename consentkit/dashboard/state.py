"""What a reader has chosen, all of it in the address: period, comparison, chart, lists, filters."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from consentkit.dashboard.figures import FIGURES, OF_VALUES, OF_VISITS
from consentkit.dashboard.groups import GROUPS, METRICS
from consentkit.dashboard.periods import COMPARISONS, DEFAULT, Period, chosen, from_query
from consentkit.stats.breakdowns import BREAKDOWNS, NOT_CROSSED, VIEWS

ONLY = "only."
"""Before the name of a breakdown: the address shows only what has the value given there."""
FILTERED = tuple(
    name for name in BREAKDOWNS if (name not in NOT_CROSSED and VIEWS in BREAKDOWNS[name]) or name == "goal"
)
"""Breakdowns by whose values the overview can be filtered."""
OF_WHOLE_VISITS = frozenset(
    {"country", "region", "network", "organisation", "browser", "browser_version", "os", "device", "language", "host"}
)
"""Breakdowns that give all views of a visit the same value; of others a visit's views stand at several."""
MOST_FILTERS = 2
"""A crossing shows two values together; of three nothing is stored."""
LONGEST_VALUE = 500
"""Characters; no stored value is longer."""

STEPS = ("hour", "day", "week", "month")
MOST_HOURS = 8
"""Days that are drawn by the hour."""
MOST_DAYS = 120
"""Days from which weeks are drawn unless days are asked for."""
MOST_WEEKS = 730
"""Days from which months are drawn unless weeks are asked for."""
LEAST_DAYS = {"hour": 1, "day": 2, "week": 14, "month": 56}
"""Days without which a step makes a chart of next to nothing."""

KEPT = ("period", "from", "to", "compare", "step", "chart", "by", "lang", *GROUPS)
"""What an address carries from page to page, besides filters."""
LONGEST_KEPT = 20
"""Characters; no period, date, metric, language or list is longer."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Only what has this value in this breakdown."""

    breakdown: str
    value: str

    @property
    def name(self) -> str:
        """Its name in an address."""
        return ONLY + self.breakdown


@dataclass(frozen=True, slots=True)
class State:
    """The choices, each one of those that there are."""

    period: Period
    compare: str
    step: str
    step_is_asked: bool
    figure: str
    by: str
    lists: Mapping[str, str]
    filters: tuple[Filter, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that the chart of this period may have."""
        return steps_of(self.period)

    def value_of(self, breakdown: str) -> str:
        """What a breakdown is filtered by, "" where it is not."""
        return next((one.value for one in self.filters if one.breakdown == breakdown), "")


def read_state(query: Mapping[str, str], today: dt.date, span: tuple[dt.date, dt.date] | None) -> State:
    """The choices in an address; what it does not say, or not understandably, is as usual."""
    period = read_period(query, today, span)
    filters = read_filters(query)
    figure, step = query.get("chart", ""), query.get("step", "")
    known = figures_of(filters)
    step_is_asked = step in steps_of(period) and not (filters and step == "hour")
    return State(
        period=period,
        compare=_one_of(COMPARISONS, query.get("compare", "")),
        step=step if step_is_asked else usual_step(period),
        step_is_asked=step_is_asked,
        figure=_one_of(("requests",) if step == "hour" and not filters else known, figure),
        by=_one_of(METRICS, query.get("by", "")),
        lists={group: query.get(group, "") for group in GROUPS},
        filters=filters,
    )


def read_period(query: Mapping[str, str], today: dt.date, span: tuple[dt.date, dt.date] | None) -> Period:
    """The period asked for, else 28 days; on the very first day, which those do not hold, today."""
    asked = from_query(query, today)
    if asked is None and span is not None and span[0] == today:
        return chosen("today", today)
    return asked or chosen(DEFAULT, today)


def read_filters(query: Mapping[str, str]) -> tuple[Filter, ...]:
    """The filters of an address, the first two in the order in which breakdowns are listed."""
    found = [Filter(name, query[ONLY + name]) for name in FILTERED if query.get(ONLY + name)]
    return tuple(one for one in found if len(one.value) <= LONGEST_VALUE)[:MOST_FILTERS]


def kept_of(query: Mapping[str, str]) -> dict[str, str]:
    """The part of an address that its page's links carry on."""
    kept = {name: query[name] for name in KEPT if name in query and len(query[name]) <= LONGEST_KEPT}
    return kept | {one.name: one.value for one in read_filters(query)}


def figures_of(filters: tuple[Filter, ...]) -> tuple[str, ...]:
    """The headline figures; of a value there are views and visits, and their ratio where it is of whole visits."""
    if not filters:
        return FIGURES
    return OF_VISITS if all(one.breakdown in OF_WHOLE_VISITS for one in filters) else OF_VALUES


def steps_of(period: Period) -> tuple[str, ...]:
    """The steps that make a chart of a period."""
    return tuple(
        step
        for step in STEPS
        if (period.length <= MOST_HOURS if step == "hour" else step == "day" or period.length >= LEAST_DAYS[step])
    )


def usual_step(period: Period) -> str:
    """The step of a period's chart unless another is chosen."""
    if period.length <= MOST_DAYS:
        return "day"
    return "week" if period.length <= MOST_WEEKS else "month"


def _one_of(allowed: tuple[str, ...], asked: str) -> str:
    return asked if asked in allowed else allowed[0]
