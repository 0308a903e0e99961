"""What a user agent declares."""

import crawleruseragents
import pytest

from consentkit.stats.enrich import bots
from consentkit.stats.enrich.bots import MISTAKEN, declared
from tests.stats.page_requests import CHROME, SAFARI
from tests.support import corpora

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    "user_agent",
    [
        CHROME,
        SAFARI,
        f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0.40.110;FBDV/iPhone14,5;FBLC/nl_NL;FBOP/80]",
        f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29.7170",
        f"{ANDROID} Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 Instagram 406.0.0.58.159 Android",
        f"{ANDROID} Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 MetaIAB Facebook",
        f"Mozilla/5.0 (Linux; Android 9; CUBOT X19) {KHTML} Chrome/99.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
        "Mozilla/5.0 (compatible; Konqueror/4.5; FreeBSD) KHTML/4.5.4 (like Gecko)",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
        "Nokia6100/1.0 (04.01) Profile/MIDP-1.0 Configuration/CLDC-1.0",
    ],
)
def test_a_browser_declares_nothing(user_agent):
    """Built-in browsers of apps, old ones and odd telephones included."""
    assert declared(user_agent) is None


@pytest.mark.parametrize(
    ("expected", "user_agent"),
    [
        (
            "ai_fetch",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)",
        ),
        ("ai_fetch", "Mozilla/5.0 (compatible; Claude-User/1.0; +Claude-User@anthropic.com)"),
        (
            "ai_fetch",
            "Mozilla/5.0 AppleWebKit/537.36 (compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
        ),
        ("ai_fetch", "Mozilla/5.0 (compatible; Somebody-User/1.0)"),
        ("ai_crawler", "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)"),
        ("ai_fetch", "meta-externalfetcher/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)"),
        (
            "ai_crawler",
            f"Mozilla/5.0 {KHTML}; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot",
        ),
        ("monitor", "Prometheus/3.5.0"),
        ("ai_crawler", "CCBot/2.0 (https://commoncrawl.org/faq/)"),
        ("crawler", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        ("crawler", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
        ("crawler", "Mozilla/5.0 (compatible; Never Heard Of It)"),
        ("crawler", f"{CHROME} (+https://example.org/why)"),
        ("crawler", f"{CHROME} newbot/1.0"),
        ("monitor", "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)"),
        ("monitor", "kube-probe/1.31"),
        ("feed_reader", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)"),
        ("probe", "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)"),
        ("probe", "sqlmap/1.8#stable (https://sqlmap.org)"),
        ("library", "curl/8.5.0"),
        ("library", "Go-http-client/2.0"),
        ("library", "python-requests/2.32.3"),
        ("library", "MyApp/7 CFNetwork/1490 Darwin/23"),
        (
            "library",
            f"Mozilla/5.0 (X11; Linux x86_64) {KHTML} HeadlessChrome/142.0.0.0 Safari/537.36",
        ),
        ("library", ""),
        ("library", "   "),
    ],
)
def test_a_program_has_the_class_it_declares(expected, user_agent):
    """By the list and its tags, and by general words for what no list has."""
    assert expected == declared(user_agent)[0]


def test_no_recall_is_lost_to_speed():
    """Every example of the list that its own slow check knows is known here."""
    entries = [entry for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in MISTAKEN]
    examples = [example for entry in entries for example in entry["instances"]]
    assert len(examples) > 2000
    missed = [one for one in examples if crawleruseragents.is_crawler(one) and bots._listed(one) is None]
    assert missed == []


def test_programs_are_told_from_browsers_on_corpora_that_the_lists_were_not_made_from():
    """At least 98 of 100 programs, at most 5 of 1,000 browsers; `make bench` prints the figures."""
    bots, browsers, today = corpora.bots(), corpora.browsers(), corpora.browsers_of_today()
    assert (True, True, True) == (len(bots) > 1300, len(browsers) > 30_000, len(today) > 6_000)
    assert sum(declared(one) is not None for one in bots) >= 0.98 * len(bots)
    assert sum(declared(one) is not None for one in browsers) <= 0.005 * len(browsers)
    assert sum(declared(one) is not None for one in today) <= 0.005 * len(today)


@pytest.mark.parametrize(
    ("reason", "user_agent"),
    [
        ("listed", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        ("word", "Mozilla/5.0 (compatible; NobodyKnowsThisCrawler/1.0)"),
        ("no_user_agent", ""),
        ("no_browser", "MyApp/7 CFNetwork/1490 Darwin/23"),
    ],
)
def test_the_reason_is_told(reason, user_agent):
    """So that a site can see why a request was left out."""
    assert reason == declared(user_agent)[1]
