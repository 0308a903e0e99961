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


def test_searches_are_named_only_where_they_are_counted() -> None:
    """With the parameter of the site's own search."""
    assert "words searched for" not in paragraph()
    assert "words searched for on the site" in paragraph(search_parameters=["q"])


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
    text = paragraph(language, geoip=["x.mmdb"], exemption="uk")
    assert "{" not in text
    assert "Example Telecom" in text
