"""The simulator: its truth is the truth, and the errors that it finds are the ones that its assumptions make."""

from dataclasses import replace

import pytest

from tests.simulate.grid import PLAIN, rows
from tests.simulate.methods import PERIODS, figures_of
from tests.simulate.population import World, visits_of

HONEST = World(agree=0.5, keener=1.0, shared=0.0, moving=0.0, updates=0.0, clears=0.0, tabs=0.0, browsers=1500)


def errors(world):
    return {row.period: row for row in rows({"": world}, seeds=(1, 2))}


def test_with_everybody_agreeing_and_nothing_odd_the_counts_are_exact():
    """By day, by week and by month, in every period."""
    figures = figures_of(visits_of(replace(HONEST, agree=1.0), seed=1))
    for period in ("week", "month"):
        assert figures.truth[period] == [found.value for found in figures.estimated[period]]


def test_in_an_honest_world_the_hash_is_exact_by_day_and_wrong_by_month():
    """It cannot know a visitor of yesterday again: the control that the comparison can tell the two apart."""
    found = errors(HONEST)
    assert abs(found["day"].hashed) < 0.001
    assert found["month"].hashed > 1


@pytest.mark.parametrize("period", [period for period in PERIODS if period != "day"])
def test_in_an_honest_world_the_estimate_is_near(period):
    """Within a few hundredths."""
    assert abs(errors(HONEST)[period].ours) < 0.05


def test_those_who_agree_and_come_more_often_pull_the_estimate_down():
    """The assumption that hurts: it is not hidden by the method."""
    assert errors(replace(HONEST, agree=0.2, keener=2.0))["week"].ours < -0.1


def test_cleared_cookies_push_the_estimate_up():
    """Each clearing makes a new visitor."""
    assert errors(replace(HONEST, clears=1 / 7))["month"].ours > 0.2


def test_the_same_seed_gives_the_same_world():
    """So that a figure can be found again."""
    assert sorted(visits_of(PLAIN, 7)) == sorted(visits_of(PLAIN, 7))
