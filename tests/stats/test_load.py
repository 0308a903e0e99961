"""What the server did: buckets of time, and what of the load may leave."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.load import (
    MAX_ROUTES,
    MAX_SECONDS,
    OTHER_ROUTES,
    LoadCell,
    at_once,
    bound,
    bucket_of,
    folded,
    load_of,
    milliseconds_of,
    quantile,
    settle,
)

K = 5
DAY = "2026-11-23"
WHEN = 1_795_460_880.0
"""2026-11-23 19:08 UTC."""
NEXT = "2026-11-23T19:09Z"
NEXT_HOUR = "2026-11-23T20:00Z"
NEXT_DAY = "2026-11-24T00:00Z"


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
    load = load_of(requests(2, size=1 << 50) + requests(1, status=503, took=None))
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


def test_requests_of_a_minute_leave_when_it_is_over():
    """However few: how many came says nothing of anybody; with the busiest second, and the most at once."""
    load = load_of(requests(2) + requests(1, when=WHEN + 7)) + at_once(WHEN, 2) + at_once(WHEN + 7, 3)
    leaves, waits = settle(load, running="2026-11-23T19:08Z", threshold=K)
    assert (leaves, waits) == (Counter(), load)
    leaves, _ = settle(load, running=NEXT, threshold=K)
    minute = LoadCell("2026-11-23T19:08Z", "", "requests")
    assert leaves == {minute: 3, minute._replace(metric="busiest_second"): 2, minute._replace(metric="most_at_once"): 3}


def test_workers_add_up_within_a_second():
    """Two workers with two at once each had four at once, as far as a second tells."""
    leaves, _ = settle(load_of(requests(1)) + at_once(WHEN, 2) + at_once(WHEN, 2), running=NEXT, threshold=K)
    assert leaves[LoadCell("2026-11-23T19:08Z", "", "most_at_once")] == 4


def test_how_they_were_served_leaves_for_a_minute_with_enough():
    """All of its figures together."""
    leaves, waits = settle(load_of(requests(K)), running=NEXT, threshold=K)
    assert served(leaves) == {"2026-11-23T19:08Z": K}
    assert leaves[LoadCell("2026-11-23T19:08Z", "", "bytes")] == K * 100
    assert served(waits, "/a") == {"2026-11-23T19Z": K}


def test_a_quiet_minute_is_put_to_its_hour_and_a_quiet_hour_to_its_day():
    """A single request's bytes could tell which page it was."""
    load = load_of(requests(K - 1) + requests(1, when=WHEN + 60))
    leaves, waits = settle(load, running="2026-11-23T19:10Z", threshold=K)
    assert (served(leaves), served(waits)) == ({}, {"2026-11-23T19Z": K})
    leaves, _ = settle(waits, running=NEXT_HOUR, threshold=K)
    assert served(leaves) == {"2026-11-23T19Z": K}
    assert served(leaves, "/a") == {"2026-11-23T19Z": K}
    _, waits = settle(load_of(requests(K - 1)), running=NEXT_HOUR, threshold=K)
    assert served(waits) == {"2026-11-23Z": K - 1}


def test_what_a_day_leaves_over_waits_with_the_next():
    """A route loses its name then."""
    _, waits = settle(load_of(requests(K - 1)), running=NEXT_DAY, threshold=K)
    assert served(waits) == {"2026-11-24Z": K - 1}
    assert served(waits, OTHER_ROUTES) == {"2026-11-24Z": K - 1}
    assert served(waits, "/a") == {}
    assert served(folded(load_of(requests(1)), running=NEXT_DAY, threshold=K), "/a") == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * 86_400), st.sampled_from(["/a", "/b", "(none)"]), st.integers(0, 10**6)),
        max_size=60,
    ),
    st.lists(st.integers(0, 4 * 86_400), max_size=6),
)
def test_nothing_is_lost_and_nothing_leaves_of_too_few(arrivals, moments):
    """Over any moments of release, requests, bytes and statuses add up; no figures are of fewer than the threshold."""
    entries = [(DAY, WHEN + offset, 0.01, size, 200, route) for offset, route, size in arrivals]
    waits, left = load_of(entries), Counter()
    for moment in sorted(moments):
        running = f"2026-11-{23 + moment // 86_400}T{moment // 3600 % 24:02}:{moment // 60 % 60:02}Z"
        leaves, waits = settle(waits, running=running, threshold=K)
        assert all(count >= K for cell, count in leaves.items() if cell.metric == "served")
        left += leaves
    together = left + waits
    for route in (False, True):
        for metric, expected in (("served", len(entries)), ("bytes", sum(size for _, _, size in arrivals))):
            found = sum(n for cell, n in together.items() if cell.metric == metric and bool(cell.route) == route)
            assert found == expected
    assert sum(n for cell, n in together.items() if cell.metric == "requests") == len(entries)


def test_a_long_outage_and_many_routes_are_bounded():
    """Seconds become minutes, minutes hours; nothing is lost."""
    entries = [(DAY, WHEN + second * 2, 0.01, 1, 200, f"/{second}") for second in range(MAX_SECONDS + 10)]
    load = load_of(entries)
    assert len({cell.route for cell in load}) <= MAX_ROUTES + 2
    bound(load)
    assert sum(count for cell, count in load.items() if cell.metric == "requests") == len(entries)
    assert len({cell.begin for cell in load}) < MAX_SECONDS
