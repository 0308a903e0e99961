"""The rules in Firefox: what is stored and contacted, how the first layer looks, and its own privacy signal."""

from collections.abc import Iterator

import pytest

from consentkit.testing import Site, View
from tests.browser.firefox_visitor import FirefoxVisitor, evidence_of
from tests.browser.rules_site import RULES, judged
from tests.conftest import LiveServers
from tests.support.firefox import Firefox, firefox
from tests.support.ports import wait_until
from tests.support.sins import SHOWING, STORING
from tests.support.small_site import PATHS, elsewhere_app, page_app, small_kit
from tests.support.wrong_site import WrongSite

pytestmark = [pytest.mark.browser, pytest.mark.server]

ESCAPE, TAB = "\ue00c", "\ue004"
OF_THE_FIRST_VISIT = ("C1", "C2", "C4", "C5", "C7", "C11", "C28")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The small site."""
    servers = LiveServers()
    elsewhere = servers(elsewhere_app()).replace("127.0.0.1", "localhost")
    yield Site(servers(small_kit(elsewhere).wrap(page_app(elsewhere))), PATHS)
    servers.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox as it comes."""
    with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


def test_nothing_is_stored_or_contacted_and_the_layer_is_fair(browser: Firefox, site: Site) -> None:
    """C1, C2, C4, C5, C7, C11 and C28 on a desk and on a phone."""
    for view in (View(), View(320, 568)):
        visitor = FirefoxVisitor(browser, site, view)
        evidence = evidence_of(visitor, first_visit=visitor.first_visit())
        assert {} == judged(evidence, [RULES[number] for number in OF_THE_FIRST_VISIT]), view


def test_a_refusal_holds(browser: Firefox, site: Site) -> None:
    """C3, C6 and C16: one press, nothing after it, and the pages keep their content."""
    visitor = FirefoxVisitor(browser, site)
    first = visitor.first_visit()
    refused = visitor.refused()
    assert refused.chosen.state["decided"]
    assert frozenset() == refused.chosen.granted
    evidence = evidence_of(visitor, first_visit=first, refused=refused)
    assert {} == judged(evidence, [RULES["C3"], RULES["C16"]])


def test_nothing_but_a_choice_is_consent(browser: Firefox, site: Site) -> None:
    """C9: the wheel, a click beside the banner, Escape, another page and back."""
    visitor = FirefoxVisitor(browser, site)
    visitor.begin()
    browser.open(f"{site.url}/")
    browser.scroll(2000)
    browser.click(20, 300)
    browser.press(ESCAPE)
    browser.open(f"{site.url}/about")
    browser.evaluate("history.back()")
    browser.wait_for("location.pathname === '/' && document.readyState === 'complete'")
    assert visitor.state()["decided"] is None
    assert ((), ()) == (visitor.stock().items, visitor.stock().elsewhere)


def test_the_keyboard_reaches_both_answers(browser: Firefox, site: Site) -> None:
    """C27: Tab comes to refusing and to accepting, in this order, and the focus is outlined."""
    visitor = FirefoxVisitor(browser, site)
    visitor.begin()
    browser.open(f"{site.url}/")
    reached = []
    for _ in range(20):
        browser.press(TAB)
        value, outline = browser.evaluate(
            "[document.activeElement.value ?? '', getComputedStyle(document.activeElement).outlineStyle]"
        )
        if value.endswith("_all"):
            reached.append((value, outline))
        if value == "accept_all":
            break
    assert [("refuse_all", "solid"), ("accept_all", "solid")] == reached


def test_consent_and_its_withdrawal(browser: Firefox, site: Site) -> None:
    """C13, C14, C15 and C31: what was agreed to runs; two clicks from a page take it back, and it is gone."""
    visitor = FirefoxVisitor(browser, site)
    accepted = visitor.chosen("accept_all")
    assert {"consentkit", "_meter", "_ads_id"} <= {item.name for item in accepted.stock.items}
    assert accepted.stock.elsewhere
    cookie = browser.cookies()["consentkit"]
    assert (True, "lax") == (cookie["httpOnly"], cookie["sameSite"])
    browser.click_on(".consentkit-link a")
    inside = "document.getElementById('consentkit-dialog')?.shadowRoot"
    browser.wait_for(f"{inside}?.querySelector('input[name=grant]')")
    assert browser.evaluate(f"[...{inside}.querySelectorAll('input[name=grant]')].every(box => box.checked)")
    x, y = browser.evaluate(
        f"(() => {{ const button = {inside}.querySelector('form[action$=\"/withdraw\"] button'); "
        "button.scrollIntoView({ block: 'center', behavior: 'instant' }); "
        "const box = button.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    browser.click(x, y)
    wait_until(lambda: not visitor.granted())
    browser.requested.clear()
    for path in site.paths:
        visitor.open(path)
    assert {"consentkit"} == {item.name for item in visitor.stock().items}
    assert () == visitor.stock().elsewhere


@pytest.fixture(scope="module")
def signalling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox whose user switched Global Privacy Control on."""
    preferences = {
        "privacy.globalprivacycontrol.enabled": True,
        "privacy.globalprivacycontrol.functionality.enabled": True,
    }
    with firefox(tmp_path_factory.mktemp("signalling"), **preferences) as running:
        yield running


def test_the_signal_of_firefox_is_honoured_and_a_choice_goes_before_it(signalling: Firefox, site: Site) -> None:
    """C25 as Firefox itself sends it: refused by signal; what the visitor then agrees to is granted."""
    visitor = FirefoxVisitor(signalling, site)
    visitor.begin()
    signalling.open(f"{site.preferences}?lang=en")
    state = visitor.state()
    assert signalling.evaluate("navigator.globalPrivacyControl")
    assert ("denied", "signal") == tuple(state["purposes"]["marketing"][key] for key in ("state", "reason"))
    assert "unset" == state["purposes"]["preferences"]["state"]
    assert "Global Privacy Control" in signalling.evaluate("document.querySelector('main').innerText")
    signalling.click_on("button[value=accept_all]")
    wait_until(lambda: {service["id"] for service in site.choosable} == visitor.granted())


def test_who_sends_the_signal_is_left_in_peace(signalling: Firefox, site: Site) -> None:
    """C1, C2 and C25: it is a refusal, so nothing is stored, nobody contacted and no banner shown; the link stays."""
    visitor = FirefoxVisitor(signalling, site, View(320, 568))
    first = visitor.first_visit()
    assert [None, None] == [page.banner for page in first.pages]
    assert ((), ()) == (first.stock.items, first.stock.elsewhere)
    assert all(page.probe["doors"] for page in first.pages)


@pytest.mark.parametrize(
    ("name", "number"),
    [("a cookie before the choice", "C1"), ("a connection in advance", "C2"), ("accepting bigger", "C7")],
)
def test_a_sin_is_found_in_firefox_too(browser: Firefox, site: Site, name: str, number: str) -> None:
    """The control: the same sins that the rules find in Chromium."""
    sin = next(sin for sin in (*STORING, *SHOWING) if sin.name == name)
    servers = LiveServers()
    home = servers(WrongSite(small_kit("http://localhost:9").wrap(page_app("http://localhost:9")), sin))
    visitor = FirefoxVisitor(browser, Site(home, PATHS[1:]))
    evidence = evidence_of(visitor, first_visit=visitor.first_visit())
    found = judged(evidence, [RULES[number] for number in OF_THE_FIRST_VISIT])
    servers.stop()
    assert [number] == list(found)
