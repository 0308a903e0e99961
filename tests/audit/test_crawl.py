"""Which pages an audit opens."""

import pytest

from consentkit.audit.crawl import addresses, lines, links_in_html

PAGE = "https://www.example.com/shop/"


def test_links_of_the_same_site_are_found_in_order() -> None:
    """Once each, without query and fragment; pictures, downloads and other sites are left out."""
    html = """<a href="/">home</a><a href="b?x=1">b</a><a href="b#top">b again</a><a href="/c.html">c</a>
    <a href="https://other.example/">other</a><a href="/d.pdf">file</a><a href="/e" download>file</a>
    <a href="mailto:x@example.com">mail</a><a href="javascript:void 0">script</a><a name="here">no link</a>"""
    home = "https://www.example.com"
    assert [f"{home}/", f"{home}/shop/b", f"{home}/c.html"] == links_in_html(html, PAGE)


def test_links_start_from_the_base() -> None:
    """As in a browser."""
    assert ["https://www.example.com/x/y"] == links_in_html('<base href="/x/"><a href="y">y</a>', PAGE)


def test_paths_become_addresses_of_the_site() -> None:
    """Once each; whole addresses of the site are taken too."""
    assert ("https://www.example.com/a", PAGE) == addresses(PAGE, ["/a", PAGE, "/a"])


@pytest.mark.parametrize(
    "path", ["//other.example/", "https://other.example/", "http://www.example.com/", "javascript:1"]
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    """The message names it."""
    with pytest.raises(ValueError, match="leads to another site"):
        addresses(PAGE, [path])


def test_a_list_of_paths_may_hold_comments() -> None:
    """And blank lines."""
    assert ("/a", "/b") == lines("# pages\n/a\n\n  /b  # the second\n")
