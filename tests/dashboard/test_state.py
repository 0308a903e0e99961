"""A reader's choices, from the address and back into it."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.figures import FIGURES, OF_VALUES, OF_VISITS
from consentkit.dashboard.groups import GROUPS
from consentkit.dashboard.periods import COMPARISONS, chosen
from consentkit.dashboard.state import (
    FILTERED,
    KEPT,
    MOST_FILTERS,
    ONLY,
    STEPS,
    Filter,
    figures_of,
    kept_of,
    read_filters,
    read_state,
    steps_of,
    usual_step,
)

TODAY = dt.date(2026, 11, 23)
SPAN = (dt.date(2026, 1, 1), TODAY)
names = st.sampled_from([*KEPT, *(ONLY + name for name in FILTERED), "q", "card"])
values = st.one_of(
    st.sampled_from(["today", "year", "28d", "hour", "month", "bots", "views", "2026-11-01", "none", "exit"]),
    st.text(max_size=600),
)


@given(query=st.dictionaries(names, values, max_size=8))
def test_whatever_an_address_says_the_choices_are_ones_that_there_are(query: dict[str, str]) -> None:
    """And what the page's links carry on is read as the same choices."""
    state = read_state(query, TODAY, SPAN)
    assert state.step in STEPS
    assert state.compare in COMPARISONS
    assert state.figure in figures_of(state.filters)
    assert state.by in ("views", "visits")
    assert len(state.filters) <= MOST_FILTERS
    if state.step == "hour":
        assert state.figure == "requests"
    again = read_state(kept_of(query), TODAY, SPAN)
    kept = {group: list_ for group, list_ in state.lists.items() if len(list_) <= 20}
    assert (again.period, again.compare, again.step, again.figure, again.by, again.filters) == (
        state.period, state.compare, state.step, state.figure, state.by, state.filters,
    )  # fmt: skip
    assert kept.items() <= again.lists.items()


def test_an_empty_address_is_the_last_28_days_by_day() -> None:
    """Compared with the 28 before, counted by views, the first list of each place."""
    state = read_state({}, TODAY, SPAN)
    assert ("28d", "previous", "day", "views", "views", ()) == (
        state.period.choice, state.compare, state.step, state.figure, state.by, state.filters,
    )  # fmt: skip
    assert dict.fromkeys(GROUPS, "") == state.lists
    assert "today" == read_state({}, TODAY, (TODAY, TODAY)).period.choice


def test_filters_are_those_of_breakdowns_with_a_value() -> None:
    """At most two, in the order of the breakdowns; nothing that is no page view's."""
    query = {"only.host": "a", "only.page": "/x", "only.channel": "search", "only.status": "404", "only.os": ""}
    assert (Filter("page", "/x"), Filter("channel", "search")) == read_filters(query)
    assert () == read_filters({"only.page": "x" * 501, "only.nothing": "y", "page": "/x"})


def test_views_per_visit_are_of_whole_visits() -> None:
    """A page or a source has views of visits that began elsewhere, so there the two are not divided."""
    assert FIGURES == figures_of(())
    assert OF_VISITS == figures_of((Filter("country", "NL"), Filter("device", "mobile")))
    assert OF_VALUES == figures_of((Filter("channel", "search"), Filter("country", "NL")))
    assert OF_VALUES == figures_of((Filter("page", "/"),))


def test_steps_make_a_chart_of_the_period() -> None:
    """No hours of a month, no months of a week; a year is shown by week unless asked."""
    assert ("hour", "day") == steps_of(chosen("7d", TODAY))
    assert ("day", "week") == steps_of(chosen("28d", TODAY))
    assert ("day", "week", "month") == steps_of(chosen("year", TODAY))
    assert "week" == usual_step(chosen("year", TODAY))
    assert "day" == read_state({"period": "7d", "step": "month"}, TODAY, SPAN).step
    assert "day" == read_state({"period": "7d", "step": "hour", "only.page": "/"}, TODAY, SPAN).step
