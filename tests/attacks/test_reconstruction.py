"""Integer programming and background knowledge prove no visit of a small site, and do without the rule."""

import random
from dataclasses import replace
from itertools import groupby

import pytest

from consentkit.stats.breakdowns import VIEWS, VISITS
from tests.attacks.claims import visits_in
from tests.attacks.keeping import releases_of, waits_after
from tests.attacks.membership import advantage, shared_by_all, suspicions, told_apart
from tests.attacks.reconstruction import known_from, reconstructed, values_in
from tests.attacks.traffic import DAY_SECONDS, Site, requests_of
from tests.attacks.world import K, steps_of, truth_of

SITE = Site(visits=50, days=30)
"""Within the days of patience, so that all that is counted waits or is published under its own value."""
CONTROL = Site(visits=50, days=7)
THREE = ("page", "device", "country")
FOUR = (*THREE, "channel")


@pytest.fixture(scope="module")
def requests():
    """The requests of the site."""
    return requests_of(SITE)


@pytest.fixture(scope="module")
def steps(requests):
    """What grew in its sink."""
    return steps_of(requests)


@pytest.fixture(scope="module")
def unruled():
    """The control: the same figures, released every minute without the rule."""
    return steps_of(requests_of(CONTROL), threshold=1)


def spans_of(steps) -> dict[str, list[tuple[int, int]]]:
    """Releases of visits, by first and last: some alone, the days, all up to a few readings."""
    releases = releases_of(steps, VISITS)
    days = [list(group) for _, group in groupby(range(len(releases)), key=lambda number: releases[number].day)]
    return {
        "a release": [(number, number) for number in range(0, len(releases), 4)],
        "a day": [(day[0], day[-1]) for day in days],
        "all days": [(0, len(releases) * part // 6 - 1) for part in range(1, 7)],
    }


@pytest.mark.parametrize("dimensions", [THREE, FOUR], ids=["three breakdowns", "four breakdowns"])
def test_no_record_can_be_reconstructed(steps, dimensions):
    """From the cells and crossings of a release, a day or all days, and the rule itself, for somebody who knows every
    value that there is."""
    releases, values = releases_of(steps, VISITS), values_in(steps, dimensions)
    waits = waits_after(steps, VISITS, K)
    for name, spans in spans_of(steps).items():
        some = spans if dimensions == THREE else spans[:: len(spans) // 2]
        proven = [
            claim
            for first, last in some
            for claim in reconstructed(known_from(releases, waits, first, last, VISITS, values=values, others=False))
        ]
        print(f"reconstruction, {len(dimensions)} breakdowns, {len(some)} times {name}: {visits_in(proven)} proven")
        assert 0 == visits_in(proven)


def test_records_are_reconstructed_without_the_rule(unruled):
    """The control: from the figures of each day alone; and what it says is true."""
    truth = truth_of(requests_of(CONTROL))
    releases, values = releases_of(unruled, VISITS), values_in(unruled, THREE)
    waits = waits_after(unruled, VISITS, 1)
    proven = [
        claim
        for first, last in spans_of(unruled)["a day"]
        for claim in reconstructed(known_from(releases, waits, first, last, VISITS, values=values, others=False))
    ]
    visits = sum(VISITS in view.metrics for view in truth)
    print(f"reconstruction, without the rule, days: {visits_in(proven)} of {visits} visits proven")
    assert visits_in(proven) > visits / 10
    assert all(claim.found_in(truth) >= claim.events for claim in proven)


def entries_of(requests):
    """The visits, and each as it would be had it been made a few days later or earlier at the same time of day."""
    chance = random.Random(7)
    last = requests[-1].when - DAY_SECONDS
    made = [view for view in truth_of(requests) if VISITS in view.metrics and view.when < last]
    moved = [days * DAY_SECONDS for days in range(-9, 10) if days]
    first = requests[0].when
    return made, [
        replace(view, when=chance.choice([when for by in moved if first < (when := view.when + by) < last]))
        for view in made
    ]


def test_nobody_who_knows_a_visit_can_be_certain_that_it_was_made(requests, steps):
    """All its values and its minute known, every reading at hand: no release must hold an event with those values."""
    made, not_made = entries_of(requests)
    found, others = (suspicions(steps, views, VISITS, threshold=K) for views in (made, not_made))
    certain = sum(suspicion.certain for suspicion in found)
    print(
        f"membership: {certain} of {len(found)} visits confirmed; advantage of a guess {advantage(found, others):.2f}"
    )
    assert 0 == certain


def test_a_known_visit_is_confirmed_without_the_rule():
    """The control: the next reading shows it, and does not when it was not made."""
    requests = requests_of(CONTROL)
    steps = steps_of(requests, threshold=1)
    made, not_made = entries_of(requests)
    found, others = (suspicions(steps, views, VISITS, threshold=1) for views in (made, not_made))
    certain = sum(suspicion.certain for suspicion in found)
    print(
        f"membership, without the rule: {certain} of {len(found)} visits confirmed, {sum(s.certain for s in others)} "
        f"falsely; advantage of a guess {advantage(found, others):.2f}"
    )
    assert certain > 0.9 * len(found)
    assert sum(suspicion.certain for suspicion in others) < 0.01 * len(others)


def test_what_all_events_of_a_release_share_is_shared_by_k_of_them(requests, steps):
    """What the rule does not hide, counted: where k events in a row have the same value, each of them is known to."""
    truth = truth_of(requests)
    for breakdown in ("page", "referrer", "country", "browser", "device", "language"):
        found = shared_by_all(steps, VIEWS, breakdown, threshold=K)
        print(f"shared by all: {breakdown} in {len(found)} of {len(releases_of(steps, VIEWS))} releases")
        assert all(claim.events >= K for claim in found)
        assert all(claim.found_in(truth) == claim.events for claim in found)


def test_without_a_visit_no_cell_differs_below_the_threshold():
    """Where the sink with a view and without it differ, a cell has k events at least, or is not there at all."""
    requests = requests_of(Site(visits=50, days=7))
    with_it = steps_of(requests)
    alike = 0
    victims = range(7, len(requests), len(requests) // 8)
    for victim in victims:
        differing = told_apart(with_it, steps_of([*requests[:victim], *requests[victim + 1 :]]))
        alike += not differing
        assert all(count == 0 or count >= K for counts in differing.values() for count in counts)
    print(f"with and without a view: {alike} of {len(victims)} sinks are alike in all cells")
