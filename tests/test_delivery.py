"""Edge delivery: one page for everybody, which shared caches may store; what is for one visitor stays out of them."""

import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit import ConsentKit, consent_of
from consentkit.consent.edge import DUE
from tests.support.asgi import HTML, Answer, answering, ask
from tests.support.sites import consent_cookie, cookies, kit_of, necessary, service
from tests.support.sites import settings as tables

SERVICES = [
    necessary("session", "session"),
    service("ads", "marketing", "_ads_*", origins=["https://ads.example.net"]),
    service("video", "preferences", "vid", origins=["https://video.example.net"]),
]
PAGE = (
    b'<!doctype html><html lang="nl"><head><title>t</title></head><body>'
    b'<script src="https://ads.example.net/a.js"></script>'
    b'<iframe src="https://video.example.net/v" width="400"></iframe></body></html>'
)
PUBLIC = (b"cache-control", b"public, s-maxage=600")
OPEN = b"https://ads.example.net"
LINK = (b"link", b"<https://ads.example.net>; rel=preconnect, </a.css>; rel=preload")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
OURS = (b"sec-fetch-site", b"same-origin")


def edge_kit(**consent: object) -> ConsentKit:
    """A kit that makes the same page for everybody."""
    return kit_of(tables(services=SERVICES, consent={"delivery": "edge", **consent}))


KIT = edge_kit()
APP = KIT.wrap(answering(PAGE, headers=[HTML, PUBLIC, (b"accept-ch", b"Sec-CH-UA-Model"), LINK]))


def sent_by(answer: Answer) -> tuple[object, bytes]:
    """Headers and body of an answer."""
    return answer.start["headers"], answer.body


request_headers = st.lists(
    st.sampled_from(
        [
            (b"cookie", consent_cookie(KIT, "ads")),
            (b"cookie", consent_cookie(KIT)),
            (b"cookie", consent_cookie(KIT, "ads", "video", gpc=True) + b"; _ads_1=x; session=s"),
            (b"cookie", b"__Host-consentkit-hint=forged; _ads_1=x"),
            (b"sec-gpc", b"1"),
            (b"accept-language", b"es"),
            (b"accept", b"image/png"),
            (b"sec-fetch-dest", b"iframe"),
            (b"sec-fetch-dest", b"empty"),
            (b"hx-request", b"true"),
            (b"x-requested-with", b"XMLHttpRequest"),
            (b"referer", b"https://www.example.com/other?secret=1"),
            (b"user-agent", b"somebody"),
            (b"if-none-match", b'"x"'),
        ]
    ),
    max_size=4,
    unique_by=lambda pair: pair[0],
)


@settings(max_examples=60, deadline=None)
@given(request_headers, st.sampled_from([b"", b"gclid=secret"]))
def test_no_byte_depends_on_who_asks(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    """Headers and body are the same for every cookie, signal, language, way of asking and query."""
    assert sent_by(ask(APP)) == sent_by(ask(APP, headers=headers, query_string=query))


def test_page_is_as_cacheable_as_the_app_made_it() -> None:
    """No Set-Cookie, no Vary, and the app's own word to caches."""
    answer = ask(APP, headers=[(b"cookie", consent_cookie(KIT) + b"; _ads_1=refused")])
    assert [] == answer.all(b"set-cookie")
    assert [] == answer.all(b"vary")
    assert PUBLIC[1] == answer.get(b"cache-control")


def test_what_needs_consent_is_inert_and_the_banner_waits() -> None:
    """The script stands first in the head, the tag is inert, the placeholder works without scripts."""
    text = ask(APP, headers=[(b"cookie", consent_cookie(KIT, "ads", "video"))]).text
    assert text.startswith('<!doctype html><html lang="nl"><head><script src="/consent/static/edge.')
    assert 'consentkit--src="https://ads.example.net/a.js"' in text
    assert f'<template id="{DUE}"><link' in text
    assert '<template data-consentkit="video"><iframe data-consentkit="video" width="400"' in text
    assert 'action="/consent/once"' in text
    assert 'name="return" value="/"' in text
    assert "Voorkeuren" in text or "voorkeuren" in text


@pytest.mark.parametrize(
    "headers",
    [
        [HTML, (b"content-encoding", b"br")],
        [(b"content-type", b"application/xhtml+xml")],
        [(b"content-type", b"text/html; charset=utf-16")],
        [HTML, (b"content-disposition", b"attachment")],
        [HTML, (b"content-range", b"bytes 0-9/99")],
    ],
)
def test_what_cannot_be_rewritten_gets_the_closed_policy(headers: list[tuple[bytes, bytes]]) -> None:
    """Where the tags are not inert no origin that needs consent is open, to nobody."""
    closed = ask(KIT.wrap(answering(PAGE, headers=headers)), headers=[(b"cookie", consent_cookie(KIT, "ads", "video"))])
    assert PAGE == closed.body
    assert OPEN not in (closed.get(b"content-security-policy") or b"")
    assert OPEN in (ask(APP).get(b"content-security-policy") or b"")


def test_page_handed_over_as_a_file_gets_the_closed_policy() -> None:
    """An app that does so unasked takes the page past the gate, not past the policy."""

    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [HTML]})  # type: ignore[operator]
        await send({"type": "http.response.pathsend", "path": "/page.html"})  # type: ignore[operator]

    assert OPEN not in (ask(KIT.wrap(app)).get(b"content-security-policy") or b"")  # type: ignore[arg-type]


def test_head_tells_what_get_would() -> None:
    """The policy and the caching are those of the page; its length is not told."""
    app = KIT.wrap(answering(PAGE, headers=[HTML, PUBLIC, (b"etag", b'"1"'), (b"content-length", b"9")]))
    head, get = ask(app, method="HEAD"), ask(app)
    for name in (b"content-security-policy", b"cache-control", b"permissions-policy", b"etag"):
        assert get.get(name) == head.get(name)
    assert None is head.get(b"content-length")


def test_links_to_closed_origins_are_open_to_nobody() -> None:
    """A browser would follow them before any script runs."""
    answer = ask(APP, headers=[(b"cookie", consent_cookie(KIT, "ads", "video"))])
    assert b"</a.css>; rel=preload" == answer.get(b"link")


@pytest.mark.parametrize("cookie", [b"session=1; Path=/", b"_ads_1=x; Path=/", b"undeclared=1"])
def test_response_that_was_to_set_a_cookie_is_private(cookie: bytes) -> None:
    """It was made for one visitor, whether or not the gate lets the cookie pass."""
    answer = ask(KIT.wrap(answering(PAGE, headers=[HTML, PUBLIC, (b"set-cookie", cookie)])))
    assert b"private" == answer.get(b"cache-control")
    assert b"Cookie, Sec-GPC, Sec-Fetch-Dest" == answer.get(b"vary")


def test_page_whose_app_asked_for_the_consent_is_private() -> None:
    """It may differ by visitor, and so it is theirs."""

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        granted = consent_of(scope).granted("marketing")
        await answering(PAGE + str(granted).encode(), headers=[HTML, PUBLIC])(scope, receive, send)  # type: ignore[arg-type]

    answer = ask(KIT.wrap(app), headers=[(b"cookie", consent_cookie(KIT, "ads"))])  # type: ignore[arg-type]
    assert answer.text.endswith("True")
    assert b"private" == answer.get(b"cache-control")


def test_pictures_are_still_asked_for_by_condition() -> None:
    """Only what a browser may show as a page has to come whole: its stored copy may be from before the gate."""
    seen: list[dict[str, object]] = []
    app = KIT.wrap(answering(PAGE, headers=[HTML], seen=seen))
    for destination in (b"image", b"document"):
        ask(app, headers=[(b"sec-fetch-dest", destination), (b"if-none-match", b'"1"')])
    assert [True, False] == [b"if-none-match" in dict(scope["headers"]) for scope in seen]  # type: ignore[call-overload]


def test_banner_is_the_one_that_the_proof_knows() -> None:
    """A choice answers the same notice, whichever way the page was delivered."""
    server = kit_of(tables(services=SERVICES)).wrap(answering(PAGE))
    shown = [re.search('name="shown" value="([^"]+)"', ask(app).text) for app in (APP, server)]
    assert shown[0]
    assert shown[1]
    assert shown[0][1] == shown[1][1]


def test_cookies_are_gated_by_visitor() -> None:
    """On requests that reach the app each visitor's own choice counts."""
    seen: list[dict[str, object]] = []
    app = KIT.wrap(answering(PAGE, headers=[HTML], seen=seen))
    for grants in ((), ("ads",)):
        ask(app, headers=[(b"cookie", consent_cookie(KIT, *grants) + b"; __Host-consentkit-hint=x; _ads_1=v")])
    refused, granted = (dict(scope["headers"]).get(b"cookie") for scope in seen)  # type: ignore[call-overload]
    assert (None, b"_ads_1=v") == (refused, granted)


def test_refused_cookies_are_deleted_where_no_cache_stores_it() -> None:
    """Never with a page that a cache may store; with the app's own private responses, and by the script's call."""
    cookie = (b"cookie", consent_cookie(KIT) + b"; _ads_1=refused")
    own = KIT.wrap(answering(PAGE, headers=[HTML, (b"cache-control", b"no-store")]))
    assert any(line.startswith(b"_ads_1=;") for line in ask(own, headers=[cookie]).all(b"set-cookie"))
    answer = ask(APP, "/consent/state", method="POST", headers=[cookie])
    assert b"no-store" == answer.get(b"cache-control")
    assert any(line.startswith(b"_ads_1=;") for line in answer.all(b"set-cookie"))


def hints(answer: Answer) -> list[bytes]:
    """The Set-Cookie lines of the hint."""
    return [line for line in answer.all(b"set-cookie") if b"-hint=" in line]


def test_hint_follows_the_choice() -> None:
    """It comes with a choice, and goes with the record; a visitor who chose nothing gets none."""
    body = urlencode({"choice": "accept_all"}).encode()
    answer = ask(APP, "/consent/", method="POST", headers=[FORM, OURS], body=body)
    (line,) = hints(answer)
    assert b"0112222;" in line
    recorded = (
        b"cookie",
        next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0],
    )
    (line,) = hints(ask(APP, "/consent/erase", method="POST", headers=[FORM, OURS, recorded]))
    assert b"Max-Age=0" in line
    chosen = (b"cookie", consent_cookie(KIT, "ads"))
    (line,) = hints(ask(APP, "/consent/withdraw", method="POST", headers=[FORM, OURS, chosen]))
    assert b"Max-Age=15552000" in line
    assert [] == hints(ask(APP, "/consent/state", method="POST"))
    assert 1 == len(hints(ask(APP, "/consent/state", method="POST", headers=[chosen])))


def test_state_tells_the_script_whether_to_ask() -> None:
    """Of who has no hint only the server knows whether they chose."""
    answers = [
        ask(APP, "/consent/state", method="POST", headers=headers)
        for headers in ([], [(b"sec-gpc", b"1")], [(b"cookie", consent_cookie(KIT))])
    ]
    assert [True, False, False] == [json.loads(answer.body)["asks"] for answer in answers]


def test_server_delivery_tells_no_hint() -> None:
    """Where each visitor gets pages of their own no script needs to read the choice."""
    app = kit_of(tables(services=SERVICES)).wrap(answering(PAGE))
    assert [] == hints(
        ask(app, "/consent/", method="POST", headers=[FORM, OURS], body=urlencode({"choice": "accept_all"}).encode())
    )


def test_modes_that_only_watch_leave_the_tags() -> None:
    """The page is the same for everybody there too."""
    answer = ask(edge_kit(mode="observe").wrap(answering(PAGE, headers=[HTML, PUBLIC])))
    assert b'<script src="https://ads.example.net/a.js"></script>' in answer.body
    assert [] == answer.all(b"content-security-policy")
    assert "data-csp" not in answer.text
    assert PUBLIC[1] == answer.get(b"cache-control")


def test_site_with_nothing_to_choose_is_left_alone() -> None:
    """But for the link, no page needs a change."""
    kit = kit_of(tables(services=[necessary("session", "session")], consent={"delivery": "edge", "link": "template"}))
    assert PAGE == ask(kit.wrap(answering(PAGE, headers=[HTML]))).body


def test_several_cookies_are_declared() -> None:
    """The hint is storage of ours, and stands in the declaration where it is used."""
    for kit, there in ((KIT, True), (kit_of(tables(services=SERVICES)), False)):
        assert there == ("consentkit-hint" in kit.declaration_html("en"))
    assert cookies("a")
