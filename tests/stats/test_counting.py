"""From an answer to what counts of it."""

import pytest

from consentkit.stats.breakdowns import PLACES
from consentkit.stats.counting import observer_of
from tests.stats.page_requests import a_page
from tests.support.asgi import answering, ask
from tests.support.sites import config_of, settings
from tests.support.visit_site import NAVIGATE, ONWARD, Site

FORM = [*NAVIGATE, ONWARD, (b"cache-control", b"max-age=0"), (b"referer", b"https://www.example.com/contact")]
"""As Chromium sends a form; it asks with the same headers for the page that it is sent on to."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site."""
    return Site(tmp_path_factory.mktemp("forms"))


def moves(
    site: Site, location: bytes, path: str = "/forms/contact", *, method: str = "POST", status: int = 303
) -> list[str]:
    """The moves that a form counts whose answer sends its visitor on."""
    app = site.kit.wrap(answering(status=status, headers=[(b"location", location)]))
    ask(app, path, method=method, headers=[(b"host", b"www.example.com"), *FORM])
    return [cell.value for cell in site.tally.take().cells if cell.breakdown == "move"]


@pytest.mark.parametrize(
    ("location", "page"),
    [
        (b"/thanks", "/thanks"),
        (b"/thanks?order=7#top", "/thanks"),
        (b"thanks", "/forms/thanks"),
        (b"../thanks", "/thanks"),
        (b"//www.example.com/thanks", "/thanks"),
        (b"https://www.example.com/orders/12345", "/orders/{n}"),
    ],
)
def test_a_form_leads_to_the_page_that_its_answer_names(site: Site, location: bytes, page: str) -> None:
    """By a path, a whole address or what stands between; without query."""
    assert [f"/contact → {page}"] == moves(site, location)


@pytest.mark.parametrize("location", [b"https://pay.example.net/thanks", b"", b"//[", b"mailto:a@b.de"])
def test_what_leads_elsewhere_or_nowhere_is_no_move(site: Site, location: bytes) -> None:
    """And breaks nothing."""
    assert ([], 0) == (moves(site, location), site.tally.take_uncounted())


def test_only_a_form_that_was_sent_leads_on(site: Site) -> None:
    """A redirect of a page is none; nor is an answer that repeats the POST, or that only names an address."""
    assert [[], [], []] == [
        moves(site, b"/thanks", method="GET"), moves(site, b"/thanks", status=307), moves(site, b"/thanks", status=201),
    ]  # fmt: skip


def test_without_a_database_no_place_is_counted() -> None:
    """It could only be unknown."""
    seen = observer_of(config_of(settings())).observe(a_page())
    assert set() == {*PLACES} & {name for *_, facets in seen.events for facet in facets for name in facet.values}
