"""The period of a page, from its address."""

import datetime as dt

import pytest

from consentkit.dashboard.periods import CHOICES, COMPARISONS, LONGEST, Period, chosen, comparison, from_query

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        ("today", "2026-11-23", "2026-11-23"),
        ("yesterday", "2026-11-22", "2026-11-22"),
        ("7d", "2026-11-16", "2026-11-22"),
        ("28d", "2026-10-26", "2026-11-22"),
        ("91d", "2026-08-24", "2026-11-22"),
        ("year", "2025-11-23", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-23"),
        ("last-month", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_choice_is_a_range_of_days(choice: str, first: str, last: str) -> None:
    """Periods of n days are whole days and end yesterday."""
    period = chosen(choice, TODAY)
    assert (first, last) == (period.first.isoformat(), period.last.isoformat())


@pytest.mark.parametrize("choice", CHOICES)
def test_an_address_leads_back_to_its_period(choice: str) -> None:
    """What a period writes into an address is read as that period."""
    period = chosen(choice, TODAY)
    assert period == from_query(period.query(), TODAY)
    assert period.earlier() == from_query(period.earlier().query(), TODAY)


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        ("28d", "2026-09-28", "2026-10-25"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("month", "2026-10-01", "2026-10-23"),
        ("last-month", "2026-09-01", "2026-09-30"),
    ],
)
def test_the_period_before_is_as_long_or_the_same_part_of_a_month(choice: str, first: str, last: str) -> None:
    """A month that is not over is compared with the same days of the one before."""
    previous = chosen(choice, TODAY).previous()
    assert (first, last) == (previous.first.isoformat(), previous.last.isoformat())


def test_the_last_days_of_a_long_month_are_compared_with_the_whole_short_one() -> None:
    """1–30 March against all of February."""
    previous = chosen("month", dt.date(2026, 3, 30)).previous()
    assert (dt.date(2026, 2, 1), dt.date(2026, 2, 28)) == (previous.first, previous.last)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"period": "99d"},
        {"period": "<script>"},
        {"from": "2026-01-01"},
        {"from": "x", "to": "y"},
        {"from": "2026-02-30", "to": "2026-03-01"},
        {"from": "0001-01-01", "to": "0001-01-02"},
    ],
)
def test_what_cannot_be_understood_is_no_period(query: dict[str, str]) -> None:
    """Then the page falls back on its default."""
    assert None is from_query(query, TODAY)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-11-10", "2026-11-01", ("2026-11-01", "2026-11-10")),
        ("2026-11-01", "2099-01-01", ("2026-11-01", "2026-11-23")),
        ("2099-01-01", "2099-02-01", ("2026-11-23", "2026-11-23")),
        ("9999-12-31", "0001-01-01", (str(TODAY - dt.timedelta(days=LONGEST - 1)), "2026-11-23")),
    ],
)
def test_own_ranges_are_bounded(first: str, last: str, expected: tuple[str, str]) -> None:
    """Swapped, cut off at today, cut to a length that the sink can hold."""
    period = from_query({"from": first, "to": last}, TODAY)
    assert period is not None
    assert expected == (period.first.isoformat(), period.last.isoformat())


def test_stepping_on_ends_today() -> None:
    """There is nothing after a period that holds today; before that the last step is cut short."""
    assert None is chosen("today", TODAY).later()
    later = Period("own", dt.date(2026, 11, 10), dt.date(2026, 11, 19), TODAY).later()
    assert later is not None
    assert (dt.date(2026, 11, 20), TODAY) == (later.first, later.last)


@pytest.mark.parametrize(
    ("choice", "wanted", "now", "before"),
    [
        ("28d", "previous", ("2026-10-26", "2026-11-22"), ("2026-09-28", "2026-10-25")),
        ("28d", "year", ("2026-10-26", "2026-11-22"), ("2025-10-27", "2025-11-23")),
        ("month", "previous", ("2026-11-01", "2026-11-22"), ("2026-10-01", "2026-10-22")),
        ("last-month", "year", ("2026-10-01", "2026-10-31"), ("2025-10-02", "2025-11-01")),
        ("year", "previous", ("2025-11-23", "2026-11-22"), ("2024-11-23", "2025-11-22")),
    ],
)
def test_whole_days_are_compared_with_whole_days(
    choice: str, wanted: str, now: tuple[str, str], before: tuple[str, str]
) -> None:
    """Today is left out; a year before means the same weekdays."""
    found = comparison(chosen(choice, TODAY), wanted)
    assert found is not None
    assert now == (found.now.first.isoformat(), found.now.last.isoformat())
    assert before == (found.before.first.isoformat(), found.before.last.isoformat())
    assert found.now.length == found.before.length
    if wanted == "year":
        assert found.now.first.weekday() == found.before.first.weekday()
    assert found.before.first + found.shift == found.now.first


@pytest.mark.parametrize("wanted", COMPARISONS)
def test_today_alone_is_compared_with_nothing(wanted: str) -> None:
    """It is not over; nor is anything compared where no comparison is wanted."""
    assert None is comparison(chosen("today", TODAY), wanted)
    assert (None is comparison(chosen("7d", TODAY), wanted)) == (wanted == "none")
