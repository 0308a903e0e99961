"""`consentkit audit` over a site that fights it: it ends, says what it could not look at, and lets nothing through."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.audit.command import Ran, audit
from tests.audit.dirty_site import declaration
from tests.conftest import LiveServers

pytestmark = [pytest.mark.browser, pytest.mark.server]

HOSTILE = """<!doctype html><title>\x1b[31m</title><script>
document.cookie = 'evil\x1b[2J"><script>alert(1)<\\/script>=1';
localStorage.setItem('"><img src=x onerror=alert(1)>', "x"); localStorage.setItem("\\u001b]0;owned\\u0007", "x");
indexedDB.databases = () => new Promise(() => {}); caches.keys = null; Object.keys = () => { throw 1; };
globalThis.JSON = null; Error.stackTraceLimit = 0; Promise.prototype.then = null;
for (let i = 0; i < 300; i++) sessionStorage.setItem("visitor" + i + "x".repeat(500), "x");
document.body.append(...[0].map(() => Object.assign(new Image(), {src: "http://x.invalid/<script>alert(1)<\\/script>?q"})));
</script><a href="javascript:alert(1)">Reject all candidates</a><body>"""

PAGES = {
    "/": HOSTILE,
    "/busy": "<script>setTimeout(() => { for (;;); }, 20)</script>",
    "/dialogs": "<script>for (;;) alert('stay')</script>",
    "/stay": "<script>onbeforeunload = (event) => { event.preventDefault(); return 'x'; }; confirm('yes?')</script>",
    "/popup": "<script>open('/good'); open('/stay');</script>",
    "/reload": "<script>setTimeout(() => location.reload(), 30)</script>",
    "/good": "<h1>good</h1><script>document.cookie = 'good=1'</script>",
}
NEVER = {"/busy": "it stopped answering", "/dialogs": "it took too long", "/endless": "it took too long",
         "/circle": "ERR_TOO_MANY_REDIRECTS", "/file": "Download is starting"}  # fmt: skip


async def page(request: Request) -> Response:
    """One of the pages."""
    return HTMLResponse(f"<!doctype html>{PAGES[request.url.path]}")


async def endless(_: Request) -> Response:
    """An answer that never ends."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"<!doctype html><p>more and more"
        await asyncio.sleep(60)

    return StreamingResponse(chunks(), media_type="text/html")


async def circle(_: Request) -> Response:
    """A redirection to itself."""
    return RedirectResponse("/circle")


async def file(_: Request) -> Response:
    """Something to keep instead of to show."""
    return Response(b"x", headers={"Content-Disposition": 'attachment; filename="x.bin"'})


@pytest.fixture(scope="module")
def fought(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ran, Path]]:
    """An audit of all pages, two seconds for each, and its folder."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "declaration.json").write_text(json.dumps(declaration("https://partner.example")))
    own = {"/endless": endless, "/circle": circle, "/file": file}
    servers = LiveServers()
    home = servers(Starlette(routes=[*(Route(path, page) for path in PAGES), *(Route(*pair) for pair in own.items())]))
    paths = [word for path in (*PAGES, *own, "/good") for word in ("--path", path)]
    states = ("--states", "before_choice,refused")
    ran = audit(
        folder, home, "--browser", chromium_path, "--declaration", "declaration.json", "--timeout", "2", *states, *paths
    )
    yield ran, folder
    servers.stop()


def test_pages_that_never_end_are_left_and_told(fought: tuple[Ran, Path]) -> None:
    """The others are looked at all the same, and no page takes the next one with it."""
    ran, _ = fought
    assert 1 == ran.status, ran.text
    untold = {each["name"]: each["message"] for each in ran.data["findings"] if each["kind"] == "page_not_opened"}
    assert untold == NEVER
    status = {each["url"].rpartition("/")[2]: each["status"] for each in ran.data["states"][0]["pages"]}
    assert {200} == {status[path] for path in ("", "stay", "popup", "reload", "good")}
    assert "good" in {each["name"] for each in ran.data["states"][0]["storage"]}


def test_nothing_of_it_becomes_a_command_or_markup(fought: tuple[Ran, Path]) -> None:
    """It lies about its storage, breaks the browser's own functions, and names things as commands and markup."""
    ran, folder = fought
    html = (folder / "audit.html").read_text()
    assert "\x1b" not in ran.text
    assert "<script" not in html
    assert "<img src=x" not in html
    kinds = [each["what"] for each in ran.data["findings"]]
    assert {"cookie", "local_storage", "session_storage"} <= set(kinds)
    assert {300} == {each["count"] for each in ran.data["findings"] if each["what"] == "session_storage"}


def test_a_state_that_was_not_reached_is_no_clean_one(fought: tuple[Ran, Path]) -> None:
    """There is no button to refuse, and a dialog of the page is never agreed to."""
    ran, _ = fought
    (unreached,) = [each for each in ran.data["findings"] if each["kind"] == "state_not_reached"]
    assert ("refused", "no visible button or link says to refuse everything") == (
        unreached["state"], unreached["message"]
    )  # fmt: skip
