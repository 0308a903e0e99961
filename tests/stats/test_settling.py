"""When figures of load leave: only for times of enough requests, and never so that a few are told by subtraction."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.load import (
    ALL_ROUTES,
    DAY,
    HOUR,
    MINUTE,
    OTHER_ROUTES,
    SERVED,
    LoadCell,
    at_once,
    time_text,
)
from consentkit.stats.settling import folded, settle, staying
from tests.stats.observations import load_of_entries

K = 5
TODAY = "2026-11-23"
WHEN = 1_795_460_880.0
"""2026-11-23 19:08 UTC."""
NEXT = "2026-11-23T19:09Z"
NEXT_HOUR = "2026-11-23T20:00Z"
NEXT_DAY = "2026-11-24T00:00Z"


def requests(count, *, when=WHEN, route="/a"):
    """So many alike."""
    return [(TODAY, when, 0.01, 100, 200, route)] * count


def served(load, route=ALL_ROUTES):
    """By time how many requests a route's figures are of."""
    return {cell.begin: count for cell, count in load.items() if cell.metric == SERVED and cell.route == route}


def test_requests_of_a_minute_leave_when_it_is_over():
    """However few: how many came says nothing of anybody; with the busiest second, and the most at once."""
    load = load_of_entries(requests(2) + requests(1, when=WHEN + 7)) + at_once(WHEN, 2) + at_once(WHEN + 7, 3)
    leaves, waits = settle(load, running="2026-11-23T19:08Z", threshold=K)
    assert (leaves, waits) == (Counter(), load)
    leaves, _ = settle(load, running=NEXT, threshold=K)
    minute = LoadCell("2026-11-23T19:08Z", "", "requests")
    assert leaves == {minute: 3, minute._replace(metric="busiest_second"): 2, minute._replace(metric="most_at_once"): 3}


def test_workers_add_up_within_a_second():
    """Two workers with two at once each had four at once, as far as a second tells."""
    leaves, _ = settle(load_of_entries(requests(1)) + at_once(WHEN, 2) + at_once(WHEN, 2), running=NEXT, threshold=K)
    assert leaves[LoadCell("2026-11-23T19:08Z", "", "most_at_once")] == 4


def test_how_they_were_served_leaves_for_a_minute_with_enough():
    """All of its figures together."""
    leaves, waits = settle(load_of_entries(requests(K)), running=NEXT, threshold=K)
    assert served(leaves) == {"2026-11-23T19:08Z": K}
    assert leaves[LoadCell("2026-11-23T19:08Z", "", "bytes")] == K * 100
    assert served(waits, "/a") == {"2026-11-23T19Z": K}


def test_a_quiet_minute_is_put_to_its_hour_and_a_quiet_hour_to_its_day():
    """A single request's bytes could tell which page it was."""
    load = load_of_entries(requests(K - 1) + requests(1, when=WHEN + 60))
    leaves, waits = settle(load, running="2026-11-23T19:10Z", threshold=K)
    assert (served(leaves), served(waits)) == ({}, {"2026-11-23T19Z": K})
    leaves, _ = settle(waits, running=NEXT_HOUR, threshold=K)
    assert served(leaves) == {"2026-11-23T19Z": K}
    assert served(leaves, "/a") == {"2026-11-23T19Z": K}
    _, waits = settle(load_of_entries(requests(K - 1)), running=NEXT_HOUR, threshold=K)
    assert served(waits) == {"2026-11-23Z": K - 1}


def test_what_a_day_leaves_over_waits_with_the_next():
    """A route loses its name then."""
    _, waits = settle(load_of_entries(requests(K - 1)), running=NEXT_DAY, threshold=K)
    assert served(waits) == {"2026-11-24Z": K - 1}
    assert served(waits, OTHER_ROUTES) == {"2026-11-24Z": K - 1}
    assert served(waits, "/a") == {}
    assert served(folded(load_of_entries(requests(1)), running=NEXT_DAY, threshold=K), "/a") == {}


def test_of_an_hour_nothing_stays_or_enough():
    """Else all requests less the routes were the others: the route with the fewest requests waits with them."""
    load = load_of_entries(requests(20) + requests(6, route="/b") + requests(2, route="/c"))
    leaves, waits = settle(load, running=NEXT_HOUR, threshold=K)
    assert [served(leaves, route) for route in ("/a", "/b", "/c")] == [{"2026-11-23T19Z": 20}, {}, {}]
    assert [served(waits, route) for route in ("/a", "/b", "/c")] == [{}, {"2026-11-23Z": 6}, {"2026-11-23Z": 2}]
    # At the day's end they are enough by name, or as others.
    leaves, waits = settle(waits, running=NEXT_DAY, threshold=K)
    assert (served(leaves, OTHER_ROUTES), waits) == ({"2026-11-23Z": 8}, {})


def test_what_all_requests_do_not_tell_the_routes_do_not_tell_either():
    """Two came in a quiet minute, and wait with the day: all routes less all requests would be these."""
    load = load_of_entries(requests(20) + requests(8, route="/b") + requests(2, when=WHEN + 60))
    leaves, waits = settle(load, running=NEXT_HOUR, threshold=K)
    assert served(leaves) == {"2026-11-23T19:08Z": 28}
    assert (served(leaves, "/a"), served(leaves, "/b")) == ({"2026-11-23T19Z": 22}, {})
    assert (served(waits), served(waits, "/b")) == ({"2026-11-23Z": 2}, {"2026-11-23Z": 8})
    leaves, waits = settle(waits, running=NEXT_DAY, threshold=K)
    assert (leaves, served(waits), served(waits, OTHER_ROUTES)) == ({}, {"2026-11-24Z": 2}, {"2026-11-24Z": 8})


def test_which_routes_stay():
    """The fewest, in order of their names, until it is enough; all leave, or stay, together where it cannot be."""
    assert staying({"/a": 9, "/b": 5}, 0, threshold=K) == set()
    assert staying({"/a": 9, "/b": 5, "/c": 4}, 0, threshold=K) == {"/b", "/c"}
    assert staying({"/a": 9, "/b": 5, "/c": 2, "/d": 3}, 0, threshold=K) == {"/c", "/d"}
    assert staying({"/a": 9, "/c": 9, "/b": 5}, 3, threshold=K) == {"/a", "/b"}
    assert staying({"/a": 9}, 0, threshold=K) == set()
    assert staying({"/a": 9}, 4, threshold=K) == {"/a"}


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * 86_400), st.sampled_from(["/a", "/b", "(none)"]), st.integers(0, 10**6)),
        max_size=60,
    ),
    st.lists(st.integers(0, 4 * 86_400), max_size=6),
)
def test_nothing_is_lost_and_nothing_leaves_of_too_few(arrivals, moments):
    """Over any moments of release, requests, bytes and statuses add up; no figures are of fewer than the threshold."""
    entries = [(TODAY, WHEN + offset, 0.01, size, 200, route) for offset, route, size in arrivals]
    waits, left = load_of_entries(entries), Counter()
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


@given(
    st.lists(
        st.tuples(st.integers(0, 2 * 86_400), st.sampled_from(["/a", "/b", "/c"]), st.integers(1, 2 * K)),
        max_size=20,
    ),
    st.lists(st.integers(0, 2 * 86_400), max_size=4),
)
def test_all_requests_less_the_routes_are_none_or_enough(arrivals, moments):
    """Of each hour, and of all time, after every moment of release."""
    entries = [entry for offset, route, n in arrivals for entry in requests(n, when=WHEN + offset, route=route)]
    waits, left = Counter(), Counter()
    begin = 0
    for moment in (*sorted(moments), 4 * 86_400):
        # What is released has come by then.
        waits += load_of_entries([entry for entry in entries if begin <= entry[1] - WHEN < moment])
        begin, minute = moment, int(WHEN + moment) // 60
        running = time_text(minute * 60, MINUTE)
        leaves, waits = settle(waits, running=running, threshold=K)
        left += leaves
        untold: Counter[str] = Counter()
        for cell, count in left.items():
            if cell.metric == SERVED and len(cell.begin) > DAY + 1 and cell.begin[:HOUR] < running[:HOUR]:
                untold[cell.begin[:HOUR]] += count if cell.route == ALL_ROUTES else -count
        assert all(count == 0 or count >= K for count in untold.values())
    of_all = sum(served(left).values())
    of_routes = sum(count for route in ("/a", "/b", "/c", OTHER_ROUTES) for count in served(left, route).values())
    assert of_all == of_routes or of_all - of_routes >= K
