"""C2 and C30 in a real browser: the video waits for the visitor, with JavaScript and without."""

import pytest

from tests.browser.support import Journey

pytestmark = pytest.mark.browser

TV = "/nl/products/tv"


def test_load_once_shows_the_video_and_stores_nothing(journey: Journey) -> None:
    """The placeholder contacts nobody; its button loads that one video; back on the page it waits again."""
    journey.visit(TV)
    assert [] == journey.elsewhere()
    with journey.page.expect_navigation(wait_until="networkidle"):
        journey.page.get_by_role("button", name="Laad dit één keer").click()
    assert any(url.startswith(f"{journey.demo.tags}/embed") for url in journey.elsewhere())
    assert "consentkit" not in journey.stored()
    journey.page.get_by_role("link", name="Terug naar de pagina").click()
    assert journey.page.get_by_role("button", name="Laad dit één keer").is_visible()


def test_always_load_grants_that_service_alone(journey: Journey) -> None:
    """The video is there from then on, and the banner still asks about the rest."""
    journey.visit(TV)
    with journey.page.expect_navigation(wait_until="networkidle"):
        journey.page.get_by_role("button", name="Altijd laden").click()
    assert f"{journey.demo.home}{TV}" == journey.page.url
    assert 1 == journey.page.locator("iframe.video").count()
    assert 1 == journey.page.locator("#consentkit").count()


@pytest.mark.parametrize("width", [320, 1280])
def test_placeholder_fits_and_has_room_for_a_finger(journey: Journey, width: int) -> None:
    """No sideways scrolling; buttons of at least 44 px."""
    journey.page.set_viewport_size({"width": width, "height": 800})
    journey.visit(TV)
    assert journey.page.evaluate("document.documentElement.scrollWidth") <= width
    for label in ("Laad dit één keer", "Altijd laden"):
        box = journey.page.get_by_role("button", name=label).bounding_box()
        assert box
        assert box["height"] >= 44
