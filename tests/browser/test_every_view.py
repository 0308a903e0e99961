"""Every view of the dashboard as a marketing user opens it in Chromium, with JavaScript and without."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from consentkit.dashboard import Role
from tests.conftest import LiveServers
from tests.dashboard.sinks import PASSWORD, RICH, desk, make_sink
from tests.dashboard.test_filters import CROSSED
from tests.dashboard.test_load_page import make_busy
from tests.support.accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.server]

VIEWS = (
    "/",
    "/?period=today&lang=es",
    "/?period=7d&compare=none&chart=bots&lang=nl&pages=missing&sources=campaign&places=region&devices=browser_version",
    "/?period=7d&step=hour&lang=es&sources=referrer",
    "/?period=year&step=month&compare=year&lang=es",
    "/?from=2026-10-01&to=2026-10-02&lang=nl",
    "/?only.page=%2Fproducts&step=week&devices=os&chart=visits",
    "/?only.page=%2Fproducts&only.channel=search&only.country=NL",
    "/?only.page=%2Fen%2Fproducts%2Fa-page-with-a-rather-long-name",
    "/?from=2020-01-01&to=2020-01-02",
    "/list?card=page&order=name",
    "/list?card=page&only.channel=search",
    "/list?card=classes",
    "/list?card=page&q=nowhere",
    "/load?period=7d&step=hour&lang=es",
    "/load?period=yesterday&sort=failing",
    "/explained?lang=nl",
    "/differences",
    "/users",
    "/trail",
    "/account",
)
"""What somebody who is signed in may open without filling in a form."""

DOWNLOADS = ("chart.svg", "days.csv", "list.csv?card=page", "screen.json", "everything.csv", "load.csv", "routes.csv")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard with a value for every card, behind a real server."""
    folder = tmp_path_factory.mktemp("views")
    make_sink(folder / "stats.db", days=40, values={**CROSSED, **RICH}, sample="2026-10-01/2026-11-23")
    make_busy(folder / "stats.db")
    servers = LiveServers()
    yield servers(desk(folder, root="/dash", role=Role.ADMINISTRATOR).app) + "/dash"
    servers.stop()


WIDTHS = (320, 768, 1280, 1920)
HEIGHT = 800
SEEN = ((320, "dark"), (1280, "light"))
"""At which widths axe judges, and in which scheme."""


class Visitor:
    """A browser in front of the dashboard, and everything that is wrong with what it saw."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page, self.wrong = page, list[str]()
        self._axe = axe
        page.on("console", lambda message: self.wrong.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    def judge(self, state: str) -> None:
        """Note what scrolls sideways at a width, folded or open, has not one heading, or breaks a rule of axe.

        Each of two widths is judged by axe in one of light and dark: no rule is about both at once.
        """
        if self.page.locator("h1").count() != 1:
            self.wrong.append(f"{state} has not one heading of the first rank")
        self._measure(state)
        self.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        self._measure(f"{state}, open,")
        for width, scheme in SEEN if self._axe else ():
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.wrong += [f"{state} at {width}: {line}" for line in violations(self.page, self._axe, scheme)]

    def _measure(self, state: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self.wrong.append(f"{state} scrolls sideways at {width}")

    def press(self, name: str) -> None:
        """Press a button and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).click()


def sign_in(ann: Visitor, address: str) -> None:
    """From the page that somebody wanted, by the form, to that page."""
    ann.page.goto(f"{address}/account")
    ann.judge("sign-in")
    ann.page.get_by_label("Name").fill("ann")
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.press("Sign in")
    assert f"{address}/account" == ann.page.url


def open_everything(ann: Visitor, address: str) -> None:
    """Each view is judged, each file is there."""
    for path in VIEWS:
        answer = ann.page.goto(address + path)
        assert answer is not None
        assert 200 == answer.status, path
        ann.judge(path)
    for path in DOWNLOADS:
        assert 200 == ann.page.context.request.get(f"{address}/{path}").status, path


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_every_view_is_whole(chromium: Browser, address: str, axe: str, script: bool) -> None:
    """From the sign-in form to a partner's link: no console message, no sideways scrolling at any width, nothing that
    axe finds (which runs in the page, so only where pages may run JavaScript)."""
    judge = axe if script else ""
    options: Any = {
        "java_script_enabled": script,
        "locale": "en-GB",
        "reduced_motion": "reduce",  # What pulses for ever would never be over for axe.
    }
    context = chromium.new_context(**options)
    ann = Visitor(context.new_page(), judge)
    sign_in(ann, address)
    open_everything(ann, address)
    ann.page.goto(f"{address}/users")
    ann.page.get_by_label("Name of the token").fill(f"sheets-{script}")
    ann.press("Make token")
    ann.judge("token")
    ann.page.goto(f"{address}/shares")
    ann.page.get_by_label("Title, shown to the partner").fill(f"Agency {script}")
    ann.press("Make link")
    ann.judge("shares")
    link = ann.page.get_by_label("Address of the link").input_value()
    outside = chromium.new_context(**options)
    partner = Visitor(outside.new_page(), judge)
    partner.page.goto(link)
    partner.judge("shared")
    ann.press(f"Revoke the link “Agency {script}”")
    partner.page.goto(link)
    assert "This link no longer works" == partner.page.get_by_role("heading", level=1).inner_text()
    ann.press("Sign out")
    assert "You are signed out" in ann.page.inner_text("main")
    assert [] == ann.wrong
    # What the browser itself says of the answer to a link that is over.
    assert [] == [line for line in partner.wrong if "status of 404" not in line and "status of 410" not in line]
    outside.close()
    context.close()
