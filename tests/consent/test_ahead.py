"""Pages loaded ahead: they bring what is to be counted, and count when they are shown, each as it was asked for."""

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from consentkit import ConsentKit
from consentkit.assets import Assets
from consentkit.consent.ahead import Ahead
from consentkit.incoming import Incoming
from consentkit.own_visit import VISIT
from consentkit.stats.shown_later import Loaded
from tests.stats.page_requests import CHROME
from tests.support.asgi import Answer, ask, http_scope
from tests.support.sites import KEY, NOW, TODAY, config_of, consent_cookie, only_finding, settings
from tests.support.visit_site import ONWARD, Site, lines_of

AHEAD = Ahead([KEY], Assets(), whose="measured")
PRERENDER = (b"sec-purpose", b"prefetch;prerender")
NOWHERE = (b"sec-fetch-site", b"none")
"""What Chromium says of all that it loads ahead, whoever asked for it."""
FROM_PAGE = (b"referer", b"https://www.example.com/products?basket=7")
FROM_SEARCH = (b"referer", b"https://www.google.com/")
TAGS = (b"sec-speculation-tags", b"null")
COUNTED = ("views", "visits", "moves", "consent_shown", "class:prefetch", "class:own", "class:person", "requests")


@pytest.fixture
def exempt(tmp_path: Any) -> Site:
    """A site under an exemption."""
    return Site(tmp_path, exemption="fr")


def load(site: Site, path: str = "/", *headers: tuple[bytes, bytes], **scope: Any) -> bytes:
    """Load a page ahead; returns what it brings of itself, b"" if nothing."""
    answer = site.open(path, PRERENDER, NOWHERE, *headers, **scope)
    assert [] == lines_of(answer)
    found = re.findall(
        rb'<script type="module" src="/consent/static/ahead\.\w+\.js" data-consentkit-ahead="([\w.-]+)"', answer.body
    )
    assert answer.body.count(b"data-consentkit-ahead") == len(found) <= 1
    return found[0] if found else b""


def show(site: Site, mark: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """Send what the script sends when the page is shown; the visit cookie that comes is kept."""
    kept = [site.choice, b"__Host-consentkit_visit=" + site.visit if site.visit else b""]
    usual = [
        (b"user-agent", CHROME.encode()), (b"accept-language", b"nl"), (b"sec-fetch-mode", b"no-cors"),
        (b"sec-fetch-dest", b"empty"), ONWARD, *([(b"cookie", b"; ".join(filter(None, kept)))] if any(kept) else []),
    ]  # fmt: skip
    headers = [*more, *(pair for pair in usual if pair[0] not in {name for name, _ in more})]
    answer = ask(site.app, "/consent/shown", method="POST", headers=headers, body=mark)
    assert (204, b"") == (answer.status, answer.body)
    for line in lines_of(answer):
        site.visit = line.partition(b";")[0].partition(b"=")[2]
    return answer


def counted(site: Site) -> dict[str, int]:
    """The totals since the last time, of what is looked at here."""
    counts = site.counts()
    return {name: counts[name] for name in COUNTED if counts[name]}


def test_a_page_counts_when_it_is_shown_and_not_before(exempt: Site) -> None:
    """Loaded by a page of the site it is a move, by another site or the address bar an entry; requests add up."""
    for headers, expected in (
        ((FROM_PAGE, TAGS), {"views": 1, "moves": 1}),
        ((FROM_SEARCH,), {"views": 1, "visits": 1}),
        ((), {"views": 1, "visits": 1}),
        ((TAGS,), {"views": 1}),
    ):
        mark = load(exempt, "/news", *headers)
        assert {"class:prefetch": 1, "requests": 1} == counted(exempt)
        show(exempt, mark)
        assert {**expected, "consent_shown": 1, "class:own": 1, "requests": 1} == counted(exempt)


def test_the_view_stands_where_its_request_would_have_stood(exempt: Site) -> None:
    """Page, referrer, channel, campaign, language, browser: all by what was asked for ahead."""
    mark = load(exempt, "/products", FROM_SEARCH, query_string=b"utm_campaign=spring&token=s3cret")
    exempt.tally.take()
    show(exempt, mark)
    cells = {(cell.breakdown, cell.value) for cell in exempt.tally.take().cells if cell.metric == "visits"}
    assert {
        ("page", "/products"),
        ("referrer", "google.com"),
        ("channel", "search"),
        ("campaign", "spring"),
        ("language", "nl"),
        ("browser", "Chrome"),
        ("host", "www.example.com"),
    } <= cells


def test_the_visit_goes_on_with_it(exempt: Site) -> None:
    """The visitor's own state is carried on when the page is shown, as with any view."""
    show(exempt, load(exempt))
    assert 1 == exempt.counts()["measured"]
    show(exempt, load(exempt, "/news", FROM_PAGE, TAGS))
    counts = exempt.counts()
    assert (0, 1, 1) == (counts["measured"], counts["engaged"], counts["reached_2_pages"])


def test_a_mark_is_the_same_for_all_who_come_the_same_way(tmp_path: Any) -> None:
    """So it recognises nobody: not by the moment, nor by what else their browsers say."""
    first, second = Site(tmp_path, exemption="fr"), Site(tmp_path, exemption="fr")
    second.now += 3600
    second.visit = b"another"
    assert load(first, "/news", FROM_PAGE) == load(second, "/news", FROM_PAGE, (b"accept-language", b"es")) != b""


@pytest.mark.parametrize(("site", "shows"), [(b"same-origin", 1), (b"same-site", 0), (b"cross-site", 0), (b"none", 0)])
def test_only_a_page_of_this_site_may_tell(exempt: Site, site: bytes, shows: int) -> None:
    """Another site cannot make visitors of its own count here."""
    mark = load(exempt)
    exempt.tally.take()
    show(exempt, mark, (b"sec-fetch-site", site))
    assert shows == exempt.counts()["views"]


def test_what_was_not_made_here_counts_nothing(exempt: Site) -> None:
    """Nothing, a changed mark, another key's, one of the day before yesterday, too much; the answer is the same."""
    mark = load(exempt)
    exempt.tally.take()
    name, _, signature = mark.rpartition(b".")
    for body in (b"", name, b"x" + mark, name + b"." + signature[::-1], mark * 500, b"\xff" * 100, b"a" * 100_000):
        show(exempt, body)
    exempt.now += 86_400
    show(exempt, mark)
    assert 1 == exempt.counts()["views"]
    exempt.now += 86_400
    show(exempt, mark)
    assert 0 == exempt.counts()["views"]


@given(body=st.binary(max_size=400) | st.text(alphabet="abcAB.-_01", max_size=400).map(str.encode))
def test_any_bytes_are_read_as_nothing(body: bytes) -> None:
    """Whatever comes, nothing is made of it but what was signed here."""
    assert AHEAD.read(body, TODAY) is None


def test_a_new_key_reads_what_the_old_one_signed() -> None:
    """While a page that was loaded ahead waits, the keys may change."""
    scope = http_scope("/news/älter", query_string=b"q=\xff")
    tag = AHEAD.tag(scope, Incoming(scope), TODAY, base="/consent/", nonce="", asks=False)
    mark = tag.partition('data-consentkit-ahead="')[2].partition('"')[0].encode()
    newer = Ahead(["n" * 40, KEY], Assets(), whose="measured")
    assert Loaded("/news/älter", "q=ÿ", "", "", False, False) == newer.read(mark, TODAY)
    assert Ahead(["n" * 40], Assets(), whose="measured").read(mark, TODAY) is None


@pytest.mark.parametrize(
    "told",
    [(b"user-agent", b"curl/8.14.1"), (b"signature-agent", b'"https://chatgpt.com"')],
    ids=["agent", "signature"],
)
def test_programs_are_no_persons_here_either(told: tuple[bytes, bytes], exempt: Site) -> None:
    """What a program shows itself is no view."""
    mark = load(exempt)
    exempt.tally.take()
    show(exempt, mark, told)
    assert {"class:own": 1, "requests": 1} == counted(exempt)


def test_by_default_only_of_those_who_may_be_measured(tmp_path: Any) -> None:
    """Before a choice and after a refusal there is neither a script nor a count."""
    site = Site(tmp_path, visitor_state=True)
    site.choice = consent_cookie(site.kit, VISIT)
    mark = load(site)
    for choice in (b"", consent_cookie(site.kit), consent_cookie(site.kit, "ads")):
        site.choice = choice
        assert b"" == load(site)
        site.counts()
        show(site, mark)
        assert {"class:own": 1, "requests": 1} == counted(site)


def test_of_everybody_where_the_site_wants_it(tmp_path: Any) -> None:
    """A banner on the page is then shown too; no cookie is set."""
    site = Site(tmp_path, loaded_ahead="everybody")
    mark = load(site, "/news", FROM_PAGE)
    site.counts()
    assert [] == show(site, mark).all(b"set-cookie")
    assert {"views": 1, "moves": 1, "consent_shown": 1, "class:own": 1, "requests": 1} == counted(site)


def test_a_page_of_a_router_is_named_by_its_route(tmp_path: Any) -> None:
    """Also below a mount, which changes the scope that the app got, and where templates place the link."""

    async def order(_: Request) -> HTMLResponse:
        return HTMLResponse("<!doctype html><html lang=en><title>t</title><body>order")

    shop = Mount("/shop", routes=[Route("/orders/{number}", order)])
    site = Site(tmp_path, loaded_ahead="everybody")
    kit = ConsentKit(
        config_of(settings(consent={"link": "template"}, stats={"loaded_ahead": "everybody"}), tmp_path),
        (KEY,),
        clock=lambda: NOW,
    )
    kit.counting = site.kit.counting
    site.app = kit.wrap(Starlette(routes=[shop]))
    mark = load(site, "/shop/orders/seven", FROM_PAGE)
    site.tally.take()
    show(site, mark)
    pages = {cell.value for cell in site.tally.take().cells if cell.breakdown == "page" and cell.metric == "views"}
    assert {"/shop/orders/{number}"} == pages


def test_other_pages_bring_nothing(exempt: Site) -> None:
    """Neither one that is asked for to be seen, nor a picture, a redirect, or one with an endless address."""
    assert b"data-consentkit-ahead" not in exempt.open("/", NOWHERE).body
    noise = Random(1)
    endless = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(3000))
    assert [b"", b"", b""] == [
        load(exempt, path, FROM_PAGE, query_string=query)
        for path, query in (("/picture", b""), ("/moved", b""), (f"/{endless}", noise.randbytes(3000)))
    ]


def test_what_a_link_prefetches_brings_nothing(exempt: Site) -> None:
    """Its destination is "empty", by which caches keep it apart from the page that is shown (Vary)."""
    page = exempt.open("/", PRERENDER, ONWARD, (b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"no-cors"))
    assert b"data-consentkit-ahead" not in page.body
    assert b"Sec-Fetch-Dest" in b"".join(page.all(b"vary"))


def test_of_everybody_needs_pages_of_their_own() -> None:
    """The error says what it needs."""
    finding = only_finding(settings(consent={"delivery": "edge"}, stats={"loaded_ahead": "everybody"}))
    assert 'delivery = "server"' in str(finding)
