"""The places of the chart."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.figures import Counts
from consentkit.dashboard.losses import Lost
from consentkit.dashboard.periods import Comparison, Period
from consentkit.dashboard.series import buckets, curve_of_days, curve_of_hours, marked, moved, shown_from
from consentkit.dashboard.store.annotations import Annotation

TODAY = dt.date(2026, 11, 23)
dates = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))
steps = st.sampled_from(["day", "week", "month"])


def counted(first: dt.date, last: dt.date, start: int = 1) -> dict[dt.date, Counts]:
    """Every day has one view more than the day before."""
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: Counts(views=start + number) for number, day in enumerate(days)}


@given(first=dates, length=st.integers(1, 500), step=steps)
def test_places_hold_every_day_once(first: dt.date, length: int, step: str) -> None:
    """In order, without a gap; weeks end on Sundays, months on their last day."""
    last = first + dt.timedelta(days=length - 1)
    found = buckets(first, last, step)
    days = [begin + dt.timedelta(days=n) for begin, end in found for n in range((end - begin).days + 1)]
    assert [first + dt.timedelta(days=number) for number in range(length)] == days
    for _, end in found[:-1]:
        assert step == "day" or (end.weekday() == 6 if step == "week" else (end + dt.timedelta(days=1)).day == 1)


@given(first=dates, length=st.integers(1, 200), step=steps, back=st.integers(1, 400))
def test_a_curve_adds_up_to_its_days_and_to_those_it_is_compared_with(
    first: dt.date, length: int, step: str, back: int
) -> None:
    """Each day is compared with the day that lies as far back as the periods do."""
    last = first + dt.timedelta(days=length - 1)
    shift = dt.timedelta(days=back)
    period, before = Period("own", first, last, TODAY), Period("own", first - shift, last - shift, TODAY)
    earlier = counted(before.first, before.last, 1000)
    curve = curve_of_days(
        "views", step, period,
        first=first, days=counted(first, last), compared=Comparison(period, before), before=moved(earlier, shift),
    )  # fmt: skip
    assert sum(range(1, length + 1)) == sum(spot.counts.views for spot in curve.spots)
    assert sum(counts.views for counts in earlier.values()) == sum(s.before.views for s in curve.spots if s.before)
    if step == "day":
        assert all(spot.before and spot.before.views == spot.counts.views + 999 for spot in curve.spots)


def test_a_short_period_is_drawn_among_the_days_before_it() -> None:
    """But never before the first day that has figures."""
    day = Period("yesterday", TODAY, TODAY, TODAY)
    long = Period("own", dt.date(2026, 1, 1), TODAY, TODAY)
    assert dt.date(2026, 11, 10) == shown_from(day, "day", (dt.date(2026, 1, 1), TODAY))
    assert dt.date(2026, 11, 20) == shown_from(day, "day", (dt.date(2026, 11, 20), TODAY))
    assert TODAY == shown_from(day, "hour", (dt.date(2026, 1, 1), TODAY))
    assert dt.date(2026, 5, 5) == shown_from(long, "week", (dt.date(2026, 5, 5), TODAY))
    curve = curve_of_days(
        "views", "day", day, first=dt.date(2026, 11, 20), days=counted(TODAY, TODAY), compared=None, before={}
    )
    assert [False, False, False, True] == [spot.inside for spot in curve.spots]
    assert curve.running


def test_annotations_and_losses_stand_where_they_were() -> None:
    """One of several days at its first one; a loss on every place that it touches."""
    first = dt.date(2026, 11, 1)
    period = Period("own", first, dt.date(2026, 11, 14), TODAY)
    days = curve_of_days(
        "views", "day", period, first=first, days=counted(first, period.last), compared=None, before={}
    )
    note = Annotation(1, dt.date(2026, 10, 30), dt.date(2026, 11, 2), "campaign", "ann")
    later = Annotation(2, dt.date(2026, 11, 5), dt.date(2026, 11, 6), "launch", "ann")
    loss = Lost(dt.datetime(2026, 11, 6, 23, tzinfo=dt.UTC), dt.datetime(2026, 11, 7, 1, tzinfo=dt.UTC), twice=False)
    curve = marked(days, [note, later], [loss])
    assert {0: (0,), 4: (1,)} == {place: spot.notes for place, spot in enumerate(curve.spots) if spot.notes}
    assert [5, 6] == [place for place, spot in enumerate(curve.spots) if spot.lost]
    start = dt.datetime(2026, 11, 6, 22, tzinfo=dt.UTC)
    hours = [(start + dt.timedelta(hours=number), Counts(requests=number)) for number in range(5)]
    hourly = marked(curve_of_hours(hours, [Counts(requests=9)], running=False), [later], [loss])
    assert [False, True, True, True, False] == [spot.lost for spot in hourly.spots]
    assert [(0,), (), (), (), ()] == [spot.notes for spot in hourly.spots]
    assert [9, None] == [spot.before.requests if spot.before else None for spot in hourly.spots[:2]]
