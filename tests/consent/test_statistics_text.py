"""The paragraph about the statistics says what is configured, and nothing else."""

from typing import Any

import pytest

from consentkit.config_stats import EXEMPTION_PROFILES
from consentkit.consent.statistics_text import EXEMPTION_OF, WORDS, breakdowns_of, statistics_paragraph
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.texts import available, texts
from tests.support.sites import config_of, settings


def paragraph(language: str = "en", **stats: Any) -> str:
    """The paragraph of a site with these statistics."""
    return statistics_paragraph(config_of(settings(stats=stats, site={"languages": [language]})), language)


def test_every_breakdown_has_words() -> None:
    """A breakdown that visitors are not told of would be one too many."""
    assert set() == set(BREAKDOWNS) - {name for names in WORDS.values() for name in names}
    for language in available():
        assert WORDS.keys() <= texts(language)["statistics"].keys()


def test_a_country_is_named_only_where_it_is_looked_up() -> None:
    """Without a database there is none; with one, visitors learn what happens to the address."""
    assert "country" not in paragraph()
    assert "country" not in breakdowns_of(config_of(settings()))
    assert "The country is looked up from your address" in paragraph(geoip=["x.mmdb"])


def test_only_what_is_counted_is_named() -> None:
    """In the paragraph, and as data."""
    text = paragraph(breakdowns=["language"], geoip=["x.mmdb"])
    assert "pages requested, language." in text
    assert "looked up" not in text
    config = config_of(settings(stats={"breakdowns": ["language"], "geoip": ["x.mmdb"]}))
    assert ["page", "language", "status", "reason"] == breakdowns_of(config)


def test_searches_are_named_only_where_they_are_counted() -> None:
    """With the parameter of the site's own search."""
    assert "words searched for" not in paragraph()
    assert "words searched for on the site" in paragraph(search_parameters=["q"])


LINKS, AHEAD = "which other site a link that you follow leads to", "a page that your browser had loaded in advance"


@pytest.mark.parametrize(
    ("stats", "links", "ahead"),
    [
        ({}, "", ""),
        ({"exemption": "nl"}, "", "While your visits are counted"),
        ({"exemption": "nl", "visitor_state": False}, "", ""),
        ({"visitor_state": True, "outbound": True}, "While your visits are counted", "While your visits are counted"),
        ({"loaded_ahead": "everybody"}, "", "A script tells our server"),
        ({"exemption": "nl", "outbound": True, "loaded_ahead": "everybody"}, "While your visits are counted",
         "A script tells our server"),
    ],
)  # fmt: skip
def test_what_scripts_tell_is_said_where_they_run(stats: dict[str, Any], links: str, ahead: str) -> None:
    """Each in one sentence, with the condition under which its script is sent."""
    sentences = paragraph(**stats).split(". ")
    for about, begin in ((LINKS, links), (AHEAD, ahead)):
        assert [begin] * bool(begin) == [begin for sentence in sentences if about in sentence]
        assert all(sentence.startswith(begin) for sentence in sentences if about in sentence)


def test_numbers_are_those_of_the_configuration() -> None:
    """Threshold, patience and retention, in words of the language."""
    text = paragraph("nl", threshold=7, patience_days=14, retention_months=6)
    assert "ten minste 7 opvragingen" in text
    assert "(14 dagen)" in text
    assert "6 maanden bewaard" in text


def test_the_exemption_is_named() -> None:
    """Each profile has a text, and a site without one claims none."""
    assert set(EXEMPTION_PROFILES) - {"none"} == set(EXEMPTION_OF)
    assert paragraph(exemption="nl").endswith("(Dutch Telecommunications Act 11.7a))")
    assert "(" not in paragraph().replace("(31 days)", "")


@pytest.mark.parametrize("language", available())
def test_nothing_is_left_to_fill_in(language: str) -> None:
    """In any language."""
    text = paragraph(language, geoip=["x.mmdb"], exemption="uk", outbound=True)
    assert "{" not in text
    assert "Example Telecom" in text
