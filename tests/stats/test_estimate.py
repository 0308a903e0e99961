"""The estimate of everybody's visitors."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.estimate import LEAST_MEASURED, Estimate, Stratum, estimate_visitors


@st.composite
def strata(draw):
    visits = draw(st.integers(0, 100_000))
    measured = draw(st.integers(0, visits))
    return Stratum(visits, measured, draw(st.integers(0, measured)))


def test_who_was_not_measured_comes_as_often_as_who_was():
    """Half of the visits measured, two visits a visitor: as many visitors again."""
    found = estimate_visitors([Stratum(visits=4000, measured=2000, visitors=1000)])
    assert (2000, 0.5) == (found.value, found.measured)
    assert found.low < 2000 < found.high


def test_strata_are_estimated_apart():
    """Here nobody of the second agreed to much, and each of them came once."""
    apart = estimate_visitors([Stratum(1000, 900, 300), Stratum(1000, 100, 100)])
    together = estimate_visitors([Stratum(2000, 1000, 400)])
    assert (1333, 800) == (apart.value, together.value)


def test_with_everybody_measured_it_is_a_count():
    """No interval is left."""
    assert Estimate(700, 700, 700, 1.0) == estimate_visitors([Stratum(900, 900, 700)])


@pytest.mark.parametrize(
    "parts",
    [[], [Stratum(0, 0, 0)], [Stratum(500, LEAST_MEASURED - 1, 50)], [Stratum(1_000_000, 500, 300)]],
)
def test_it_is_withheld_where_too_few_were_measured(parts):
    """In number, or as a share of all."""
    assert estimate_visitors(parts) is None


def test_small_strata_are_taken_together():
    """One measured visit says nothing of a thousand others."""
    found = estimate_visitors([Stratum(1000, 500, 250), Stratum(1000, 1, 1), Stratum(500, 5, 1)])
    assert 1000 < found.value < 1500


@given(st.lists(strata(), max_size=8))
def test_it_lies_between_what_is_known_and_what_is_possible(parts):
    """At least the visitors seen, at most one for each visit; its interval around it."""
    found = estimate_visitors(parts)
    if found is not None:
        assert sum(part.visitors for part in parts) <= found.low <= found.value <= found.high
        assert found.high <= sum(part.visits for part in parts)


def test_its_interval_holds_the_truth_as_often_as_it_says():
    """Visits by a geometric law, everybody as likely to agree: 95 of 100, give or take."""
    chance = random.Random(2026)
    held = 0
    for _ in range(200):
        counts = [1 for _ in range(600)]
        for at in range(600):
            while chance.random() < 0.5:
                counts[at] += 1
        measured = [count for count in counts if chance.random() < 0.4]
        found = estimate_visitors([Stratum(sum(counts), sum(measured), len(measured))])
        held += found.low <= 600 <= found.high
    assert 180 <= held <= 200
