"""Differentially private counts by OpenDP, which the extra `dp` brings.

One event of the sink more or less changes one count by one. For counts by value, which values are listed must not
depend on one event either, so values whose noisy count is below the threshold are left out; delta is how likely
one event decides on a value all the same.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

DELTA = 1e-6
"""The largest delta; a million links would have to be made for one list to be expected to tell of an event."""


def available() -> bool:
    """Whether OpenDP is there."""
    return find_spec("opendp") is not None


def noisy_values(counts: Mapping[str, int], epsilon: float, threshold: int) -> dict[str, int]:
    """Counts by value with noise of the discrete Laplace distribution; ValueError when the threshold is too small."""
    import opendp.prelude as dp  # noqa: PLC0415 -- 264 MB that only few need

    dp.enable_features("contrib")
    space = dp.map_domain(dp.atom_domain(T=str), dp.atom_domain(T=int)), dp.l01inf_distance(dp.absolute_distance(T=int))
    measurement: Any = dp.m.make_laplace_threshold(*space, scale=1 / epsilon, threshold=threshold)
    _, delta = measurement.map(d_in=(1, 1, 1))
    if delta > DELTA:
        raise ValueError(f"a threshold of {threshold} is too small for epsilon {epsilon:g}; take larger ones")
    return {str(value): int(count) for value, count in measurement(dict(counts)).items()}


def noisy_series(counts: Sequence[int], epsilon: float) -> list[int]:
    """Counts of which an event is in one, as the days of a period, each with noise; none below zero."""
    import opendp.prelude as dp  # noqa: PLC0415 -- likewise

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    return [max(int(count), 0) for count in dp.m.make_laplace(*space, scale=1 / epsilon)(list(counts))]
