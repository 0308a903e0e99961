"""Reading a request once."""

from consentkit.stats.facts import USER_AGENT_CAP, facts_from_scope
from tests.stats.page_requests import WHEN, a_scope


def facts_of(headers=(), **changes):
    return facts_from_scope(
        dict(headers), a_scope(**changes), status=200, content_type="text/html", bytes=10, when=WHEN, own=False
    )


def test_what_statistics_need_is_taken_from_the_headers():
    """Each header that counts ends up in its field."""
    facts = facts_of(
        [
            (b"host", b"www.example.com"),
            (b"user-agent", b"UA"),
            (b"referer", b"https://example.org/"),
            (b"accept-language", b"nl"),
            (b"cache-control", b"max-age=0"),
            (b"sec-fetch-site", b"none"),
            (b"sec-fetch-mode", b"navigate"),
            (b"sec-fetch-dest", b"document"),
            (b"sec-purpose", b"prefetch"),
            (b"cookie", b"secret=1"),
        ],
        query_string=b"a=1",
    )
    assert ("www.example.com", "UA", "https://example.org/", "nl") == (
        facts.host,
        facts.user_agent,
        facts.referer,
        facts.accept_language,
    )
    assert ("none", "navigate", "document") == (facts.fetch_site, facts.fetch_mode, facts.fetch_dest)
    assert ("max-age=0", "prefetch", "a=1", "192.0.2.7") == (
        facts.cache_control,
        facts.purpose,
        facts.query,
        facts.address,
    )
    assert facts.secure


def test_headers_that_did_not_come_are_empty():
    """Nothing is None but what cannot be known."""
    facts = facts_of(client=None, scheme="http")
    assert ("", "", "", None, False) == (facts.host, facts.user_agent, facts.purpose, facts.address, facts.secure)


def test_hostile_bytes_are_cut_and_decoded():
    """Size and bytes of a header do no harm."""
    facts = facts_of([(b"user-agent", b"\xff" * 100_000)], path="/" + "a" * 100_000)
    assert "ÿ" * USER_AGENT_CAP == facts.user_agent
    assert len(facts.path) == 2048


def test_older_headers_of_prefetching_are_known_too():
    """Purpose, X-Purpose and X-Moz say what Sec-Purpose says today."""
    for name in (b"purpose", b"x-purpose", b"x-moz"):
        assert facts_of([(name, b"preview")]).purpose == "preview"


def test_its_repr_shows_nothing_of_the_visitor():
    """An error text that quotes the facts quotes no value."""
    assert repr(facts_of([(b"user-agent", b"UA")])) == "<RequestFacts>"
