"""The pictures of the documentation, taken as a person would see them; `make screenshots` puts them in place."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consentkit.cli_report import said_of
from consentkit.dashboard import open_store
from consentkit.dashboard.store.shares import Wish
from consentkit.demo import demo_app, fill
from consentkit.kit import ConsentKit
from consentkit.reports.html import as_html
from consentkit.reports.periods import last_whole
from tests.browser.conftest import SECRET
from tests.browser.support import Demo, listening, screenshot_folder, served

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh profile's tab, as large as the pictures."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures go."""
    return screenshot_folder(tmp_path)


def shoot(page: Page, path: Path) -> None:
    """Take a picture when everything has come to rest; it is small enough for a page of documentation."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, type="jpeg" if path.suffix == ".jpg" else "png", animations="disabled")
    assert 10_000 < path.stat().st_size < 250_000


def test_the_banner_and_the_preferences(page: Page, demo: Demo, folder: Path) -> None:
    """The bar, the dialog, the page with what is granted, and a placeholder."""
    page.goto(f"{demo.home}/en/")
    shoot(page, folder / "banner.jpg")
    page.get_by_role("link", name="Choose for yourself").click()
    dialog = page.get_by_role("dialog", name="Cookie settings")
    expect(dialog).to_be_visible()
    shoot(page, folder / "dialog.jpg")
    dialog.get_by_role("checkbox", name="Allow Visit measurement").check()
    dialog.get_by_role("button", name="Save my choice").click()
    expect(page.locator("#consentkit")).to_have_count(0)
    page.goto(f"{demo.home}/consent/?lang=en")
    shoot(page, folder / "preferences.png")
    page.goto(f"{demo.home}/en/products/tv")
    page.locator(".consentkit-embed").scroll_into_view_if_needed()
    shoot(page, folder / "placeholder.png")


def test_the_card(page: Page, demo: Demo, folder: Path) -> None:
    """The other layout, in the dark."""
    consent = replace(demo.kit.config.consent, layout="dialog")
    kit = ConsentKit(replace(demo.kit.config, consent=consent), [SECRET])
    listener = listening()
    with served(demo_app(kit, SECRET, demo.tags), listener):
        page.emulate_media(color_scheme="dark")
        page.goto(f"http://127.0.0.1:{listener.getsockname()[1]}/en/")
        shoot(page, folder / "banner-dialog.jpg")


def test_the_dashboard(page: Page, demo: Demo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a report, with the sample figures of the demo, fewer days of them where nobody looks at the picture."""
    if "CONSENTKIT_SCREENSHOTS" not in os.environ:
        monkeypatch.setattr("consentkit.demo.SAMPLE_DAYS", 7)
    fill(demo.kit, time.time())
    store = open_store(demo.kit.config)
    store.users.add("reader", "a password for the pictures")
    day = date.today() - timedelta(days=18)
    store.annotations.add(day, day + timedelta(days=7), "Autumn campaign by e-mail", "reader")
    page.set_viewport_size({"width": 1280, "height": 1100})
    page.goto(demo.kit.sign_in_link("reader", f"{demo.home}/dashboard"))
    shoot(page, folder / "dashboard.png")
    page.emulate_media(color_scheme="dark")
    shoot(page, folder / "dashboard-dark.png")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.goto(f"{demo.home}/dashboard/?only.page=%2Fnl%2Fproducts%2Ffibre-home")
    shoot(page, folder / "dashboard-filter.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{demo.home}/dashboard/load")
    shoot(page, folder / "load.png")
    until = date.today() + timedelta(days=90)
    wish = Wish("Example Agency", ("headline", "page", "channel", "country", "device"), "28d", 20, until)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{demo.home}/dashboard/shared/{store.shares.add(wish, 'reader')}")
    shoot(page, folder / "shared.png")
    week = last_whole("week", datetime.now(demo.kit.config.site.timezone).date())
    page.set_viewport_size({"width": 720, "height": 1100})
    page.set_content(as_html(said_of(demo.kit.config, week, "en")))
    shoot(page, folder / "report.png")
