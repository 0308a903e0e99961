"""What scripts have stored for a service is deleted when it is refused (C14), in Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.types import Receive, Scope, Send

from tests.conftest import LiveServers
from tests.support.asgi import DOCUMENT
from tests.support.sites import kit_of, necessary, service, settings

pytestmark = [pytest.mark.browser, pytest.mark.server]

KINDS = ("local_storage", "session_storage", "indexed_db", "cache")

STORE = """async (names) => {
  for (const name of names) {
    localStorage[name] = sessionStorage[name] = "1";
    await caches.open(name);
    const request = indexedDB.open(name);
    await new Promise((done) => (request.onsuccess = () => done(request.result.close())));
  }
  for (const scope of ["/ads/", "/push/"]) await navigator.serviceWorker.register(`${scope}worker.js`, { scope });
}"""
LEFT = """async () => ({
  local_storage: Object.keys(localStorage).sort(),
  session_storage: Object.keys(sessionStorage).sort(),
  indexed_db: (await indexedDB.databases()).map(({ name }) => name).sort(),
  cache: (await caches.keys()).sort(),
  workers: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname).sort(),
})"""
NAMES = ["_ads_1", "_ads_optout", "ads", "basket", "undeclared"]
KEPT: dict[str, list[str]] = {
    **{kind: ["_ads_optout", "basket", "undeclared"] for kind in KINDS},
    "workers": ["/push/"],
}


def items(*names: str) -> list[dict[str, str]]:
    """A storage item of each kind for each name."""
    return [{"name": name, "kind": kind, "duration": "1 year"} for name in names for kind in KINDS]


WRITTEN = (
    b"""<p data-consentkit-granted="ads" data-consentkit-sweep='{"local_storage": {"delete": ["*"], "keep": []}}'>"""
)
"""What a user may write where a site leaves data attributes to users, as sanitizers do."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """A site with a page, and workers that do nothing."""
    is_worker = scope["path"].endswith("/worker.js")
    kind = b"text/javascript" if is_worker else b"text/html; charset=utf-8"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    page = DOCUMENT.replace(b"<p>", WRITTEN) if scope["path"] == "/comments" else DOCUMENT
    await send({"type": "http.response.body", "body": b"" if is_worker else page})


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The address of the site."""
    worker: dict[str, Any] = {"name": "/ads/*", "kind": "service_worker", "duration": "1 year"}
    services = [
        {**necessary("basket"), "storage": items("basket", "_ads_optout")},
        {**service("ads", "marketing"), "storage": [*items("_ads_*", "ads"), worker]},
    ]
    servers = LiveServers()
    yield servers(kit_of(settings(services=services)).wrap(app))
    servers.stop()


@pytest.fixture
def page(chromium: Browser, shop: str) -> Iterator[Page]:
    """A fresh profile's tab, in which everything was allowed and stored."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{shop}/shop")
    page.get_by_role("button", name="Accept all").click()
    expect(page.locator("#consentkit")).to_have_count(0)
    page.evaluate(STORE, NAMES)
    yield page
    context.close()


def wait_until_swept(page: Page) -> None:
    """Wait until what goes is gone, and see that nothing else went."""
    # Playwright's own wait takes a promise for an answer.
    page.evaluate(
        f"""async (names) => {{
          while (performance.now() < 60_000) {{
            const left = JSON.stringify(await ({LEFT})());
            if (!names.some((name) => left.includes(name))) return;
            await new Promise((done) => setTimeout(done, 20));
          }}
        }}""",
        ['"_ads_1"', '"ads"', '"/ads/"'],
    )
    assert KEPT == page.evaluate(LEFT)


def test_withdrawal_in_the_dialog_sweeps_every_kind(page: Page) -> None:
    """Names, patterns and workers of the service go; what is necessary, and what nobody declared, stays."""
    page.reload()
    assert NAMES == page.evaluate(LEFT)["local_storage"]
    page.get_by_role("link", name="Cookie settings").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Withdraw everything").click()
    wait_until_swept(page)


def test_a_form_without_fetch_sweeps_on_the_page_that_follows(page: Page, shop: str) -> None:
    """On the preferences page the browser sends the form itself."""
    page.goto(f"{shop}/consent/?lang=en")
    page.get_by_role("button", name="Refuse all").click()
    expect(page.get_by_role("status")).to_have_text("Your choice is saved.")
    wait_until_swept(page)
    # A script that is still about stores it again; the next page of the site deletes it again, as it does cookies.
    page.evaluate(STORE, NAMES)
    page.goto(f"{shop}/shop")
    wait_until_swept(page)


def test_users_of_the_site_sweep_nothing(page: Page, shop: str) -> None:
    """What they write stands before our own element; the page still goes by what that says."""
    page.goto(f"{shop}/comments")
    page.get_by_role("link", name="Cookie settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert NAMES == page.evaluate(LEFT)["local_storage"]
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Withdraw everything").click()
    wait_until_swept(page)
