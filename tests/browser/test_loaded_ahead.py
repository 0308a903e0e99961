"""Pages that Chromium has prerendered: they count when they are shown, and none is shown that a choice has outdated.

Nobody drives this browser, because Chromium prerenders nothing in a tab that is driven: its pages go on by themselves.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from consentkit.stats.tally import Tally
from tests.browser.support import listening, served
from tests.stats.page_requests import CHROME
from tests.support.ports import wait_until
from tests.support.sites import KEY, config_of, kit_of, settings
from tests.support.small_site import tables

pytestmark = [pytest.mark.browser, pytest.mark.server]

RULES = '<script type="speculationrules">{"prerender": [{"urls": ["/pre"], "eagerness": "immediate"}]}</script>'
FIRST = """<!doctype html><html lang="en"><title>First</title>%s<body><h1>First</h1><script>
fetch("/when-prerendered").then(async () => {
  if (%s) await fetch("/consent/", { method: "POST", body: new URLSearchParams({ choice: "refuse_all" }) });
  location.href = "/pre";
});
</script>"""
SECOND = """<!doctype html><html lang="en"><title>Second</title><body><h1>Second</h1><script>
function tell() {
  if (document.getElementById("consentkit")) return setTimeout(tell);
  fetch(`/shown?${performance.getEntriesByType("navigation")[0].activationStart > 0}`);
}
if (document.prerendering) {
  document.addEventListener("prerenderingchange", tell);
  addEventListener("load", () => fetch("/prerendered"));
} else addEventListener("load", tell);
</script>"""


class Pages:
    """A page that prerenders another, and goes there when that is done, after a choice if `chooses`.

    `asked` are the requests for the second page by their purpose, `shown` tells whether it was activated when shown.
    """

    def __init__(self, *, chooses: bool = False) -> None:
        self.asked: list[str] = []
        self.shown: list[str] = []
        self._chooses = "true" if chooses else "false"
        self._prerendered = asyncio.Event()
        self.app = Starlette(routes=[Route("/{slug}", self._page)])

    async def _page(self, request: Request) -> Response:
        name = request.path_params["slug"]
        if name == "first":
            return HTMLResponse(FIRST % (RULES, self._chooses))
        if name == "pre":
            self.asked.append(request.headers.get("sec-purpose", ""))
            return HTMLResponse(SECOND)
        if name == "when-prerendered":
            await self._prerendered.wait()
        elif name == "prerendered":
            self._prerendered.set()
        elif name == "shown":
            self.shown.append(request.url.query)
        return Response(status_code=204)


@contextmanager
def visited(app: ASGIApp, program: str, profile: Path) -> Iterator[None]:
    """A browser of its own goes to the first page."""
    listener = listening()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/first"
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-agent={CHROME}"]
    with served(app, listener):
        command = [program, *flags, f"--user-data-dir={profile}", address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
            try:
                yield
            finally:
                browser.terminate()


@pytest.fixture
def program(chromium_path: str) -> str:
    """A Chromium that does not call itself headless in its hints."""
    return shutil.which("chromium") or chromium_path


def test_a_prerendered_page_is_a_view_when_it_is_activated(program: str, tmp_path: Path) -> None:
    """The prerender is a prefetch; its activation asks for nothing, and counts as the view and the move that it is."""
    kit = ConsentKit(config_of(tables("http://x.example", stats={"exemption": "fr"}, services=[]), tmp_path), (KEY,))
    kit.proof.ledger = Ledger(None)
    kit.counting.recorder.tally = tally = Tally(kit.counting.observer.observe_all)  # type: ignore[attr-defined]
    pages = Pages()
    found: dict[str, int] = {}

    def counted(**expected: int) -> bool:
        for (_, metric), count in tally.take().totals.items():
            found[metric] = found.get(metric, 0) + count
        return expected.items() <= found.items()

    with visited(kit.wrap(pages.app), program, tmp_path / "profile"):
        wait_until(lambda: counted(views=2, moves=1))
    assert (["prefetch;prerender"], ["true"]) == (pages.asked, pages.shown)
    assert (2, 1, 1) == tuple(found[name] for name in ("views", "visits", "moves"))


@pytest.mark.parametrize("forgets", [True, False])
def test_no_page_is_shown_as_it_was_before_a_choice(program: str, tmp_path: Path, *, forgets: bool) -> None:
    """Chromium drops what it had prerendered and asks anew; one that does not know how brings the page up to date."""
    pages = Pages(chooses=True)
    app = kit_of(settings()).wrap(pages.app)
    with visited(app if forgets else without_clearing(app), program, tmp_path / "profile"):
        wait_until(lambda: bool(pages.shown))
    anew = (["prefetch;prerender", ""], ["false"])
    activated = (["prefetch;prerender"], ["true"])
    assert (anew if forgets else activated) == (pages.asked, pages.shown)


def without_clearing(app: ASGIApp) -> ASGIApp:
    """The site for a browser that knows no Clear-Site-Data."""

    async def changed(scope: Scope, receive: Receive, send: Send) -> None:
        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[Any] = message["headers"]
                message = {**message, "headers": [pair for pair in headers if pair[0] != b"clear-site-data"]}
            await send(message)

        await app(scope, receive, passed)

    return changed
