"""What the server did: buckets of time, and what of the load may leave."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.load import (
    MAX_ROUTES,
    MAX_SECONDS,
    LoadCell,
    bound,
    bucket_of,
    milliseconds_of,
    quantile,
)
from tests.stats.observations import load_of_entries

K = 5
DAY = "2026-11-23"
WHEN = 1_795_460_880.0
"""2026-11-23 19:08 UTC."""


def requests(count, *, when=WHEN, took=0.01, size=100, status=200, route="/a"):
    return [(DAY, when, took, size, status, route)] * count


def served(load, route=""):
    return {cell.begin: count for cell, count in load.items() if cell.metric == "served" and cell.route == route}


@given(st.lists(st.floats(1e-6, 600.0), min_size=1, max_size=300), st.sampled_from([0.5, 0.95, 0.99]))
def test_quantiles_are_within_five_percent(durations, share):
    """Of the exact value, whatever the durations between a microsecond and ten minutes."""
    exact = sorted(durations)[max(1, math.ceil(share * len(durations))) - 1] * 1000
    found = quantile(Counter(map(bucket_of, durations)), share)
    assert abs(found - exact) <= 0.05 * exact


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e-9, 1e9])
def test_impossible_durations_have_a_bucket(seconds):
    """A clock that was set back makes no endless buckets."""
    assert 0 <= bucket_of(seconds) <= 320
    assert quantile({}, 0.5) is None
    assert milliseconds_of(80) == pytest.approx(1.024 * 2 ** (1 / 16))


def test_a_request_counts_by_its_second_minute_and_hour():
    """Its second tells how many there were, minute and route how they were served."""
    load = load_of_entries(requests(2, size=1 << 50) + requests(1, status=503, took=None))
    assert load[LoadCell("2026-11-23T19:08:00Z", "", "requests")] == 3
    for begin, route in (("2026-11-23T19:08Z", ""), ("2026-11-23T19Z", "/a")):
        figures = {cell.metric: count for cell, count in load.items() if (cell.begin, cell.route) == (begin, route)}
        assert figures == {
            "served": 3,
            "bytes": (2 << 40) + 100,
            "status_2xx": 2,
            "status_5xx": 1,
            f"took_{bucket_of(0.01)}": 2,
        }


def test_a_long_outage_and_many_routes_are_bounded():
    """Seconds become minutes, minutes hours; nothing is lost."""
    entries = [(DAY, WHEN + second * 2, 0.01, 1, 200, f"/{second}") for second in range(MAX_SECONDS + 10)]
    load = load_of_entries(entries)
    assert len({cell.route for cell in load}) <= MAX_ROUTES + 2
    bound(load)
    assert sum(count for cell, count in load.items() if cell.metric == "requests") == len(entries)
    assert len({cell.begin for cell in load}) < MAX_SECONDS
