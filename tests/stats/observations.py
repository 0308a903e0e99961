"""Made-up observations for the tests of counting."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from consentkit.stats.breakdowns import BREAKDOWNS, VIEWS, VISITS, Crossing
from consentkit.stats.classes import PROBE, Verdict
from consentkit.stats.load import Entry, LoadCell, Served, load_of
from consentkit.stats.model import PERSON, UNKNOWN, Facet, Increments
from consentkit.stats.observed import EventKey, Observation, Observed
from consentkit.stats.tally import Tally

DAY = "2026-11-23"
WHEN = 1_795_460_880.0
MINUTE = "2026-11-23T19:08Z"
"""The minute of WHEN."""
HOUR = "2026-11-23T19Z"
LATER = "2026-12-31T00:00Z"
"""A minute in which everything that these observations are of is over."""

SOFTWARE = ("browser", "browser_version", "os", "device")
REST = Facet(
    **dict.fromkeys(
        (name for name, metrics in BREAKDOWNS.items() if VIEWS in metrics and name not in ("page", *SOFTWARE)), UNKNOWN
    )
)
BROWSING = Verdict(PERSON, "browser")


class MadeUpAgent:
    """A browser of no name."""

    declared = None
    sends_fetch_metadata = False
    sends_client_hints = False
    is_told = True
    facet = Facet(**dict.fromkeys(SOFTWARE, UNKNOWN))


AGENT = MadeUpAgent()


def an_event(*metrics: str, day: str = DAY, **values: str) -> EventKey:
    """An event of a person with values of its own, beside those that every view has."""
    return (day, AGENT, BROWSING, metrics, (Facet(**values), REST))


def a_view(page: str = "/", *, visit: bool = False, day: str = DAY, when: float = WHEN, size: int = 500) -> Observation:
    """A page view of a person, with a value in every breakdown of views."""
    metrics = (VIEWS, VISITS) if visit else (VIEWS,)
    return Observation(
        (day, AGENT, BROWSING, 200), (an_event(*metrics, day=day, page=page),), (day, when, 0.01, size, 200, page)
    )


def a_request(status: int = 404, *, request_class: str = PROBE, day: str = DAY) -> Observation:
    """A request that is no page view."""
    return Observation(
        (day, AGENT, Verdict(request_class, "test", final=True), status), (), (day, WHEN, 0.01, 10, status, "(none)")
    )


def observed(columns: Sequence[Sequence[Any]]) -> list[Observed]:
    """Observations whose parts stand in columns, those of each day together."""
    days: dict[str, list[Observation]] = {}
    for observation in map(Observation._make, zip(*columns, strict=True)):
        days.setdefault(observation.request[0], []).append(observation)
    return [_of_day(day, some) for day, some in days.items()]


def _of_day(day: str, observations: Sequence[Observation]) -> Observed:
    agents, verdicts = ([one.request[place] for one in observations] for place in (1, 2))
    found = Observed(day, agents, verdicts, served_of([one.load for one in observations]))
    for row, one in enumerate(observations):
        for _, agent, verdict, metrics, facets in one.events:
            found.add(row, metrics, facets, (agent, verdict))
    return found


def served_of(entries: Sequence[Entry]) -> Served:
    """Requests by columns."""
    _, whens, tooks, sizes, statuses, routes = zip(*entries, strict=True) if entries else [()] * 6
    return Served(whens, tooks, sizes, statuses, list(routes))


def load_of_entries(entries: Sequence[Entry]) -> Counter[LoadCell]:
    """The load that requests make."""
    return load_of(served_of(entries))


def a_tally(crossings: Sequence[Crossing] = (), **options: Any) -> Tally:
    """A tally that is given observations."""
    return Tally(observed, crossings, width=3, **options)


def of_observations(note: Callable[[BaseException], None]) -> Tally:
    """The same as a recorder makes it."""
    return a_tally(note=note)


def increments_of(*observations: Observation, crossings: Sequence[Crossing] = ()) -> Increments:
    """What a tally makes of observations."""
    tally = a_tally(crossings)
    for observation in observations:
        tally.add(observation)
    return tally.take()
