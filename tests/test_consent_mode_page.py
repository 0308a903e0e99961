"""The script of consent mode in a page, as a browser gets it."""

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from consentkit import ConsentKit, consent_of
from tests.support.asgi import DOCUMENT, HTML, Answer, answering, ask
from tests.support.sites import consent_cookie, kit_of, settings

TAG = b"<script src=/gtm.js></script>"
PAGE = b"<!doctype html><html lang=en><head><title>t</title>" + TAG + b"</head><body><p>hello</p></body></html>"


def telling(**consent: Any) -> ConsentKit:
    """A kit whose site tells Google's tags."""
    return kit_of(settings(consent={"consent_mode": ["google"], **consent}))


def page(kit: ConsentKit, *headers: tuple[bytes, bytes], body: bytes = PAGE, csp: bytes = b"") -> Answer:
    """A page of the site, sent with a policy of its own if one is given."""
    own = [HTML, *([(b"content-security-policy", csp)] if csp else [])]
    return ask(kit.wrap(answering(body, headers=own)), headers=headers)


def test_it_stands_before_every_other_script() -> None:
    """Whatever the page has in its head, or whether it has one."""
    without_head = b"<!doctype html>" + TAG + b"<p>hello"
    for body in (PAGE, without_head, PAGE.replace(b"<head>", b"")):
        text = page(telling(), body=body).body
        assert 0 < text.index(b'data-to="google"') < text.index(TAG)


def test_it_knows_what_a_visitor_chose() -> None:
    """Before a choice it knows nothing; after one it lists what is granted."""
    kit = telling()
    assert b"data-granted" not in page(kit).body
    assert b'data-granted="ads video"' in page(kit, (b"cookie", consent_cookie(kit, "marketing"))).body
    assert b'data-granted=""' in page(kit, (b"cookie", consent_cookie(kit))).body


def test_a_signal_is_obeyed() -> None:
    """A grant from before the visitor switched Global Privacy Control on is told to nobody."""
    kit = telling()
    answer = page(kit, (b"cookie", consent_cookie(kit, "marketing", "theme")), (b"sec-gpc", b"1"))
    assert b'data-granted="theme"' in answer.body


@pytest.mark.parametrize(
    ("csp", "expected"),
    [
        (b"", b'<script src="/consent/static/consent_mode.'),
        (b"script-src 'self'", b'<script src="/consent/static/consent_mode.'),
        (b"script-src 'nonce-abc'", b'<script nonce="abc" data-to='),
        (b"style-src 'nonce-abc'; script-src 'self'", b'<script src="/consent/static/consent_mode.'),
    ],
)
def test_it_obeys_the_policy_of_the_page(csp: bytes, expected: bytes) -> None:
    """Inside the page with the nonce for scripts, a file of our own without."""
    assert expected in page(telling(), csp=csp).body


def test_its_file_is_served() -> None:
    """Under the address that the element names."""
    kit = telling()
    address = page(kit).text.partition('<script src="')[2].partition('"')[0]
    answer = ask(kit.wrap(answering()), address)
    assert b"text/javascript; charset=utf-8" == answer.get(b"content-type")
    assert b"consentkit:change" in answer.body


def test_a_site_that_tells_nobody_has_not_a_byte_of_it() -> None:
    """Nor is the page rewritten for it, once a visitor has chosen and the templates place the link."""
    assert b"consent_mode" not in page(kit_of()).body
    kit = kit_of(settings(consent={"link": "template"}))
    assert PAGE == page(kit, (b"cookie", consent_cookie(kit, "marketing", "theme", "meter"))).body


@pytest.mark.parametrize("headers", [[(b"hx-request", b"true")], [(b"sec-fetch-dest", b"empty")]])
def test_parts_of_pages_get_none(headers: list[tuple[bytes, bytes]]) -> None:
    """The page that fetches them has it."""
    assert b"data-to" not in page(telling(link="template"), *headers).body


@pytest.mark.parametrize("link", ["inject", "template"])
def test_a_template_may_place_it(link: str) -> None:
    """Then it is not put in again, with and without anything else to put in; the page is for this visitor alone."""
    kit = telling(link=link)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        tag = str(consent_of(scope).consent_mode_tag(nonce="xyz")).encode()
        await answering(DOCUMENT.replace(b"<title>", tag + b"<title>"))(scope, receive, send)

    for headers in ([], [(b"cookie", consent_cookie(kit, "marketing", "theme", "meter"))]):
        answer = ask(kit.wrap(app), headers=headers)
        assert 1 == answer.body.count(b"data-to=")
        assert b'<script nonce="xyz" data-to="google"' in answer.body
        assert b"private" == answer.get(b"cache-control")


def test_without_configuration_a_template_places_nothing() -> None:
    """So that templates need not ask."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert "" == consent_of(scope).consent_mode_tag()
        await answering(DOCUMENT)(scope, receive, send)

    assert 200 == ask(kit_of().wrap(app)).status
