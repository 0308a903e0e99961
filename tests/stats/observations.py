"""Made-up observations for the tests of counting."""

from collections.abc import Callable, Sequence
from typing import Any

from consentkit.stats.breakdowns import BREAKDOWNS, VIEWS, VISITS, Crossing
from consentkit.stats.classes import PROBE, Verdict
from consentkit.stats.model import PERSON, UNKNOWN, EventKey, Facet, Increments, Observation
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


def a_tally(crossings: Sequence[Crossing] = (), **options: Any) -> Tally[Observation]:
    """A tally that is given observations."""
    return Tally(_observed, crossings, **options)


def _observed(observation: Observation) -> Observation:
    _day, _agent, _verdict, _status = observation.request
    return observation


def of_observations(note: Callable[[BaseException], None]) -> Tally[Observation]:
    """The same as a recorder makes it."""
    return a_tally(note=note)


def increments_of(*observations: Observation, crossings: Sequence[Crossing] = ()) -> Increments:
    """What a tally makes of observations."""
    tally = a_tally(crossings)
    for observation in observations:
        tally.add(observation)
    return tally.take()
