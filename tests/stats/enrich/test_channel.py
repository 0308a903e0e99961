"""Channels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("search", b"https://lens.google.com/"),
        ("search", b"https://www.yandex.ru/"),
        ("search", b"https://go.mail.ru/"),
        ("search", b"https://suche.web.de/"),
        ("search", b"https://eu.startpage.com/"),
        ("social", b"android-app://com.google.android.youtube"),
        ("social", b"android-app://com.zhiliaoapp.musically"),
        ("social", b"https://mastodon.nl/"),
        ("social", b"https://bsky.app/"),
        ("ai", b"https://claude.ai/"),
        ("ai", b"android-app://com.anthropic.claude"),
        ("ai", b"android-app://com.google.android.apps.bard"),
        ("ai", b"https://m365.cloud.microsoft/"),
        ("ai", b"https://edgeservices.bing.com/"),
        ("ai", b"https://duck.ai/"),
        ("ai", b"https://lumo.proton.me/"),
        ("email", b"https://mail.proton.me/"),
        ("email", b"https://outlook.cloud.microsoft/"),
        ("email", b"android-app://com.microsoft.office.outlook"),
        ("email", b"https://deref-gmx.net/"),
        ("email", b"https://e.mail.ru/"),
        ("email", b"https://mail.yahoo.com/"),
        ("paid", b"https://googleads.g.doubleclick.net/"),
        ("paid", b"https://trc.taboola.com/"),
        ("referral", b"https://docs.google.com/"),
        ("referral", b"https://accounts.google.com/"),
        ("referral", b"https://finance.yahoo.com/"),
        ("referral", b"https://mail.ru/"),
        ("referral", b"https://proton.me/"),
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
        ("paid", "search", "cpc", "google", "paid"),
        ("paid", "search", "(none)", "(none)", "paid"),
        ("paid", "direct", "(none)", "(none)", "paid"),
        ("paid", "referral", "(none)", "(none)", "paid"),
        ("social", "social", "(none)", "(none)", "social"),
        ("social", "direct", "(none)", "(none)", "social"),
        ("search", "search", "(none)", "(none)", "social"),
        ("email", "direct", "(none)", "(none)", "email"),
        ("internal", "internal", "(none)", "google", "paid"),
        ("paid", "direct", "paid-social", "facebook", ""),
        ("paid", "direct", "cpc brand", "google", ""),
        ("social", "direct", "organic_social", "facebook", ""),
        ("email", "direct", "newsletter", "(none)", ""),
        ("email", "direct", "E-Mail", "(none)", ""),
        ("social", "direct", "Social", "(none)", ""),
        ("search", "direct", "organic", "(none)", ""),
        ("referral", "direct", "sms", "facebook", ""),
        ("ai", "direct", "(none)", "chatgpt.com", ""),
        ("ai", "direct", "(none)", "copilot.microsoft.com", ""),
        ("search", "direct", "(none)", "google", ""),
        ("search", "direct", "(none)", "google.co.uk", ""),
        ("social", "direct", "(none)", "facebook", ""),
        ("social", "direct", "(none)", "meta", ""),
        ("social", "direct", "(none)", "linkedin.com", ""),
        ("paid", "direct", "(none)", "facebook_ads", ""),
        ("referral", "direct", "(none)", "microsoft", ""),
        ("referral", "direct", "(none)", "you", ""),
        ("search", "direct", "(none)", "bing", ""),
        ("email", "direct", "(none)", "mailchimp", ""),
        ("email", "direct", "(none)", "newsletter-2026", ""),
        ("referral", "direct", "(none)", "partner", ""),
        ("referral", "direct", "odd", "partner", ""),
        ("referral", "referral", "odd", "facebook", ""),
    ],
)
def test_the_address_goes_before_the_referrer(expected, referred, medium, source, clicked):
    """By its medium, a click id, its source; a click id that a network puts on every link is no advertisement's."""
    assert expected == channel_of(referred, medium=medium, source=source, clicked=clicked)


@given(st.text(max_size=60), st.text(max_size=60))
def test_hostile_values_have_a_channel_too(medium, source):
    """Whatever stands in a link, the channel is one of the list."""
    assert channel_of("direct", medium=medium, source=source) in CHANNELS
