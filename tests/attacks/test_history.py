"""A small site's history, imported at once and read by its days: what its wholes tell of their parts."""

from collections.abc import Iterable

import pytest

from consentkit.stats import waiting_room
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.facts import RequestFacts
from consentkit.stats.history import History
from consentkit.stats.model import Release
from consentkit.stats.release import Rule
from tests.attacks.complement import remainders
from tests.attacks.traffic import ZONE, Site, an_observer, requests_of
from tests.attacks.world import CROSSINGS, PATIENCE_DAYS, K, Step, step_of, truth_of
from tests.support.daywise import Taken

SITES = {50: Site(visits=50, days=45), 200: Site(visits=200, days=30), 500: Site(visits=500, days=12)}


def imported(requests: Iterable[RequestFacts]) -> list[Step]:
    """What each day of an import shows."""
    observer, history, taken = an_observer(), History(Rule(K, PATIENCE_DAYS, ZONE), CROSSINGS), Taken()
    lasts: dict[str, float] = {}
    for facts in requests:
        observation = observer.observe(facts)
        lasts[observation.request[0]] = facts.when
        history.add(observation)
    history.commit(taken, None, "access.log")
    days: list[Release] = sorted(taken.days.values(), key=lambda release: release.day)
    return [step_of(release, lasts[release.day]) for release in days]


@pytest.mark.parametrize("visits", SITES)
def test_no_day_of_an_import_tells_how_many_wait_of_one_part_of_a_whole(visits):
    """Neither the exact total of a breakdown nor the cell that a crossing or its like shows in parts."""
    days = imported(requests_of(SITES[visits]))
    proven = [claim for metric in (VIEWS, VISITS) for claim in remainders(days, metric)]
    print(f"remainders of wholes by day, {visits} visits a day: {len(proven)} proven in {len(days)} days")
    assert [] == proven
    assert len(days) > 2


def test_days_tell_it_where_nothing_is_kept_back(monkeypatch):
    """The control: then what is told is so."""
    monkeypatch.setattr(waiting_room, "kept_back", lambda *_, **__: {})
    requests = requests_of(SITES[200])
    days, truth = imported(requests), truth_of(requests)
    claims = remainders(days, VIEWS)
    late = [claim for claim in claims if claim.until > days[len(days) // 2].when]
    true = [claim.found_in(truth) == claim.events for claim in late]
    print(f"remainders of wholes by day, nothing kept back: {len(claims)} in {len(days)} days")
    assert sum(true) > 0.95 * len(true) > 0
