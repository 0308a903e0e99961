"""What a page's rewriter holds while a page streams, and what becomes of a page beyond its measure."""

import pytest

from consentkit.html.origins import closed_origins
from consentkit.html.page import PageRewriter, TagGate
from consentkit.html.rewriter import FREE, MAX_CAPTURED, MAX_OPEN
from consentkit.html.tags import Addresses
from tests.support.sites import declaration_of, service

CLOSED = closed_origins(
    declaration_of(service("ads", "marketing", "_a", origins=["https://ads.example.net"])), set[str]().__contains__
)
CHUNK = 4096
TAG = b"<img src=//ads.example.net>"


def page(*, sealed: bool = True) -> PageRewriter:
    """A rewriter for a page into which a link is put."""
    gate = TagGate(Addresses(CLOSED, "https://www.example.com/"), lambda *_: "[placeholder]", sealed=sealed)
    return PageRewriter(at_end=lambda _: "<link-to-preferences>", gate=gate)


WAITS = b'<template data-consentkit-waiting="ads"></template>'

ENDLESS = {
    "tag": b"<p ",
    "attribute": b'<img src="',
    "link": b'<link href="',
    "frame": b"<iframe srcdoc='",
    "captured element": b"<noscript>",
    "captured element in a captured one": b"<noscript><img src='",
    "element taken out": b"<video src=//ads.example.net>",
    "comment": b"<!-- ",
    "script": b"<script>",
    "speculation rules": b"<script type=speculationrules>",
    "style sheet": b"<style>a { background: url('",
    "image set": b"<style>a { background: image-set('",
    "doctype": b"<!doctype ",
    "character data": b"<svg><![CDATA[",
    "end tag": b"</p ",
    "text area": b"<textarea>",
}


@pytest.mark.parametrize("begin", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("start", [b"<!doctype html><html><body>", b""], ids=["document", "fragment"])
def test_what_never_ends_is_not_held(start: bytes, begin: bytes) -> None:
    """Never more than 64 kB wait, those counted that lol-html keeps too, beside the chunk that was just fed."""
    one = page()
    fed = sent = 0
    for place in range(120):
        chunk = start + begin + b"x" * CHUNK if not place else b"x y" * (CHUNK // 3)
        sent += len(one.feed(chunk))
        fed += len(chunk)
        if begin != ENDLESS["element taken out"]:
            assert fed - sent <= 32_768 + CHUNK, place
    one.finish()
    assert one.failure is None or isinstance(one.failure, OverflowError)


def test_large_attribute_in_one_chunk_is_no_trouble() -> None:
    """A picture that a page holds itself is not held twice when it comes whole."""
    one = page()
    html = b"<html><body><img src='data:image/png;base64," + b"A" * 300_000 + b"'>"
    assert html + b"</body>" == one.feed(html + b"</body>").replace(b"<link-to-preferences>", b"")
    assert one.failure is None


@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_long_element_without_scripts_is_disarmed_instead(size: int) -> None:
    """It is too long to be rewritten in one piece, and nothing of it is lost."""
    content = TAG + b"<p>a long text</p>" * (MAX_CAPTURED // 10) + TAG
    html = b"<html><body><noscript>" + content + b"</noscript>" + TAG + b"</body></html>"
    one = page()
    out = b"".join(one.feed(html[at : at + size]) for at in range(0, len(html), size)) + one.finish()
    expected = html.replace(TAG + b"</body>", b"<link-to-preferences></body>").replace(b"<img src", b"<img _rc")
    assert expected + WAITS == out
    assert one.failure is None


def test_tags_that_are_never_closed_end_the_rewriting() -> None:
    """lol-html remembers each; beyond a number that no page has, the rest is only disarmed."""
    one = page()
    out = one.feed(b"<html><body>" + TAG)
    chunk = b"<b>" * 20_000
    while one.failure is None:
        assert one._rewriter._open <= MAX_OPEN
        out += one.feed(chunk)
    assert isinstance(one.failure, OverflowError)
    assert len(out) <= FREE + 3 * MAX_OPEN + 2 * len(chunk)
    assert b"<link _el=preconnect href=//ads.example.net>" == one.feed(b"<link rel=preconnect href=//ads.example.net>")


def test_many_tags_that_are_closed_are_no_trouble() -> None:
    """A long page is rewritten to its end."""
    one = page()
    row = b"<tr><td>1</td><td>2</td></tr>" * 1000
    out = one.feed(b"<html><body><table>") + b"".join(one.feed(row) for _ in range(60))
    out += one.feed(b"</table></body></html>") + one.finish()
    assert one.failure is None
    assert out.endswith(b"<link-to-preferences></body></html>")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"<a href='//ads.example.net' PING='/own //ads.example.net/p'>x</a>", b"<a href='//ads.example.net' _ING="),
        (b"<body background=//ads.example.net/b.png class=a>", b"<body _ackground=//ads"),
        (b"<table><td background='https://ads.example.net'>", b"<table><td _ackground="),
        (b"<a ping=/own>", b"<a ping=/own>"),
    ],
)
def test_element_that_stays_loses_what_contacts_somebody_beside(tag: bytes, expected: bytes) -> None:
    """A link still leads where it led."""
    one = page()
    out = one.feed(tag) + one.finish()
    assert out.startswith(expected)
    assert len(tag) == len(out.replace(b"<link-to-preferences>", b""))
