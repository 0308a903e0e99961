"""The second look at a page's bytes: what would load is disarmed, nothing else changes, wherever the chunks end."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.html.css import MAX_PARTS
from consentkit.html.origins import closed_origins
from consentkit.html.scan import MAX_TAG, Scan
from consentkit.html.tags import Addresses
from tests.support.sites import declaration_of, service

CLOSED = closed_origins(
    declaration_of(service("ads", "marketing", "_a", origins=["https://ads.example.net"])), set[str]().__contains__
)


def scan(*chunks: bytes, everything: bool = False) -> bytes:
    """What comes out."""
    one = Scan(Addresses(CLOSED, "https://www.example.com/a/b"), everything=everything)
    return b"".join([*(one.feed(chunk) for chunk in chunks), one.finish()])


CSS = {
    "url(https://ads.example.net/a.png)": "url(x:tps://ads.example.net/a.png)",
    "URL( 'https://ads.example.net/a.png' )": "URL( 'x:tps://ads.example.net/a.png' )",
    'url("//ads.example.net/a)b")': 'url("x:ads.example.net/a)b")',
    "url(\\68ttps://ads.example.net)": "url(x:8ttps://ads.example.net)",
    "url(https://ads\\.example\\.net)": "url(x:tps://ads\\.example\\.net)",
    "url(&quot;https://ads.example.net/x&quot;)": "url(&quot;x:tps://ads.example.net/x&quot;)",
    "url(&#104;ttps://ads.example.net)": "url(x:104;ttps://ads.example.net)",
    "url('  https://ads.example.net')": "url('  x:tps://ads.example.net')",
    "@import 'https://ads.example.net/a.css';": "@import 'x:tps://ads.example.net/a.css';",
    '@IMPORT/* a */ "//ads.example.net";': '@IMPORT/* a */ "x:ads.example.net";',
    "image-set('a.png' 1x, 'https://ads.example.net/2' 2x)": "image-set('a.png' 1x, 'x:tps://ads.example.net/2' 2x)",
    "-webkit-image-set(url(//ads.example.net/a) 1x)": "-webkit-image-set(url(x:ads.example.net/a) 1x)",
    "image-set('a' type('b') 1x, '//ads.example.net' 2x)": "image-set('a' type('b') 1x, 'x:ads.example.net' 2x)",
    "url(/own.png)": "url(/own.png)",
    "url(data:image/png;base64,AAAA)": "url(data:image/png;base64,AAAA)",
    "url(https://other.example/a.png)": "url(https://other.example/a.png)",
    "a[href^='https://ads.example.net']::after { content: 'https://ads.example.net' }": "",
    "myurl2('https://ads.example.net')": "",
    "@important 'https://ads.example.net'": "",
}


@pytest.mark.parametrize(("css", "expected"), CSS.items())
@pytest.mark.parametrize("around", ['<p style="{}">', "<style>a { b: {} }</style>", "<style>{}", "<svg><g fill={}>"])
def test_addresses_in_css_lead_nowhere(css: str, expected: str, around: str) -> None:
    """In attributes and in style sheets, with quotes, escapes and references; what is no address stays."""
    page = around.replace("{}", css.replace('"', "'") if '"' in around else css)
    wanted = around.replace("{}", (expected or css).replace('"', "'") if '"' in around else expected or css)
    for size in (1, 3, 1000):
        assert wanted == scan(*(page[at : at + size].encode() for at in range(0, len(page), size))).decode()


@pytest.mark.parametrize("kind", ["speculationrules", " SpeculationRules\n", "speculation&#114;ules"])
def test_closed_addresses_in_speculation_rules_are_no_candidates(kind: str) -> None:
    """Lists lose them, and rules that choose among the links of a page stay only if they choose own ones."""
    rules = {"prefetch": [{"urls": ["/own", "https://ads.example.net/x", "//ads.example.net"]}]}
    page = f"<script type='{kind}'>{json.dumps(rules)}</script>"
    expected = page.replace("https://ads", "x:tps://ads").replace('//ads.example.net"]', 'x:ads.example.net"]')
    assert expected == scan(page.encode()).decode()


OWN = [
    {"prerender": [{"where": {"href_matches": "/*"}}]},
    {"prerender": [{"source": "document", "where": {"and": [{"href_matches": ["/a", "/b"]}, {"not": {}}]}}]},
    {"prefetch": [{"urls": ["/a"]}]},
]
ANY = [
    {"prerender": [{"where": {"href_matches": "//ads.example.net/*"}}]},
    {"prerender": [{"source": "document"}]},
    {"prerender": [{"where": {"selector_matches": "a"}}]},
    {"prerender": [{"where": {"or": [{"href_matches": "/*"}, {"selector_matches": "a"}]}}]},
    {"prerender": [{"where": {"href_matches": "/*"}}, {"where": {"not": {"href_matches": "/*"}}}]},
]


@pytest.mark.parametrize("rules", OWN)
def test_rules_for_own_links_stay(rules: object) -> None:
    """They lead nowhere else."""
    page = f"<script type=speculationrules>{json.dumps(rules)}</script>".encode()
    assert page == scan(page)


@pytest.mark.parametrize("rules", ANY)
def test_rules_for_any_link_are_disarmed(rules: object) -> None:
    """The page may hold links to closed origins."""
    page = f"<script type=speculationrules>{json.dumps(rules)}</script>"
    out = scan(page.encode()).decode()
    assert not {'"where"', '"document"'} & set(out.split(": "))
    assert '"where": {' not in out
    assert '"document"' not in out
    json.loads(out.partition(">")[2].partition("<")[0])


def test_import_map_loses_closed_addresses_only() -> None:
    """The others of the map still work."""
    page = b'<script type="importmap">{"imports": {"a": "/a.js", "b": "https:\\/\\/ads.example.net/b.js"}}</script>'
    assert page.replace(b"https:", b"x:tps:") == scan(page)


@pytest.mark.parametrize("tag", ["<link a='|' rel=preconnect>", "<meta content='|'>", "<base a='|'>"])
def test_tag_that_is_too_long_to_wait_for_is_disarmed(tag: str) -> None:
    """Neither its end nor all of its attributes can be known in time."""
    page = tag.replace("|", "x" * 2 * MAX_TAG).encode()
    out = scan(*(page[at : at + 1000] for at in range(0, len(page), 1000)))
    assert page[:1] + b"x" + page[2:] == out


ODD = [
    "<link rel=preconnect href= https:ads.example.net>",
    "<link rel=preconnect href=\nhttps:ads.example.net />",
    "<link rel=preconnect a=b=c href=//ads.example.net>",
    "<link rel=preconnect a='b'href=//ads.example.net>",
    "<link rel=preconnect a= href=//ads.example.net href=//ads.example.net>",
    '<link/rel="preconnect"/href="//ads.example.net"/>',
    "<link rel=preconnect href=/\t/ads.example.net>".replace("\t", "&Tab;"),
    "<link rel=preconnect href='/\t/ads.example.net'>",
    "<link rel=preconnect href='/\\ads.example.net'>",
    '<link rel=preconnect title=">" href="//ads.example.net">',
    "<link rel=preconnect title=a>b href=//ads.example.net>",
]


@pytest.mark.parametrize("tag", ODD)
def test_tag_of_any_shape_is_read(tag: str) -> None:
    """Only well-formed tags are passed over at a glance."""
    is_closed = "a>b" not in tag
    page = tag.encode()
    one = Scan(Addresses(CLOSED, "http://www.example.com/a/b"), everything=False)
    assert page.replace(b"rel=", b"_el=" if is_closed else b"rel=") == one.feed(page) + one.finish()


LONG = [
    "<link rel=icon href='data:image/png;base64,|'>",
    "<meta name=config content='|'>",
    "<script data-a='|' type=module>",
    '<script type=importmap>{"imports": {"a": "/|"}}</script>',
]


@pytest.mark.parametrize("tag", LONG)
def test_long_tag_in_one_piece_is_no_trouble(tag: str) -> None:
    """Icons and settings stand in tags, and import maps can be long."""
    page = tag.replace("|", "x" * 50_000).encode()
    assert page == scan(page)
    closed = page.replace(b"icon href='data:", b"icon href='//ads.example.net/")
    assert closed.replace(b"rel=icon href='//", b"_el=icon href='//") == scan(closed)


def test_page_full_of_long_tags_takes_bounded_work() -> None:
    """Only so many are looked at whole."""
    page = b"<link a='" * 5_000
    out = scan(page)
    assert out.startswith(b"<xink")
    assert len(page) == len(out)


def test_what_is_whole_is_passed_on_at_once() -> None:
    """Only what may become an address or a tag waits."""
    one = Scan(Addresses(CLOSED, "https://www.example.com/"), everything=False)
    for chunk in (b"<p>one</p>", b"a sentence. ", b"<img src=x>", b"u", b"rl", b"(", b"/own)", b"<li", b"nk>"):
        one.feed(chunk)
    assert b"" == one.finish()


def test_pictures_and_frames_are_disarmed_where_no_policy_holds() -> None:
    """And only their closed attributes."""
    page = b"<IMG SRC=/own srcset='/a 1x, //ads.example.net/b 2x'><iframe srcdoc='&lt;img src=//ads.example.net>'>"
    assert page == scan(page)
    assert page.replace(b"srcset", b"_rcset").replace(b"srcdoc", b"_rcdoc") == scan(page, everything=True)


PIECES = [
    b"<link ", b"<meta", b"<base ", b"<script ", b"rel=preconnect ", b"rel='", b"href=", b"//ads.example.net", b">",
    b"'", b'"', b" ", b"/", b"http-equiv=refresh ", b"content=0;", b"https://ads.example.net/", b"</script>", b"{",
    b"type=speculationrules", b'{"prefetch":[{"urls":["', b'"]}]}', b"url(", b"image-set(", b"@import", b")", b"<",
    b"u", b"rl", b"&quot;", b"\\", b"style=", b"<img src=", b"<iframe srcdoc=", b"x",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=2), max_size=20), st.integers(1, 12), st.booleans())
@settings(max_examples=300)
def test_every_cut_gives_the_same_and_changes_letters_only(parts: list[bytes], size: int, everything: bool) -> None:
    """Chunks change nothing, nor does a second look; what is structure to a parser of HTML stays where it was."""
    page = b"".join(parts)
    out = scan(page, everything=everything)
    assert out == scan(*(page[at : at + size] for at in range(0, len(page), size)), everything=everything)
    assert len(page) == len(out)
    for before, after in zip(page, out, strict=True):
        assert before == after or (chr(after) in "x_:" and chr(before) not in "<>\"'=` \t\r\n\f")


@pytest.mark.parametrize(
    "piece", [b"<link ", b"<link a='", b'<base a="', b"url(", b"image-set((", b"@import/*", b"url('"]
)
def test_hostile_page_takes_bounded_work(piece: bytes) -> None:
    """A place that looks like a begin costs a bounded number of looks, not one at each of the others behind it."""
    looks = 0

    class Counting(Addresses):
        def closed_by(self, address: str) -> None:
            nonlocal looks
            looks += 1

    page = piece * 2000
    one = Scan(Counting(CLOSED, "https://www.example.com/"), everything=True)
    assert len(page) == len(one.feed(page) + one.finish())
    assert looks <= 2000 * MAX_PARTS
