"""The second threshold, on which links for partners stand."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.dashboard.sharing.folding import LADDER, added_up, folded_month, gathered, months, thresholds
from consentkit.stats.model import OTHER

K = 10
FIRST = dt.date(2026, 9, 20)
DAYS = [FIRST + dt.timedelta(days=number) for number in range(64)]
"""Parts of two months around a whole one."""

counts = st.integers(K, 45)
cells = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(["/a", "/b", "/c", OTHER])), counts, max_size=60
).map(lambda found: [(day.isoformat(), value, count) for (day, value), count in sorted(found.items())])
ladder = st.sampled_from(thresholds(K))


def folded(
    published: list[tuple[str, str, int]], threshold: int, today: dt.date
) -> list[dict[str, list[tuple[str, int]]]]:
    """The months of everything that was published before a day, as a link of that day reads them."""
    found = []
    for first, last in months(FIRST, DAYS[-1]):
        until = min(last, today - dt.timedelta(days=1))
        inside = [cell for cell in published if first.isoformat() <= cell[0] <= until.isoformat()]
        found.append(folded_month(inside, threshold, last if until == last else None))
    return found


def test_the_steps_on_offer_begin_with_the_sinks_own_threshold() -> None:
    """And go on with the ladder above it."""
    assert (10, *LADDER) == thresholds(10)
    assert LADDER == thresholds(20)
    assert (25, 50, 100, 200, 500, 1000) == thresholds(25)


def test_counts_gather_until_the_threshold_is_reached() -> None:
    """They appear on the day on which it is; the rest of a month that is over joins the others."""
    september = [("2026-09-01", "/a", 12), ("2026-09-03", "/a", 12), ("2026-09-04", "/a", 15), ("2026-09-05", "/b", 11)]
    assert {"/a": [("2026-09-03", 24)]} == folded_month(september, 20, None)
    assert {"/a": [("2026-09-03", 24)], OTHER: [("2026-09-30", 26)]} == folded_month(
        september, 20, dt.date(2026, 9, 30)
    )
    assert {
        "/a": [("2026-09-01", 12), ("2026-09-03", 12), ("2026-09-04", 15)],
        "/b": [("2026-09-05", 11)],
    } == folded_month(september, 10, dt.date(2026, 9, 30))


@pytest.mark.parametrize(
    ("first", "last", "count"), [((2026, 9, 20), (2026, 11, 3), 3), ((2026, 2, 1), (2026, 2, 1), 1)]
)
def test_a_period_touches_whole_months(first: tuple[int, int, int], last: tuple[int, int, int], count: int) -> None:
    """Each from its first day to its last."""
    found = months(dt.date(*first), dt.date(*last))
    assert count == len(found)
    assert all(begin.day == 1 and (end + dt.timedelta(days=1)).day == 1 for begin, end in found)


@given(cells, ladder, st.lists(st.integers(0, 63), min_size=4, max_size=4), st.integers(1, 64))
@settings(max_examples=300, deadline=None)
def test_no_figure_and_no_difference_of_nested_periods_is_below_the_threshold(
    published: list[tuple[str, str, int]], threshold: int, corners: list[int], today: int
) -> None:
    """Whatever days are added up or taken away again."""
    a, b, c, d = sorted(corners)
    read = folded(published, threshold, FIRST + dt.timedelta(days=today))
    whole, part = added_up(read, DAYS[a], DAYS[d]), added_up(read, DAYS[b], DAYS[c])
    for value in {*whole, *part}:
        outer, inner = whole.get(value, 0), part.get(value, 0)
        for figure in (outer, inner, outer - inner):
            assert figure == 0 or figure >= threshold


@given(cells, ladder, st.integers(0, 63), st.integers(1, 64), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_a_day_that_is_over_keeps_its_figures(
    published: list[tuple[str, str, int]], threshold: int, day: int, today: int, later: int
) -> None:
    """Reading a period again on another day, when more has been published, tells nothing new of it."""
    last = min(day, today - 1)
    before = added_up(folded(published, threshold, FIRST + dt.timedelta(days=today)), FIRST, DAYS[last])
    after = added_up(folded(published, threshold, FIRST + dt.timedelta(days=today + later)), FIRST, DAYS[last])
    assert before == after


@given(st.lists(st.tuples(st.sampled_from(DAYS).map(dt.date.isoformat), counts), unique_by=lambda row: row[0]))
def test_a_larger_threshold_shows_sums_of_what_a_smaller_one_shows(series: list[tuple[str, int]]) -> None:
    """So two links together tell no more than the one with the smaller threshold."""
    by_day = sorted(series)
    finer, _ = gathered(by_day, K)
    for threshold in LADDER:
        coarser, rest = gathered(by_day, threshold)
        waiting = iter(finer)
        for day, count in coarser:
            parts = []
            while not parts or parts[-1][0] != day:
                parts.append(next(waiting))
            assert count == sum(part for _, part in parts)
        assert sum(count for _, count in by_day) == rest + sum(count for _, count in coarser)
        finer = coarser


def test_nothing_is_lost_on_the_way() -> None:
    """What is shown and what joined the others add up to what was published, less what the others wait for."""
    published = [(day.isoformat(), f"/{number % 7}", K + number % 5) for number, day in enumerate(DAYS)]
    read = folded(published, 20, DAYS[-1] + dt.timedelta(days=40))
    shown = sum(added_up(read, FIRST, DAYS[-1] + dt.timedelta(days=30)).values())
    everything = sum(count for _, _, count in published)
    assert 0 <= everything - shown < 3 * 20
