"""Differentially private counts."""

import statistics

import pytest

from consentkit.dashboard.sharing.noise import available, noisy_series, noisy_values

pytestmark = pytest.mark.skipif(not available(), reason="the extra `dp` is not installed")


def test_noise_has_the_spread_that_epsilon_asks_for() -> None:
    """Discrete Laplace noise of scale 1/epsilon has about twice its square as variance; 4,000 draws."""
    for epsilon, variance in ((1.0, 1.84), (0.5, 7.83)):
        draws = noisy_series([1000] * 4000, epsilon)
        assert statistics.mean(draws) == pytest.approx(1000, abs=0.3)
        assert statistics.variance(draws) == pytest.approx(variance, rel=0.2)


def test_no_count_is_negative_and_no_value_below_the_threshold_is_listed() -> None:
    """Small counts are left out, large ones are near the truth."""
    assert min(noisy_series([0] * 500, 0.1)) == 0
    found = [noisy_values({"/": 1000, "/small": 3, "/none": 0}, 1.0, 20) for _ in range(20)]
    assert {("/",)} == {tuple(one) for one in found}
    assert all(900 < one["/"] < 1100 for one in found)
    assert 1 < len({one["/"] for one in found})


def test_a_threshold_too_small_for_the_noise_is_refused() -> None:
    """Else the list of values would tell of single events."""
    with pytest.raises(ValueError, match="take larger ones"):
        noisy_values({}, 0.5, 10)
