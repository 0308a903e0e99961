"""Counting in memory."""

import sys
import threading

import pytest

from consentkit.stats.breakdowns import BREAKDOWNS, SEEN, crossings_of
from consentkit.stats.load import MAX_BYTES, LoadCell, bucket_of
from consentkit.stats.model import MAX_VALUE_LENGTH, OTHER, Cell, Increments
from consentkit.stats.tally import MOST_WAITING, Tally
from tests.stats.observations import DAY, HOUR, MINUTE, a_request, a_tally, a_view, an_event, increments_of, observed


def test_a_visit_counts_once_in_every_breakdown_and_total():
    """A view that begins a visit adds one view and one visit everywhere, and one request."""
    counted = increments_of(a_view("/news", visit=True, size=700))
    assert counted.cells[Cell("page", "/news", "views")] == 1
    assert counted.cells[Cell("page", "/news", "visits")] == 1
    assert counted.cells[Cell("status", "200", "requests")] == 1
    seen = {name for name, metrics in BREAKDOWNS.items() if "visits" in metrics}
    assert {cell.breakdown for cell in counted.cells} == seen | {"status", "reason"}
    assert counted.totals == {
        (DAY, "requests"): 1,
        (DAY, "class:person"): 1,
        (DAY, "views"): 1,
        (DAY, "visits"): 1,
    }
    took = bucket_of(0.01)
    assert counted.load == {
        LoadCell("2026-11-23T19:08:00Z", "", "requests"): 1,
        **{
            LoadCell(begin, route, metric): count
            for begin, route in ((MINUTE, ""), (HOUR, "/news"))
            for metric, count in (("served", 1), ("bytes", 700), ("status_2xx", 1), (f"took_{took}", 1))
        },
    }


def test_a_request_that_is_no_view_counts_only_its_status():
    """A probe adds to requests, its class, its status and the load, and to no other breakdown."""
    counted = increments_of(a_request(404), a_request(404), a_request(503))
    assert counted.cells == {
        Cell("status", "404", "requests"): 2,
        Cell("status", "503", "requests"): 1,
        Cell("reason", "probe: test", "requests"): 3,
    }
    assert counted.totals == {(DAY, "requests"): 3, (DAY, "class:probe"): 3}
    assert counted.load[LoadCell(MINUTE, "", "status_4xx")] == 2


def test_every_breakdown_adds_up_to_the_total():
    """Views by page, by country and so on all sum to the views."""
    counted = increments_of(*(a_view(f"/{number % 7}", visit=number % 3 == 0) for number in range(50)))
    counted_by = {name: metrics for name, metrics in BREAKDOWNS.items() if set(metrics) & {"views", "requests"}}
    assert len(counted_by) > 20
    for breakdown, metrics in counted_by.items():
        for metric in metrics:
            cells = sum(
                count for cell, count in counted.cells.items() if (cell.breakdown, cell.metric) == (breakdown, metric)
            )
            assert cells == counted.totals.get((DAY, metric), 0)


def test_taking_empties_the_tally():
    """What was taken is not taken again."""
    tally = a_tally()
    tally.add(a_view())
    assert tally.take()
    assert tally.take() == Increments()


def test_values_over_the_bound_count_as_other():
    """A flood of distinct values fills no memory, and nothing of it is lost."""
    tally = a_tally(max_cells=40)
    for number in range(1000):
        tally.add(a_view(f"/{number}"))
    counted = tally.take()
    assert len(counted.cells) <= 40 + len(BREAKDOWNS)
    assert sum(n for cell, n in counted.cells.items() if cell.breakdown == "page") == 1000
    assert counted.cells[Cell("page", OTHER, "views")] >= 960


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "line\nbreak", "x" * (MAX_VALUE_LENGTH + 1)])
def test_values_that_a_database_cannot_hold_count_as_other(value):
    """A lone surrogate or control character must not make a batch unwritable."""
    assert increments_of(a_view(value)).cells[Cell("page", OTHER, "views")] == 1


@pytest.mark.parametrize(("size", "counted"), [(-5, 0), (1 << 80, MAX_BYTES)])
def test_absurd_sizes_are_clamped(size, counted):
    """A sum of bytes stays a number that a database can hold."""
    assert increments_of(a_view(size=size)).load[LoadCell(MINUTE, "", "bytes")] == counted


def checked(values):
    """Observes what are observations."""
    if None in values[0]:
        raise TypeError
    return observed(values)


def test_a_malformed_request_leaves_nothing_behind():
    """It is noted and counted as uncounted, and neither a total nor a cell has grown: those beside it count."""
    noted: list[BaseException] = []
    tally = Tally(checked, width=3, note=noted.append)
    for value in (a_view(), (None, None, None), a_view("/b"), a_request()):
        tally.add(value)
    assert tally.take() == increments_of(a_view(), a_view("/b"), a_request())
    assert [TypeError] == [type(error) for error in noted]
    assert (1, 0) == (tally.take_uncounted(), tally.take_uncounted())


def test_a_crossing_counts_two_values_together():
    """Only the configured pairs, each event once."""
    crossings = crossings_of([("page", "device"), ("campaign", "goal")])
    counted = increments_of(a_view("/news", visit=True), a_view("/news"), crossings=crossings)
    assert {
        Cell("page_by_device", "/news × (unknown)", "views"): 2,
        Cell("page_by_device", "/news × (unknown)", "visits"): 1,
    } == {cell: count for cell, count in counted.cells.items() if "_by_" in cell.breakdown}


def test_each_goal_has_a_total_of_its_own():
    """So that three enquiries a week are seen as three."""
    seen = a_view()._replace(events=(an_event("goals", goal="contact"),) * 3)
    counted = increments_of(seen)
    assert (3, 3) == (counted.totals[DAY, "goals"], counted.totals[DAY, "goal:contact"])
    assert counted.cells[Cell("channel", "(unknown)", "goals")] == 3
    assert SEEN[3] == "goals"


def test_events_of_programs_do_not_count():
    """What a user agent declares is asked at the flush only; then its views are none."""
    view = a_view()
    day, _, verdict, metrics, facets = view.events[0]

    class Program:
        declared = ("crawler", "listed")

    program = Program()
    seen = view._replace(request=(day, program, verdict, 200), events=((day, program, verdict, metrics, facets),))
    counted = increments_of(seen)
    assert counted.totals[DAY, "class:crawler"] == 1
    assert "views" not in {metric for _, metric in counted.totals}


def test_a_flood_of_different_events_is_folded():
    """A worker whose recorder stands still holds a bounded number of them."""
    tally = a_tally(max_cells=1000)
    for number in range(MOST_WAITING + 10):
        tally.add(a_view(f"/{number}"))
        assert len(tally._facts) < 3 * MOST_WAITING
    assert tally.take().totals[DAY, "views"] == MOST_WAITING + 10


def test_the_most_requests_at_once_are_taken_with_the_counts():
    """Those that are still running count for the next second too."""
    tally = a_tally()
    tally.began()
    tally.began()
    tally.ended()
    assert [2, 1] == [tally.take_most(), tally.take_most()]
    tally.ended()
    tally.ended()
    tally.take_most()
    assert tally.take_most() == 0


def test_threads_lose_nothing():
    """Adds and takes from several threads together account for every observation."""
    tally, taken = a_tally(), []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        adders = [threading.Thread(target=lambda: [tally.add(a_view()) for _ in range(500)]) for _ in range(4)]
        taker = threading.Thread(target=lambda: taken.extend(tally.take() for _ in range(200)))
        for thread in (*adders, taker):
            thread.start()
        for thread in (*adders, taker):
            thread.join()
    finally:
        sys.setswitchinterval(before)
    total = sum(part.totals[DAY, "views"] for part in (*taken, tally.take()))
    assert total == 2000


def test_uncounted_requests_are_taken_once():
    """The number of requests that could not be counted is handed on like a count."""
    tally = a_tally()
    tally.add_uncounted()
    assert tally.take_uncounted() == 1
    assert tally.take_uncounted() == 0
