"""The preferences as a dialog over the page, on a site with a strict policy and CSS that would break anything."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import LiveServers
from tests.support.asgi import HTML, answering
from tests.support.sites import kit_of, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]

POLICY = (
    b"default-src 'none'; script-src 'nonce-n0nce'; style-src 'nonce-n0nce'; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; require-trusted-types-for 'script'"
)
SHOP = b"""<!doctype html><html lang="en"><head><title>Shop</title>
<style nonce="n0nce">
  :not(#consentkit, #consentkit *) { font: 9px/1 serif !important; letter-spacing: 9px; text-transform: uppercase }
  div, dialog, form, button { opacity: .3 !important; display: inline !important; position: static !important }
</style>
<script nonce="n0nce">
  addEventListener("consentkit:change", (event) => { document.title = event.detail.granted.join(" ") }, true);
</script></head>
<body><h1>Shop</h1><form action="/search"><input name="action" value="go"><button>Search</button></form>
</body></html>"""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The address of the site."""
    servers = LiveServers()
    yield servers(kit_of(settings()).wrap(answering(SHOP, headers=[HTML, (b"content-security-policy", POLICY)])))
    servers.stop()


@pytest.fixture
def problems() -> list[str]:
    """What the console complained about."""
    return []


@pytest.fixture
def page(chromium: Browser, shop: str, problems: list[str]) -> Iterator[Page]:
    """A fresh profile's tab at the site."""
    context = chromium.new_context()
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{shop}/shop?size=4")
    yield page
    context.close()


def test_opens_over_the_page_and_closes_without_a_choice(page: Page, problems: list[str]) -> None:
    """It is labelled, takes the focus, and Escape gives it back to the link; nothing is chosen (C9)."""
    link = page.get_by_role("link", name="Cookie settings")
    link.click()
    dialog = page.get_by_role("dialog", name="Cookie settings")
    expect(dialog).to_be_visible()
    inside = "document.activeElement.shadowRoot.activeElement"
    assert page.evaluate(f"{inside}.closest('dialog').matches(':modal')")
    assert "Close" == page.evaluate(f"{inside}.ariaLabel")
    assert [False] * 4 == [box.is_checked() for box in dialog.get_by_role("checkbox").all()]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    assert page.url.endswith("/shop?size=4")
    assert 1 == page.locator("#consentkit").count()
    assert [] == page.context.cookies()
    assert [] == problems


def test_the_css_and_the_policy_of_the_site_do_not_reach_it(page: Page, problems: list[str]) -> None:
    """Under trusted types and a policy of nonces it looks as it does on its own page."""
    page.get_by_role("link", name="Cookie settings").click()
    title = page.get_by_role("dialog").get_by_role("heading", level=1)
    expect(title).to_be_visible()
    style = title.evaluate("h1 => { const s = getComputedStyle(h1); return [s.fontSize, s.textTransform] }")
    assert ["24px", "none"] == style
    seen = page.locator("#consentkit-dialog").evaluate("host => getComputedStyle(host).opacity")
    buttons = page.get_by_role("dialog").locator(".actions button")
    assert ("1", ["1"] * 3) == (seen, [b.evaluate("b => getComputedStyle(b).opacity") for b in buttons.all()])
    assert 1 == len({(round(box["width"]), box["height"]) for b in buttons.all() if (box := b.bounding_box())})
    assert all(box["width"] > 200 for b in buttons.all() if (box := b.bounding_box()))
    assert [] == problems


def test_a_choice_holds_at_once_and_is_taken_back_in_two_steps(page: Page, problems: list[str]) -> None:
    """C10, C13, C15: what was ticked is stored, shown when reopened, and withdrawn by link and button."""
    page.get_by_role("link", name="Choose for yourself").click()
    dialog = page.get_by_role("dialog", name="Cookie settings")
    dialog.get_by_role("checkbox", name="Allow Theme").check()
    dialog.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_role("status")).to_have_text("Your choice is saved.")
    expect(dialog).to_have_count(0)
    expect(page.locator("#consentkit")).to_have_count(0)
    assert "necessary preferences session theme" == page.title()
    assert ["consentkit"] == [cookie["name"] for cookie in page.context.cookies()]

    page.get_by_role("link", name="Cookie settings").click()
    expect(dialog).to_be_visible()
    assert ["theme"] == [box.get_attribute("value") for box in dialog.get_by_role("checkbox", checked=True).all()]
    with page.expect_navigation():
        dialog.get_by_role("button", name="Withdraw everything").click()
    state = page.evaluate("fetch('/consent/state').then(answer => answer.json())")
    assert (["necessary", "session"], False) == (state["granted"], state["asks"])
    assert [] == problems


def test_leaves_the_forms_of_the_site_alone(page: Page, problems: list[str]) -> None:
    """Even one with a field called `action`, which hides the form's own property of that name."""
    page.get_by_role("button", name="Search").press("Enter")
    page.wait_for_url("**/search?action=go")
    assert [] == problems


def test_where_it_cannot_load_the_link_leads_to_the_page(page: Page) -> None:
    """A module that does not arrive costs nothing but the dialog."""
    page.route("**/static/dialog.*", lambda route: route.abort())
    page.get_by_role("link", name="Cookie settings").click()
    page.wait_for_url("**/consent/?lang=en")
    assert page.get_by_role("button", name="Save my choice").is_visible()


def test_where_it_cannot_send_the_form_is_sent_by_the_browser(page: Page) -> None:
    """From the banner and from the dialog the choice arrives all the same."""
    sent: list[str] = []

    def refuse_fetches(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        sent.append(request.resource_type)
        if request.method == "POST" and request.resource_type == "fetch":
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/consent/", refuse_fetches)
    with page.expect_navigation():
        page.locator("#consentkit").get_by_role("button", name="Refuse all").click()
    assert ["fetch", "document"] == sent
    assert page.url.endswith("/shop?size=4")
    assert 0 == page.locator("#consentkit").count()
    page.get_by_role("link", name="Cookie settings").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Accept all").click()
    state = page.evaluate("fetch('/consent/state').then(answer => answer.json())")
    assert "granted" == state["purposes"]["marketing"]["state"]
