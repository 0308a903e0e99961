"""No page leads a browser to a closed origin, and it comes out the same wherever its chunks end."""

import json
from pathlib import Path

from consentkit.html.origins import closed_origins
from consentkit.html.page import PageRewriter, TagGate
from consentkit.html.tags import Addresses
from tests.support.html_oracle import contacted
from tests.support.sites import declaration_of, service

CLOSED = closed_origins(
    declaration_of(service("ads", "marketing", "_a", origins=["https://ads.example.net"])), set[str]().__contains__
)
ADDRESS = "http://www.example.com/a/b"
"""Not https, so that `https:host` leads elsewhere too."""
TOKENS: list[str] = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))
"""Words of HTML, at most 128, for which the bytes from 0x80 on stand: so a fuzzer makes whole tags."""

SIZES = (1, 2, 3, 7, 16, 64, 500, 4000)

SEEDS = [
    b"\x00<p>a<link rel=preconnect href=https://ads.example.net>",
    b"\x09<svg><svg></p><style><a title='</style><link rel=preconnect href=//ads.example.net>'>",
    b"\x02<math><mi><math></br><title><meta http-equiv=refresh content='0;//ads.example.net'></title>",
    b"\x05<!doctype html><html><head><base href=//ads.example.net><body><img src=x srcset='a 1x, b 2x'>",
    b"\x07<iframe srcdoc='&lt;img src=//ads.example.net&gt;'></iframe><noscript><img src=//ads.example.net></noscript>",
    b"\x04<svg><svg></p><style><a title='</style><iframe srcdoc=\"&lt;link rel=prefetch href=//ads.example.net>\">'>",
    b"\x03<select><svg><option><style></select><link rel=preload as=image imagesrcset='//ads.example.net 1x'>",
    b'\x01<table><svg><desc><td><script type=speculationrules>{"prefetch":[{"urls":["//ads.example.net"]}]}</script>',
    b"\x06<video poster=//ads.example.net><source src=&#47;&#x2f;ads.example.net><p style='a:url(//ads.example.net)'>",
]  # fmt: skip


def page_of(data: bytes) -> bytes:
    """A page."""
    return b"".join(
        TOKENS[byte - 0x80].encode() if byte - 0x80 in range(len(TOKENS)) else bytes([byte]) for byte in data
    )


def rewrite(page: bytes, size: int, *, sealed: bool) -> tuple[bytes, bool]:
    """What a visitor gets who agreed to nothing, and whether lol-html could tell the page apart to its end."""
    gate = TagGate(Addresses(CLOSED, ADDRESS), lambda *_: "<placeholder>", sealed=sealed)
    rewriter = PageRewriter(at_start=lambda _: "<banner>", at_end=lambda _: "<preferences>", gate=gate)
    chunks = (page[at : at + size] for at in range(0, len(page), size))
    return b"".join([*map(rewriter.feed, chunks), rewriter.finish()]), rewriter.failure is None


def check(data: bytes) -> None:
    """One page; the first byte says how it is cut, whether a policy seals it, and whether the browser runs scripts."""
    head, page = data[:1] or b"\x00", page_of(data[1:])[:12_000]
    sealed, scripting = head[0] & 8 == 0, head[0] & 16 != 0
    whole, is_told = rewrite(page, 1_000_000, sealed=sealed)
    parts, parts_are_told = rewrite(page, SIZES[head[0] & 7], sealed=sealed)
    # Inside an element that is taken out it depends on the chunks how much of it is gone when lol-html gives up.
    assert whole == parts or not is_told, page
    assert is_told == parts_are_told, page
    for out in {whole, parts}:
        hosts = contacted(out.decode("utf-8", "replace"), ADDRESS, hints_only=sealed, scripting=scripting)
        assert "ads.example.net" not in hosts, (page, out)
