"""How many visitors there were, by day, week and month: the truth, consentkit's estimate, and the peers' daily hash."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from consentkit.stats.estimate import Estimate, Stratum, estimate_visitors
from consentkit.stats.visitor.state import Source, State, View, advance
from tests.simulate.population import DAYS, STRATA, Visit

FIRST = date(2027, 2, 1)  # a Monday: this February is four whole weeks
PERIODS = {"day": 1, "week": 7, "month": 28}
"""Days of each period; a run is four weeks, which are February 2027."""


class Figures(NamedTuple):
    """Visitors by period (`day`, `week`, `month`) and number of the period."""

    truth: dict[str, list[int]]
    hashed: dict[str, list[int]]
    estimated: dict[str, list[Estimate | None]]


def figures_of(visits: Iterable[Visit]) -> Figures:
    """All three, of the same visits."""
    ordered = sorted(visits, key=lambda visit: (visit.day, visit.second))
    return Figures(_truth(ordered), _hashed(ordered), _estimated(ordered))


def _truth(visits: list[Visit]) -> dict[str, list[int]]:
    """Distinct browsers."""
    found: dict[str, list[set[int]]] = {name: [set() for _ in range(DAYS // days)] for name, days in PERIODS.items()}
    for visit in visits:
        for name, days in PERIODS.items():
            found[name][visit.day // days].add(visit.browser)
    return {name: [len(browsers) for browsers in sets] for name, sets in found.items()}


def _hashed(visits: list[Visit]) -> dict[str, list[int]]:
    """Distinct pairs of address and user agent of a day, as with a salt that changes daily; longer periods add up."""
    days: list[set[tuple[int, int]]] = [set() for _ in range(DAYS)]
    for visit in visits:
        days[visit.day].add((visit.address, visit.agent))
    daily = [len(pairs) for pairs in days]
    return {
        name: [sum(daily[start : start + length]) for start in range(0, DAYS, length)]
        for name, length in PERIODS.items()
    }


def _estimated(visits: list[Visit]) -> dict[str, list[Estimate | None]]:
    """By the counts that consentkit keeps: visits, measured visits and new visitors, by stratum and period."""
    counts: dict[str, Counter[tuple[int, int, str]]] = defaultdict(Counter)
    states: dict[tuple[int, int], State] = {}
    for visit in visits:
        marks = _new(visit, states)
        for name, days in PERIODS.items():
            number = visit.day // days
            counts[name][number, visit.stratum, "visits"] += visit.tabs
            if visit.agreed:
                counts[name][number, visit.stratum, "measured"] += visit.tabs
                counts[name][number, visit.stratum, "visitors"] += sum(name in new for new in marks)
    return {
        name: [
            estimate_visitors(
                Stratum(*(counts[name][number, stratum, kind] for kind in ("visits", "measured", "visitors")))
                for stratum in range(len(STRATA))
            )
            for number in range(DAYS // days)
        ]
        for name, days in PERIODS.items()
    }


def _new(visit: Visit, states: dict[tuple[int, int], State]) -> list[tuple[str, ...]]:
    """For each tab of a visit, the periods in which its visitor was not here yet; all tabs carry the same old state."""
    if not visit.agreed:
        return []
    key = (visit.browser, visit.cookies)
    before = states.get(key)
    found = []
    for _ in range(visit.tabs):
        day = FIRST + timedelta(days=visit.day)
        view = View(visit.day * 86_400 + visit.second, day, True, Source("search", "(none)", "/"))
        states[key], marks = advance(before, view)
        found.append(marks.new)
    return found
