"""Bounds that are carried through all wholes and readings, with what somebody knows besides, tell nearly nothing."""

from bisect import bisect_left
from collections import Counter

import numpy as np
import pytest

from consentkit.stats import holding, release
from consentkit.stats.breakdowns import VIEWS, VISITS
from consentkit.stats.model import Cell
from tests.attacks.intervals import Bounds, told
from tests.attacks.traffic import Site, requests_of
from tests.attacks.world import K, steps_of, truth_of

SITES = {50: Site(visits=50, days=24), 200: Site(visits=200, days=6), 500: Site(visits=500, days=3)}
"""Within the days of patience, so that all that is counted waits or is published under its own value."""
CROSSED = ("page", "device", "country", "channel")
SOURCES = ("referrer", "channel")
DOMAINS = {
    "search": ("google.com", "bing.com"),
    "social": ("linkedin.com", "t.co"),
    "ai": ("chatgpt.com",),
    "internal": ("(internal)",),
    "referral": ("example.org", "example.net", "example.edu"),
}
"""Which channel views from where have, for somebody who knows, and that links in e-mail name no referrer."""


class Attacked:
    """A site's readings, and what happened: `nothing_kept` is the control."""

    def __init__(self, site: Site, *, nothing_kept: bool = False) -> None:
        requests = requests_of(site)
        self.truth = truth_of(requests)
        with pytest.MonkeyPatch.context() as patch:
            if nothing_kept:
                patch.setattr(release, "kept_back", lambda leaving, waiting, *, threshold: {})
            self.steps = steps_of(requests)

    def bounds(self, metric: str, dimensions: tuple[str, ...], *, knows_channels: bool = False) -> Bounds:
        """What follows for somebody who knows every value that there is; it holds of what happened."""
        views = [view for view in self.truth if metric in view.metrics]
        values = {name: sorted({view.values[name] for view in views}) for name in dimensions}
        wholes = {
            Cell("channel", channel, metric): [Cell("referrer", name, metric) for name in names]
            for channel, names in DOMAINS.items()
            if channel in values["channel"]
        }
        wholes[Cell("referrer", "(direct)", metric)] = [Cell("channel", name, metric) for name in ("direct", "email")]
        bounds = Bounds(self.steps, metric, values, K, wholes if knows_channels else {})
        counted = self._counted(bounds, metric)
        assert (bounds.least <= counted).all()
        assert (counted <= bounds.most).all()
        return bounds

    def _counted(self, bounds: Bounds, metric: str) -> np.ndarray:
        ends = [step.when for step in bounds.releases]
        places = {cell: number for number, cell in enumerate(bounds.cells)}
        counted = np.zeros((len(places), len(ends) + 1), dtype=np.int32)
        for view in self.truth:
            if metric in view.metrics:
                cells = [places.get(Cell(name, value, metric)) for name, value in view.values.items()]
                counted[[cell for cell in cells if cell is not None], bisect_left(ends, view.when)] += 1
        return counted.cumsum(axis=1)[:, :-1]


@pytest.fixture(scope="module", params=SITES.values(), ids=[f"{visits} visits a day" for visits in SITES])
def attacked(request):
    """A small site."""
    return Attacked(request.param)


@pytest.fixture(scope="module")
def unkept():
    """The control: released by the rule, except that nothing is kept back."""
    return Attacked(SITES[200], nothing_kept=True)


def by_breakdown(found) -> Counter[str]:
    """How often something is told of a value in each breakdown."""
    return Counter(cell.breakdown for cell, _ in found)


@pytest.mark.parametrize("metric", [VIEWS, VISITS])
def test_nothing_is_told_of_a_crossing_and_hardly_anything_of_a_breakdown(attacked, metric):
    """To somebody who follows every bound through rows, columns, totals and readings."""
    bounds = attacked.bounds(metric, CROSSED)
    found = told(bounds, K)
    print(f"intervals, {metric}: {len(found)} told in {len(bounds.releases)} releases, {by_breakdown(found)}")
    assert by_breakdown(found).keys() <= set(CROSSED)
    assert len(found) <= len(bounds.releases) / 200


def test_hundreds_of_waiting_values_are_told_where_nothing_is_kept_back(unkept):
    """The control, in crossings too."""
    bounds = unkept.bounds(VIEWS, CROSSED)
    found = told(bounds, K)
    print(f"intervals, nothing kept back: {len(found)} told in {len(bounds.releases)} releases, {by_breakdown(found)}")
    assert len(found) > len(bounds.releases) / 2
    assert by_breakdown(found).keys() - set(CROSSED)


@pytest.mark.parametrize("metric", [VIEWS, VISITS])
def test_who_knows_the_channel_of_each_referrer_learns_no_more(attacked, metric):
    """A channel less its referrers is not what waits of one of them, nor the other way about."""
    bounds, alone = (attacked.bounds(metric, SOURCES, knows_channels=knows) for knows in (True, False))
    found, before = told(bounds, K), told(alone, K)
    print(
        f"channels, {metric}: {len(found)} told in {len(bounds.releases)} releases, {len(before)} without knowing them"
    )
    assert set(found) <= set(before)
    assert len(before) <= len(bounds.releases) / 200


def test_who_knows_it_learns_much_where_referrers_are_no_parts_of_channels(monkeypatch):
    """The control: then every third release tells how few wait of one."""
    monkeypatch.delitem(holding._BY_VALUE, "referrer")
    attacked = Attacked(SITES[200])
    found = told(attacked.bounds(VIEWS, SOURCES, knows_channels=True), K)
    print(f"channels, referrers no parts of them: {len(found)} told, of {Counter(cell.value for cell, _ in found)}")
    assert len(found) > 50
