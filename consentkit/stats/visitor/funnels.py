"""The funnels of a site: which step of each a page is, and what a visit that reached it counts for."""

from collections.abc import Iterable, Sequence

from consentkit.stats.model import Facet
from consentkit.stats.visitor.state import MOST_FUNNELS


class Funnels:
    """`funnels` are ids and pages in order, each page once; a visitor's state holds the first MOST_FUNNELS of them."""

    def __init__(self, funnels: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
        kept = list(funnels)[:MOST_FUNNELS]
        self._facets = [[Facet(funnel=step_name(id_, step)) for step, _ in enumerate(pages, 1)] for id_, pages in kept]
        places = {page for _, pages in kept for page in pages}
        self._steps = {
            page: tuple([[*pages].index(page) + 1 if page in pages else 0 for _, pages in kept]) for page in places
        }

    def steps(self, page: str) -> tuple[int, ...]:
        """The number of the step that a page is in each funnel, 0 where it is none; () where it is none in any."""
        return self._steps.get(page, ())

    def facet(self, funnel: int, step: int) -> Facet | None:
        """What a step counts for, by the number of its funnel (from 0) and its own (from 1)."""
        if funnel < len(self._facets) and 0 < step <= len(self._facets[funnel]):
            return self._facets[funnel][step - 1]
        return None


def step_name(funnel: str, step: int) -> str:
    """The value of a step in the breakdown of funnels."""
    return f"{funnel}: {step}"


NO_FUNNELS = Funnels()
