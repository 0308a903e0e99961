"""Links to other sites: what our script tells counts by domain, of those who may be measured and of nobody else."""

from typing import Any

import pytest

from consentkit.own_visit import VISIT
from tests.stats.page_requests import CHROME
from tests.support.asgi import Answer, ask
from tests.support.sites import consent_cookie, only_finding, settings
from tests.support.visit_site import ARRIVES, ONWARD, Site

FROM_PAGE = (b"referer", b"https://www.example.com/products?basket=7")


@pytest.fixture
def exempt(tmp_path: Any) -> Site:
    """A site under an exemption that counts links to other sites."""
    return Site(tmp_path, exemption="fr", outbound=True)


def tell(site: Site, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """Send what the script sends when a link is followed."""
    named = {name for name, _ in more}
    usual = [
        (b"user-agent", CHROME.encode()), (b"accept", b"*/*"), (b"accept-language", b"nl"),
        (b"sec-fetch-mode", b"no-cors"),
        (b"sec-fetch-dest", b"empty"), ONWARD, FROM_PAGE, (b"content-type", b"text/plain;charset=UTF-8"),
    ]  # fmt: skip
    headers = [*more, *(pair for pair in usual if pair[0] not in named)]
    if site.choice:
        headers.append((b"cookie", site.choice))
    return ask(site.app, "/consent/outbound", method="POST", headers=headers, body=body)


def led(site: Site) -> dict[tuple[str, str], int]:
    """What was counted of it since the last time."""
    cells = site.tally.take().cells
    return {(cell.breakdown, cell.value): count for cell, count in cells.items() if cell.metric == "outbound"}


def test_a_link_counts_by_its_domain_and_the_page_that_it_left(exempt: Site) -> None:
    """Of its host nothing but the registrable domain, of the page its name without the query; the answer is empty."""
    answer = tell(exempt, b"Shop.Partner.co.uk")
    assert (204, b"", []) == (answer.status, answer.body, answer.all(b"set-cookie"))
    assert {("outbound", "partner.co.uk"): 1, ("outbound_from", "partner.co.uk ← /products"): 1} == led(exempt)


@pytest.mark.parametrize(
    ("body", "domain"),
    [
        (b"203.0.113.7", "(other)"),
        (b"[2001:db8::1]", "(other)"),
        (b"intranet", "(other)"),
        (b"jan.jansen@partner.de", "(other)"),
        (b"partner.de/users/jan", "(other)"),
        (b"partner.de\r\nset-cookie: a=b", "(other)"),
        (b"<script>alert(1)</script>", "(other)"),
        ("bücher.de".encode(), "(other)"),
        (b"www.xn--bcher-kva.de", "xn--bcher-kva.de"),
    ],
)
def test_what_is_no_domain_is_not_told(exempt: Site, body: bytes, domain: str) -> None:
    """Whatever somebody sends, nothing but a registrable domain can be published."""
    tell(exempt, body)
    assert {("outbound", domain), ("outbound_from", f"{domain} ← /products")} == set(led(exempt))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", ()),
        (b"a" * 254, ()),
        (b"a" * 1_000_000, ()),
        (b"www.example.com", ()),
        (b"WWW.example.com.", ()),
        (b"partner.de", ((b"sec-fetch-site", b"cross-site"),)),
        (b"partner.de", ((b"sec-fetch-site", b"same-site"),)),
        (b"partner.de", ((b"user-agent", b"Googlebot/2.1 (+http://www.google.com/bot.html)"),)),
        (b"partner.de", ((b"user-agent", b"curl/8.14.1"),)),
    ],
)
def test_what_does_not_count(exempt: Site, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Nothing, too much, our own hosts, what another site's page sends, programs; the answer is the same."""
    assert 204 == tell(exempt, body, *headers).status
    assert {} == led(exempt)


def test_only_those_who_agreed_are_told_of(tmp_path: Any) -> None:
    """Without an exemption: nothing before a choice and after a refusal, neither the script nor a count."""
    site = Site(tmp_path, visitor_state=True, outbound=True)
    for grants, counts in (((), False), (("ads",), False), ((VISIT,), True)):
        site.choice = consent_cookie(site.kit, *grants)
        page = site.open("/", ARRIVES)
        assert counts == (b"/consent/static/outbound." in page.body)
        tell(site, b"partner.de")
        assert counts == bool(led(site))
    site.choice = b""
    assert b"outbound" not in site.open("/", ARRIVES).body
    tell(site, b"partner.de")
    assert {} == led(site)


def test_the_script_bears_the_nonce_of_the_page_and_stands_beside_the_link(exempt: Site) -> None:
    """Once on each page, as a module of our own."""
    body = exempt.open("/", ARRIVES).text
    assert 1 == body.count('<script type="module" src="/consent/static/outbound.')
    consent = exempt.kit.engine.consent
    assert consent is not None
    address = body.partition('src="/consent/static/outbound.')[2].partition('"')[0]
    script = ask(exempt.app, f"/consent/static/outbound.{address}")
    assert (200, [b"text/javascript; charset=utf-8"]) == (script.status, script.all(b"content-type"))


def test_without_the_option_there_is_no_such_address(tmp_path: Any) -> None:
    """Off by default."""
    site = Site(tmp_path, exemption="fr")
    assert b"outbound" not in site.open("/", ARRIVES).body
    assert 405 == tell(site, b"partner.de").status
    assert {} == led(site)


def test_the_option_needs_the_visitors_own_state() -> None:
    """The error says which option is missing."""
    finding = only_finding(settings(stats={"outbound": True}))
    assert "visitor_state = true" in str(finding)
