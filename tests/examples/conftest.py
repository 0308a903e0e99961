"""The example website by itself: a stand-in grants what a test names, in place of consentkit's middleware."""

from collections.abc import Callable

import pytest
from markupsafe import Markup
from starlette.testclient import TestClient

from examples.company_site import site


class StandIn:
    """A consent that grants what the test names."""

    preferences_url = "/consent/"

    def __init__(self, granted: frozenset[str]) -> None:
        self._granted = granted

    def granted(self, item: str, /) -> bool:
        return item in self._granted

    def link_text(self, language: str, /) -> str:
        return f"Preferences ({language})"

    def link(self, language: str, /) -> Markup:
        return Markup('<a href="/consent/?lang={}">{}</a>').format(language, self.link_text(language))

    def consent_mode_tag(self) -> Markup:
        return Markup()


def client_with(*granted: str, declaration: Callable[[str], Markup] = site.no_declaration) -> TestClient:
    """A client of the site at www.noordlicht.example for a visitor who has granted these services."""
    app = site.create_app(
        secret="a secret of the test, long enough",
        tag_origin="http://localhost:8001",
        video_origin="http://localhost:8002",
        declaration=declaration,
        consent=lambda _: StandIn(frozenset(granted)),
    )
    return TestClient(app, base_url="http://www.noordlicht.example", follow_redirects=False)


@pytest.fixture
def site_client() -> Callable[..., TestClient]:
    """Makes clients: `site_client("ads", declaration=…)`."""
    return client_with


@pytest.fixture
def client() -> TestClient:
    """A client of a visitor who has granted nothing."""
    return client_with()
