"""Edge delivery in real Chromium behind a real caching nginx: visitors by turns, each with their own choice alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.conftest import LiveServers
from tests.support.edge_site import ADS, VIDEO, edge_kit, site
from tests.support.nginx import caching, stored

pytestmark = pytest.mark.browser

SIGNAL = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });"
"""What a browser with Global Privacy Control offers to scripts; Chromium has none of its own."""

TAGS = [f"{ADS}/first.js", f"{ADS}/inline.gif", f"{ADS}/pixel.gif", f"{ADS}/second.js", f"{ADS}/third.js"]
"""What the page loads of the advertising service, but for the picture source, which depends on the screen."""


class Visitor:
    """A browser profile of its own, and what it contacted of others than the site."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(locale="en-GB", **options)
        self.contacted: list[str] = []
        self.caches: list[str | None] = []
        self.problems: list[str] = []
        self.context.route(lambda url: not url.startswith(address), self._answer)
        self.page: Page = self.context.new_page()
        self.page.on("response", self._note)
        self.page.on("pageerror", lambda problem: self.problems.append(str(problem)))
        self._address = address

    def _answer(self, route: Route) -> None:
        """Stand in for the third parties: whatever gets here has left the browser."""
        url = route.request.url
        self.contacted.append(url)
        if url.endswith(".js"):
            name = url.rpartition("/")[2].removesuffix(".js")
            route.fulfill(content_type="text/javascript", body=f"window.order.push('{name}');")
        else:
            route.fulfill(content_type="text/html", body="<p>there</p>")

    def _note(self, response: Any) -> None:
        if response.request.resource_type == "document" and response.url.startswith(self._address):
            self.caches.append(response.headers.get("x-cache"))

    def visit(self, path: str = "/") -> list[str]:
        """Open a page; what was contacted, in sorted order."""
        self.contacted.clear()
        self.page.goto(self._address + path, wait_until="networkidle")
        return sorted(set(self.contacted) - {f"{ADS}/wide.png"})

    @property
    def asked(self) -> bool:
        """Whether the banner is there to be seen."""
        return self.page.locator("#consentkit").is_visible()

    @property
    def purposes(self) -> list[str]:
        """The purposes that the banner names."""
        return self.page.locator("#consentkit strong").all_text_contents()

    def accept(self) -> None:
        """Accept everything; the page is loaded anew, as a placeholder waited for it."""
        with self.page.expect_navigation(wait_until="networkidle"):
            self.page.get_by_role("button", name="Accept all").click()

    def refuse(self) -> None:
        """Refuse everything; the banner goes."""
        self.page.get_by_role("button", name="Refuse all").click()
        self.page.locator("#consentkit").wait_for(state="detached")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of the site behind nginx, and the folder of its cache."""
    folder = tmp_path_factory.mktemp("nginx")
    servers = LiveServers()
    with ExitStack() as stack:
        stack.callback(servers.stop)
        yield stack.enter_context(caching(servers(site(edge_kit())), folder)), folder


@pytest.fixture
def visitor(chromium: Browser, cache: tuple[str, Path]) -> Iterator[Any]:
    """Makes visitors, who leave when the test is over."""
    with ExitStack() as stack:

        def make(**options: Any) -> Visitor:
            made = Visitor(chromium, cache[0], **options)
            stack.callback(made.context.close)
            return made

        yield make


def test_each_visitor_gets_their_own_choice(visitor: Any, cache: tuple[str, Path]) -> None:
    """A accepts, B refuses, C says nothing, D sends the signal; by turns, over one stored page."""
    a, b, c = visitor(), visitor(), visitor()
    d = visitor(extra_http_headers={"Sec-GPC": "1"})
    d.context.add_init_script(SIGNAL)
    for each in (a, b, c, d):
        assert [] == each.visit()
    assert [True, True, True, False] == [each.asked for each in (a, b, c, d)]
    a.accept()
    b.refuse()
    for _ in range(2):
        assert [*TAGS, f"{VIDEO}/embed"] == a.visit()
        for other in (b, c, d):
            assert [] == other.visit()
        assert [False, False, True, False] == [each.asked for each in (a, b, c, d)]
    assert ["first", "second", "third"] == sorted(a.page.evaluate("order"))
    assert 1 == a.page.locator("iframe").count()
    assert 0 == a.page.locator(".consentkit-embed").count()
    assert 1 == b.page.locator(".consentkit-embed").count()
    assert {"HIT"} == {outcome for each in (a, b, c, d) for outcome in each.caches[1:]}
    assert [] == [problem for each in (a, b, c, d) for problem in each.problems]
    assert all(b"\nset-cookie:" not in file.lower() for file in stored(cache[1]))


def test_tags_keep_their_order_and_what_they_are(visitor: Any) -> None:
    """Scripts without `async` run in the order of the page, a module as a module; media and links come back too."""
    a = visitor()
    a.visit()
    a.accept()
    scripts = a.page.locator(f"script[src^='{ADS}']")
    kinds = scripts.evaluate_all("(found) => found.map((script) => [script.async, script.type])")
    assert [[True, ""], [False, ""], [False, "module"]] == kinds
    order = a.page.evaluate("order")
    assert order.index("second") < order.index("third")
    assert "preconnect" == a.page.locator(f"link[href='{ADS}']").get_attribute("rel")
    assert f"{ADS}/wide.png" == a.page.locator("picture source").get_attribute("srcset")
    assert ["ads", "marketing", "necessary", "preferences", "session", "video"] == sorted(a.page.evaluate("answers")[0])


def test_withdrawal_reaches_the_open_page_and_the_next(visitor: Any) -> None:
    """Taken back in another tab, the page that ran the tags is made anew, and everything is inert again."""
    a = visitor()
    a.visit()
    a.accept()
    other = a.context.new_page()
    other.goto(a.page.url + "consent/")
    a.contacted.clear()
    with a.page.expect_navigation(wait_until="networkidle"):
        other.get_by_role("button", name="Withdraw").click()
    assert [] == a.contacted
    assert not a.asked
    assert [] == a.visit("/other")


def test_what_was_agreed_to_alone_loads_alone(visitor: Any) -> None:
    """One video through its placeholder: the advertising stays inert, and the banner asks for it alone."""
    e = visitor()
    e.visit()
    assert ["Preferences", "Marketing"] == e.purposes
    with e.page.expect_navigation(wait_until="networkidle"):
        e.page.get_by_role("button", name="Always load").click()
    assert [f"{VIDEO}/embed"] == e.visit()
    assert e.asked
    assert ["Marketing"] == e.purposes
    e.refuse()
    assert [f"{VIDEO}/embed"] == e.visit()
    assert not e.asked


def test_a_purpose_that_changed_is_asked_alone(chromium: Browser, live_server: LiveServers) -> None:
    """Who accepted it before loads nothing of it until they accept it again; what else they chose stays."""
    kits = [edge_kit()]

    async def newest(scope: Any, receive: Any, send: Any) -> None:
        await site(kits[-1])(scope, receive, send)

    with ExitStack() as stack:
        a = Visitor(chromium, live_server(newest))
        stack.callback(a.context.close)
        a.visit()
        a.accept()
        kits.append(edge_kit(changed=True))
        a.contacted.clear()
        a.page.goto(a.page.url, wait_until="commit")
        a.page.locator(f"iframe[src^='{VIDEO}']").wait_for()
        a.page.locator("#consentkit").wait_for()
        assert ["Marketing"] == a.purposes
        assert [f"{VIDEO}/embed"] == a.contacted
        assert [f"{VIDEO}/embed"] == a.visit()
        assert ["Marketing"] == a.purposes
        a.accept()
        assert [*TAGS, f"{VIDEO}/embed"] == a.visit()
        assert not a.asked
        assert [] == a.problems


def test_forged_hint_fools_nobody_but_its_forger(visitor: Any) -> None:
    """The page's script believes it as long as it is there; no other visitor sees anything of it."""
    forger, other = visitor(), visitor()
    forger.visit()
    hint = forger.page.evaluate("document.querySelector('script[data-hint]').dataset.hint")
    forger.page.evaluate(f"document.cookie = '{hint}0222222; path=/'")
    assert [*TAGS, f"{VIDEO}/embed"] == forger.visit()
    assert [] == other.visit()
    forger.context.clear_cookies()
    forger.contacted.clear()
    with forger.page.expect_navigation(wait_until="networkidle"):
        forger.page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    assert [] == forger.contacted


def test_app_goes_by_the_signed_cookie_alone(visitor: Any) -> None:
    """A forged hint changes nothing of what the app is told."""
    forger = visitor()
    forger.visit("/personal")
    forger.page.evaluate("document.cookie = 'consentkit-hint=AAAAAAAA0222222; path=/'")
    forger.visit("/personal")
    assert "granted: False" in forger.page.content()


def test_without_scripts_everything_is_as_refused(visitor: Any) -> None:
    """Nothing optional loads and no banner is shown; link and placeholder work, and the choice counts for the app."""
    n = visitor(java_script_enabled=False)
    assert [] == n.visit()
    assert not n.asked
    with n.page.expect_navigation(wait_until="networkidle"):
        n.page.get_by_role("button", name="Load this once").click()
    assert [f"{VIDEO}/embed"] == n.contacted
    n.visit()
    n.page.get_by_role("link", name="Cookie settings").click()
    with n.page.expect_navigation():
        n.page.get_by_role("button", name="Accept all").click()
    assert [] == n.visit()
    n.page.goto(f"{n.page.url}personal")
    assert "granted: True" in n.page.content()


def test_visitor_of_before_the_hint_is_not_asked_again(visitor: Any) -> None:
    """Who chose while pages were made for each visitor gets the hint by the script's one question."""
    f = visitor()
    f.visit()
    f.accept()
    f.context.clear_cookies(name="consentkit-hint")
    assert [] == f.visit()
    assert not f.asked
    assert TAGS[0] in f.visit()


def test_site_is_asked_once_a_visit(visitor: Any) -> None:
    """Who has not chosen causes one question, not one for each page; who has, none."""
    c = visitor()
    asked: list[str] = []
    c.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/state") else None)
    c.visit()
    assert 1 == len(asked)
    c.page.get_by_role("link", name="Other").click()
    c.page.locator("#consentkit").wait_for()
    c.page.wait_for_url("**/other")
    c.refuse()
    c.visit()
    assert 1 == len(asked)


def test_what_users_write_cannot_use_the_script(visitor: Any) -> None:
    """Attributes like ours on what users may write bring no handler and no link back, and take nothing away."""
    a = visitor()
    a.visit()
    a.accept()
    written = (
        '<a id="w" data-consentkit="ads" data-consentkit--href="javascript:x()" data-consentkit--onclick="x()">a</a>'
        '<img data-consentkit="ads" data-consentkit--onerror="window.owned = 1" data-consentkit--src="/own.png">'
        '<template data-consentkit="ads">gone</template>'
        '<iframe data-consentkit="ads" data-consentkit--src="javascript:void (parent.owned = 1)"></iframe>'
        '<iframe data-consentkit="ads" data-consentkit--srcdoc="<script>parent.owned = 1</script>"></iframe>'
        '<i id="last" data-consentkit="ads"></i>'
    )
    a.page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", written)
    a.page.wait_for_function("!document.querySelector('#last[data-consentkit]')")
    frames = a.page.locator("iframe:not([title])")
    assert [[None, None]] * 2 == frames.evaluate_all(
        "(all) => all.map((each) => [each.getAttribute('src'), each.getAttribute('srcdoc')])"
    )
    assert [None, None] == [a.page.locator("#w").get_attribute(name) for name in ("href", "onclick")]
    assert a.page.evaluate("window.owned") is None
    assert "Shop" == a.page.locator("h1").text_content()


def test_banner_moves_nothing(visitor: Any) -> None:
    """It comes without a layout shift, as it stands over the page and waits for its stylesheet."""
    c = visitor()
    c.context.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => { shifts += e.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    c.visit()
    assert c.asked
    assert 0 == c.page.evaluate("shifts")
