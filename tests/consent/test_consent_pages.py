"""The preferences page, the declaration and the banner, as a browser and an attacker ask for them."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.texts import available
from tests.support.asgi import DOCUMENT, answering, ask
from tests.support.sites import consent_cookie, kit_of, settings

FORM = (b"content-type", b"application/x-www-form-urlencoded")
AS_JSON = (b"content-type", b"application/json")
OURS = (b"sec-fetch-site", b"same-origin")
ELSEWHERE = (b"sec-fetch-site", b"cross-site")
FROM_SHOP = (b"referer", b"https://www.example.com/shop?page=2")
XSS = "\"'><script>alert(1)</script>"


@pytest.mark.parametrize(
    "path",
    [
        "/consent/",
        "/consent/withdraw",
        "/consent/state",
        "/consent/declaration",
        "/consent/declaration.json",
        "/consent",
        "/consent/nope",
        "/consent/static/x.css",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND"])
def test_only_post_changes_state(kit: ConsentKit, path: str, method: str) -> None:
    """Prefetchers, link scanners and previews change nothing, whatever they put in the address."""
    answer = ask(
        kit.wrap(answering()), path, method=method, query_string=b"choice=accept_all&grant=ads",
        headers=[OURS, (b"cookie", consent_cookie(kit, "ads"))], body=b"choice=accept_all",
    )  # fmt: skip
    assert [] == answer.all(b"set-cookie")
    if method not in ("GET", "HEAD") and path != "/consent":
        assert (405, b"GET, HEAD") == (answer.status, answer.get(b"allow"))


class Ticks(HTMLParser):
    """Collects the check boxes of a page and whether they are ticked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ticked: dict[str, bool] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a check box."""
        values = dict(attrs)
        if values.get("type") == "checkbox":
            self.ticked[str(values["value"])] = "checked" in values


def test_nothing_is_ticked_before_a_choice_and_the_choice_after_it(kit: ConsentKit) -> None:
    """No box is ticked in advance (rule C8); a reopened page shows the current state (rule C15)."""
    app = kit.wrap(answering())
    assert {"theme": False, "meter": False, "ads": False, "video": False} == Ticks(ask(app, "/consent/").text).ticked
    page = ask(app, "/consent/", headers=[(b"cookie", consent_cookie(kit, "video"))])
    assert {"theme": False, "meter": False, "ads": False, "video": True} == Ticks(page.text).ticked


def test_a_purpose_says_when_only_a_part_of_it_is_granted(kit: ConsentKit) -> None:
    """Beside a service that is on, its purpose is not called refused."""
    page = ask(kit.wrap(answering()), "/consent/", headers=[(b"cookie", consent_cookie(kit, "video", "theme"))]).text
    assert [("granted", "granted"), ("denied", "refused"), ("partly", "partly granted")] == re.findall(
        r'<span class="badge ([a-z]+)">([a-z ]+)</span>', page
    )


@pytest.mark.parametrize("path", ["/consent/", "/consent/declaration"])
def test_pages_carry_the_security_headers(kit: ConsentKit, path: str) -> None:
    """No inline script or style could run, nobody may frame the page, nothing is stored in between."""
    answer = ask(kit.wrap(answering()), path)
    policy = answer.get(b"content-security-policy")
    assert policy is not None
    for part in (
        b"default-src 'none'",
        b"script-src 'self'",
        b"form-action 'self'",
        b"frame-ancestors 'self'",
        b"base-uri 'none'",
    ):
        assert part in policy
    assert b"unsafe" not in policy
    assert (b"no-store", b"nosniff", b"same-origin") == (
        answer.get(b"cache-control"), answer.get(b"x-content-type-options"), answer.get(b"referrer-policy"),
    )  # fmt: skip
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "onclick" not in answer.text


@pytest.mark.parametrize("path", ["/consent/", "/consent/declaration"])
def test_no_field_of_a_request_reaches_the_page_as_markup(kit: ConsentKit, path: str) -> None:
    """Return address, language, host, referrer and path are shown escaped or not at all."""
    query = urlencode({"return": "/x" + XSS, "lang": XSS, "saved": XSS}).encode()
    headers = [
        (b"host", XSS.encode()),
        (b"referer", b"https://" + XSS.encode() + b"/" + XSS.encode()),
        (b"accept-language", XSS.encode()),
    ]
    assert "<script>alert" not in ask(kit.wrap(answering()), path, query_string=query, headers=headers).text
    answer = ask(
        kit.wrap(answering()), "/consent/", method="POST", headers=[FORM, ELSEWHERE, *headers],
        body=urlencode({"choice": "accept_all", "return": "/x" + XSS, "lang": XSS}).encode(),
    )  # fmt: skip
    assert 403 == answer.status
    assert "<script>alert" not in answer.text


def test_return_address_in_the_page_is_escaped(kit: ConsentKit) -> None:
    """An address that may be returned to can still hold quotes and brackets."""
    answer = ask(
        kit.wrap(answering()), "/consent/", query_string=urlencode({"return": '/a"><script>x</script>'}).encode()
    )
    assert "<script>x" not in answer.text
    assert 'value="/a&#34;&gt;&lt;script&gt;' in answer.text


def test_banner_escapes_the_address_of_its_page(kit: ConsentKit) -> None:
    """The path and query of the page stand in a hidden field of the banner."""
    answer = ask(
        kit.wrap(answering(DOCUMENT)), '/"><script>x</script>', query_string=b'a="><script>y</script>@@NONCE@@'
    )
    assert b"<script>x" not in answer.body
    assert b"<script>y" not in answer.body


def test_site_below_a_root_path_keeps_its_addresses(kit: ConsentKit) -> None:
    """Mounted under /sub, forms, assets and redirects point below /sub."""
    page = ask(kit.wrap(answering()), "/sub/consent/", root_path="/sub")
    assert 200 == page.status
    assert 'action="/sub/consent/"' in page.text
    answer = ask(kit.wrap(answering()), "/sub/consent", root_path="/sub")
    assert (307, b"/sub/consent/") == (answer.status, answer.get(b"location"))


def test_declaration_lists_all_that_is_declared_and_our_own(kit: ConsentKit) -> None:
    """Page and data name every cookie, purpose and duration (rule C19)."""
    app = kit.wrap(answering())
    page = ask(app, "/consent/declaration").text
    data = json.loads(ask(app, "/consent/declaration.json").body)
    names = {item["name"] for purpose in data["purposes"] for entry in purpose["services"] for item in entry["storage"]}
    declared = {"session", "csrftoken", "_ads_optout", "theme", "_meter", "_meter_*", "_ads_*", "_fbp", "vid"}
    own = {"consentkit", "__Host-consentkit", "consentkit_staff", "__Host-consentkit_staff"}
    assert declared | own == names
    for name in (*names, "__Host-consentkit"):
        assert f'<code dir="ltr">{name}</code>' in page


def test_both_buttons_are_equal_and_on_one_layer(kit: ConsentKit) -> None:
    """Refusing is a button like accepting, beside it, without a class of its own (rules C4, C5, C7)."""
    text = ask(kit.wrap(answering(DOCUMENT))).text
    assert (
        '<button name="choice" value="refuse_all">Refuse all</button>'
        '<button name="choice" value="accept_all">Accept all</button>' in text
    )


def test_first_layer_says_who_what_and_how_to_withdraw(kit: ConsentKit) -> None:
    """Controller, every purpose, withdrawal and the policy are on the first layer (rule C11)."""
    text = ask(kit.wrap(answering(DOCUMENT))).text
    for part in (
        "Example Telecom B.V.",
        "Preferences",
        "Audience measurement",
        "Marketing",
        "change your mind",
        'href="/privacy"',
    ):
        assert part in text


@pytest.mark.parametrize("path", ["/consent/", "/consent/declaration"])
def test_pages_wear_the_stylesheet_of_the_site(path: str) -> None:
    """After ours, so that its custom properties hold; nothing of the kind unless it is configured."""
    plain = ask(kit_of().wrap(answering()), path).text
    themed = ask(kit_of(settings(consent={"stylesheet": "/static/consent.css"})).wrap(answering()), path).text
    assert (1, 2) == (plain.count('rel="stylesheet"'), themed.count('rel="stylesheet"'))
    assert themed.index("/consent/static/pages.") < themed.index('href="/static/consent.css"')


def test_many_languages_are_folded(kit: ConsentKit) -> None:
    """A site in all languages does not begin its page with a wall of links; one in three shows them."""
    many = kit_of(settings(site={"languages": list(available())}))
    pages = [ask(each.wrap(answering()), "/consent/", query_string=b"lang=nl").text for each in (kit, many)]
    assert [0, 1] == [page.count('<details class="many"><summary>Nederlands</summary>') for page in pages]
    assert [3, 30] == [page.count("hreflang=") for page in pages]


def test_the_preferences_and_the_declaration_lead_to_each_other(kit: ConsentKit) -> None:
    """Each has a link to the other, in the same language, that still knows the page to go back to."""
    app = kit.wrap(answering())
    for path, other in (("/consent/", "/consent/declaration"), ("/consent/declaration", "/consent/")):
        page = ask(app, path, query_string=b"lang=nl&return=/shop").text
        assert f'href="{other}?lang=nl&amp;return=/shop"' in page


def test_a_third_party_is_linked_to_what_it_says_itself() -> None:
    """On both pages, by its name, without telling it where the visitor comes from; others have no such link."""
    tables = settings()
    tables["services"][3] |= {"third_party": "Ads & Co", "privacy_policy": "https://ads.example.net/p?a=1&b='2'"}
    app = kit_of(tables).wrap(answering())
    for path in ("/consent/", "/consent/declaration"):
        html = ask(app, path, query_string=b"lang=nl").text
        link = (
            '<a href="https://ads.example.net/p?a=1&amp;b=&#39;2&#39;" rel="noopener noreferrer">'
            "Ads &amp; Co: Privacyverklaring</a>"
        )
        assert 1 == html.count(link) == html.count(": Privacyverklaring</a>")
