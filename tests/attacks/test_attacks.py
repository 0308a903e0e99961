"""No attack on the sink of a small site proves a visit; each proves visits where the same figures leave without the
rule, so it is the rule that stops it.

What is claimed: no value of a visit is shown but among at least k events, in one reading or between two. k counts
events, not people, and whoever knows k − 1 of the events of a cell knows the last one from it.
"""

from collections import Counter
from itertools import groupby

import pytest

from consentkit.stats import release, settling
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.holding import kept_back
from consentkit.stats.load import HOUR, MINUTE, time_text
from tests.attacks.claims import by_day, by_release, visits_in
from tests.attacks.complement import least, remainders
from tests.attacks.differencing import isolated_events, isolated_requests, smallest_totals, untold_routes
from tests.attacks.joining import joined
from tests.attacks.keeping import releases_of
from tests.attacks.linking import linked
from tests.attacks.traffic import Site, an_observer, requests_of
from tests.attacks.world import K, steps_of, steps_through_files, truth_of
from tests.stats.observations import load_of_entries

SITES = {50: Site(visits=50, days=45), 200: Site(visits=200, days=30), 500: Site(visits=500, days=12)}
CONTROL = Site(visits=50, days=7)


@pytest.fixture(scope="module", params=SITES.values(), ids=[f"{visits} visits a day" for visits in SITES])
def site(request):
    """A site's page requests."""
    return requests_of(request.param)


@pytest.fixture(scope="module")
def steps(site):
    """What grew from reading to reading of its sink."""
    return steps_of(site)


@pytest.fixture(scope="module")
def unruled():
    """The control: the same figures, released every minute without the rule."""
    return steps_of(requests_of(CONTROL), threshold=1)


@pytest.fixture(scope="module")
def unkept():
    """A control: requests, and their figures released by the rule, except that nothing is kept back."""
    requests = requests_of(Site(visits=200, days=10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "kept_back", lambda leaving, waiting, *, threshold: {})
        return requests, steps_of(requests)


@pytest.fixture(scope="module")
def truth():
    """The views of the control as they were."""
    return truth_of(requests_of(CONTROL))


def visits_of(truth) -> int:
    """How many visits there were."""
    return sum(VISITS in view.metrics for view in truth)


def test_what_is_attacked_is_what_a_real_sink_shows(tmp_path):
    """The figures made in memory are, reading by reading, those that a worker, its stores and a reader give."""
    requests = requests_of(Site(visits=50, days=2))
    expected = steps_of(requests)
    assert len(expected) > 20
    assert expected == steps_through_files(tmp_path, requests)[: len(expected)]


def test_no_two_readings_differ_by_fewer_than_k_events(steps):
    """In no cell of any breakdown or crossing, of a day or over all days, and in no figure of requests served."""
    proven = [claim for metric in (VIEWS, VISITS) for claim in isolated_events(steps, metric)]
    print(
        f"differencing, {len(steps)} readings: {visits_in(proven)} visits, {isolated_requests(steps)} requests proven"
    )
    print(f"under no threshold, by design: {smallest_totals(steps)}")
    assert 0 == len(proven)
    assert 0 == isolated_requests(steps)


def test_differencing_proves_visits_without_the_rule(unruled, truth):
    """The control; and what it says is true."""
    proven = isolated_events(unruled, VISITS)
    shown_by_page = [claim for claim in proven if "page" in claim.values]
    print(f"differencing, without the rule: {visits_in(shown_by_page)} of {visits_of(truth)} visits proven")
    assert shown_by_page
    assert isolated_requests(unruled) > 0
    assert all(claim.found_in(truth) == claim.events for claim in shown_by_page[:200])


def test_no_whole_tells_how_many_wait_of_one_of_its_parts(steps):
    """Neither the exact total of a breakdown nor the cell that a crossing or its like shows in parts."""
    proven = [claim for metric in (VIEWS, VISITS) for claim in remainders(steps, metric)]
    print(f"remainders of wholes: {len(proven)} proven")
    assert [] == proven


def test_wholes_tell_it_where_nothing_is_kept_back(unkept):
    """The control: at 200 visits a day nearly each release tells how many came by the one campaign; and it is so."""
    requests, steps = unkept
    claims, truth = remainders(steps, VIEWS), truth_of(requests)
    # Of the second half of the time, when every value has been seen.
    late = [claim for claim in claims if claim.until > steps[len(steps) // 2].when]
    true = [claim.found_in(truth) == claim.events for claim in late[::10]]
    by = Counter(name for claim in claims for name in claim.values)
    print(f"remainders of wholes, nothing kept back: {by} in {len(releases_of(steps, VIEWS))} releases")
    assert by["campaign"] > len(releases_of(steps, VIEWS)) / 2
    assert sum(true) > 0.95 * len(true) > 0


def test_what_waits_in_all_tells_of_no_value_that_some_of_it_waits(steps):
    """Where nearly as much waits of the few values that did not leave as may, it is as if nothing waited of one."""
    claims = [claim for metric in (VIEWS, VISITS) for claim in least(steps, metric)]
    print(f"sums of few values: {len(claims)} told in {len(releases_of(steps, VIEWS))} releases")
    assert [] == claims


def test_it_tells_of_some_where_only_k_are_kept_back(monkeypatch):
    """The control, at 5,000 visits a day: what it tells is so; and by the rule nothing is told of the same visits."""
    requests = requests_of(Site(visits=5_000, days=1))
    assert [] == least(steps_of(requests), VIEWS)
    monkeypatch.setattr(release, "kept_back", _kept_as_if_many_were_known)
    steps, truth = steps_of(requests), truth_of(requests)
    claims = least(steps, VIEWS)
    late = [claim for claim in claims if claim.until > steps[len(steps) // 2].when]
    true = [claim.found_in(truth) >= claim.events for claim in late[::5]]
    print(f"sums of few values, k kept back: {len({claim.until for claim in claims})} releases told {len(claims)}")
    assert len({claim.until for claim in claims}) > len(releases_of(steps, VIEWS)) / 50
    assert sum(true) > 0.95 * len(true) > 0


def _kept_as_if_many_were_known(leaving, waiting, *, threshold):
    many = dict.fromkeys(map(str, range(100)), 0)
    return kept_back(leaving, {series: many | waiting.get(series, {}) for series in leaving}, threshold=threshold)


def test_all_requests_do_not_tell_of_the_routes_that_wait(steps):
    """Of no hour, at any size of the site."""
    found = untold_routes(step.load for step in steps)
    print(f"routes: {len(found)} hours told the figures of few requests")
    assert {} == found


def test_all_requests_tell_of_routes_where_only_the_small_ones_stay(monkeypatch):
    """The control: at 3,000 visits a day some hours leave a few requests whose routes are not told; and it is so."""
    requests = requests_of(Site(visits=3_000, days=1))
    assert {} == untold_routes(loads_of(requests))
    monkeypatch.setattr(settling, "staying", lambda served, untold, *, threshold: _below(served, threshold))
    found = untold_routes(loads_of(requests))
    print(f"routes, where only the small stay: {len(found)} hours told the figures of {sorted(found.values())}")
    asked = Counter(time_text(int(facts.when), HOUR)[:-1] for facts in requests)
    assert found
    assert all(left < asked[hour] for hour, left in found.items())


def loads_of(requests):
    """What leaves of the load at the end of each minute."""
    observer, load = an_observer(), Counter()
    for minute, group in groupby(requests, key=lambda facts: int(facts.when // 60)):
        load += load_of_entries([observer.observe(facts).load for facts in group])
        running = time_text((minute + 1) * 60, MINUTE)
        leaves, load = settling.settle(load, running=running, threshold=K)
        yield leaves


def _below(served, threshold):
    return {route for route, requests in served.items() if requests < threshold}


@pytest.mark.parametrize("windows", [by_release, by_day])
def test_no_breakdowns_can_be_joined_on_a_value(steps, windows):
    """No value stands for fewer than k events in all crossings that show it, in a release or in a day."""
    proven = joined(windows(steps), VISITS)
    print(f"joining {windows.__name__}: {visits_in(proven)} visits proven")
    assert 0 == visits_in(proven)


@pytest.mark.parametrize("windows", [by_release, by_day])
def test_joining_proves_visits_without_the_rule(unruled, truth, windows):
    """The control, with the figures of each minute and with those of each day."""
    proven = joined(windows(unruled), VISITS)
    print(f"joining {windows.__name__}, without the rule: {visits_in(proven)} of {visits_of(truth)} visits proven")
    assert visits_in(proven) > 0
    assert all(claim.found_in(truth) == claim.events for claim in proven)


def test_no_cells_can_be_linked_by_growing_together(steps):
    """No release shows a single record of fewer than k events."""
    proven = linked(by_release(steps), VISITS)
    print(f"linking: {visits_in(proven)} visits proven")
    assert 0 == visits_in(proven)


def test_linking_proves_visits_without_the_rule(unruled, truth):
    """The control: nearly every visit, with all that is counted of it."""
    proven = linked(by_release(unruled), VISITS)
    whole = [claim for claim in proven if len(claim.values) > 15]
    visits = visits_of(truth)
    print(f"linking, without the rule: {visits_in(whole)} of {visits} visits proven by {len(whole[0].values)} values")
    assert visits_in(whole) > visits / 2
    assert all(claim.found_in(truth) == claim.events for claim in whole)
