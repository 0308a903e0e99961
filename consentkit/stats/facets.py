"""Makes the facets of a site: they hold what the site counts by and nothing else, so that nothing else goes further."""

from collections.abc import Iterable
from typing import Final

from consentkit.stats.breakdowns import ALWAYS, BREAKDOWNS
from consentkit.stats.model import Facet

REMEMBERED = 4096


class Facets:
    """Makes facets with the breakdowns of `names` and those that every site counts; what else is given is dropped."""

    def __init__(self, names: Iterable[str] = BREAKDOWNS) -> None:
        self._names = frozenset({*names, *ALWAYS})
        self._shared: dict[tuple[tuple[str, str], ...], Facet] = {}
        """By breakdowns and values."""

    def hold(self, *names: str) -> bool:
        """Whether they may have a value of any of these breakdowns."""
        return not self._names.isdisjoint(names)

    def apart(self, **values: str) -> Facet:
        """A facet of what may be told of one visitor only, and so is not remembered."""
        return Facet(**self._kept(values))

    def shared(self, **values: str) -> Facet:
        """The facet of what many visitors have in common: the same one for the same values, which count together."""
        kept = self._kept(values)
        key = tuple(kept.items())
        facet = self._shared.get(key)
        if facet is None:
            if len(self._shared) >= REMEMBERED:
                self._shared.clear()
            facet = self._shared[key] = Facet(**kept)
        return facet

    def _kept(self, values: dict[str, str]) -> dict[str, str]:
        names = self._names
        return {name: value for name, value in values.items() if name in names}


EVERYTHING: Final = Facets()
"""Those of a site that counts by all there is."""
