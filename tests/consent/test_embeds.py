"""Placeholders for frames and videos, "load this once" and "always"."""

import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.consent.nonces import Nonces
from tests.support.asgi import HTML, Answer, answering, ask
from tests.support.sites import TODAY, choose, consent_cookie, kit_of, service, settings

MAPS = "https://maps.example.net"
FRAME = f'<iframe width="560" height="50%" class="wide" src="{MAPS}/embed?a=1&amp;b=2"></iframe>'
SAME_ORIGIN = [(b"sec-fetch-site", b"same-origin"), (b"content-type", b"application/x-www-form-urlencoded")]


def kit() -> ConsentKit:
    """A site with a map, beside what the others have."""
    tables = settings(consent={"link": "template"})
    tables["services"].append(service("maps", "marketing", "_map", origins=[MAPS]))
    return kit_of(tables)


def page(body: str, *, cookie: bytes = b"") -> str:
    """The page with this body, as it leaves."""
    document = f'<!doctype html><html lang="nl"><body>{body}</body></html>'.encode()
    headers = [(b"cookie", cookie)] if cookie else []
    return ask(kit().wrap(answering(document, headers=[HTML])), "/p", headers=headers, query_string=b"x=1").text


def post(route: str, fields: dict[str, str], *headers: tuple[bytes, bytes]) -> Answer:
    """The answer to a placeholder's form."""
    body = urlencode(fields).encode()
    return ask(kit().wrap(answering()), f"/consent/{route}", method="POST", headers=headers or SAME_ORIGIN, body=body)


def fields_of(html: str, action: str) -> dict[str, str]:
    """The fields of a placeholder's form."""
    (form,) = re.findall(rf'<form method="post" action="/consent/{action}">(.*?)</form>', html)
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def test_frame_gives_way_to_a_placeholder_of_its_size() -> None:
    """It has the frame's size and class, names the service and why in the page's language, and loads nothing."""
    html = page(FRAME + FRAME)
    assert "<iframe" not in html
    assert 2 == html.count('class="consentkit-embed wide" lang="nl"')
    assert 2 == html.count('width="560" height="50%"')
    assert 1 == html.count("placeholder.")
    assert "“Maps” is niet geladen" in unescape(html)
    assert "<bdi>What maps is for.</bdi>" in html
    assert "style=" not in html


def test_placeholder_in_a_form_has_no_form_of_its_own() -> None:
    """A form within a form would break the page's; a link to the preferences stands there."""
    html = page(f"<form>{FRAME}</form>{FRAME}")
    assert 1 == html.count('action="/consent/once"')
    assert 'href="/consent/?lang=nl"' in html


def test_granted_frame_stays() -> None:
    """Byte for byte."""
    assert FRAME in page(FRAME, cookie=consent_cookie(kit(), "maps"))


def test_once_shows_that_one_embed_and_stores_nothing() -> None:
    """The page allows the origins of the service and no other, sets no cookie and leads back."""
    fields = fields_of(page(FRAME), "once")
    assert f"{MAPS}/embed?a=1&b=2" == fields["address"]
    answer = post("once", fields)
    assert 200 == answer.status
    assert f'<iframe src="{MAPS}/embed?a=1&amp;b=2"' in answer.text
    assert 'href="/p?x=1"' in answer.text
    assert [] == answer.all(b"set-cookie")
    assert b"no-store" == answer.get(b"cache-control")
    assert f"frame-src {MAPS}; ".encode() in (answer.get(b"content-security-policy") or b"")


def test_video_is_shown_once_as_media() -> None:
    """Its origin may give media then, and no frame."""
    answer = post("once", fields_of(page(f'<video src="{MAPS}/v.mp4"></video>'), "once"))
    assert f'<video src="{MAPS}/v.mp4" controls>' in answer.text
    assert b"frame-src" not in (answer.get(b"content-security-policy") or b"")


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://evil.example/"}, {"address": "javascript:alert(1)//maps.example.net"}, {"address": ""},
        {"address": "wss://maps.example.net/"}, {"service": "session"}, {"service": "nobody"}, {"service": ""},
        {"address": f"{MAPS}/{'x' * 5000}"},
    ],
)  # fmt: skip
def test_what_no_placeholder_sends_is_refused(change: dict[str, str]) -> None:
    """Other addresses, other services; nothing that was sent is loaded."""
    answer = post("once", {"service": "maps", "address": f"{MAPS}/", **change})
    assert 400 == answer.status
    assert "<iframe" not in answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize("route", ["once", "always"])
def test_other_sites_cannot_press_the_buttons(route: str) -> None:
    """A grant is only taken from a page of this site."""
    answer = post(route, {"service": "maps", "address": f"{MAPS}/"}, (b"sec-fetch-site", b"cross-site"))
    assert 403 == answer.status
    assert [] == answer.all(b"set-cookie")
    assert "<iframe" not in answer.text


def granted(cookie: bytes) -> dict[str, str]:
    """The state of every service, for a visitor with this cookie."""
    asked = ask(kit().wrap(answering()), "/consent/state", headers=[(b"cookie", cookie)])
    purposes = json.loads(asked.text)["purposes"]
    return {id_: entry["state"] for purpose in purposes.values() for id_, entry in purpose["services"].items()}


def test_always_adds_the_grant_of_that_service_only() -> None:
    """Purposes that were not answered stay unanswered, so that the banner still asks about them."""
    answer = post("always", fields_of(page(FRAME), "always"))
    assert (303, b"/p?x=1") == (answer.status, answer.get(b"location"))
    state = granted(answer.all(b"set-cookie")[0].partition(b";")[0])
    assert ("granted", "denied", "unset") == (state["maps"], state["ads"], state["theme"])


def test_always_keeps_what_was_chosen_and_does_not_prolong_it() -> None:
    """The day of the earlier choice stays."""
    one = kit()
    day = TODAY.replace(day=1)
    cookie = consent_cookie(one, "theme", today=day)
    answer = post("always", {"service": "maps"}, *SAME_ORIGIN, (b"cookie", cookie))
    renewed = answer.all(b"set-cookie")[0].partition(b";")[0]
    state = granted(renewed)
    assert ("granted", "granted", "denied") == (state["maps"], state["theme"], state["meter"])
    codec = one.engine._codec
    assert (
        choose(one.config.declaration, today=day).decided
        == codec.decode(renewed.partition(b"=")[2].decode(), TODAY).decided
    )  # type: ignore[union-attr]


def test_a_placeholder_names_the_notice_that_it_is():
    """Its own words for its services, whatever its size and page; another mark is not confirmed."""
    kit = kit_of()
    renderer = kit.engine._renderer
    service = next(iter(kit.config.declaration.choosable)).services[0]
    values = {"address": "https://x.example/1", "kind": "media", "return_to": "/a", "in_form": False, "later": ""}
    html = renderer.placeholder(
        "en", "/consent/", services=[service], first=True, nonces=Nonces("", ""), width="640", height="", css_class="",
        **values,
    )  # fmt: skip
    mark = re.search(r'name="shown" value="([^"]+)"', html)[1]
    notice, confirmed = renderer.answered(mark, language="en", base="/consent/", on_own_page=False)
    assert (f"placeholder:{service.id}", True) == (notice.layout, confirmed)
    assert "Always load" in notice.html
    assert not any(text in notice.html for text in ("https://x.example", "640", "@@", mark))
    for forged in ("placeholder:none.en.0", "placeholder:.en.0", f"placeholder:{service.id}+{service.id}.en.0"):
        assert "bar" == renderer.answered(forged, language="en", base="/consent/", on_own_page=False)[0].layout
