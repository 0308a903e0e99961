"""Where a view came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.enrich.referrer import CACHED_HOSTS, REMEMBERED, Referrers, registrable
from consentkit.stats.paths import canonical

REFERRERS = Referrers(["www.example.com", "example.com"], canonical)


@pytest.mark.parametrize(
    ("expected", "referer"),
    [
        ("(direct)", ""),
        ("(internal)", "https://www.example.com/a?b=c"),
        ("(internal)", "HTTP://EXAMPLE.COM:8000"),
        ("(internal)", "https://shown.example.org/"),
        ("example.com", "https://shop.example.com/"),
        ("google.co.uk", "https://www.google.co.uk/search?q=x"),
        ("bbc.com", "https://user:secret@news.bbc.com:443/"),
        ("jan.github.io", "https://jan.github.io/"),
        ("xn--mnchen-3ya.de", "https://www.XN--Mnchen-3ya.de/"),
        ("linkedin.com", "android-app://com.linkedin.android"),
        ("google.com", "android-app://com.google.android.gm/"),
        ("(other)", "https://127.0.0.1/"),
        ("(other)", "http://[2001:db8::1]/"),
        ("(other)", "http://localhost:3000/"),
        ("(other)", "http://intranet.local/"),
        ("(other)", "https://münchen.de/"),
        ("(other)", "https://co.uk/"),
        ("(other)", "https:///path"),
        ("(other)", "https://a..com/"),
        ("(other)", "https://" + "a" * 300 + ".com/"),
        ("(other)", "file:///etc/passwd"),
        ("(other)", "javascript:alert(1)"),
        ("(other)", "about:blank"),
        ("(other)", "no address"),
        ("(other)", "https://exa mple.com/"),
        ("(other)", "https://example.com\x00.org/"),
    ],
)
def test_a_referrer_is_named_by_its_domain(expected, referer):
    """The registrable domain; never a path, a user name or an address."""
    assert expected == REFERRERS.source(referer.encode("latin-1", "replace"), "shown.example.org").referrer


@given(st.text(max_size=300))
def test_hostile_referrers_are_harmless(text):
    """Whatever is sent, a value is a domain or one of three words."""
    for referer in (text, f"https://{text}", f"android-app://{text}/"):
        value = REFERRERS.source(referer.encode(), "").referrer
        assert (
            value in ("(direct)", "(internal)", "(other)")
            or value.replace("-", "").replace(".", "").replace("_", "").isalnum()
        )
        assert len(value) <= 253


def test_what_is_remembered_is_bounded_and_holds_no_address_of_a_page():
    """By host, not by URL."""
    registrable.cache_clear()
    for number in range(10):
        REFERRERS.source(f"https://example.org/{number}".encode(), "")
    assert registrable.cache_info().currsize == 1
    assert registrable.cache_info().maxsize == CACHED_HOSTS


@pytest.mark.parametrize(
    ("expected", "referer"),
    [
        ("/products", b"https://www.example.com/products?session=5"),
        ("/order/{n}", b"https://www.example.com/order/12345"),
        ("/", b"https://www.example.com"),
        ("/caf\u00e9", b"https://example.com/caf%C3%A9"),
        ("", b"https://example.org/products"),
        ("", b""),
    ],
)
def test_a_page_of_the_site_is_named_as_pages_are(expected, referer):
    """So that moves from page to page can be counted; never a page of another site."""
    assert expected == REFERRERS.source(referer, "www.example.com").page


def test_only_what_many_visitors_send_is_remembered():
    """An address with a path of its own, or a query, may be one person's."""
    referrers = Referrers(["example.com"], canonical)
    for referer in (b"https://google.com/", b"https://example.com/products"):
        assert referrers.source(referer, "") is referrers.source(referer, "")
    for referer in (
        *(b"https://google.com/?q=jan", b"https://example.com/order/12345", b"https://a.example.org/jan"),
        *(b"https://jan@example.org/", b"https://example.org?q=jan/", b"http://JAN.example.org/12345"),
    ):
        assert referrers.source(referer, "").referrer == referrers.source(referer, "").referrer
    kept = b" ".join(text for of_host in referrers._remembered.values() for text in of_host).lower()
    assert not [mark for mark in (b"jan", b"12345") if mark in kept]
    for number in range(REMEMBERED + 10):
        referrers.source(f"https://x{number}.example.org/".encode(), f"{number % 3}.example.com")
    assert sum(map(len, referrers._remembered.values())) <= REMEMBERED
    for number in range(REMEMBERED + 10):
        referrers.source(b"https://x.example.org/", f"{number}.example.com")
    assert len(referrers._remembered) <= REMEMBERED


def test_spam_is_told():
    """By a domain and all below it; one that lies below a shared domain does not take its neighbours with it."""
    referrers = Referrers([], canonical, ["best-seo.com", "pills.free-hosting.net"])
    for host in ("best-seo.com", "www.best-seo.com", "semalt.www.best-seo.com.", "pills.free-hosting.net"):
        assert referrers.source(f"https://{host}/".encode(), "").spam, host
    for host in (
        "seo.com",
        "my-best-seo.com",
        "best-seo.com.example.org",
        "free-hosting.net",
        "garden.free-hosting.net",
    ):
        assert not referrers.source(f"https://{host}/".encode(), "").spam, host


def test_views_from_other_pages_of_one_site_are_counted_together():
    """A facet is equal only to itself, so two addresses of one domain must share theirs."""
    referrers = Referrers({"www.example.com"}, str)
    first, second = (referrers.source(f"https://www.example.org/{page}".encode(), "www.example.com") for page in "ab")
    assert first.facet is second.facet
