"""Made-up observations for the tests of counting."""

from consentkit.stats.model import BREAKDOWNS, Increments, Observation
from consentkit.stats.tally import Tally

DAY = "2026-11-23"
MINUTE = "2026-11-23T19:08Z"


def a_view(
    page: str = "/", *, visit: bool = False, day: str = DAY, minute: str = MINUTE, size: int = 500
) -> Observation:
    """A page view of a person, with a value in every breakdown of views."""
    values = dict.fromkeys((name for name in BREAKDOWNS if name != "status"), "(unknown)") | {"page": page}
    return Observation(day, minute, "person", 200, size, True, visit, tuple(values.items()))


def a_request(status: int = 404, *, request_class: str = "probe", day: str = DAY) -> Observation:
    """A request that is no page view."""
    return Observation(day, MINUTE, request_class, status, 10)


def increments_of(*observations: Observation) -> Increments:
    """What a tally makes of observations."""
    tally = Tally()
    for observation in observations:
        tally.add(observation)
    return tally.take()
