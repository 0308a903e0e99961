"""The steps of funnels."""

from consentkit.stats.visitor.funnels import Funnels
from consentkit.stats.visitor.state import MOST_FUNNELS

FUNNELS = Funnels([("order", ("/basket", "/thanks")), ("help", ("/faq", "/basket"))])


def test_a_page_is_a_step_of_each_funnel_that_names_it():
    """0 where it is none."""
    assert [(1, 2), (2, 0), ()] == [FUNNELS.steps(page) for page in ("/basket", "/thanks", "/other")]


def test_a_step_has_a_value_only_where_there_is_one():
    """A cookie may come from a time when the site had other funnels."""
    found = [FUNNELS.facet(funnel, step) for funnel, step in ((0, 2), (1, 1), (0, 3), (2, 1), (0, 0))]
    assert ["order: 2", "help: 1", None, None, None] == [facet and facet.values["funnel"] for facet in found]


def test_a_state_holds_the_first_funnels():
    """Those that come later have no steps."""
    many = Funnels([(f"f{number}", ("/a", "/b")) for number in range(MOST_FUNNELS + 2)])
    assert MOST_FUNNELS == len(many.steps("/a"))
