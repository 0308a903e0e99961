"""Those who look after the dashboard, in a real browser: signing in, users, tokens, links, the audit trail."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from consentkit.dashboard import Role
from tests.conftest import LiveServers
from tests.dashboard.sinks import PASSWORD, desk, make_sink

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard behind a real server, with ann, an administrator, and bob."""
    folder = tmp_path_factory.mktemp("accounts")
    make_sink(folder / "stats.db")
    front = desk(folder, root="/dash", role=Role.ADMINISTRATOR)
    front.users.add("bob", PASSWORD)
    servers = LiveServers()
    yield servers(front.app) + "/dash"
    servers.stop()


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def sign_in(page: Page, address: str) -> None:
    """By name and password."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def test_all_of_it_works_without_javascript(chromium: Browser, address: str) -> None:
    """A user is added, given a role and removed; a link is made, opened by a partner and revoked."""
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page, partner = context.new_page(), chromium.new_context(java_script_enabled=False, locale="en-GB").new_page()
    sign_in(page, address)
    page.goto(f"{address}/users")
    added = page.locator("form[action$='/users/add']")
    added.get_by_label("Name").fill("carol")
    added.get_by_label("Password").fill("quite a long password")
    press(page, "Add user")
    row = page.locator("li", has_text="carol")
    row.locator("summary").click()
    row.get_by_label("Role").select_option("editor")
    with page.expect_navigation():
        row.get_by_role("button", name="Save role").click()
    assert "Editor" in row.locator(".chip").inner_text()
    row.locator("summary").click()
    with page.expect_navigation():
        row.get_by_role("button", name="Remove").click()
    assert 0 == page.locator("li", has_text="carol").count()
    page.goto(f"{address}/shares")
    page.get_by_label("Title, shown to the partner").fill("Press office")
    page.get_by_label("Devices").check()
    press(page, "Make link")
    link = page.get_by_label("Address of the link").input_value()
    partner.goto(link)
    assert "Press office" == partner.get_by_role("heading", level=1).inner_text()
    assert partner.get_by_text("Computer").count()
    press(page, "Revoke the link “Press office”")
    partner.reload()
    assert "This link no longer works" == partner.get_by_role("heading", level=1).inner_text()
    partner.context.close()
    context.close()


def test_what_is_shown_once_is_copied(chromium: Browser, address: str) -> None:
    """With a button; a name that cannot be is refused while it is still in the form."""
    context = chromium.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    sign_in(page, address)
    page.goto(f"{address}/users")
    name = page.get_by_label("Name of the token")
    name.fill("Google Sheets")
    page.get_by_role("button", name="Make token").click()
    assert name.evaluate("field => field.validity.patternMismatch")
    name.fill("google-sheets")
    press(page, "Make token")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.get_by_label("Token", exact=True).input_value() == page.evaluate("navigator.clipboard.readText()")
    context.close()
