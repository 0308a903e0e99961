"""Cutting stretches of UTC time into whole days and the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.stores.whole_days import cut


@pytest.mark.parametrize(
    ("place", "days", "rest"),
    [
        (("2026-11-22T23:00", "2026-11-26T23:00"), [("2026-11-23", "2026-11-26")],
         [("2026-11-22T23:00", "2026-11-23"), ("2026-11-26", "2026-11-26T23:00")]),
        (("2026-11-22T00:00", "2026-11-25T00:00"), [("2026-11-22", "2026-11-25")],
         [("2026-11-25", "2026-11-25T00:00")]),
        (("2026-11-22T23:00", "2026-11-25T23:00"), [], [("2026-11-22T23:00", "2026-11-25T23:00")]),
        (("2026-11-22T18:30", "2026-11-23T18:30"), [], [("2026-11-22T18:30", "2026-11-23T18:30")]),
        (("2026-11-22Z", "2026-11-22["), [], [("2026-11-22Z", "2026-11-22[")]),
        (("2026-11-22", "2026-11-25"), [("2026-11-22", "2026-11-25")], []),
    ],
)  # fmt: skip
def test_whole_days_are_told_apart(place, days, rest):
    """What is kept by the day is never cut."""
    found = cut([("x", "w"), place])
    assert [place[1:] for place in found.days] == days
    assert [place[1:] for place in found.rest][1:] == rest
    assert {place[0] for place in found.days + found.rest[1:]} == {1}


TIMES = st.datetimes(datetime(2026, 2, 26), datetime(2026, 3, 3))


@given(TIMES, TIMES)
def test_every_hour_is_in_one_piece(first, until):
    """By the comparison of texts by which the sink is asked."""
    texts = [moment.strftime("%Y-%m-%dT%H:%M") for moment in (first, until)]
    found = cut([(texts[0], texts[1])])
    start = datetime(2026, 2, 25, tzinfo=UTC)
    for number in range(24 * 8):
        begin = (start + timedelta(hours=number)).strftime("%Y-%m-%dT%HZ")
        pieces = [a <= begin < b for _, a, b in found.rest] + [a <= begin[:10] < b for _, a, b in found.days]
        assert sum(pieces) == (texts[0] <= begin < texts[1])
