"""No tag of a closed origin gets through, however it is written; everything else passes byte for byte."""

from html import escape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.html.origins import closed_origins
from consentkit.html.page import MAX_DEPTH, PageRewriter, TagGate
from consentkit.html.tags import Addresses
from tests.support.sites import declaration_of, necessary, service

DECLARATION = declaration_of(
    service("ads", "marketing", "_a", origins=["https://ads.example.net", "https://*.wild.example"]),
    service("tag", "marketing", "_t", origins=["https://shared.example.net"]),
    {**necessary("shop"), "origins": ["https://shared.example.net"]},
)
CLOSED = closed_origins(DECLARATION, {"shop"}.__contains__)
PAGE = "https://www.example.com/a/b"
HOST = "ads.example.net"


def rewrite(*chunks: bytes, sealed: bool = True, placeholder: bool = False) -> bytes:
    """What comes out of a page."""
    gate = TagGate(
        Addresses(CLOSED, PAGE),
        (lambda node, found, in_form, _: f"[{node.name} {found.services[0]} {in_form}]") if placeholder else None,
        sealed=sealed,
    )
    page = PageRewriter(gate=gate)
    return b"".join([*(page.feed(chunk) for chunk in chunks), page.finish()])


TAGS = [
    "<script src={}></script>",
    "<script src=/own.js src={}></script>",
    "<img src={}>",
    "<img src=/x.png srcset='/y.png 1x, {bare} 2x'>",
    "<image src={}>",
    "<iframe src={}></iframe>",
    "<link rel=preconnect href={}>",
    "<link rel='DNS-prefetch' href={}>",
    "<link rel=preload as=image imagesrcset='{bare} 2x'>",
    "<link rel='alternate stylesheet' href={}>",
    "<link rel=modulepreload href={}>",
    "<object data={}></object>",
    "<embed src={}>",
    "<video poster={}></video>",
    "<audio src={}></audio>",
    "<picture><source srcset={}></picture>",
    "<svg><image href={} /></svg>",
    "<svg><use xlink:href={}></use></svg>",
    "<svg><script href={}></script></svg>",
    "<svg><image><set attributeName=href to={} /></image></svg>",
    "<noscript><img src={}></noscript>",
    "<template><img src={}></template>",
    "<input type=image src={}>",
    "<meta http-equiv=refresh content='0; URL = {bare}'>",
    "<meta content='3,{bare}' http-equiv=REFRESH>",
    "<iframe srcdoc='&lt;img src=&quot;{escaped}&quot;>'></iframe>",
]
ADDRESSES = [
    f"https://{HOST}/secret", f"//{HOST}/secret", f"\\\\{HOST}/secret", f"HTTPS://{HOST.upper()}/secret",
    f"http://{HOST}:80/secret", f"https:/&#9;/{HOST}/secret", f"&#104;ttps&colon;//{HOST}/secret",
    f"https://x@{HOST}/secret", f"https://{HOST}./secret", "https://ad%73.example.net/secret",
    "https://a.b.wild.example/secret", "https://&#xff41;ds.example.net/secret",
]  # fmt: skip


def fill(tag: str, address: str) -> str:
    """The tag with an address; a list of addresses has no blank inside one, so there it goes without."""
    if "srcset=" in tag:
        for blank in ("\t", "&#9;", "&#10;", "&Tab;"):
            address = address.replace(blank, "")
    return tag.replace("{}", f'"{address}"').replace("{bare}", address).replace("{escaped}", escape(address))


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_tag_in_every_spelling_is_taken_out(tag: str, address: str) -> None:
    """The address does not reach the browser, and what stands around it does."""
    html = fill(tag, address)
    out = rewrite(f"<p>before</p>{html}<p>after</p>".encode())
    assert b"secret" not in out
    assert out.startswith(b"<p>before</p>")
    assert out.endswith(b"<p>after</p>")


@given(
    tag=st.sampled_from(TAGS),
    address=st.sampled_from(ADDRESSES[:6]),
    hidden=st.lists(st.sampled_from(["\t", "&#10;", "&Tab;"]), max_size=3),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
@settings(max_examples=300)
def test_no_spelling_gets_through_at_any_cut(tag: str, address: str, hidden: list[str], cuts: list[int]) -> None:
    """Blanks inside, character references and chunk bounds change nothing."""
    for place, text in enumerate(hidden):
        at = address.index(":") + 1 if ":" in address and "&" not in address else 0
        address = address[: at + place] + text + address[at + place :] if at else text + address
    html = fill(tag, address)
    document = f"<html><body><p>x</p>{html}<p>y</p></body></html>".encode()
    bounds = [0, *sorted(min(cut, len(document)) for cut in cuts), len(document)]
    out = rewrite(*(document[a:b] for a, b in pairwise(bounds)))
    assert b"secret" not in out
    assert rewrite(document) == out


KEPT = (
    b'<!doctype html><html><head><link rel=canonical href="https://ads.example.net/"><base href="/deep/">'
    b'<link rel=preload href=/x.js as=script></head><body><a href="https://ads.example.net/">out</a>'
    b"<img src='https://shared.example.net/i.png'><img src=x.png srcset='a.png 1x, b.png 2x'><script>let a = "
    b"'<img src=https://ads.example.net>';</script><noscript><img src=/own.png \xe9></noscript>"
    b"<form action=https://ads.example.net/><iframe src=https://undeclared.example></iframe></form>"
    b"<svg><use href='#icon'/></svg><!-- <img src=https://ads.example.net> --></body></html>"
)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 4096])
def test_what_is_not_closed_passes_byte_for_byte(size: int) -> None:
    """Links a visitor may follow, shared origins, comments, script text, undeclared origins, odd bytes."""
    assert KEPT == rewrite(*(KEPT[at : at + size] for at in range(0, len(KEPT), size)))


def test_base_of_a_closed_origin_is_taken_out() -> None:
    """Relative addresses then lead to the site itself."""
    assert b"<img src=x.gif><p>" == rewrite(b"<base href=//ads.example.net><img src=x.gif><p>")


HIDDEN = [
    b"<svg><svg></p><style><a title='</style>|'>",
    b"<svg><svg></br><style><a title='</style>|'>",
    b"<math><math></p><style><a title='</style>|'>",
    b"<svg><foreignObject><svg></p><style><a title='</style>|'></svg>",
    b"<svg><title><select><style><a title='</style>|'>",
    b"<!-- <b title='-->|'>",
    b"<script>let a = '|'</script>",
    b"<textarea>|</textarea>",
    b"<a title='|'>",
]


@pytest.mark.parametrize("around", HIDDEN)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_what_no_policy_stops_is_disarmed_wherever_it_stands(around: bytes, size: int) -> None:
    """Parsers differ on where markup ends and text begins; a tag that one of them sees is read as a tag."""
    tags = (
        b'<link rel="preconnect" href="https://ads.example.net">',
        b"<META content='0;url=//ads.example.net' http-equiv=refresh />",
        b"<base href=//ads.example.net>",
    )
    for tag in tags:
        page = around.replace(b"|", tag if b"title='" not in around else tag.replace(b"'", b'"'))
        out = rewrite(*(page[at : at + size] for at in range(0, len(page), size)))
        assert b"ads.example.net" not in out or len(page) == len(out)
        for name in (b"rel=", b"http-equiv=", b"base href="):
            assert name not in out, out


def test_element_that_was_never_closed_leaves_the_end_of_its_parent() -> None:
    """The page around it stays whole."""
    assert b"<div></div><p>b" == rewrite(b"<div><video src=//ads.example.net><p>a</div><p>b")


def test_embed_is_replaced_and_the_form_around_it_is_known() -> None:
    """Only frames and media that a visitor would miss get a placeholder."""
    page = b"<form><iframe src=//ads.example.net></iframe></form><video src=//ads.example.net></video>"
    page += b"<img src=//ads.example.net>"
    assert b"<form>[iframe ads True]</form>[video ads False]" == rewrite(page, placeholder=True)


AMBIGUOUS = b"<select><xmp><script></script></xmp></select>"


def test_after_an_error_the_policy_holds_what_passes_and_the_rest_is_defused() -> None:
    """What went out stays; the rest passes without links and refreshes that no policy would stop."""
    rest = (
        b"<img src=//ads.example.net/i><link rel=preconnect href=//ads.example.net><link rel=stylesheet href=/own.css>"
        b'<LINK a=\'"\' b=">" rel=preconnect href=//ads.example.net>'
        b"<meta http-equiv=refresh content=0;//ads.example.net>"
    )
    expected = (
        b"<p>a</p>" + AMBIGUOUS + b"<img src=//ads.example.net/i><link _el=preconnect href=//ads.example.net>"
        b'<link rel=stylesheet href=/own.css><LINK a=\'"\' b=">" _el=preconnect href=//ads.example.net>'
        b"<meta _ttp-equiv=refresh content=0;//ads.example.net>"
    )
    whole = b"<p>a</p><script src=//ads.example.net></script>" + AMBIGUOUS + rest
    for size in (1, 3, 10, 50, 1000):
        out = rewrite(*(whole[at : at + size] for at in range(0, len(whole), size)))
        assert expected == out, size


def test_after_an_error_everything_is_disarmed_where_no_policy_holds() -> None:
    """Without a Content-Security-Policy the rest passes without what would load."""
    rest = b"<img src=//ads.example.net><img src=/own><script\nSRC=//ads.example.net></script>"
    out = rewrite(b"<p>a</p>", AMBIGUOUS + rest, b"more", sealed=False)
    expected = rest.replace(b"img src=//", b"img _rc=//").replace(b"SRC", b"_RC")
    assert b"<p>a</p>" + AMBIGUOUS + expected + b"more" == out


def test_marks_in_a_page_mean_nothing() -> None:
    """A page cannot write what the rewriter writes to itself."""
    assert b"consentkit:1;<p>consentkit:" == rewrite(b"consentkit:1;<p>consentkit:")


def test_documents_in_documents_end_somewhere() -> None:
    """A frame within frames beyond measure is taken out."""
    html = "<b>"
    for depth in range(6):
        html = f"<iframe srcdoc='{escape(html)}'></iframe>"
        assert (b"<p>" if depth >= MAX_DEPTH else html.encode() + b"<p>") == rewrite(html.encode() + b"<p>")
