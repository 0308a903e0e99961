"""Headers that keep closed origins closed."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from consentkit import ConsentKit
from tests.support.asgi import DOCUMENT, HTML, answering, ask, exchange, http_scope
from tests.support.sites import consent_cookie, kit_of, necessary, service, settings

ADS = "https://ads.example.net"
PRELOAD = b"<https://ads.example.net/a.js>; rel=preload"


def policies(kit: ConsentKit, *cookie: bytes) -> list[bytes]:
    """The Content-Security-Policy headers of a page."""
    headers = [(b"cookie", value) for value in cookie]
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"content-security-policy", b"img-src *")]))
    return ask(app, headers=headers).all(b"content-security-policy")


def test_policy_allows_an_origin_only_while_its_service_is_granted() -> None:
    """The app's own header stays as it is, first; ours can only restrict."""
    kit = kit_of()
    own, ours = policies(kit)
    assert b"img-src *" == own
    assert ADS.encode() not in ours
    assert ours.startswith(b"default-src 'self' 'unsafe-inline' 'unsafe-eval'")
    assert b" www.example.com" in ours
    assert f" {ADS} wss://ads.example.net".encode() in policies(kit, consent_cookie(kit, "ads"))[1]


def test_policy_can_be_switched_off_and_is_only_sent_where_it_is_enforced() -> None:
    """`csp = false` and the modes observe and warn send none."""
    for consent in ({"csp": False}, {"mode": "observe"}, {"mode": "warn"}):
        assert [b"img-src *"] == policies(kit_of(settings(consent=consent)))


def test_origin_of_a_necessary_service_is_always_allowed() -> None:
    """It needs nobody's consent."""
    pay = {**necessary("pay", "pay"), "origins": ["https://pay.example.net"]}
    kit = kit_of(
        settings(services=[pay, service("ads", "marketing", "_ads", origins=[ADS, "https://pay.example.net"])])
    )
    assert b"https://pay.example.net" in policies(kit)[1]
    script = b"<script src=https://pay.example.net/x.js></script>"
    assert script in ask(kit.wrap(answering(DOCUMENT.replace(b"<p>", script + b"<p>")))).body


def test_advertising_interfaces_are_closed_until_marketing_is_granted() -> None:
    """In a header of its own beside the app's."""
    kit = kit_of()
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"permissions-policy", b"camera=()")]))
    closed = ask(app).all(b"permissions-policy")
    assert b"camera=()" == closed[0]
    assert b"browsing-topics=()" in closed[1]
    cookie = consent_cookie(kit, "marketing")
    assert [b"camera=()"] == ask(app, headers=[(b"cookie", cookie)]).all(b"permissions-policy")


LINKS = [
    (PRELOAD, None),
    (b"</a.css>; rel=preload; as=style", b"</a.css>; rel=preload; as=style"),
    (b'</a,b>;  rel="preload" ,' + PRELOAD, b'</a,b>;  rel="preload"'),
    (b"<//ADS.example.net>;rel=preconnect , </x>; rel=prefetch", b"</x>; rel=prefetch"),
    (b"<https://ads.example.net/>; rel=canonical", b"<https://ads.example.net/>; rel=canonical"),
    (b'<https://ads.example.net/>; rel="canonical preconnect"', None),
    (
        b'</a>; title="x, <https://ads.example.net/>"; rel=next',
        b'</a>; title="x, <https://ads.example.net/>"; rel=next',
    ),
    (b'</a>; title="never closed, <https://ads.example.net/>; rel=preload', None),
    (b'</a>; title="never closed', b'</a>; title="never closed'),
    (b"<\\\\ads.example.net>", None),
]


@pytest.mark.parametrize(("value", "expected"), LINKS)
def test_links_to_closed_origins_do_not_leave(value: bytes, expected: bytes | None) -> None:
    """Others are kept byte for byte; what cannot be taken apart goes if any of it is closed."""
    answer = ask(kit_of().wrap(answering(b"{}", headers=[(b"Link", value)])))
    assert expected == answer.get(b"link")


@pytest.mark.parametrize(
    ("name", "value", "passes"),
    [
        (b"refresh", b"3; url=https://ads.example.net/", False),
        (b"Refresh", b"0;//ads.example.net", False),
        (b"refresh", b"30; url=/next", True),
        (b"Speculation-Rules", b'"/own.json", "https://ads.example.net/rules.json"', False),
        (b"speculation-rules", b'"/own.json"', True),
    ],
)
def test_headers_that_no_policy_stops_do_not_leave(name: bytes, value: bytes, passes: bool) -> None:
    """A refresh, and rules for what to fetch in advance, go if they lead to a closed origin."""
    answer = ask(kit_of().wrap(answering(b"{}", headers=[(name, value)])))
    assert [value] * passes == answer.all(name.lower())


def hinted(*cookie: bytes) -> list[bytes]:
    """The links of the early hint that leaves, of one that the app sends."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.early_hint", "links": [PRELOAD, b"</a.css>; rel=preload"]})
        await answering(DOCUMENT)(scope, receive, send)

    scope = http_scope(headers=[(b"cookie", value) for value in cookie])
    return list(asyncio.run(exchange(kit_of().wrap(app), scope))[0]["links"])


def test_early_hints_to_closed_origins_do_not_leave() -> None:
    """They would be a contact before the page."""
    assert [b"</a.css>; rel=preload"] == hinted()
    assert [PRELOAD, b"</a.css>; rel=preload"] == hinted(consent_cookie(kit_of(), "ads"))


def test_page_is_only_parsed_while_something_is_closed() -> None:
    """With every service granted the bytes are the app's, validators and all; with one missing its tags are gone, and
    the end of the page says what for."""
    kit = kit_of(settings(consent={"link": "template"}))
    page = DOCUMENT.replace(b"<p>", b"<script src=https://ads.example.net/t.js></script><p>")
    app = kit.wrap(answering(page, headers=[HTML, (b"etag", b'"1"')]))
    open_, closed = (
        ask(app, headers=[(b"cookie", consent_cookie(kit, *grants))]) for grants in (("marketing",), ("theme",))
    )
    assert (page, b'"1"') == (open_.body, open_.get(b"etag"))
    waits = b'<template data-consentkit-waiting="ads"></template>'
    assert (DOCUMENT + waits, None) == (closed.body, closed.get(b"etag"))


def test_fragments_are_gated_too() -> None:
    """What a page fetches in the background may hold tags as well; no banner is put into it."""
    headers = [(b"sec-fetch-dest", b"empty"), (b"hx-request", b"true")]
    fragment = b"<div><img src=//ads.example.net/i.gif></div>"
    assert b"<div></div>" == ask(kit_of().wrap(answering(fragment)), headers=headers).body


def test_rewriter_that_cannot_be_made_lets_no_hint_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is served under its policy, without what a policy does not stop."""
    kit = kit_of()

    def fail(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(kit.engine.delivery, "gate", fail)
    answer = ask(kit.wrap(answering(b"<p><link rel=preconnect href=//ads.example.net>")))
    assert b"<p><link _el=preconnect href=//ads.example.net>" == answer.body
    assert 1 == len(answer.all(b"content-security-policy"))


def test_error_in_the_headers_closes_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no link leaves, and the page may contact nobody else."""
    kit = kit_of()
    monkeypatch.setattr("consentkit.consent.seal.without_closed_links", lambda *_: 1 / 0)
    answer = ask(kit.wrap(answering(DOCUMENT, headers=[HTML, (b"link", b"</a.css>; rel=preload")])))
    assert None is answer.get(b"link")
    assert any(b"www.example.com" not in policy for policy in answer.all(b"content-security-policy"))
