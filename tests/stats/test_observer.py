"""From one request to an observation."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from consentkit.stats.enrich.place import Place
from consentkit.stats.observer import Observer, host_name, is_view
from tests.stats.page_requests import CHROME, WHEN, a_logged_page, a_page

OBSERVER = Observer(["www.example.com", "example.com"], ZoneInfo("Europe/Amsterdam"), Place([]))


def values_of(facts):
    return dict(OBSERVER.observe(facts).values)


def test_a_page_view_has_one_value_in_every_breakdown():
    """What marketing reads, and nothing that could recognise a visitor."""
    seen = OBSERVER.observe(
        a_page(path="/order/12345", fetch_site="cross-site", referer="https://news.example.org/a?q=1")
    )
    assert (True, True, "person", 200, 5000) == (seen.view, seen.visit, seen.request_class, seen.status, seen.bytes)
    assert seen.values == (
        ("page", "/order/{n}"),
        ("referrer", "example.org"),
        ("country", "(unknown)"),
        ("browser", "Chrome"),
        ("os", "Windows"),
        ("device", "desktop"),
        ("language", "nl"),
        ("host", "www.example.com"),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"method": "HEAD"},
        {"status": 204},
        {"status": 206},
        {"status": 301},
        {"status": 404},
        {"status": 500},
        {"content_type": "application/json"},
        {"content_type": ""},
        {"fetch_dest": "iframe"},
        {"fetch_dest": "empty"},
        {"purpose": "prefetch"},
        {"user_agent": "curl/8.5.0"},
        {"own": True},
    ],
)
def test_what_is_no_page_seen_by_a_person_has_no_values(change):
    """It counts as a request of its class, and nothing else."""
    seen = OBSERVER.observe(a_page(**change))
    assert (False, False, ()) == (seen.view, seen.visit, seen.values)


@pytest.mark.parametrize("content_type", ["text/html", "TEXT/HTML ; charset=x", "application/xhtml+xml"])
def test_html_is_a_page(content_type):
    """By its type, whatever the path ends in."""
    assert is_view(a_page(content_type=content_type, path="/a.json"))


def test_an_unchanged_page_is_a_view():
    """A 304 need not say its type again."""
    assert is_view(a_page(status=304, content_type=""))
    assert not is_view(a_page(status=304, content_type="", path="/logo.png"))
    assert not is_view(a_page(status=304, content_type="image/png"))


@pytest.mark.parametrize("path", ["/", "/about", "/a.html", "/a.PHP", "/v2.0", "/a.b/c", "/release-1.2"])
def test_in_a_log_the_path_tells_a_page(path):
    """No extension, or one of pages."""
    assert OBSERVER.observe(a_logged_page(path=path)).view


@pytest.mark.parametrize("path", ["/robots.txt", "/a.css", "/a.pdf", "/feed.xml", "/favicon.ico"])
def test_in_a_log_other_files_are_no_pages(path):
    """Their extension says so."""
    assert not OBSERVER.observe(a_logged_page(path=path)).view


def test_a_move_within_the_site_is_internal():
    """By the referrer, or by fetch metadata where the site hides the referrer."""
    within = {"fetch_site": "same-origin"}
    assert values_of(a_page(**within, referer="https://example.com/a"))["referrer"] == "(internal)"
    assert values_of(a_page(**within))["referrer"] == "(internal)"
    assert values_of(a_logged_page(referer="http://www.example.com:8080/"))["referrer"] == "(internal)"


def test_a_visit_never_comes_from_the_site_itself():
    """An entry whose referrer is the site counts as direct."""
    facts = a_page(referer="https://www.example.com/a")
    assert OBSERVER.observe(facts).visit
    assert values_of(facts)["referrer"] == "(direct)"


def test_only_configured_hosts_are_named():
    """A made-up Host header is no value."""
    assert values_of(a_page(host="EXAMPLE.com.:443"))["host"] == "example.com"
    assert values_of(a_page(host="evil.example"))["host"] == "(other)"


@pytest.mark.parametrize(
    ("expected", "text"), [("a.b", "A.b:80"), ("[::1]", "[::1]:80"), ("", ""), ("a.b", "a.b."), ("[::1]", "[::1")]
)
def test_a_host_name_has_no_port(expected, text):
    """Nor a root's dot, nor capitals."""
    assert expected == host_name(text)


@pytest.mark.parametrize(
    ("day", "when"),
    [
        ("2026-11-23", WHEN),
        ("2026-10-24", 1792879199.0),  # 23:59:59 summer time
        ("2026-10-25", 1792879200.0),  # midnight, still summer time
        ("2026-10-25", 1792969199.0),  # 23:59:59 winter time, 25 hours later
        ("2026-10-26", 1792969200.0),
    ],
)
def test_a_day_is_the_sites_own_also_when_the_clock_changes(day, when):
    """25 October 2026 has 25 hours in Amsterdam."""
    assert day == OBSERVER.observe(replace(a_page(), when=when)).day


def test_the_minute_is_in_utc():
    """Load is read by minute, without summer time."""
    assert OBSERVER.observe(a_page()).minute == "2026-11-23T09:00Z"


def test_hostile_values_count_as_other():
    """A token in a header that is counted never becomes a value."""
    token = "tok3n-9f8e7d"
    facts = a_page(
        path=f"/x/{token}jan@example.com",
        user_agent=f"{CHROME} {token}",
        referer=f"https://u:{token}@[{token}]/",
        host=token,
        accept_language=token,
        address=token,
    )
    assert not [value for _, value in OBSERVER.observe(facts).values if token in value]
