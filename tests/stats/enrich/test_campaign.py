"""Campaigns and searches, as an address tells them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.enrich.campaign import (
    MAX_PARAMETERS,
    REMEMBERED,
    Queries,
    _clean,
    campaign_value,
    search_term,
)
from consentkit.stats.facts import QUERY_CAP

QUERIES = Queries(["q", "zoek"])


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        ({"campaign": "spring sale"}, b"utm_campaign=Spring%20Sale"),
        (
            {"campaign": "najaar-2026", "campaign_source": "nieuwsbrief"},
            b"UTM_SOURCE=Nieuwsbrief&utm_campaign=najaar-2026",
        ),
        ({"campaign_medium": "cpc", "click_id": "Google"}, b"a=1&utm_medium=cpc&gclid=EAIaIQobChMI"),
        ({"campaign_term": "glasvezel", "campaign_content": "banner 3"}, b"utm_term=glasvezel&utm_content=banner+3"),
        ({"click_id": "Meta"}, b"fbclid=IwAR0abc"),
        ({"click_id": "Google"}, b"gclid=EAIaIQobChMI&fbclid=IwAR0abc"),
        ({"click_id": "Mailchimp"}, b"mc_eid=8a7f33cd01"),
        ({"campaign": "first"}, b"utm_campaign=first&utm_campaign=second"),
        ({"campaign": "(other)"}, b"utm_campaign=jan%40example.com"),
        ({"campaign": "(other)"}, b"utm_campaign=1234567890"),
        # The mark of crossings: such a value would be cut in two.
        ({"campaign": "(other)"}, b"utm_campaign=mail%20%C3%97%20desktop"),
        ({"campaign": "(other)"}, b"utm_campaign=" + b"word-" * 40),
        ({}, b"utm_campaign="),
        ({}, b"utm_id=5&session=jan"),
        ({}, b""),
        ({}, b"q=utm_"),
    ],
)
def test_allowed_values_are_read(expected, query):
    """In lower case, of a click id whose it is, `(other)` for what could name somebody."""
    values = QUERIES.read(query)[0].facet.values
    assert expected == {name: value for name, value in values.items() if value != "(none)"}


def test_what_is_missing_is_none():
    """Every view has a value in every breakdown of campaigns."""
    assert set(QUERIES.none.facet.values.values()) == {"(none)"}
    assert QUERIES.read(b"page=3")[0] is QUERIES.none


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        ("glasvezel assen", b"q=Glasvezel++Assen"),
        ("iphone 15", b"zoek=iPhone+15"),
        ("(other)", b"q=jan@example.com"),
        ("(other)", b"q=06-12345678"),
        ("(other)", b"q=06+12+34+56+78"),
        ("(other)", b"q=7941+AB"),
        ("(other)", b"q=" + b"word+" * 20),
        ("", b"q=%20"),
        ("", b"s=glasvezel"),
    ],
)
def test_a_search_is_read_where_it_is_declared(expected, query):
    """Words in lower case; what holds a number or address of somebody is `(other)`."""
    assert expected == QUERIES.read(query)[1]
    assert Queries().read(query)[1] == ""


@given(st.binary(max_size=300))
def test_hostile_queries_are_harmless(query):
    """Whatever is sent, nothing is raised and no address or long number comes through."""
    for prefix in (b"", b"utm_campaign=", b"q=", b"gclid="):
        campaign, term = QUERIES.read(prefix + query)
        for value in (*campaign.facet.values.values(), term):
            assert "@" not in value
            assert not re.search(r"\d{5}", value)
            assert len(value) <= 80


def test_only_clean_values_are_remembered():
    """And a bounded number of them."""
    campaign_value("jan@example.com")
    assert search_term("Jan@example.com") == "(other)"
    for number in range(REMEMBERED + 10):
        campaign_value(f"sale {number % 100} of shop {number // 100}")
    assert len(_clean) <= REMEMBERED
    assert not [value for value in _clean if "@" in value]


@pytest.mark.parametrize(
    ("is_remembered", "query"),
    [
        (True, b"utm_source=newsletter&utm_campaign=spring+sale"),
        (False, b"utm_source=newsletter&gclid=abc"),
        (False, b"utm_source=newsletter&q=glass"),
        (False, b"utm_source=newsletter&page=2"),
        (False, b"utm_source=newsletter&utm_content=jan@example.com"),
        (False, b"utm_source=news&" * MAX_PARAMETERS + b"page=2"),
        (False, b"utm_source=" + b"a" * QUERY_CAP),
        (False, b"page=2"),
    ],
)
def test_a_query_is_remembered_that_says_only_what_is_counted(is_remembered, query):
    """Nothing that one visitor alone could have in an address; and it says the same when it comes again."""
    queries = Queries(["q"])
    first, again = queries.read(query), queries.read(query)
    assert ([query] if is_remembered else []) == list(queries._known)
    assert (first[0].facet.values, first[1]) == (again[0].facet.values, again[1])
    assert (first[0] is again[0]) == (is_remembered or first[0] is queries.none)


def test_the_queries_that_are_remembered_are_bounded():
    """However many campaigns there are."""
    queries = Queries()
    for first in "abcdefghijklmnopqrstuvwxyz":
        for number in range(60):
            queries.read(b"utm_campaign=%s%d&utm_source=news" % (first.encode(), number))
    assert 0 < len(queries._known) <= REMEMBERED
