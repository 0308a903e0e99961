"""Where a view came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.enrich.referrer import CACHED_HOSTS, Referrers, registrable

REFERRERS = Referrers(["www.example.com", "example.com"])


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
    assert expected == REFERRERS.source(referer, "shown.example.org")


@given(st.text(max_size=300))
def test_hostile_referrers_are_harmless(text):
    """Whatever is sent, a value is a domain or one of three words."""
    for referer in (text, f"https://{text}", f"android-app://{text}/"):
        value = REFERRERS.source(referer, "")
        assert (
            value in ("(direct)", "(internal)", "(other)")
            or value.replace("-", "").replace(".", "").replace("_", "").isalnum()
        )
        assert len(value) <= 253


def test_what_is_remembered_is_bounded_and_holds_no_address_of_a_page():
    """By host, not by URL."""
    registrable.cache_clear()
    for number in range(10):
        REFERRERS.source(f"https://example.org/{number}", "")
    assert registrable.cache_info().currsize == 1
    assert registrable.cache_info().maxsize == CACHED_HOSTS
