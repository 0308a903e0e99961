"""What is said about the statistics is what is configured, and nothing else."""

from typing import Any

import pytest

from consentkit.config_stats import EXEMPTION_PROFILES
from consentkit.consent.statistics_text import OF_EVERYBODY, OF_MEASURED, Part, breakdowns_of, statistics_parts
from consentkit.own_visit import EXEMPTION_OF
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.texts import available, texts
from tests.support.sites import config_of, settings

GOAL = {"goals": [{"id": "contact", "path": "/thanks"}]}
LINKS, AHEAD = "which other site a link that you follow leads to", "a page that your browser had loaded in advance"


def parts(language: str = "en", **stats: Any) -> tuple[Part, ...]:
    """The explanation of a site with these statistics."""
    return statistics_parts(config_of(settings(stats=stats, site={"languages": [language]})), language)


def titles(found: tuple[Part, ...]) -> list[str]:
    """The titles of the parts, in their order."""
    return [part.title for part in found]


def said(found: tuple[Part, ...]) -> str:
    """All that is said, a line each."""
    return "\n".join(line for part in found for line in (part.title, *part.items, *part.paragraphs))


def test_every_breakdown_has_words() -> None:
    """A breakdown that visitors are not told of would be one too many."""
    words = {**OF_EVERYBODY, **OF_MEASURED}
    told = {name for names in (*OF_EVERYBODY.values(), *OF_MEASURED.values()) for name in names}
    assert set(BREAKDOWNS) == told
    for language in available():
        assert words.keys() <= texts(language)["statistics"].keys()


def test_the_parts_stand_in_an_order_that_is_read_at_a_glance() -> None:
    """What is counted of everybody, then what is added while visits are counted, then what for and for how long."""
    assert ["", "Counted of everybody", "What for, and for how long"] == titles(parts())
    measured = parts(visitor_state=True)
    assert ["", "Counted of everybody", "Counting visits", "What for, and for how long"] == titles(measured)
    assert "Questions about your data" in measured[-1].paragraphs[-1]


@pytest.mark.parametrize(
    ("stats", "item"),
    [
        ({"geoip": ["x.mmdb"]}, "country"),
        ({"geoip": ["x.mmdb"]}, "type of network"),
        ({"search_parameters": ["q"]}, "words searched for on the site"),
        (GOAL, "goals of the site that are reached, such as a form that is sent"),
    ],
)
def test_what_must_be_set_up_is_named_only_where_it_is(stats: dict[str, Any], item: str) -> None:
    """A list that names what is not counted would be untrue as well."""
    assert item not in parts()[1].items
    assert item in parts(**stats)[1].items


def test_the_address_is_mentioned_where_it_is_looked_up() -> None:
    """Visitors learn what happens to it."""
    assert "address on our own server" not in said(parts())
    assert "country" not in breakdowns_of(config_of(settings()))
    for names, beginning in (
        (["country", "region"], "The country is looked up from your IP address on our own server"),
        (["organisation"], "The network is looked up from your IP address on our own server"),
        (["country", "network"], "Country and network are looked up from your IP address on our own server"),
    ):
        assert beginning in said(parts(geoip=["x.mmdb"], breakdowns=names))


def test_only_what_is_counted_is_named() -> None:
    """To visitors, and as data."""
    _, everybody, _ = parts(breakdowns=["language"], geoip=["x.mmdb"])
    assert ("pages requested", "language", "answers to the question about cookies") == everybody.items
    assert "looked up" not in " ".join(everybody.paragraphs)
    config = config_of(settings(stats={"breakdowns": ["language"], "geoip": ["x.mmdb"]}))
    assert ["page", "language", "status", "reason"] == breakdowns_of(config)


def test_each_thing_that_is_counted_is_named_for_itself() -> None:
    """A site that counts devices says nothing of browsers, and so on."""
    for name, item in (
        ("browser", "type of browser"),
        ("os", "operating system"),
        ("device", "type of device"),
        ("channel", "the kind of link that led here"),
        ("campaign_term", "the campaign that led here"),
        ("missing_from", "the domains visitors come from"),
    ):
        few = parts(breakdowns=[name, *(["missing"] if name == "missing_from" else [])])[1].items
        assert ("pages requested", item, "answers to the question about cookies") == few


def test_how_a_visit_began_is_told_as_far_as_it_is_carried() -> None:
    """Where channels and campaigns are not counted, the browser keeps only the page."""
    both, page = (parts(visitor_state=True, breakdowns=names)[2].items[0] for names in (["channel"], ["device"]))
    assert ("the page and the kind of link that a visit began with", "the page that a visit began with") == (both, page)


def test_answers_are_named_only_where_something_is_asked() -> None:
    """A site that stores nothing asks for nothing."""
    silent = config_of(settings(services=[]))
    assert "answers to the question about cookies" not in statistics_parts(silent, "en")[1].items
    assert "answers to the question about cookies" in parts()[1].items


def test_what_the_state_adds_is_told_apart() -> None:
    """By those whose browser carries it alone; of everybody nothing is stored."""
    _, everybody, visits, _ = parts(visitor_state=True, outbound=True, **GOAL)
    assert "Nothing is stored on your device for this." in everybody.paragraphs
    assert "Nothing is stored on your device for this." not in visits.paragraphs
    assert 5 == len(visits.items)
    assert "other sites that followed links lead to" == visits.items[-1]
    assert "other sites that followed links lead to" not in everybody.items


@pytest.mark.parametrize(
    ("stats", "links", "ahead"),
    [
        ({}, "", ""),
        ({"exemption": "nl"}, "", "Counting visits"),
        ({"exemption": "nl", "visitor_state": False}, "", ""),
        ({"visitor_state": True, "outbound": True}, "Counting visits", "Counting visits"),
        ({"loaded_ahead": "everybody"}, "", "Counted of everybody"),
        ({"exemption": "nl", "outbound": True, "loaded_ahead": "everybody"}, "Counting visits",
         "Counted of everybody"),
    ],
)  # fmt: skip
def test_what_scripts_tell_is_said_where_they_run(stats: dict[str, Any], links: str, ahead: str) -> None:
    """Each once, in the part of those to whom its script is sent."""
    for about, title in ((LINKS, links), (AHEAD, ahead)):
        found = [part.title for part in parts(**stats) for text in part.paragraphs if about in text]
        assert [title] * bool(title) == found


def test_numbers_are_those_of_the_configuration() -> None:
    """Threshold, patience and retention, in words of the language."""
    text = said(parts("nl", threshold=7, patience_days=14, retention_months=6))
    assert "ten minste 7 opvragingen" in text
    assert "(14 dagen)" in text
    assert "6 maanden bewaard" in text


def test_the_exemption_and_the_way_to_refuse_are_named() -> None:
    """Each profile has a text, and a site without one says that it asks (rule C24)."""
    assert set(EXEMPTION_PROFILES) - {"none"} == set(EXEMPTION_OF)
    refusable, asked = parts(exemption="nl")[2].paragraphs[-1], parts(visitor_state=True)[2].paragraphs[-1]
    assert refusable.startswith(
        "All of this is done until you refuse it. You can refuse it at any time under “Cookie settings”"
    )
    assert refusable.endswith("(Dutch Telecommunications Act 11.7a))")
    assert asked.startswith("All of this is done only if you agree.")
    assert "(" not in asked


@pytest.mark.parametrize("language", available())
def test_nothing_is_left_to_fill_in(language: str) -> None:
    """In any language."""
    text = said(parts(language, geoip=["x.mmdb"], exemption="uk", outbound=True, **GOAL))
    assert "{" not in text
    assert "Example Telecom" in text
    assert texts(language)["link"]["text"] in text
