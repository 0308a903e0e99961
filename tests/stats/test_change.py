"""Whether a change is more than chance."""

import datetime as dt
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.change import Change, Run, change_of_counts, change_of_ratio

MONDAY = dt.date(2026, 6, 1)
RHYTHM = (1.3, 1.3, 1.25, 1.2, 1.1, 0.5, 0.35)
counts = st.lists(st.integers(0, 10**9), min_size=0, max_size=120)
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


def site(rng: random.Random, days: int, level: float, *, moods: float = 0.0, lasting: float = 0.0) -> list[int]:
    """Days of a site on which nothing changes: its week, chance, and moods that last; it begins on a Monday."""
    mood = rng.gauss(0, moods)
    found = []
    for day in range(days):
        mood = lasting * mood + rng.gauss(0, moods * math.sqrt(1 - lasting**2))
        expected = level * RHYTHM[day % 7] * math.exp(mood)
        found.append(max(0, round(rng.gauss(expected, math.sqrt(expected)))))
    return found


def verdict(series: list[int], length: int) -> Change | None:
    """The last days of a series against as many before them, those before as history."""
    split = len(series) - 2 * length
    at = [MONDAY + dt.timedelta(days=place) for place in (0, split, split + length)]
    return change_of_counts(
        Run(at[2], series[split + length :]), Run(at[1], series[split : split + length]), Run(at[0], series[:split])
    )


@pytest.mark.parametrize("length", [1, 2, 7, 28, 30])
@pytest.mark.parametrize(("moods", "lasting"), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.3)], ids=["chance", "moods", "lasting"])
def test_a_site_on_which_nothing_changes_is_seldom_called_changed(length: int, moods: float, lasting: float) -> None:
    """About one time in twenty, whatever the weekdays of the periods: at most 30 of 300 sites."""
    rng = random.Random(7)
    found = [
        verdict(site(rng, 56 + 2 * length + start % 7, 400, moods=moods, lasting=lasting), length)
        for start in range(300)
    ]
    assert None not in found
    assert sum(change.real for change in found if change) <= 30


def test_most_changes_of_a_fifth_are_seen_in_four_weeks() -> None:
    """On a site of 400 views a day whose days differ by a tenth."""
    rng = random.Random(7)
    seen = 0
    for _ in range(100):
        series = site(rng, 56, 400, moods=0.1)
        series[28:] = [round(count * 1.2) for count in series[28:]]
        change = verdict(series, 28)
        seen += change is not None and change.real and change.ratio > 1
    assert seen >= 95


def test_a_saturday_is_no_fall_from_a_friday() -> None:
    """Weekdays are allowed for: half the views of a Friday is what a Saturday has."""
    rng = random.Random(1)
    series = site(rng, 55, 1000)
    change = verdict(series, 1)
    assert change is not None
    assert not change.real
    assert 0.9 < change.ratio < 1.1
    assert series[-1] < 0.6 * series[-2]


def test_without_days_to_learn_from_nothing_is_said() -> None:
    """Two days alone tell nothing about how days differ, nor do periods without any count."""
    assert change_of_counts(Run(MONDAY, [90]), Run(MONDAY, [10])) is None
    assert change_of_counts(Run(MONDAY, [0] * 28), Run(MONDAY, [0] * 28)) is None
    assert change_of_counts(Run(MONDAY, []), Run(MONDAY, [5] * 28)) is None
    assert change_of_ratio([(2, 1)] * 6, [(2, 1)] * 28) is None
    assert change_of_ratio([(0, 0)] * 28, [(2, 1)] * 28) is None


@given(now=counts, before=counts, history=counts, first=days)
def test_every_interval_holds_its_ratio(now: list[int], before: list[int], history: list[int], first: dt.date) -> None:
    """Whatever the counts: finite, positive, in order."""
    change = change_of_counts(Run(first, now), Run(first, before), Run(first, history))
    if change is not None:
        assert 0 < change.low <= change.ratio <= change.high < math.inf


@given(now=st.lists(st.integers(0, 10**6), min_size=28, max_size=28), first=days)
def test_the_same_days_again_are_no_change(now: list[int], first: dt.date) -> None:
    """The ratio is 1 and within the usual."""
    change = change_of_counts(Run(first, now), Run(first - dt.timedelta(days=28), now))
    if change is not None:
        assert change.ratio == pytest.approx(1)
        assert not change.real


@given(now=counts.filter(any), before=counts.filter(any), first=days)
def test_turning_the_periods_round_turns_the_change_round(now: list[int], before: list[int], first: dt.date) -> None:
    """What is up one way is down the other, by the same factor and with the same verdict."""
    there = change_of_counts(Run(first, now), Run(first, before))
    back = change_of_counts(Run(first, before), Run(first, now))
    assert (there is None) == (back is None)
    if there and back:
        assert there.ratio * back.ratio == pytest.approx(1)
        assert there.real == back.real


def test_a_ratio_is_compared_by_its_days() -> None:
    """Views by visit: seldom called changed where nothing changed, and seen when a fifth more is read."""
    rng = random.Random(3)

    def period(pages: float) -> list[tuple[int, int]]:
        visits = site(rng, 28, 200, moods=0.1)
        return [(round(sum(1 + (rng.random() < pages) for _ in range(count))), count) for count in visits]

    found = [change_of_ratio(period(0.5), period(0.5)) for _ in range(60)]
    assert sum(change.real for change in found if change) <= 9
    more = change_of_ratio(period(0.8), period(0.5))
    assert more is not None
    assert more.real
    assert more.low < 1.2 < more.high
