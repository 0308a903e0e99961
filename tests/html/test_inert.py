"""What belongs to a closed origin stays in the page and loads nothing, however it is written."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.html.inert import LATER, PREFIX, SERVICES, InertGate, inert_tag
from consentkit.html.origins import closed_origins
from consentkit.html.page import PageRewriter
from consentkit.html.tags import GATED, Addresses, closed_element
from tests.html.test_tags import TAGS
from tests.support.sites import declaration_of, necessary, service

DECLARATION = declaration_of(
    service("ads", "marketing", "_a", origins=["https://ads.example.net", "https://*.wild.example"]),
    service("pixel", "marketing", "_p", origins=["https://px.wild.example", "https://ads.example.net"]),
    service("video", "preferences", "_v", origins=["https://video.example.net"]),
    necessary("shop"),
)
CLOSED = closed_origins(DECLARATION, {"shop"}.__contains__)
PAGE = "https://www.example.com/a/b"
ADS = "https://ads.example.net/x"


def rewrite(*chunks: bytes) -> bytes:
    """What comes out of a page."""
    gate = InertGate(Addresses(CLOSED, PAGE), lambda node, found, in_form, _: f"<div>[{node.name}]{LATER}</div>")
    page = PageRewriter(gate=gate)
    return b"".join([*(page.feed(chunk) for chunk in chunks), page.finish()])


class Loads(HTMLParser):
    """Collects the start tags that would load something from a closed origin."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.inert: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag as the gate would, its values being decoded already."""
        values = [(name, value or "") for name, value in attrs]
        if tag in GATED and closed_element(tag, values, Addresses(CLOSED, PAGE)):
            self.found.append(tag)
        if SERVICES in dict(values):
            self.inert.append(tag)


def loads(html: bytes) -> Loads:
    """What a page would load."""
    parser = Loads()
    parser.feed(html.decode("utf-8", "replace"))
    parser.close()
    return parser


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_of_a_closed_origin_loads(tag: str) -> None:
    """Each way of contacting an origin is inert, whole and in chunks of seven bytes, and the rest of the page stays."""
    html = f"<!doctype html><p>a</p>{tag.format(ADS, bare=ADS, escaped=ADS)}<p>b</p>".encode()
    out = rewrite(html)
    assert [] == loads(out).found
    assert out == rewrite(*(html[at : at + 7] for at in range(0, len(html), 7)))
    assert out.startswith(b"<!doctype html><p>a</p>")
    assert out.endswith(b"<p>b</p>")


def test_script_keeps_what_it_was() -> None:
    """The type waits before the address; content, nonce and order stay as they were."""
    out = rewrite(b'<script async type=module nonce=n src="https://ads.example.net/a.js">let a</script><p>')
    expected = (
        '<script data-consentkit="ads|pixel" async="" nonce="n" type="text/plain" '
        'consentkit--type="module" consentkit--src="https://ads.example.net/a.js">let a</script><p>'
    )
    assert expected == out.decode()


def test_script_without_a_type_gets_none_back() -> None:
    """An empty type is JavaScript (HTML §4.12.1.1)."""
    assert b'consentkit--type="" consentkit--src=' in rewrite(b"<script src=//ads.example.net></script>")


def test_embed_waits_inside_its_placeholder() -> None:
    """The element stands in a template, inert once more, with all that it holds."""
    out = rewrite(b"<video src=https://video.example.net/v poster=/p><source src=/own.mp4></video><p>")
    expected = (
        '<div>[video]<template data-consentkit="video"><video data-consentkit="video" '
        'consentkit--src="https://video.example.net/v" consentkit--poster="/p">'
        "<source src=/own.mp4></video></template></div><p>"
    )
    assert expected == out.decode()


def test_each_address_needs_a_grant_of_its_own() -> None:
    """Services that share an origin stand for one another; those of another origin do not."""
    out = rewrite(b"<img src=https://px.wild.example/1 srcset='https://video.example.net/2 2x'>")
    assert b'data-consentkit="pixel|ads video"' in out


@pytest.mark.parametrize("begin", [b"&lt;", b"<"])
def test_frame_with_a_closed_document_waits_for_all(begin: bytes) -> None:
    """What stands in `srcdoc` may belong to anybody; it waits whole."""
    out = rewrite(b"<iframe srcdoc='" + begin + b"img src=https://ads.example.net>'></iframe>")
    assert b'<iframe data-consentkit="video ads pixel" consentkit--srcdoc="&lt;img src=https://ads' in out


def test_hint_loses_its_relation_and_not_its_address() -> None:
    """Of what comes back to an element that users may write too, nothing makes a link of it."""
    assert b'<link data-consentkit="ads|pixel" href="//ads.example.net" consentkit--rel="preconnect">' == rewrite(
        b"<link rel=preconnect href=//ads.example.net>"
    )


def test_svg_and_noscript_are_taken_out() -> None:
    """What no script can revive does not stay."""
    assert b"<svg></svg>" == rewrite(b"<svg><image xlink:href=https://ads.example.net/></image></svg>")
    assert b"<noscript><p></noscript>" == rewrite(b"<noscript><p><img src=https://ads.example.net></noscript>")


def test_own_elements_pass_byte_for_byte() -> None:
    """Nothing else is touched."""
    html = (
        b"<!doctype html><IMG SRC='/a.png'   alt=x><script src=/own.js></script><a href=https://ads.example.net>x</a>"
    )
    assert html == rewrite(html)


def test_what_cannot_be_told_apart_is_disarmed() -> None:
    """No policy would stop what follows."""
    page = b"<p>a<select><xmp><script>'<select>'</script></xmp><script src=https://ads.example.net></script>"
    assert page.replace(b"src=", b"_rc=") == rewrite(page)


def test_repeated_and_odd_attributes() -> None:
    """The first of a name counts; a name that could be read in two ways, and one that is ours, is left out."""
    attributes = [("src", "1"), ("src", "2"), ('a"b', "c"), ("=d", ""), (f"{PREFIX}onload", "x"), ("alt", 'say "hi"\'')]
    expected = f'<img {SERVICES}="ads" alt="say &quot;hi&quot;\'" {PREFIX}src="1">'
    assert expected == inert_tag("img", attributes, "ads")


ATTRIBUTE = st.sampled_from([
    " src=https://ads.example.net/x", " SRC = 'https&colon;//ads.example.net'", " srcset='a 1x, //ads.example.net 2x'",
    ' src="//ads.example.net?a=>"', " data=//ads.example.net", " poster=https:\\\\ads.example.net", " type=module",
    " href=//ads.example.net", " rel=stylesheet", " content='0;url=//ads.example.net'", " http-equiv=refresh", " a'b",
    ' title=">"', " onload=x()", "/", " data-consentkit=x", " consentkit--src=//ads.example.net",
])  # fmt: skip
NAME = st.sampled_from([
    "script", "img", "iframe", "link", "object", "embed", "video", "audio", "source", "track", "input", "meta", "image",
    "p", "svg",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAME, st.lists(ATTRIBUTE, max_size=5)), max_size=4), st.integers(1, 40))
def test_no_mixture_loads(tags: list[tuple[str, list[str]]], size: int) -> None:
    """However tags and attributes meet, nothing of a closed origin is left that would load, in any chunks."""
    ends = {"script": "</script>", "iframe": "</iframe>"}
    html = "".join(f"<{name}{''.join(more)}>{ends.get(name, '')}" for name, more in tags).encode()
    out = rewrite(*(html[at : at + size] for at in range(0, len(html), size)))
    assert [] == loads(out).found
    assert out == rewrite(html)
