"""The grid of assumptions, and the errors of both ways of counting in each of its worlds."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulate.methods import PERIODS, figures_of
from tests.simulate.population import World, visits_of

PLAIN = World()
WORLDS = {
    "as assumed": PLAIN,
    "few agree (20 %)": replace(PLAIN, agree=0.2),
    "most agree (90 %)": replace(PLAIN, agree=0.9),
    "who agrees visits 1.5x as often": replace(PLAIN, keener=1.5),
    "who agrees visits 2x as often": replace(PLAIN, keener=2.0),
    "who agrees visits half as often": replace(PLAIN, keener=0.5),
    "few agree, and visit 2x as often": replace(PLAIN, agree=0.2, keener=2.0),
    "no shared or changing addresses": replace(PLAIN, shared=0.0, moving=0.0, updates=0.0),
    "the same, who agrees visits 2x as often": replace(PLAIN, shared=0.0, moving=0.0, updates=0.0, keener=2.0),
    "half behind shared addresses": replace(PLAIN, shared=0.5, crowd=60),
    "one office of 400": replace(PLAIN, shared=0.1, crowd=400),
    "addresses change at every visit": replace(PLAIN, moving=1.0),
    "cookies cleared weekly": replace(PLAIN, clears=1 / 7),
    "cookies cleared monthly": replace(PLAIN, clears=1 / 28),
    "many tabs": replace(PLAIN, tabs=0.2),
    "loyal visitors": replace(PLAIN, loyal=12.0),
    "passers-by": replace(PLAIN, loyal=0.8),
    "very unequal visitors": replace(PLAIN, loyal=6.0, spread=0.2),
    "a small site": replace(PLAIN, browsers=600),
    "everything against us": replace(
        PLAIN, agree=0.2, keener=2.0, shared=0.0, moving=0.0, updates=0.0, clears=1 / 7, tabs=0.2
    ),
}
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Row:
    """One world and period: mean truth, mean relative errors (signed) of both, whether the interval held the truth."""

    world: str
    period: str
    truth: float
    ours: float | None
    hashed: float
    held: float | None

    @property
    def nearer(self) -> bool:
        """Whether the estimate was given and nearer the truth."""
        return self.ours is not None and abs(self.ours) <= abs(self.hashed)


def rows(worlds: dict[str, World] = WORLDS, seeds: tuple[int, ...] = SEEDS) -> Iterator[Row]:
    """A row for each world and period."""
    for name, world in worlds.items():
        runs = [figures_of(visits_of(world, seed)) for seed in seeds]
        for period in PERIODS:
            cells = [
                (truth, hashed, estimate)
                for run in runs
                for truth, hashed, estimate in zip(
                    run.truth[period], run.hashed[period], run.estimated[period], strict=True
                )
                if truth
            ]
            given = [(truth, estimate) for truth, _, estimate in cells if estimate]
            yield Row(
                world=name,
                period=period,
                truth=statistics.mean(truth for truth, _, _ in cells),
                ours=statistics.mean(found.value / truth - 1 for truth, found in given) if given else None,
                hashed=statistics.mean(hashed / truth - 1 for truth, hashed, _ in cells),
                held=statistics.mean(found.low <= truth <= found.high for truth, found in given) if given else None,
            )
