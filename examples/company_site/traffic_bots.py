"""The programs of the sample traffic: about three of ten requests to a website of this size come from one."""

from typing import NamedTuple


class Program(NamedTuple):
    """A program by its user agent: how often it asks a day, what it asks for, and from which country."""

    user_agent: str
    daily: float
    asks: str
    country: str


PAGES, ROBOTS, FEED, HEALTH, PROBES, ONE_PAGE = "pages", "robots", "feed", "health", "probes", "one page"

CHROME = "Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
ANDROID = "Linux; Android 6.0.1; Nexus 5X Build/MMB29P"
GOOGLE = "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FOR_AI = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {}"

PROGRAMS = (
    Program(f"Mozilla/5.0 {GOOGLE}", 30, PAGES, "US"),
    Program(
        f"Mozilla/5.0 ({ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/155.0.0.0 Mobile Safari/537.36 {GOOGLE}",
        52, PAGES, "US",
    ),
    Program("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 38, PAGES, "US"),
    Program("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 30, PAGES, "DE"),
    Program("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", 24, PAGES, "US"),
    Program("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", 8, PAGES, "TR"),
    Program("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", 4, PAGES, "US"),
    Program("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 4, ROBOTS, "US"),
    Program(FOR_AI.format("GPTBot/1.3; +https://openai.com/gptbot)"), 46, PAGES, "US"),
    Program(FOR_AI.format("ClaudeBot/1.0; +claudebot@anthropic.com)"), 34, PAGES, "US"),
    Program("CCBot/2.0 (https://commoncrawl.org/faq/)", 9, PAGES, "US"),
    Program(FOR_AI.format("Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)"), 14, PAGES, "US"),
    Program(
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", 22, PAGES, "IE"
    ),
    Program(FOR_AI.format("ChatGPT-User/1.0; +https://openai.com/bot)"), 17, ONE_PAGE, "US"),
    Program(FOR_AI.format("Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)"), 7, ONE_PAGE, "US"),
    Program("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", 96, HEALTH, "US"),
    Program("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", 24, HEALTH, "SE"),
    Program(
        "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 14 subscribers; like FeedFetcher-Google)", 22, FEED, "US"
    ),
    Program("FreshRSS/1.27.1 (Linux; https://freshrss.org)", 14, FEED, "NL"),
    Program("Mozilla/5.0 (compatible; Miniflux/2.2.9; +https://miniflux.app)", 9, FEED, "DE"),
    Program("python-requests/2.32.5", 14, ONE_PAGE, "DE"),
    Program("curl/8.14.1", 8, ONE_PAGE, "NL"),
    Program("Go-http-client/2.0", 12, ONE_PAGE, "US"),
    Program("okhttp/4.12.0", 5, ONE_PAGE, "IN"),
    Program("Mozilla/5.0 zgrab/0.x", 9, PROBES, "CN"),
    Program(CHROME.format(platform="Windows NT 10.0; Win64; x64", version=124), 58, PROBES, "CN"),
    Program(CHROME.format(platform="X11; Linux x86_64", version=131), 48, ONE_PAGE, "US"),
    Program(CHROME.format(platform="Windows NT 10.0; Win64; x64", version=119), 17, ONE_PAGE, "IN"),
)  # fmt: skip
"""The last two are browsers in name only: they send none of the headers that such a browser never leaves out."""

PROBE_PATHS = (
    "/.env", "/.git/config", "/wp-login.php", "/wp-admin/setup-config.php", "/xmlrpc.php", "/wp-content/plugins/",
    "/phpmyadmin/index.php", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/.aws/credentials",
    "/actuator/health", "/cgi-bin/luci", "/backup.sql", "/config.php.bak", "/server-status", "/.vscode/sftp.json",
)  # fmt: skip
