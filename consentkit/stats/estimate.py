"""Visitors of everybody, estimated from all visits and from what those tell who carry a state of their own.

Everybody's visits are counted; how many visits one visitor makes in a period is known only of those who agreed (or whom
an exemption covers). In each stratum, such as visitors on telephones who came from a search, those who did not agree
are taken to come back as often as those who did. Where they do not, the estimate is off by as much, and no interval
shows it: an estimate is always to be called one.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

Z95 = 1.96
"""Standard errors on either side that hold 95 % of a normal distribution."""
LEAST_MEASURED = 100
"""Measured visits from which an estimate is given at all: with fewer, its interval is of no use to anybody."""
LEAST_SHARE = 0.02
"""Of all visits that must be measured: fewer are too special to stand for the others."""
LEAST_IN_STRATUM = 20
"""Measured visits from which a stratum speaks for itself; smaller ones are taken together."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Counts of one period: all `visits`, the `measured` ones among them, and the `visitors` who made these."""

    visits: int
    measured: int
    visitors: int

    def plus(self, other: "Stratum") -> "Stratum":
        """Both taken together."""
        return Stratum(self.visits + other.visits, self.measured + other.measured, self.visitors + other.visitors)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Visitors of a period: `value`, with `low` and `high` as its 95 % interval, and the share of visits `measured`."""

    value: int
    low: int
    high: int
    measured: float


def estimate_visitors(strata: Iterable[Stratum]) -> Estimate | None:
    """The visitors of everybody in a period, or None where too few were measured to say.

    Ratio estimation by stratum (Cochran, Sampling Techniques, ch. 6): each visit that was not measured is a visitor's
    first in the period with the measured share p. A measured visit is such a first one or not, so the variance of p is
    binomial; for visits whose number by visitor is geometrically distributed, that is the ratio's own variance too.
    """
    parts = _pooled([part for part in strata if part.visits > 0])
    visits = sum(part.visits for part in parts)
    measured = sum(min(part.measured, part.visits) for part in parts)
    if measured < LEAST_MEASURED or measured < LEAST_SHARE * visits:
        return None
    value, variance = 0.0, 0.0
    for part in parts:
        known = min(part.visitors, part.measured)
        share, rest = known / part.measured, max(0, part.visits - part.measured)
        value += known + rest * share
        variance += share * (1 - share) * (rest * rest / part.measured + rest)
    margin = Z95 * math.sqrt(variance)
    least = sum(min(part.visitors, part.measured) for part in parts)
    return Estimate(
        value=round(value),
        low=round(max(least, value - margin)),
        high=round(min(visits, value + margin)),
        measured=measured / visits,
    )


def _pooled(strata: list[Stratum]) -> list[Stratum]:
    """The strata that speak for themselves, and one of all the others, which joins the largest if it is too small."""
    parts = sorted((part for part in strata if part.measured >= LEAST_IN_STRATUM), key=lambda part: part.measured)
    rest = [part for part in strata if part.measured < LEAST_IN_STRATUM]
    if not rest:
        return parts
    pooled = rest[0]
    for part in rest[1:]:
        pooled = pooled.plus(part)
    if pooled.measured < LEAST_IN_STRATUM and parts:
        pooled = pooled.plus(parts.pop())
    return [*parts, pooled] if pooled.measured else parts
