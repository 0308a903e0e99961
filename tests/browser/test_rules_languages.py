"""In each of the languages the first layer keeps the rules on the narrowest screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consentkit.testing import Evidence, Site, View
from consentkit.testing.visitor import PageSeen, visitor
from consentkit.testing.words import found_in
from consentkit.texts import available
from tests.browser.rules_site import RULES, judged
from tests.conftest import LiveServers
from tests.support.small_site import small_kit

pytestmark = [pytest.mark.browser, pytest.mark.server]

NUMBERS = ("C4", "C5", "C7", "C8", "C11", "C12", "C16", "C17", "C28")


async def page(request: Request) -> Response:
    """A page in the language of its address."""
    language = request.path_params.get("language", "en")
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>x</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>'
        '<body><main><h1>x</h1><p>Words.</p></main><p><a href="/privacy">Privacy</a></p></body></html>'
    )


@pytest.fixture(scope="module")
def evidence(chromium: Browser) -> Iterator[Evidence]:
    """A page in every language, seen on a phone of 320 px."""
    servers = LiveServers()
    kit = small_kit("http://localhost:9", site={"languages": ["en", *(set(available()) - {"en"})]})
    home = servers(kit.wrap(Starlette(routes=[Route("/privacy", page), Route("/{language}", page)])))
    paths = [f"/{language}" for language in available()]
    yield Evidence(Site(home, paths), chromium, View(320, 568))
    servers.stop()


@pytest.fixture(scope="module")
def pages(evidence: Evidence) -> dict[str, PageSeen]:
    """Every page by its language."""
    return {page.path[1:]: page for page in evidence.first_visit.pages}


def test_the_first_layer_keeps_the_rules_in_every_language(evidence: Evidence) -> None:
    """Both buttons in the first view, alike; who asks, for what and how to withdraw; plain words in the page's own."""
    rules = [RULES[number] for number in NUMBERS if set(RULES[number].walks) <= {"first_visit"}]
    assert {} == judged(evidence, rules)


@pytest.fixture(scope="module")
def preferences(evidence: Evidence, chromium: Browser) -> dict[str, tuple[str, int, str]]:
    """By language: the language of the second layer, its width and its words, on the same phone."""
    found = {}
    with visitor(chromium, evidence.site, evidence.view) as tab:
        for language in available():
            tab.page.goto(f"{evidence.site.preferences}?lang={language}")
            found[language] = tab.page.evaluate(
                "[document.documentElement.lang, document.documentElement.scrollWidth, document.body.innerText]"
            )
    return found


@pytest.mark.parametrize("language", available())
def test_the_preferences_fit_in_their_language(preferences: dict[str, tuple[str, int, str]], language: str) -> None:
    """The second layer speaks it, nothing runs over the edge, and no word steers (C12, C17)."""
    spoken, width, words = preferences[language]
    assert (language, 320) == (spoken, width)
    assert [] == [*found_in(words, language, "steering"), *found_in(words, language, "interest")]


@pytest.mark.parametrize("language", available())
def test_the_banner_fits_in_its_language(pages: dict[str, PageSeen], language: str) -> None:
    """It speaks it, nothing runs over the edge, and the buttons do not break into more than three lines."""
    seen = pages[language]
    assert language == seen.banner["lang"]
    assert 320 == seen.probe["scroll_width"]
    assert seen.banner["refuse"]["box"]["height"] <= 20 + 3 * 1.3 * 15
