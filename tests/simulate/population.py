"""People with browsers who visit a site for four weeks, so that the truth about visitors is known.

Each browser has a stratum (telephone or not, search or not), an address that it may share with others or change, a user
agent that many have, and an owner who agrees to measurement or not, and visits more or less often for it.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

DAYS = 28
STRATA = ("phone search", "phone other", "desktop search", "desktop other")
AGENTS = 120
"""User agents that are about, the popular ones by Zipf's law."""


@dataclass(frozen=True)
class World:
    """The assumptions of a run.

    `agree`: share of browsers that agree; `keener`: how many times as often those visit; `shared`: share of browsers
    behind an address with `crowd` others; `moving`: chance that a telephone has another address at its next visit;
    `updates`: chance a day that a browser's version changes; `clears`: chance a day that its cookies are cleared;
    `tabs`: chance that a visit begins in two tabs at once; `loyal`: visits of the average browser in four
    weeks; `spread`: how unequal they are (shape of a gamma distribution: small is more unequal).
    """

    agree: float = 0.6
    keener: float = 1.0
    shared: float = 0.2
    crowd: int = 20
    moving: float = 0.5
    updates: float = 0.03
    clears: float = 0.005
    tabs: float = 0.03
    loyal: float = 3.0
    spread: float = 0.7
    browsers: int = 4000


class Visit(NamedTuple):
    """One visit as it happens; `tabs` of it begin at the same moment."""

    day: int
    second: int
    browser: int
    stratum: int
    agreed: bool
    address: int
    agent: int
    cookies: int
    tabs: int


def visits_of(world: World, seed: int) -> Iterator[Visit]:
    """All visits, in no order. `cookies` counts how often the browser's cookies were cleared before."""
    chance = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(AGENTS)]
    addresses = world.browsers * 10
    for browser in range(world.browsers):
        stratum = chance.randrange(len(STRATA))
        agreed = chance.random() < world.agree
        is_shared = chance.random() < world.shared
        address = (
            -1 - chance.randrange(max(1, int(world.browsers * world.shared / world.crowd))) if is_shared else browser
        )
        agent = chance.choices(range(AGENTS), weights)[0]
        # Telephones come less often than desks, so that strata differ.
        rate = world.loyal * (0.7 if stratum < 2 else 1.3) * (world.keener if agreed else 1.0)
        rate *= chance.gammavariate(world.spread, 1 / world.spread) / DAYS
        cleared = 0
        for day in range(DAYS):
            cleared += chance.random() < world.clears
            if chance.random() < world.updates:
                agent = (agent + 1) % AGENTS
            for _ in range(_poisson(chance, rate)):
                if stratum < 2 and chance.random() < world.moving:
                    address = addresses = addresses + 1
                yield Visit(
                    day, chance.randrange(86_400), browser, stratum, agreed, address, agent, cleared,
                    tabs=2 if chance.random() < world.tabs else 1,
                )  # fmt: skip


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
