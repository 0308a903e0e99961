"""Channels."""

import pytest

from consentkit.stats.enrich.channel import CHANNELS, channel_of
from consentkit.stats.enrich.referrer import Referrers
from consentkit.stats.paths import canonical

REFERRERS = Referrers(["www.example.com"], canonical)


@pytest.mark.parametrize(
    ("expected", "referer"),
    [
        ("direct", b""),
        ("internal", b"https://www.example.com/a"),
        ("search", b"https://www.google.com/"),
        ("search", b"https://www.google.co.uk/"),
        ("search", b"https://duckduckgo.com/"),
        ("search", b"https://search.brave.com/"),
        ("search", b"https://nl.search.yahoo.com/"),
        ("search", b"android-app://com.google.android.googlequicksearchbox/"),
        ("social", b"https://l.facebook.com/"),
        ("social", b"https://t.co/abc"),
        ("social", b"https://out.reddit.com/"),
        ("social", b"android-app://com.linkedin.android"),
        ("ai", b"https://chatgpt.com/"),
        ("ai", b"https://www.perplexity.ai/"),
        ("ai", b"https://gemini.google.com/"),
        ("ai", b"https://copilot.microsoft.com/"),
        ("email", b"https://mail.google.com/"),
        ("email", b"android-app://com.google.android.gm/"),
        ("email", b"https://webmail.provider.nl/"),
        ("email", b"https://outlook.live.com/"),
        ("referral", b"https://news.example.org/a"),
        ("referral", b"https://ask.example.org/"),
        ("referral", b"https://mailing.example.org/"),
        ("referral", b"https://192.0.2.7/"),
        ("referral", b"http://localhost:3000/"),
    ],
)
def test_the_referring_host_tells_the_channel(expected, referer):
    """Addresses and names inside a network are links like any other."""
    assert expected == REFERRERS.source(referer, "www.example.com").channel
    assert expected in CHANNELS


@pytest.mark.parametrize(
    ("expected", "referred", "medium", "source", "clicked"),
    [
        ("paid", "search", "cpc", "google", True),
        ("paid", "search", "(none)", "(none)", True),
        ("paid", "direct", "(none)", "(none)", True),
        ("social", "social", "(none)", "(none)", True),
        ("email", "direct", "newsletter", "(none)", False),
        ("social", "direct", "Social", "(none)", False),
        ("search", "direct", "organic", "(none)", False),
        ("ai", "direct", "(none)", "chatgpt.com", False),
        ("social", "direct", "(none)", "facebook", False),
        ("search", "direct", "(none)", "bing", False),
        ("email", "direct", "(none)", "mailchimp", False),
        ("referral", "direct", "(none)", "partner", False),
        ("referral", "direct", "odd", "partner", False),
        ("referral", "referral", "odd", "facebook", False),
    ],
)
def test_the_address_goes_before_the_referrer(expected, referred, medium, source, clicked):
    """By its medium, a click id, its source; a click id on a social network's link is no advertisement's."""
    assert expected == channel_of(referred, medium=medium, source=source, clicked=clicked)
