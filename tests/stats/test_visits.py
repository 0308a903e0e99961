"""When a visit begins."""

import pytest

from consentkit.stats.visits import begins_visit
from tests.stats.page_requests import a_logged_page, a_page


@pytest.mark.parametrize("site", ["none", "cross-site"])
def test_a_navigation_from_elsewhere_begins_one(site):
    """Typed, from a bookmark, or by a link on another site."""
    assert begins_visit(a_page(fetch_site=site).headers, "(direct)")


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
    assert not begins_visit(a_page(**change).headers, "example.org")


@pytest.mark.parametrize("control", ["max-age=0", "no-cache"])
@pytest.mark.parametrize("site", ["none", "cross-site"])
def test_a_reload_does_not(control, site):
    """Chromium repeats Sec-Fetch-Site on a reload, and marks it in Cache-Control."""
    assert not begins_visit(a_page(fetch_site=site, cache_control=control).headers, "(direct)")


def test_without_fetch_metadata_the_referrer_tells():
    """None or another host begins a visit; the site itself does not."""
    assert begins_visit(a_logged_page().headers, "(direct)")
    assert begins_visit(a_logged_page().headers, "example.org")
    assert not begins_visit(a_logged_page().headers, "(internal)")
