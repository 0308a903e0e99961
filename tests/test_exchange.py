"""A response on its way out: what is changed, what never is, and how it streams."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.support.asgi import DOCUMENT, HTML, Answer, Headers, answering, ask, http_scope
from tests.support.sites import POLICY_PATH, consent_cookie, kit_of, settings

BANNER = b'<section id="consentkit"'
LINK = b'class="consentkit-link"'
KIT = kit_of()


def page(
    *chunks: bytes, status: int = 200, headers: Headers = (HTML,), sent: Headers = (), method: str = "GET"
) -> Answer:
    """What a new visitor gets of an app that answers with these chunks."""
    return ask(
        KIT.wrap(answering(*(chunks or (DOCUMENT,)), status=status, headers=headers)), headers=sent, method=method
    )


def test_first_visit_gets_banner_and_link_once() -> None:
    """The banner comes first in the body, the link last, and Content-Length is right."""
    answer = page(headers=[HTML, (b"content-length", b"%d" % len(DOCUMENT))])
    assert (1, 1) == (answer.body.count(BANNER), answer.body.count(LINK))
    assert (
        answer.body.index(b'<body class="x">')
        < answer.body.index(BANNER)
        < answer.body.index(b"hello")
        < answer.body.index(LINK)
    )
    assert b"%d" % len(answer.body) == answer.get(b"content-length")


@pytest.mark.parametrize("size", range(1, len(DOCUMENT)))
def test_every_chunk_boundary_gives_the_same_page(size: int) -> None:
    """Cut anywhere, the page is the same, and no length is told that is not known."""
    chunks = [DOCUMENT[at : at + size] for at in range(0, len(DOCUMENT), size)]
    answer = page(*chunks, headers=[HTML, (b"content-length", b"%d" % len(DOCUMENT))])
    assert page().body == answer.body
    assert answer.get(b"content-length") is None


@pytest.mark.parametrize("grants", [(), ("ads",), ("preferences", "audience_measurement", "marketing")])
def test_after_a_choice_no_byte_of_the_banner_is_left(grants: tuple[str, ...]) -> None:
    """The page carries the link alone."""
    answer = page(sent=[(b"cookie", consent_cookie(KIT, *grants))])
    assert b"banner" not in answer.body
    assert BANNER not in answer.body
    assert 1 == answer.body.count(LINK)


UNCHANGED: dict[str, dict[str, Any]] = {
    "htmx": {"sent": [(b"hx-request", b"true")]},
    "fetch": {"sent": [(b"sec-fetch-dest", b"empty")]},
    "iframe": {"sent": [(b"sec-fetch-dest", b"iframe")]},
    "xhr": {"sent": [(b"x-requested-with", b"XMLHttpRequest")]},
    "json": {"headers": [(b"content-type", b"application/json")]},
    "no type": {"headers": []},
    "xhtml": {"headers": [(b"content-type", b"application/xhtml+xml")]},
    "like html": {"headers": [(b"content-type", b"text/htmlx")]},
    "events": {"headers": [(b"content-type", b"text/event-stream")]},
    "gzip": {"headers": [HTML, (b"content-encoding", b"gzip")]},
    "brotli": {"headers": [HTML, (b"Content-Encoding", b"br")]},
    "range": {"headers": [HTML, (b"content-range", b"bytes 0-9/99")], "status": 206},
    "range of status 200": {"headers": [HTML, (b"content-range", b"bytes 0-9/99")]},
    "206": {"status": 206},
    "304": {"status": 304},
    "204": {"status": 204},
    "attachment": {"headers": [HTML, (b"content-disposition", b'Attachment; filename="a.html"')]},
    "utf-16": {"headers": [(b"content-type", b'text/html; charset="UTF-16"')]},
}


@pytest.mark.parametrize("case", UNCHANGED.values(), ids=UNCHANGED)
def test_what_is_no_whole_page_is_never_changed(case: dict[str, Any]) -> None:
    """Body, length and validators of everything but a plain whole document stay as they were."""
    vouching = [
        (b"content-length", b"%d" % len(DOCUMENT)),
        (b"etag", b'"1"'),
        (b"last-modified", b"Mon, 01 Jan 2024 00:00:00 GMT"),
    ]
    answer = page(**{**case, "headers": [*case.get("headers", [HTML]), *vouching]})
    assert DOCUMENT == answer.body
    for name, value in vouching:
        assert value == answer.get(name)


@pytest.mark.parametrize("status", [200, 201, 404, 500])
def test_pages_of_every_status_that_a_person_sees_are_changed(status: int) -> None:
    """The link is on error pages too (rule C13)."""
    assert LINK in page(status=status).body


def test_identity_encoding_is_plain() -> None:
    """`Content-Encoding: identity` encodes nothing."""
    assert BANNER in page(headers=[HTML, (b"content-encoding", b"identity")]).body


@pytest.mark.parametrize("chunks", [(DOCUMENT,), (DOCUMENT[:40], DOCUMENT[40:])])
def test_changed_page_has_no_validators_of_the_old_one(chunks: tuple[bytes, ...]) -> None:
    """What vouches for other bytes is dropped: ETag, Last-Modified, digests."""
    names = (b"ETag", b"Last-Modified", b"Content-MD5", b"Digest", b"Repr-Digest", b"Content-Digest")
    answer = page(*chunks, headers=[HTML, *((name, b"x") for name in names)])
    assert [] == [name for name in names if answer.all(name.lower())]


def test_fragment_keeps_its_length_and_validators() -> None:
    """HTML that turns out to be a part of a page passes as it came."""
    answer = page(b"<p>part</p>", headers=[HTML, (b"etag", b'"1"'), (b"content-length", b"11")])
    assert (b"<p>part</p>", b'"1"', b"11") == (answer.body, answer.get(b"etag"), answer.get(b"content-length"))


def test_head_tells_no_length_that_get_would_not_have() -> None:
    """The headers of HEAD go with the page that GET would send; no body appears."""
    answer = page(b"", headers=[HTML, (b"content-length", b"99"), (b"etag", b'"1"')], method="HEAD")
    assert (b"", None, None) == (answer.body, answer.get(b"content-length"), answer.get(b"etag"))
    assert page().get(b"vary") == answer.get(b"vary")


def test_nonce_of_the_page_is_reused() -> None:
    """Under a strict policy our module and stylesheet carry the page's own nonce; a hostile one is not put in."""
    policy = b"default-src 'nonce-r4nd0m+/-_==' 'strict-dynamic'"
    assert 3 == page(headers=[HTML, (b"content-security-policy", policy)]).body.count(b' nonce="r4nd0m+/-_=="')
    for hostile in (b"'nonce-a\"><script>'", b"'nonce-", b"'nonce-'"):
        assert b"nonce" not in page(headers=[HTML, (b"content-security-policy", hostile)]).body


def test_set_cookie_lines_are_neither_joined_nor_reordered() -> None:
    """Granted lines leave as they came, beside each other."""
    lines = [
        (b"Set-Cookie", b"session=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT"),
        (b"set-cookie", b"_fbp=1"),
        (b"set-cookie", b"csrftoken=a b"),
    ]
    answer = page(headers=[HTML, *lines])
    assert [lines[0][1], lines[2][1]] == answer.all(b"set-cookie")
    assert lines[0] in answer.start["headers"]


@pytest.mark.parametrize("content_type", [b"text/html; charset=utf-8", b"text/plain"])
def test_stream_is_not_held_back(content_type: bytes) -> None:
    """Each chunk has left before the app makes the next one."""
    left: list[bytes] = []
    seen: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        for chunk in (b"<html><body>", b"<p>one</p>", b"<p>two</p>", b""):
            await send({"type": "http.response.body", "body": chunk, "more_body": bool(chunk)})
            seen.append(b"".join(left).count(b"<p>"))

    async def send(message: Message) -> None:
        left.append(message.get("body", b""))

    async def receive() -> Message:
        return {"type": "http.request"}

    cookie = (b"cookie", consent_cookie(KIT))
    asyncio.run(KIT.wrap(app)(http_scope(headers=[cookie]), receive, send))
    assert [0, 1, 2, 2] == seen


def test_error_in_the_banner_serves_the_page_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page arrives whole without banner, the log tells the place and nothing of the visitor."""
    kit = kit_of()

    def fail(*_: object, **__: object) -> str:
        raise LookupError("visitor@example.com")

    monkeypatch.setattr(kit.engine._renderer, "banner", fail)
    for _ in range(2):
        assert DOCUMENT == ask(kit.wrap(answering(DOCUMENT))).body
    assert 1 == len(caplog.records)
    assert "changing a page failed: LookupError" in caplog.text
    assert "visitor" not in caplog.text


def test_error_before_the_rewriter_exists_serves_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a failing start of the rewriter costs the company its page."""
    kit = kit_of()

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(kit.engine.delivery, "gate", fail)
    answer = ask(kit.wrap(answering(DOCUMENT, headers=[HTML, (b"etag", b'"1"')])))
    assert (DOCUMENT, b'"1"') == (answer.body, answer.get(b"etag"))


def test_size_status_and_type_are_counted_as_they_left() -> None:
    """The statistics get what was sent, once, errors included."""
    kit = kit_of()
    sent = ask(kit.wrap(answering(DOCUMENT[:30], DOCUMENT[30:], status=404)), POLICY_PATH)
    (counted,) = kit.counting.requests  # type: ignore[attr-defined]
    assert (POLICY_PATH, 404, len(sent.body), False) == tuple(counted[key] for key in ("path", "status", "size", "own"))
    assert "text/html; charset=utf-8" == counted["content_type"]


def test_link_placed_by_templates_is_not_injected() -> None:
    """With `link = "template"` a visitor who has chosen gets the app's bytes, length and validators untouched."""
    kit = kit_of(settings(consent={"link": "template"}))
    app = kit.wrap(answering(DOCUMENT, headers=[HTML, (b"etag", b'"1"')]))
    answer = ask(app, headers=[(b"cookie", consent_cookie(kit))])
    assert (DOCUMENT, b'"1"') == (answer.body, answer.get(b"etag"))
    assert BANNER in ask(app).body


def test_a_page_without_a_body_tag_gets_markup_and_no_text() -> None:
    """The banner and the link stand together at its end then, and neither escapes the other."""
    answer = ask(kit_of().wrap(answering(b"<!doctype html><html lang=en><p>hello")))
    assert b'<section id="consentkit"' in answer.body
    assert b'<p class="consentkit-link"' in answer.body
    assert b"&lt;" not in answer.body
