"""axe-core finds nothing wrong on any page and state of consentkit's own, in light and in dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from consentkit.testing import Site, View
from consentkit.testing.visitor import Visitor, visitor
from tests.browser.support import Demo
from tests.conftest import LiveServers
from tests.support.accessibility import violations
from tests.support.sins import ACCEPT, REFUSE
from tests.support.small_site import PATHS, elsewhere_app, page_app, small_kit
from tests.support.wrong_site import Sin, WrongSite

pytestmark = [pytest.mark.browser, pytest.mark.server]

WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def servers() -> Iterator[LiveServers]:
    """Real servers for the module."""
    running = LiveServers()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def elsewhere(servers: LiveServers) -> str:
    """The other origin."""
    return servers(elsewhere_app()).replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def sites(servers: LiveServers, elsewhere: str) -> dict[str, Site]:
    """The small site in each layout, with a ledger, so that a record can be shown."""
    kits = {layout: small_kit(elsewhere, consent={"layout": layout}) for layout in ("bar", "dialog")}
    return {layout: Site(servers(kit.wrap(page_app(elsewhere))), PATHS) for layout, kit in kits.items()}


@pytest.mark.parametrize("layout", ["bar", "dialog"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_banner_and_a_placeholder(
    chromium: Browser, sites: dict[str, Site], axe: str, layout: str, width: int
) -> None:
    """The first layer over a page with a placeholder in it."""
    with visitor(chromium, sites[layout], View(width, 800)) as tab:
        seen = tab.open("/")
        assert seen.banner
        assert seen.probe["placeholders"]
        assert [] == violations(tab.page, axe)


@pytest.fixture(params=[View(320, 800, dark=True), View(1280, 800)], ids=str)
def tab(chromium: Browser, sites: dict[str, Site], request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A visitor on a phone in the dark, and one on a desk."""
    with visitor(chromium, sites["bar"], request.param) as one:
        yield one


def test_every_state_of_the_pages(tab: Visitor, axe: str) -> None:
    """Preferences undecided, open, saved, with a record, withdrawn, erased; declaration; once; a refused form."""
    page, home = tab.page, tab.site.preferences
    found = {}

    def judge(state: str) -> None:
        found[state] = violations(page, axe, "dark" if tab.view.dark else "light")

    page.goto(home)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    judge("undecided, details open")
    tab.send(page.locator("button[value=accept_all]").first.click)
    page.goto(home)
    assert page.locator("form[action$='/erase'] button").count(), "there should be a record to erase"
    judge("granted, with a record")
    tab.send(page.locator("form[action$='/withdraw'] button").first.click)
    judge("withdrawn")
    page.goto(f"{home}?saved=1")
    judge("saved")
    page.goto(f"{home}?erased=1")
    judge("erased")
    page.goto(f"{home}declaration")
    judge("declaration")
    page.goto(f"{tab.site.url}/")
    tab.send(page.locator("form[action$='/once'] button").first.click)
    assert page.locator("iframe").count()
    judge("once")
    page.goto(f"{tab.site.url}/")
    page.evaluate(f"""() => {{
        const form = Object.assign(document.createElement("form"), {{ method: "post", action: "{home}withdrawn" }});
        form.action = "{home}"; form.innerHTML = '<input name="choice" value="nonsense">';
        document.body.append(form); HTMLFormElement.prototype.submit.call(form) }}""")
    page.locator(".message.warning").wait_for()
    judge("a refused form")
    assert {} == {state: lines for state, lines in found.items() if lines}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_dialog(chromium: Browser, sites: dict[str, Site], axe: str, width: int) -> None:
    """The preferences over a page, with everything unfolded."""
    with visitor(chromium, sites["bar"], View(width, 800)) as tab:
        tab.open("/")
        tab.page.locator(".consentkit-link a").click()
        boxes = tab.page.locator("input[name=grant]")
        boxes.first.wait_for()
        tab.page.locator("summary").evaluate_all("all => all.forEach(each => each.parentElement.open = true)")
        assert [] == violations(tab.page, axe)


def test_a_screen_reader_is_led_through_the_dialog(chromium: Browser, sites: dict[str, Site]) -> None:
    """Named; its heading, the state, each purpose with its switch, the answers; Escape leaves and decides nothing."""
    with visitor(chromium, sites["bar"], View()) as tab:
        tab.open("/")
        link = tab.page.locator(".consentkit-link a")
        link.focus()
        link.press("Enter")
        dialog = tab.page.get_by_role("dialog", name="Cookie settings")
        dialog.get_by_role("heading", level=1).wait_for()
        lines = dialog.aria_snapshot().splitlines()
        order = [
            ("button", '"Close"'),
            ("heading", '"Cookie settings"'),
            ("paragraph", "You have not decided yet"),
            ("region", '"Preferences"'),
            ("heading", '"Preferences"'),
            ("checkbox", '"Allow Theme"'),
            ("button", '"Refuse all"'),
            ("button", '"Accept all"'),
        ]
        place = 0
        for role, name in order:
            place = next(at for at in range(place, len(lines)) if role in lines[at] and name in lines[at]) + 1
        tab.page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
        assert link.evaluate("each => each === document.activeElement")
        assert tab.state()["decided"] is None


@pytest.mark.parametrize(
    ("sin", "expected"),
    [
        (Sin("pale", ("C7",), style=f"{ACCEPT}, {REFUSE} {{ color: #345 !important }}"), "color-contrast"),
        (Sin("nameless", ("C27",), swaps=(('aria-label="Cookie consent"', ""),)), "aria-dialog-name"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_sin_against_access_is_found(
    chromium: Browser, servers: LiveServers, axe: str, sin: Sin, expected: str
) -> None:
    """The control: axe sees what is wrong with a banner."""
    home = servers(WrongSite(small_kit("http://localhost:9").wrap(page_app("http://localhost:9")), sin))
    with visitor(chromium, Site(home, PATHS), View()) as tab:
        tab.open("/about")
        assert {expected} == {line.split(": ")[1] for line in violations(tab.page, axe)}


@pytest.mark.parametrize("path", ["/en/", "/nl/products/tv", "/es/privacy"])
def test_the_example_site_with_the_banner(chromium: Browser, demo: Demo, axe: str, path: str) -> None:
    """Pages of a company with the banner over them, a placeholder and the declaration in them."""
    with visitor(chromium, Site(demo.home), View()) as tab:
        assert tab.open(path).banner
        assert [] == violations(tab.page, axe)
