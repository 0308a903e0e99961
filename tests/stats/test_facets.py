"""Facets hold what a site counts by, and nothing else."""

from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.facets import EVERYTHING, REMEMBERED, Facets


def test_what_is_not_counted_by_is_dropped() -> None:
    """Whoever makes the facet, and from whatever."""
    facets = Facets(["country"])
    place = {"country": "NL", "region": "NL-NH", "network": "mobile"}
    assert {"country": "NL"} == facets.shared(**place).values == facets.apart(**place).values
    assert facets.hold("region", "country")
    assert not facets.hold("region", "network")


def test_every_site_counts_pages_and_answers() -> None:
    """Even one that names nothing."""
    assert {"page": "/", "status": "200", "reason": "own: own"} == Facets([]).shared(
        page="/", status="200", reason="own: own", device="mobile"
    ).values


def test_all_breakdowns_are_counted_by_default() -> None:
    """Nothing is dropped then."""
    assert {*BREAKDOWNS} == EVERYTHING.shared(**dict.fromkeys(BREAKDOWNS, "x")).values.keys()


def test_the_same_values_are_one_facet() -> None:
    """So that they are counted together, also where what told them apart is dropped."""
    facets = Facets(["country"])
    assert facets.shared(country="NL", region="NL-NH") is facets.shared(country="NL", region="NL-ZH")
    assert facets.shared(country="NL") is not facets.shared(country="BE")


def test_facets_of_one_visitor_are_not_remembered() -> None:
    """And those that many share only up to a bound."""
    facets = Facets()
    assert facets.apart(search="a") is not facets.apart(search="a")
    assert not facets._shared
    for number in range(REMEMBERED + 10):
        facets.shared(page=f"/{number}")
    assert 10 == len(facets._shared)
