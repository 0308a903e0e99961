"""A visitor's state from view to view, and what each view adds."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.visitor.state import (
    MOST_FUNNELS,
    MOST_GOALS,
    PAGES,
    SECONDS,
    Source,
    State,
    View,
    advance,
    expiry,
    seconds_left,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()  # a Wednesday
SEARCH = Source("search", "(none)", "/products")


def view(seconds=0.0, *, begins=False, source=SEARCH, goals=(), steps=(), reloads=False):
    now = NOON + seconds
    return View(now, datetime.fromtimestamp(now, UTC).date(), begins, source, goals, steps, reloads)


def walked(*views):
    """The last state, and all marks."""
    state, marks = None, []
    for one in views:
        state, added = advance(state, one)
        marks.append(added)
    return state, marks


def test_a_first_view_is_a_visit_of_a_new_visitor():
    """Whether it came from elsewhere or consent was given on the way."""
    _, (entry,) = walked(view(begins=True))
    _, (consented,) = walked(view())
    assert entry == consented
    assert (True, ("day", "week", "month", "ever")) == (entry.visit, entry.new)


def test_a_second_page_engages_once():
    """So a bounce is a visit that never was engaged."""
    _, marks = walked(view(begins=True), view(5), view(9))
    assert [False, True, False] == [mark.engaged for mark in marks]
    assert [(), (2,), (3,)] == [mark.pages for mark in marks]


def test_every_threshold_of_pages_is_passed_once():
    """Also by the visit that goes on for ever."""
    _, marks = walked(view(begins=True), *(view(second) for second in range(1, 40)))
    assert list(PAGES) == [count for mark in marks for count in mark.pages]


def test_every_threshold_of_time_is_passed_once():
    """One view may pass several."""
    _, marks = walked(view(begins=True), view(11), view(70), view(1700), view(1900), view(1990))
    assert [(), (10,), (30, 60), (180, 600), (1800,), ()] == [mark.seconds for mark in marks]


def test_time_away_is_no_time_on_the_site():
    """A tab that was open over night goes on where its clock stopped."""
    state, marks = walked(view(begins=True), view(40), view(40 + 9 * 3600), view(40 + 9 * 3600 + 20))
    assert [(), (10, 30), (), (60,)] == [mark.seconds for mark in marks]
    assert [True, False, False, False] == [mark.visit for mark in marks]
    assert 60 == (state.last - state.begun) * 10


def test_a_visit_from_elsewhere_begins_anew():
    """With its own source, pages, time and goals."""
    mail = Source("email", "november", "/news")
    state, marks = walked(view(begins=True, goals=(0,)), view(60), view(70, begins=True, source=mail, goals=(0,)))
    assert [True, False, True] == [mark.visit for mark in marks]
    assert [(0,), (), (0,)] == [mark.goals for mark in marks]
    assert (mail, 1, 0) == (state.source, state.pages, state.reached)


@pytest.mark.parametrize("how", [{"begins": True}, {"reloads": True}])
def test_the_entry_shown_again_is_neither_a_visit_nor_a_page(how):
    """Reloaded, marked as such or not, or come back to; its time counts."""
    state, marks = walked(view(begins=True), view(20, **how), view(30), view(1800, **how))
    assert [True, False, False, False] == [mark.visit for mark in marks]
    assert [(), (), (2,), ()] == [mark.pages for mark in marks]
    assert [(), (10,), (30,), (60, 180, 600, 1800)] == [mark.seconds for mark in marks]
    assert 2 == state.pages


@pytest.mark.parametrize("change", [{"channel": "direct"}, {"campaign": "spring"}, {"entry": "/news"}])
def test_what_differs_from_the_entry_begins_a_visit(change):
    """A page that only reloads is one more page of the visit, as after a form."""
    other = SEARCH._replace(**change)
    _, (_, mark) = walked(view(begins=True), view(20, begins=True, source=other))
    assert (True, False) == (mark.visit, mark.engaged)
    _, (_, mark) = walked(view(begins=True), view(20, reloads=True, source=other))
    assert (False, True) == (mark.visit, mark.engaged)


@pytest.mark.parametrize(("seconds", "visit"), [(1800, False), (1811, True), (-60, True)])
def test_who_comes_the_same_way_after_half_an_hour_begins_a_visit(seconds, visit):
    """Counted from the last view of the visit; so does who comes by a server whose clock is behind."""
    _, marks = walked(view(begins=True), view(60), view(60 + seconds, begins=True))
    assert visit == marks[-1].visit


@pytest.mark.parametrize(
    ("days", "new"),
    [
        (0, ()),
        (1, ("day",)),
        (4, ("day",)),
        (5, ("day", "week")),
        (6, ("day", "week", "month")),
        (40, ("day", "week", "month")),
    ],
)
def test_who_comes_back_is_new_in_the_periods_that_have_begun_since(days, new):
    """Weeks begin on Monday, months on the first; 1 December 2026 is a Tuesday."""
    _, (_, mark) = walked(view(begins=True), view(days * 86_400, begins=True))
    assert new == mark.new


def test_a_goal_counts_once_a_visit():
    """However often its page is reloaded."""
    _, marks = walked(view(begins=True), view(1, goals=(3,)), view(2, goals=(3, 4)), view(3, goals=(99, -1)))
    assert [(), (3,), (4,), ()] == [mark.goals for mark in marks]


def test_a_funnel_is_walked_step_by_step():
    """A step that comes before the ones ahead of it does not count; the others in between do not matter."""
    _, marks = walked(
        view(begins=True, steps=(0, 2)), view(1, steps=(1, 1)), view(2), view(3, steps=(3, 2)), view(4, steps=(2, 0))
    )
    assert [(), ((0, 1), (1, 1)), (), ((1, 2),), ((0, 2),)] == [mark.steps for mark in marks]


def test_the_cookie_ends_on_a_day_that_visits_do_not_move():
    """At most 13 months after the first visit, the same for all who first came in that month."""
    state, _ = walked(view(begins=True), view(300 * 86_400, begins=True))
    assert date(2027, 12, 1) == state.expires
    assert 0 < seconds_left(state, date(2026, 11, 25)) <= 13 * 30.5 * 86_400
    assert 0 == seconds_left(state, date(2027, 12, 1))


def test_a_state_that_has_ended_is_none():
    """Who comes after that is a new visitor."""
    _, (_, mark) = walked(view(begins=True), view(400 * 86_400))
    assert "ever" in mark.new


@pytest.mark.parametrize("change", [{"expires": date(2031, 1, 1)}, {"seen": date(2026, 12, 24)}])
def test_a_state_from_the_future_is_none(change):
    """It may have been signed by a server whose clock was wrong, and would hold for too long."""
    state, _ = walked(view(begins=True))
    changed = state._replace(**change)
    _, marks = advance(changed, view(1))
    assert "ever" in marks.new


VIEWS = st.lists(
    st.tuples(
        st.floats(0, 40 * 86_400),
        st.booleans(),
        st.lists(st.integers(-1, 20), max_size=3).map(tuple),
        st.lists(st.integers(0, 5), max_size=6).map(tuple),
    ),
    min_size=1,
    max_size=30,
)


@given(VIEWS)
def test_the_marks_of_an_honest_visitor_add_up(steps):
    """New visitors by day, week and month are the distinct ones; a visit passes each threshold once at most."""
    views = [
        view(seconds, begins=begins, goals=goals, steps=funnels)
        for seconds, begins, goals, funnels in sorted(steps, key=lambda step: step[0])
    ]
    state, marks = walked(*views)
    new = Counter(period for mark in marks for period in mark.new)
    assert len({one.day for one in views}) == new["day"]
    assert len({one.day.isocalendar()[:2] for one in views}) == new["week"]
    assert len({(one.day.year, one.day.month) for one in views}) == new["month"]
    assert 1 == new["ever"]
    visits = sum(mark.visit for mark in marks)
    assert visits >= sum(mark.engaged for mark in marks)
    assert all(visits >= sum(pages in mark.pages for mark in marks) for pages in PAGES)
    assert all(visits >= sum(seconds in mark.seconds for mark in marks) for seconds in SECONDS)
    assert state.expires == expiry(views[0].day)
    assert len(state.steps) <= MOST_FUNNELS


STATES = st.builds(
    State,
    expires=st.dates(date(2020, 1, 1), date(2060, 1, 1)).map(lambda day: day.replace(day=1)),
    seen=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    begun=st.integers(0, 16**8 - 1),
    last=st.integers(0, 16**8 - 1),
    pages=st.integers(0, 10),
    reached=st.integers(0, 6),
    source=st.just(SEARCH),
    goals=st.integers(0, 2**MOST_GOALS - 1),
    steps=st.lists(st.integers(0, 15), max_size=4).map(tuple),
)


@given(STATES, st.booleans())
def test_no_state_adds_more_than_one_honest_view(state, begins):
    """Replayed, mixed up or made by a stolen key: one of each mark at the very most."""
    after, marks = advance(state, view(begins=begins, goals=(1, 2), steps=(1, 2)))
    assert len(set(marks.new)) == len(marks.new)
    assert set(marks.pages) <= set(PAGES)
    assert set(marks.seconds) <= set(SECONDS)
    assert set(marks.goals) <= {1, 2}
    assert after.expires <= expiry(view().day)
