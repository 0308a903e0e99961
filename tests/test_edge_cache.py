"""Behind a real nginx that caches whole pages: everybody gets the same bytes, and nothing of anybody is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from consentkit import ConsentKit
from tests.conftest import LiveServers
from tests.support.edge_site import edge_kit, site
from tests.support.nginx import CONFIGURATION, caching, stored
from tests.support.sites import consent_cookie


@dataclass(frozen=True, slots=True)
class Cached:
    """A site behind a cache: its kit, the folder of the cache, and a client that asks it."""

    kit: ConsentKit
    folder: Path
    client: httpx2.Client

    def get(self, path: str, *, cookie: str = "", **headers: str) -> httpx2.Response:
        """One request, of a visitor of whom nothing else is kept."""
        given = {**headers, "Cookie": cookie} if cookie else headers
        self.client.cookies.clear()
        return self.client.get(path, headers={key.replace("_", "-"): value for key, value in given.items()})

    def post(self, path: str, **fields: str) -> httpx2.Response:
        """A form of the site itself, sent by a visitor who has not chosen yet."""
        self.client.cookies.clear()
        return self.client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    def chose(self, *grants: str) -> str:
        """The consent cookie of a visitor who granted these, over plain http."""
        return consent_cookie(self.kit, *grants).decode().removeprefix("__Host-")


@pytest.fixture(scope="module", params=["edge", "server"])
def cached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cached]:
    """The site behind nginx, once with each delivery."""
    folder = tmp_path_factory.mktemp("nginx")
    kit = edge_kit(request.param)
    servers = LiveServers()
    try:
        with caching(servers(site(kit)), folder) as address, httpx2.Client(base_url=address) as client:
            yield Cached(kit, folder, client)
    finally:
        servers.stop()


def test_the_example_of_the_documentation_is_what_is_tested_here() -> None:
    """Line by line, but for where the app is."""
    text = (Path(__file__).parent.parent / "docs" / "edge.md").read_text("utf-8")
    example = text.partition("```nginx\n")[2].partition("```")[0].replace("http://127.0.0.1:8000", "{app}")
    tested = {line.strip() for line in CONFIGURATION.replace("{{", "{").replace("}}", "}").splitlines()}
    assert {line.strip() for line in example.splitlines()} <= tested
    assert "proxy_cache pages;" in example


def visitors(cached: Cached) -> list[dict[str, str]]:
    """The requests of visitors who accepted, refused, chose nothing, send the signal, and agreed to the video alone."""
    return [
        {"cookie": cached.chose("ads", "video")},
        {"cookie": cached.chose()},
        {},
        {"Sec_GPC": "1"},
        {"cookie": f"{cached.chose('video')}; session=mine; _ads_1=1", "Accept_Language": "nl"},
        {"cookie": "consentkit=forged; consentkit-hint=forged", "Sec_Fetch_Dest": "iframe"},
    ]


def is_edge(cached: Cached) -> bool:
    """Whether pages are the same for everybody."""
    return cached.kit.config.consent.delivery == "edge"


@pytest.mark.parametrize("path", ["/", "/silent", "/?gclid=secret"])
def test_one_page_for_all_or_none_in_the_cache(cached: Cached, path: str) -> None:
    """At the edge the first visitor's page is everybody's, byte for byte; with the other delivery theirs alone."""
    answers = [cached.get(path, **visitor) for visitor in (*visitors(cached), *reversed(visitors(cached)))]
    outcomes = [answer.headers["x-cache"] for answer in answers]
    if is_edge(cached):
        assert ["MISS", *["HIT"] * 11] == outcomes
        assert 1 == len({answer.content for answer in answers})
        assert 1 == len({answer.headers["content-security-policy"] for answer in answers})
        assert b"secret" not in answers[0].content
    else:
        assert {"MISS"} == set(outcomes)
        assert 3 <= len({answer.content for answer in answers})


@pytest.mark.parametrize("path", ["/personal", "/basket", "/consent/", "/consent/state", "/consent/record"])
def test_what_is_for_one_visitor_is_never_stored(cached: Cached, path: str) -> None:
    """Pages of apps that asked for the consent, pages that set a cookie, and our own."""
    outcomes = {cached.get(path, **visitor).headers["x-cache"] for visitor in (*visitors(cached), *visitors(cached))}
    assert {"MISS"} == outcomes
    for grants in ((), ("ads", "video")):
        text = cached.get("/personal", cookie=cached.chose(*grants)).text
        assert ("granted: True" in text) == bool(grants)


def test_only_the_visitors_own_cookies_reach_the_app(cached: Cached) -> None:
    """Who refused gets no cookie of a service; who agreed gets it, from the same address."""
    refused = cached.get("/basket", cookie=cached.chose()).headers.get_list("set-cookie")
    agreed = cached.get("/basket", cookie=cached.chose("ads")).headers.get_list("set-cookie")
    assert ["basket"] == [line.partition("=")[0] for line in refused]
    assert ["basket", "_ads_1"] == [line.partition("=")[0] for line in agreed]


def test_choice_changes_no_stored_page(cached: Cached) -> None:
    """The answer to a choice is not stored, nor is the script's question."""
    before = cached.get("/")
    sent = cached.post("/consent/", choice="accept_all")
    assert 303 == sent.status_code
    assert is_edge(cached) == any("consentkit-hint=" in line for line in sent.headers.get_list("set-cookie"))
    for _ in range(2):
        assert cached.post("/consent/state").json()["asks"]
    assert before.content == cached.get("/").content


def test_nothing_of_anybody_lies_in_the_cache(cached: Cached) -> None:
    """After all that was asked here, no stored response sets a cookie, tells a state or holds a query's secret."""
    for visitor in visitors(cached):
        for path in ("/", "/silent", "/basket", "/personal", "/consent/state", "/consent/", "/own.png", "/missing"):
            cached.get(path, **visitor)
    files = stored(cached.folder)
    assert files
    for file in files:
        assert b"\nset-cookie:" not in file.lower()
        assert b"granted: " not in file
        assert b'"purposes"' not in file
    assert is_edge(cached) == any(b"<h1>Shop</h1>" in file for file in files)
