"""One class for each request."""

import pytest

from consentkit.stats import classes
from consentkit.stats.classes import judge
from consentkit.stats.enrich.agent import agent_of
from consentkit.traits import traits_of
from tests.stats.page_requests import SAFARI, a_logged_page, a_page


def classify(facts):
    return reasoned(facts)[0]


def reasoned(facts):
    return judge(facts).judged(agent_of(facts.traits.headers.get(b"user-agent", b"")))


@pytest.mark.parametrize(
    ("expected", "facts"),
    [
        ("person", a_page()),
        ("person", a_logged_page()),
        ("own", a_page(own=True, purpose="prefetch")),
        ("prefetch", a_page(purpose="prefetch;prerender")),
        ("prefetch", a_page(purpose="preview", path="/.env", status=404)),
        ("probe", a_page(path="/.env", status=404)),
        ("probe", a_page(path="/.git/config", status=403)),
        ("probe", a_page(path="/wp-login.php", status=301)),
        ("probe", a_page(path="/phpMyAdmin/index.php", status=404)),
        ("probe", a_page(path="/cgi-bin/luci", status=404, user_agent="Googlebot/2.1")),
        ("probe", a_page(method="PROPFIND", status=405)),
        ("crawler", a_page(user_agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")),
        ("ai_crawler", a_page(user_agent="Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)")),
        ("ai_fetch", a_page(user_agent="Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)")),
        ("monitor", a_page(user_agent="Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)")),
        ("feed_reader", a_page(user_agent="Feedfetcher-Google; (+http://www.google.com/feedfetcher.html)")),
        ("library", a_page(user_agent="python-requests/2.32.3")),
        ("library", a_page(user_agent="")),
        ("suspected", a_page(accept_language="", fetch_site="", fetch_mode="", fetch_dest="")),
        ("asset", a_page(fetch_dest="style", path="/a")),
        ("asset", a_page(fetch_dest="empty", fetch_mode="cors", path="/api")),
        ("person", a_page(fetch_dest="empty", path="/plan.pdf")),
        ("asset", a_logged_page(path="/site.CSS")),
    ],
)
def test_a_request_has_the_class_of_what_made_it(expected, facts):
    """The first class that fits, in the documented order."""
    assert expected == classify(facts)
    assert expected in classes.CLASSES


def test_a_site_that_answers_there_is_not_probed():
    """A WordPress site's own sign-in page is a page."""
    assert classify(a_page(path="/wp-login.php")) == "person"
    assert classify(a_page(path="/wp-admin/", status=302)) == "person"


@pytest.mark.parametrize(
    "facts",
    [
        a_page(accept_language=""),
        a_page(fetch_site="", fetch_dest=""),
        a_page(fetch_site="", fetch_mode="", fetch_dest="", secure=False),
        a_page(accept_language="", fetch_site="", fetch_mode="", fetch_dest="", user_agent=SAFARI),
        a_logged_page(),
    ],
)
def test_suspicion_needs_certainty(facts):
    """One missing header, plain http, a browser that leaves them out, or a log is no ground."""
    assert classify(facts) == "person"


def test_a_document_opened_as_such_is_a_persons():
    """Somebody opens an image in a tab of its own."""
    assert classify(a_page(path="/map.png", content_type="image/png")) == "person"


def test_a_connection_that_asked_nothing_is_no_probe():
    """Browsers open connections that they then do not use; logs show them as "-" 408."""
    assert classify(a_logged_page(method="", path="/", status=408)) == "person"


CHROMIUM_HINTS = '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.mark.parametrize(
    ("expected", "facts"),
    [
        (("person", "browser"), a_page(client_hints=CHROMIUM_HINTS, accept="text/html,*/*;q=0.8")),
        (("suspected", "accept"), a_page(accept="*/*")),
        (("suspected", "hints_of_another_browser"), a_page(client_hints=CHROMIUM_HINTS, user_agent=FIREFOX)),
        (("suspected", "no_fetch_metadata"), a_page(fetch_site="", fetch_mode="", fetch_dest="")),
        (("suspected", "no_fetch_metadata"), a_page(fetch_site="", fetch_mode="", fetch_dest="", path="/a.css")),
        (("ai_fetch", "signature"), a_page(signer='"https://chatgpt.com"')),
        (("ai_fetch", "signature"), a_page(signer='sig1="https://agent.perplexity.ai"')),
        (("crawler", "signature"), a_page(signer='"https://bot.example.org"')),
        (("crawler", "signature"), a_page(signer="?")),
        (("library", "headless"), a_page(client_hints='"HeadlessChrome";v="142", "Chromium";v="142"')),
        (("prefetch", "prerender"), a_page(purpose="prefetch;prerender")),
        (("prefetch", "prefetch"), a_page(purpose="prefetch")),
        (("probe", "method"), a_page(method="PROPFIND")),
        (("probe", "path"), a_page(path="/.env", status=404)),
        (("asset", "extension"), a_logged_page(path="/a.css")),
        (("asset", "destination"), a_page(fetch_dest="image")),
        (("own", "own"), a_page(own=True)),
    ],
)
def test_each_class_has_its_reason(expected, facts):
    """So that a site can see why a request was left out."""
    assert expected == reasoned(facts)


@pytest.mark.parametrize("header", ["purpose", "x-purpose", "x-moz"])
def test_older_headers_of_prefetching_are_known_too(header):
    """They say what Sec-Purpose says today."""
    facts = a_page()
    purposeful = traits_of({**facts.traits.headers, header.encode(): b"preview"})
    assert classify(facts._replace(traits=purposeful)) == "prefetch"
