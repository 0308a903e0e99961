"""`consentkit audit` in a real Chromium: over the example site, a site that does everything wrong, and hostile ones."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.audit.command import COMMAND, Ran, audit
from tests.audit.dirty_site import declaration, dirty_site, partner_site
from tests.browser.support import Demo, screenshot_folder
from tests.conftest import LiveServers
from tests.support.accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.server]


@dataclass(frozen=True, slots=True)
class Dirty:
    """The audit of the site that does everything wrong, where the site and the other party were, and the folder."""

    ran: Ran
    home: str
    partner: str
    folder: Path

    def found(self, state: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The findings of a state by kind of finding and name."""
        findings = [each for each in self.ran.data["findings"] if each["state"] == state]
        return {(each["kind"], each["name"]): each for each in findings}


@pytest.fixture(scope="module")
def dirty(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dirty]:
    """One audit of two pages of it, in all four states, pages found by links."""
    folder = tmp_path_factory.mktemp("dirty")
    servers = LiveServers()
    partner = servers(partner_site()).replace("127.0.0.1", "localhost")
    home = servers(dirty_site(partner))
    (folder / "declaration.json").write_text(json.dumps(declaration(partner)))
    ran = audit(folder, home, "--browser", chromium_path, "--declaration", "declaration.json", "--crawl", "2")
    yield Dirty(ran, home, partner, folder)
    servers.stop()


def test_the_example_site_is_clean(chromium_path: str, demo: Demo, tmp_path: Path) -> None:
    """Every state is reached, nothing is found, and the exit status is 0."""
    paths = ("--path", "/en/", "--path", "/en/products/tv")
    ran = audit(tmp_path, f"{demo.home}/en/", *paths)
    assert (0, []) == (ran.status, ran.data["findings"]), ran.text
    assert [True] * 4 == [state["reached"] for state in ran.data["states"]]
    accepted = ran.data["states"][2]
    assert {"_meas", "_meas_id", "_ads_*", "_ads_pages", "_player", "consentkit"} == {
        each["name"] for each in accepted["storage"]
    }
    assert [demo.tags] == [each["origin"] for each in accepted["contacts"]]
    lifetimes = {each["name"]: each["days"] for each in accepted["storage"]}
    assert (pytest.approx(30, abs=0.1), pytest.approx(180, abs=0.1)) == (lifetimes["_meas"], lifetimes["consentkit"])


def test_everything_undeclared_is_found_before_a_choice_with_its_origin(dirty: Dirty) -> None:
    """Each kind of storage and contact, by the script and line, the response, the markup or the header it came from."""
    home, partner = dirty.home, dirty.partner
    script = f"{home}/early.js"
    expected = {
        ("undeclared_storage", "served"): ("response", f"{home}/", 0),
        ("undeclared_storage", "nel"): ("response", f"{home}/", 0),
        ("storage_without_consent", "early_*"): ("script", script, 2),
        ("storage_without_consent", "profile"): ("script", script, 3),
        ("undeclared_storage", "step"): ("script", script, 4),
        ("undeclared_storage", "probe"): ("script", script, 5),
        ("undeclared_storage", "offline"): ("script", script, 6),
        ("lives_longer", "shell"): ("script", script, 7),
        ("undeclared_storage", "/"): ("script", script, 8),
        ("lives_longer", "basket"): ("response", f"{home}/", 0),
        ("storage_without_consent", "partner_id"): ("response", f"{partner}/pixel.gif", 0),
        ("undeclared_storage", "framed"): ("script", f"{partner}/frame", 1),
        ("undeclared_storage", "refused"): ("script", f"{partner}/frame", 2),
        ("contact_without_consent", partner): ("markup", f"{home}/", 2),
        ("undeclared_contact", partner.replace("localhost", "names.invalid")): ("header", f"{home}/", 0),
        ("blocked_contact", "http://blocked.invalid"): ("markup", f"{home}/", 7),
    }
    found = dirty.found("before_choice")
    assert set(expected) == set(found)
    for key, source in expected.items():
        assert source in [(each["how"], each["url"], each["line"]) for each in found[key]["sources"]], key
    assert (1, True) == (dirty.ran.status, "script /early.js, line 2" in dirty.ran.text)


def test_contacts_are_told_by_type(dirty: Dirty) -> None:
    """The frame, the pixel, the beacon, the web socket and the connection in advance are all one party's."""
    (contact,) = [each for each in dirty.ran.data["states"][0]["contacts"] if each["origin"] == dirty.partner]
    assert {"document", "image", "ping", "websocket", "preconnect", "fetch"} == set(contact["requests"])
    lines = {each["line"] for each in contact["sources"] if each["url"].endswith("early.js")}
    assert {9, 10} == lines


def test_choices_are_made_by_the_words_of_buttons(dirty: Dirty) -> None:
    """Rejecting, agreeing and withdrawing through the settings are reached on a site that is none of ours."""
    assert [(True, "")] * 4 == [(state["reached"], state["why_not"]) for state in dirty.ran.data["states"]]
    names = [{each["name"] for each in state["storage"]} for state in dirty.ran.data["states"]]
    assert [False, True, True, True] == ["answer" in each for each in names]


def test_what_a_refusal_and_a_withdrawal_leave_is_found(dirty: Dirty) -> None:
    """After consent only what is undeclared is; the other party's own cookie stays as a note."""
    assert ("storage_without_consent", "early_*") in dirty.found("refused")
    assert ("storage_without_consent", "early_*") not in dirty.found("accepted")
    assert ("undeclared_storage", "served") in dirty.found("accepted")
    assert ("contact_without_consent", dirty.partner) not in dirty.found("accepted")
    assert {"C14", "C19"} == {each["rule"] for each in dirty.found("withdrawn").values()}
    assert {("left_behind", "partner_id"), ("never_seen", "gone")} == {
        (note["kind"], note["name"]) for note in dirty.ran.data["notes"]
    }


def test_no_value_and_no_query_is_in_any_report(dirty: Dirty) -> None:
    """Cookies, storage keys and addresses of the site held secrets; neither text, JSON nor page does."""
    page = (dirty.folder / "audit.html").read_text()
    for text in (dirty.ran.text, json.dumps(dirty.ran.data), page):
        assert "secret-value" not in text
        assert "early_*" in text
    assert 4 == page.count("data:image/jpeg;base64,")


def test_cookies_are_told_with_their_attributes(dirty: Dirty) -> None:
    """As the browser keeps them, other parties' too."""
    storage = {each["name"]: each for each in dirty.ran.data["states"][0]["storage"]}
    partner = storage["partner_id"]
    assert (True, True, "None", False) == (
        partner["http_only"], partner["secure"], partner["same_site"], partner["own"]
    )  # fmt: skip
    assert [dirty.partner] == partner["sent_to"]
    assert pytest.approx(30, abs=0.1) == storage["early_*"]["days"]
    assert {"written, and not kept"} == {storage[name]["kept"] for name in ("refused", "probe")}


@pytest.mark.parametrize("width", [1280, 320])
def test_the_report_can_be_photographed(chromium: Browser, dirty: Dirty, axe: str, tmp_path: Path, width: int) -> None:
    """It fits a telephone, asks nobody for anything, its policy stops nothing of it, and axe-core finds nothing."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme="light")
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    file = (dirty.folder / "audit.html").as_uri()
    page.goto(file)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert width == page.evaluate("document.documentElement.scrollWidth")
    assert [file] == [url for url in asked if not url.startswith("data:")]
    assert [] == said
    assert [] == violations(page, axe)
    page.emulate_media(color_scheme="light")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    if width == 1280:
        page.screenshot(path=screenshot_folder(tmp_path) / "audit.png")
    context.close()


ODD = """<!doctype html><title>odd</title><a href="#" id="privacy">Privacy</a> <button id="undo" hidden>Undo</button>
<div id="ask"><button>Nah</button> <button id="sure">Sure</button></div><script>
const $ = (id) => document.getElementById(id);
if (document.cookie) $("ask").hidden = true;
$("ask").onclick = () => { document.cookie = "answer=1; Max-Age=86400"; $("ask").hidden = true; };
$("privacy").onclick = () => { $("undo").hidden = false; };
$("undo").onclick = () => { document.cookie = "answer=2; Max-Age=86400"; $("undo").hidden = true; };
</script><img src="HELPER/p.gif" alt="">"""


def test_a_site_with_words_of_its_own_is_audited_by_naming_them(
    chromium_path: str, live_server: LiveServers, tmp_path: Path
) -> None:
    """Controls by label, selector and steps; the declaration by its address; a helper's host as the site's own."""
    helper = live_server(partner_site()).replace("127.0.0.1", "localhost")

    async def page(_: Request) -> Response:
        return HTMLResponse(ODD.replace("HELPER", helper))

    async def declared(_: Request) -> Response:
        return JSONResponse(declaration("https://partner.example"))

    home = live_server(Starlette(routes=[Route("/", page), Route("/cookies.json", declared)]))
    words = ("--refuse", "Nah", "--accept", "css=#sure", "--withdraw", "Privacy > Undo")
    command = (
        str(COMMAND), "audit", home, "--browser", chromium_path, "--crawl", "1", "--wait", "0", *words, "--json", "-",
        "--declaration", f"{home}/cookies.json", "--own", helper.partition("://")[2], "--html", str(tmp_path / "out"),
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    data = json.loads(done.stdout)
    assert (0, []) == (done.returncode, data["findings"])
    assert [(True, "")] * 4 == [(state["reached"], state["why_not"]) for state in data["states"]]
    assert f"{home}/cookies.json" == data["declaration"]["source"]
    assert {"index.html", "before_choice.jpg", "refused.jpg", "accepted.jpg", "withdrawn.jpg"} == {
        file.name for file in (tmp_path / "out").iterdir()
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [("", "does not open: ERR_CONNECTION_REFUSED"), ("declared", "no declaration at")],
)
def test_what_cannot_be_audited_is_2(
    chromium_path: str, live_server: LiveServers, tmp_path: Path, path: str, message: str
) -> None:
    """A site that does not answer, and one that publishes no declaration."""
    home = live_server(dirty_site("http://localhost:9")) if path else "http://127.0.0.1:2/"
    ran = audit(tmp_path, home, "--browser", chromium_path, "--timeout", "10")
    assert (2, {}) == (ran.status, ran.data)
    assert message in ran.text
