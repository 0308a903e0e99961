"""A visitor's way through the example site in a real browser: first visit, refusal, consent, withdrawal."""

import pytest

from tests.browser.support import Journey

pytestmark = pytest.mark.browser

ROUTES = (
    "/nl/",
    "/nl/products",
    "/nl/products/tv",
    "/nl/news",
    "/nl/about",
    "/nl/contact",
    "/nl/privacy",
    "/nl/sign-in",
)
REFUSE, ACCEPT = "Alles weigeren", "Alles toestaan"


def visit_everything(journey: Journey) -> None:
    """Open every page of the site."""
    for route in ROUTES:
        journey.visit(route)


def banner(journey: Journey) -> int:
    """How many banners the page has."""
    return journey.page.locator("#consentkit").count()


def choose(journey: Journey, label: str) -> None:
    """Press a button of the banner and wait until it is gone."""
    journey.page.get_by_role("button", name=label).click()
    journey.page.locator("#consentkit").wait_for(state="detached")


def test_nothing_is_stored_and_nobody_is_contacted_before_a_choice(journey: Journey) -> None:
    """C1 and C2: on a first visit every page shows the banner and leaves no trace."""
    for route in ROUTES:
        journey.visit(route)
        assert 1 == banner(journey), route
    assert {} == journey.stored()
    assert [] == journey.elsewhere()


def test_after_a_refusal_nothing_is_stored_or_sent(journey: Journey) -> None:
    """C3: only the refusal itself is kept, no page asks again, and no page carries the banner."""
    journey.visit("/nl/")
    choose(journey, REFUSE)
    visit_everything(journey)
    assert {"consentkit": True} == journey.stored()
    assert [] == journey.elsewhere()
    assert 0 == banner(journey)
    assert "banner." not in journey.page.content()


def test_after_consent_cookies_and_tags_pass(journey: Journey) -> None:
    """Agreeing lets the site's measurement, HttpOnly too, and the advertising tag through."""
    journey.visit("/nl/products/tv")
    choose(journey, ACCEPT)
    visit_everything(journey)
    assert {"consentkit", "_meas", "_meas_id"} <= set(journey.stored())
    assert journey.stored()["_meas_id"]
    assert any(url.startswith(journey.demo.tags) for url in journey.elsewhere())
    assert 0 == banner(journey)


def test_withdrawal_deletes_what_was_stored(journey: Journey) -> None:
    """C13 and C14: from any page, link and one button; then the cookies are gone and no tag is left."""
    journey.visit("/nl/products/tv")
    choose(journey, ACCEPT)
    visit_everything(journey)
    kept = "Object.keys(localStorage)"
    assert (["_ads_pages"] if journey.scripted else []) == journey.page.evaluate(kept)
    place = journey.preferences("Cookie-instellingen")
    with journey.page.expect_navigation(wait_until="networkidle"):
        place.get_by_role("button", name="Alles intrekken").click()
    journey.requested.clear()
    visit_everything(journey)
    assert {"consentkit"} == set(journey.stored())
    assert [] == journey.page.evaluate(kept)
    assert [] == journey.elsewhere()


def test_a_choice_brings_the_visitor_back_to_the_page(journey: Journey) -> None:
    """Choosing leaves the visitor on the page where the banner was."""
    journey.visit("/nl/products?from=letter")
    choose(journey, REFUSE)
    assert f"{journey.demo.home}/nl/products?from=letter" == journey.page.url


def test_each_service_can_be_chosen_by_itself(journey: Journey) -> None:
    """C10: the preferences page stores exactly what was ticked, and shows it when it is opened again."""
    journey.visit("/nl/")
    place = journey.preferences("Zelf kiezen")
    boxes = place.get_by_role("checkbox")
    assert [False] * 5 == [box.is_checked() for box in boxes.all()]
    place.get_by_role("checkbox", name="Bezoekmeting").check()
    place.get_by_role("button", name="Mijn keuze opslaan").click()
    journey.page.get_by_text("Uw keuze is opgeslagen").wait_for()
    assert 0 == banner(journey)
    if journey.scripted:
        place.wait_for(state="detached")
        place = journey.preferences("Cookie-instellingen")
    assert place.get_by_role("checkbox", name="Bezoekmeting").is_checked()
    assert 1 == sum(box.is_checked() for box in boxes.all())
    visit_everything(journey)
    assert {"consentkit", "_meas", "_meas_id"} == set(journey.stored())
    assert [] == journey.elsewhere()


def test_the_signed_in_customer_stays_signed_in_whatever_is_refused(journey: Journey) -> None:
    """C16: a necessary cookie works without consent."""
    journey.visit("/nl/")
    choose(journey, REFUSE)
    journey.visit("/nl/sign-in")
    assert "session" not in journey.stored()


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Refuse all"), ("nl", "Alles weigeren"), ("es", "Rechazar todo")]
)
def test_the_banner_speaks_the_language_of_the_page(journey: Journey, language: str, label: str) -> None:
    """C12: the page's language decides, not the browser's."""
    journey.visit(f"/{language}/")
    assert journey.page.get_by_role("button", name=label).is_visible()
    assert language == journey.page.locator("#consentkit").get_attribute("lang")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_buttons_are_equal_and_in_the_first_view(journey: Journey, width: int, scheme: str) -> None:
    """C4 and C7: same size, same style, visible without scrolling, on a phone too."""
    page = journey.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 568})
    journey.visit("/nl/")
    buttons = [page.get_by_role("button", name=label) for label in (REFUSE, ACCEPT)]
    boxes = [button.bounding_box() for button in buttons]
    assert all(box and box["y"] >= 0 and box["y"] + box["height"] <= 568 for box in boxes)
    assert boxes[0]
    assert boxes[1]
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    assert [] == [problem for problem in journey.problems if "Content Security Policy" in problem]


def test_the_page_works_when_the_banner_is_blocked(journey: Journey) -> None:
    """C16: nothing covers the page and its links work, as if everything were refused."""
    journey.visit("/nl/")
    journey.page.get_by_role("link", name="Nieuws").first.click()
    journey.page.wait_for_url("**/nl/news*")
    assert {} == journey.stored()
