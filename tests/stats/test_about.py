"""What a sink says about itself."""

from datetime import date

import pytest

from consentkit.stats.about import counted_by, holds_sample, sample_of, threshold_of
from consentkit.stats.breakdowns import BREAKDOWNS

FIRST, LAST = date(2026, 8, 26), date(2026, 11, 23)


def test_a_sink_of_a_demonstration_names_its_days() -> None:
    """They are read as they were written; a real site's sink has none."""
    assert sample_of({"sample": "2026-08-26/2026-11-23"}) == (FIRST, LAST)
    assert sample_of({"threshold": "10"}) is None


def test_the_threshold_is_known_once_something_was_published() -> None:
    """A number then, None before."""
    assert threshold_of({"threshold": "20"}) == 20
    assert threshold_of({}) is None


def test_a_sink_names_what_is_counted_by() -> None:
    """One of a time before it did counts by everything."""
    assert ("page", "device") == counted_by({"breakdowns": "device, page, of another version"})
    assert tuple(BREAKDOWNS) == counted_by({})


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (FIRST, FIRST, True),
        (LAST, date(2026, 12, 1), True),
        (date(2026, 8, 1), date(2026, 12, 1), True),
        (date(2026, 8, 1), date(2026, 8, 25), False),
        (date(2026, 11, 24), date(2026, 12, 1), False),
    ],
)
def test_a_period_holds_sample_data_if_one_day_of_it_does(first: date, last: date, expected: bool) -> None:
    """The first and the last day count; no period of a real site holds any."""
    assert holds_sample((FIRST, LAST), first, last) is expected
    assert not holds_sample(None, first, last)
