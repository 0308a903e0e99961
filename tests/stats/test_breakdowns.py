"""Breakdowns and crossings."""

import pytest

from consentkit.stats.breakdowns import (
    BETWEEN,
    BREAKDOWNS,
    DEFAULT_CROSSINGS,
    crossed,
    crossing,
    crossing_named,
    crossings_of,
    metrics_of,
    parents_of,
)
from consentkit.stats.paths import canonical


def test_the_default_crossings_are_those_of_the_documentation():
    """Each has a name of its own and the metrics of both."""
    crossings = crossings_of(DEFAULT_CROSSINGS)
    assert len({one.name for one in crossings}) == 6
    assert crossing("page", "channel").metrics[:4] == ("views", "visits", "engaged", "measured")
    assert crossing("campaign", "goal").metrics == ("goals", "conversions")


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("pages", "channel"), "'pages' cannot be crossed; there are page, "),
        (("status", "page"), "'status' cannot be crossed"),
        (("page", "page"), "have no event in common"),
        (("page", "search"), "have no event in common"),
        (("search", "missing"), "have no event in common"),
    ],
)
def test_what_cannot_be_crossed_is_refused_with_what_can(pair, message):
    """A typing error is told when the site starts."""
    with pytest.raises(ValueError, match=message):
        crossing(*pair)


def test_a_crossing_is_known_by_its_name():
    """For every pair that there may be; other names are none."""
    for first in BREAKDOWNS:
        for second in BREAKDOWNS:
            try:
                expected = crossing(first, second)
            except ValueError:
                continue
            assert crossing_named(expected.name) == expected
            assert metrics_of(expected.name) == expected.metrics
            assert parents_of(expected.name) == (first, second)
    assert (None, (), ()) == (crossing_named("page"), metrics_of("pages_by_x"), parents_of("page"))


def test_no_page_holds_what_stands_between_two_values():
    """So that a crossing's value can be taken apart."""
    assert BETWEEN not in canonical(f"/a{BETWEEN}b")
    assert crossed("/a", "search") == "/a × search"
