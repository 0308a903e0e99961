"""What counting knows of a request."""

from consentkit.stats.facts import TEXTS, facts_of_texts
from tests.stats.page_requests import WHEN


def test_texts_become_the_headers_they_stand_for():
    """Logs and samples know headers by name; one that did not come is not there."""
    texts = {name: f"text of {name}" for name in TEXTS}
    facts = facts_of_texts(when=WHEN, method="GET", path="/", status=200, query=b"a=1", size=7, **texts)
    assert {header: texts[name].encode() for name, header in TEXTS.items()} == {
        **facts.traits.headers,
        b"referer": facts.referer,
    }
    assert (b"a=1", 7) == (facts.query, facts.size)
    assert facts_of_texts(when=WHEN, method="GET", path="/", status=200, host="").traits.headers == {}


def test_its_repr_shows_nothing_of_the_visitor():
    """An error text that quotes the facts quotes no value."""
    assert repr(facts_of_texts(when=WHEN, method="GET", path="/", status=200, user_agent="UA")) == "<RequestFacts>"
