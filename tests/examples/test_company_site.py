"""The pages of the example website, and what they ask of consent."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markupsafe import Markup
from starlette.testclient import TestClient

from examples.company_site import pages, texts
from examples.company_site.traffic_data import OUTBOUND

ORIGIN = "http://www.noordlicht.example"
TAGS = "http://localhost:8001"
VIDEO = "http://localhost:8002"

Clients = Callable[..., TestClient]


class Addresses(HTMLParser):
    """Collects every address in a page, and its language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.language = ""
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        self.found += [given[name] or "" for name in ("href", "src", "action", "srcset", "poster") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


ALL_PATHS = [*pages.public_paths(), *(f"/{code}{rest}" for code in texts.LANGUAGES for rest in
             ("/contact/thanks", "/account/sign-in", "/check?postcode=9712AB&number=1"))]  # fmt: skip


@pytest.mark.parametrize("path", ALL_PATHS)
def test_every_page_answers_in_the_language_of_its_address(client: TestClient, path: str) -> None:
    """Each page is there in en, nl and es, and says so in html lang and hreflang."""
    response = client.get(path)

    assert response.status_code == 200
    assert path[1:3] == Addresses(response.text).language == response.headers["content-language"]
    for code in texts.LANGUAGES:
        assert f'hreflang="{code}" href="{ORIGIN}/{code}/' in response.text


@pytest.mark.parametrize("path", ALL_PATHS)
def test_pages_load_nothing_from_elsewhere_and_have_nothing_inline(site_client: Clients, path: str) -> None:
    """With everything granted, the only foreign addresses are the tag's, the video's, and those that are linked to."""
    page = Addresses(site_client("ads", "video", "theme").get(path).text)

    linked = [f"https://{host}/" for host, _ in OUTBOUND] if path.endswith("/contact") else []
    known = (f"{ORIGIN}/", f"{TAGS}/tag.js", f"{VIDEO}/embed", *linked)
    foreign = [a for a in page.found if "//" in a and not a.startswith(known)]
    assert foreign == []
    assert page.inline == []


def test_every_link_on_every_page_leads_somewhere(client: TestClient) -> None:
    """No link, asset or form address of the site is dead."""
    links = set()
    for path in ALL_PATHS:
        links |= {a.partition("#")[0] for a in Addresses(client.get(path).text).found if a.startswith("/")}

    dead = [
        link
        for link in sorted(links)
        if not link.startswith("/consent/") and client.get(link).status_code not in (200, 303)
    ]
    assert [link for link in dead if not link.endswith("/theme")] == []


def test_pages_carry_a_strict_policy(client: TestClient) -> None:
    """The site's own CSP allows only itself, the tag and the video, on pages and on errors."""
    for path in ("/en/", "/nl/nothing", "/assets/site.css"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"script-src 'self' {TAGS};" in policy
        assert f"frame-src {VIDEO};" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"), ("de,es;q=0.5,en;q=0.4", "es"), ("fr", "en"), ("", "en"),
        ("en;q=0,nl;q=bad,es;q=0.1", "es"), ("*", "en"),
    ],
)  # fmt: skip
def test_the_first_address_goes_to_the_preferred_language(client: TestClient, header: str, expected: str) -> None:
    """`/` and `/privacy` follow Accept-Language with its weights."""
    for path in ("/", "/privacy"):
        response = client.get(path, headers={"accept-language": header})
        assert (302, f"/{expected}{path}") == (response.status_code, response.headers["location"])
        assert "Accept-Language" in response.headers["vary"]


def test_a_missing_page_is_in_style(client: TestClient) -> None:
    """An unknown address gets the site's own page, in its language, with status 404."""
    response = client.get("/nl/bestaat-niet")

    assert response.status_code == 404
    assert "Naar deze pagina ligt geen kabel" in response.text
    assert client.get("/de/").status_code == 404
    assert client.post("/en/about").status_code == 405


def test_all_languages_have_the_same_texts() -> None:
    """No text is missing in one language, and no list is shorter."""

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(part) for key, part in value.items()}
        return [shape(part) for part in value] if isinstance(value, list) else type(value)

    shapes = [shape(loaded.tables) for loaded in texts.load_texts().values()]
    assert shapes[0] == shapes[1] == shapes[2]


def test_the_tag_is_there_only_with_consent(site_client: Clients, client: TestClient) -> None:
    """The advertising tag is on every page when granted and on none before."""
    assert f"{TAGS}/tag.js" not in client.get("/en/").text
    assert f'<script src="{TAGS}/tag.js" defer>' in site_client("ads").get("/en/").text


def test_the_video_is_left_to_the_gate(client: TestClient) -> None:
    """The page holds the frame and says whose it is; consentkit puts a placeholder there until it is granted."""
    page = client.get("/nl/products/tv").text
    assert f'<iframe class="video" data-consentkit-service="video" src="{VIDEO}/embed?lang=nl"' in page


def test_every_page_view_asks_for_the_measurement_cookies(client: TestClient) -> None:
    """The site's own server sets both, one HttpOnly; it is the gate that keeps them back."""
    client.get("/en/")
    first = client.cookies["_meas_id"]
    client.get("/en/about")

    assert ("2", first) == (client.cookies["_meas"], client.cookies["_meas_id"])


def test_the_privacy_page_shows_the_declaration(site_client: Clients) -> None:
    """The cookie table and what is said of the statistics come from a function, by language."""
    client = site_client(declaration=lambda language: Markup(f"<p>declared in {language}</p>"))

    assert "<p>declared in es</p>" in client.get("/es/privacy").text


def test_assets_have_addresses_that_may_be_kept(client: TestClient) -> None:
    """An asset's address carries its content's hash, so browsers keep it for a year."""
    found = re.search(r'href="(/assets/site\.css\?v=[0-9a-f]{8})"', client.get("/en/").text)

    assert found is not None
    assert "immutable" in client.get(found[1]).headers["cache-control"]


def test_feed_and_sitemap_name_every_page(client: TestClient) -> None:
    """The feed has all four articles and the sitemap every public page."""
    assert client.get("/nl/news/feed.xml").text.count("<entry>") == 4
    assert len(pages.public_paths()) == client.get("/sitemap.xml").text.count("<loc>")
