"""When a visit begins."""

import pytest

from consentkit.stats.enrich.referrer import Referrers
from consentkit.stats.senders import Hosts, Senders, came
from consentkit.stats.visits import told_by_headers
from tests.stats.page_requests import a_logged_page, a_page


@pytest.mark.parametrize("site", ["none", "cross-site"])
def test_a_navigation_from_elsewhere_begins_one(site):
    """Typed, from a bookmark, or by a link on another site."""
    assert told_by_headers(a_page(fetch_site=site).traits.headers)


@pytest.mark.parametrize(
    "change",
    [
        {"fetch_site": "same-origin"},
        {"fetch_site": "same-site"},
        {"fetch_mode": "cors"},
        {"fetch_dest": "iframe"},
        {"fetch_mode": "", "fetch_dest": ""},
    ],
)
def test_anything_else_with_fetch_metadata_does_not(change):
    """A link within the site, a neighbouring host, a fetch, a frame."""
    assert told_by_headers(a_page(**change).traits.headers) is False


@pytest.mark.parametrize("control", ["max-age=0", "no-cache"])
@pytest.mark.parametrize("site", ["none", "cross-site"])
def test_a_reload_does_not(control, site):
    """Chromium repeats Sec-Fetch-Site on a reload, and marks it in Cache-Control."""
    assert told_by_headers(a_page(fetch_site=site, cache_control=control).traits.headers) is False


@pytest.mark.parametrize(
    ("program", "site", "user", "begins"),
    [
        ("Firefox/140.0", "none", "?1", True),
        ("Firefox/140.0", "none", "", False),
        ("Firefox/140.0", "cross-site", "", True),
        ("Firefox/140.0", "same-origin", "?1", False),
        ("Version/26.3 Safari/605.1.15", "none", "", True),
        ("FxiOS/140.0 Mobile/15E148 Safari/605.1.15", "none", "", True),
    ],
)
def test_firefox_marks_what_a_person_opens(program, site, user, begins):
    """A reload, or what comes back from the history, has no such mark; Safari never has one."""
    facts = a_page(fetch_site=site, fetch_user=user, user_agent=f"Mozilla/5.0 (X11) Gecko/20100101 {program}")
    assert told_by_headers(facts.traits.headers) is begins


def test_without_fetch_metadata_the_referrer_tells():
    """None or another host begins a visit; the site itself does not."""
    facts = a_logged_page()
    assert told_by_headers(facts.traits.headers) is None
    found = Referrers(["www.example.com"], str)
    sender = Senders(Hosts(["www.example.com"])).of(facts.traits)
    sources = [
        found.source(text, "www.example.com") for text in (b"", b"https://example.org/", b"https://www.example.com/")
    ]
    assert came([sender] * 3, sources, found)[0] == [True, True, False]
