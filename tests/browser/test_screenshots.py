"""The pictures of the documentation, taken as a person would see them; `make screenshots` puts them in place."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consentkit.dashboard import open_users
from consentkit.demo import fill
from tests.browser.support import Demo, screenshot_folder

pytestmark = pytest.mark.browser


def test_the_pages_of_the_readme_can_be_photographed(chromium: Browser, demo: Demo, tmp_path: Path) -> None:
    """The banner on the example site, the preferences page and the dashboard with sample figures all render."""
    fill(demo.kit, time.time())
    open_users(demo.kit.config).add("reader", "a password for the pictures")
    folder = screenshot_folder(tmp_path)
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    shots = {
        "banner": f"{demo.home}/en/",
        "preferences": f"{demo.home}/consent/?lang=en",
        "dashboard": demo.kit.sign_in_link("reader", f"{demo.home}/dashboard"),
    }
    for name, address in shots.items():
        response = page.goto(address)
        assert response
        assert 200 == response.status
        page.screenshot(path=folder / f"{name}.png")
    context.close()
    assert set(shots) == {path.stem for path in folder.glob("*.png")}
