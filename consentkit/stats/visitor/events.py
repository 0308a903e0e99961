"""From what one view adds by the visitor's own state to events that are counted."""

from collections.abc import Sequence
from functools import lru_cache

from consentkit.stats.breakdowns import CONVERSIONS, ENGAGED, MEASURED, NEW_DAY, NEW_EVER, NEW_MONTH, NEW_WEEK, STEPS
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.model import Facet
from consentkit.stats.visitor.funnels import NO_FUNNELS, Funnels
from consentkit.stats.visitor.state import Carried, Marks, Source

CACHED_SOURCES = 4096
NEW = {"day": NEW_DAY, "week": NEW_WEEK, "month": NEW_MONTH}

Happening = tuple[tuple[str, ...], tuple[Facet, ...]]


def happened_by(
    carried: Carried,
    seen: tuple[Facet, ...],
    goals: Sequence[Facet],
    funnels: Funnels = NO_FUNNELS,
    facets: Facets = EVERYTHING,
) -> list[Happening]:
    """The events, each with its metrics and where it stands in the dimensions.

    `seen` is where the view stands, but for channel, campaign and page: those are the ones with which the visit began.
    `goals` are the goals by their numbers. What the visit reached is a total only.
    """
    marks, source = carried
    happened: list[Happening] = []
    metrics = _metrics(marks)
    if metrics or marks.goals:
        began = (*_began(facets, source), *seen)
        if metrics:
            happened.append((metrics, began))
        happened += [((CONVERSIONS,), (*began, goals[goal])) for goal in marks.goals if goal < len(goals)]
    steps = [facet for funnel, step in marks.steps if (facet := funnels.facet(funnel, step))]
    happened += [((STEPS,), (facet,)) for facet in steps]
    totals = _totals(marks)
    if totals:
        happened.append((totals, ()))
    return happened


def _metrics(marks: Marks) -> tuple[str, ...]:
    new = tuple(NEW[period] for period in marks.new if period in NEW)
    return (*((MEASURED,) if marks.visit else ()), *((ENGAGED,) if marks.engaged else ()), *new)


def _totals(marks: Marks) -> tuple[str, ...]:
    return (
        *((NEW_EVER,) if "ever" in marks.new else ()),
        *(reached_pages(count) for count in marks.pages),
        *(reached_seconds(seconds) for seconds in marks.seconds),
    )


def reached_pages(count: int) -> str:
    """The metric of visits that reached so many pages."""
    return f"reached_{count}_pages"


def reached_seconds(seconds: int) -> str:
    """The metric of visits that went on for so many seconds."""
    return f"reached_{seconds}_s"


@lru_cache(maxsize=CACHED_SOURCES)
def _began(facets: Facets, source: Source) -> tuple[Facet, Facet, Facet]:
    # Texts of a signed state, put there by this site in values that many visitors share.
    channel, campaign, entry = source
    return facets.shared(channel=channel), facets.shared(campaign=campaign), facets.shared(page=entry)
