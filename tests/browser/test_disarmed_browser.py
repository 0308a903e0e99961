"""Real Chromium contacts nobody for a page that was rewritten, where its tree differs from the rewriter's too.

A connection is what counts: a request that fails shows less. (Playwright's Chromium ignores `preconnect`, so a style
sheet stands in for it here.)
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from consentkit.html.origins import closed_origins
from consentkit.html.page import PageRewriter, TagGate
from consentkit.html.tags import Addresses
from tests.browser.support import listening, served
from tests.support.sites import declaration_of, service

pytestmark = pytest.mark.browser

PAGES = [
    "<svg><svg></p><style><a title='</style><link rel=stylesheet href=//ADS>'>",
    "<math><math></br><style><a title='</style><link rel=stylesheet href=http:&sol;/ADS>'>",
    "<svg><desc><svg></p><title><b title='</title><LINK\nREL=stylesheet HREF=\\\\ADS/x.css>'>",
    "<link rel=preload as=image href=x imagesrcset='//ADS/x 1x'>",
    "<img src=x srcset='//ADS/b 1x'><p style='background:url(//ADS/c)'>x",
    "<style>@import '//ADS/d';</style><p>x",
    "<style>p { background: image-set('//ADS/e' 1x) }</style><p>x",
    "<iframe srcdoc='&lt;img src=//ADS/f&gt;'></iframe>",
    "<video poster=//ADS/g></video>",
    "<object data=//ADS/h></object>",
    "<svg><image href=//ADS/i width=9 height=9 /></svg>",
    "<svg><svg></p><style><a title='</style><img src=//ADS/j>'>",
    "<base href=//ADS/><img src=k>",
    '<script type=speculationrules>{"prefetch": [{"urls": ["http://ADS/l"], "eagerness": "immediate"}]}</script>',
    "<table background=//ADS/n><td background='&#47;/ADS/o'>x",
    "<noscript></noscript><select><xmp><script>'<select>'</script></xmp><img src='/\t/ADS/p'>",
]


class Ears:
    """The closed origin: takes connections, says nothing, and counts them."""

    def __init__(self) -> None:
        self.heard = 0
        self._more = threading.Condition()
        self.listener = listening()
        self.host = f"localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def came_after(self, before: int) -> bool:
        """Whether more than `before` connections came, or come within ten seconds."""
        with self._more:
            return self._more.wait_for(lambda: self.heard > before, 10)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self._more:
                self.heard += 1
                self._more.notify_all()
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def disarmed(page: bytes, host: str) -> bytes:
    """What a visitor gets who agreed to nothing, from a site without a Content-Security-Policy."""
    declaration = declaration_of(service("ads", "marketing", "_a", origins=[f"http://{host}"]))
    gate = TagGate(
        Addresses(closed_origins(declaration, set[str]().__contains__), "http://127.0.0.1/"), None, sealed=False
    )
    rewriter = PageRewriter(gate=gate)
    return rewriter.feed(page) + rewriter.finish()


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[str, Ears]]:
    """Serves each page as it is under /raw/N, and rewritten under /rewritten/N."""
    ears = Ears()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        kind, _, number = scope["path"].strip("/").partition("/")
        body, status = b"", 404
        if kind in ("raw", "rewritten") and number.isdecimal():
            page = ("<!doctype html><body>" + PAGES[int(number)].replace("ADS", ears.host)).encode()
            body, status = page if kind == "raw" else disarmed(page, ears.host), 200
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    with ExitStack() as stack:
        listener = listening()
        stack.enter_context(served(app, listener))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", ears
    ears.listener.close()


def test_no_page_opens_a_connection_once_it_was_rewritten(chromium: Browser, site: tuple[str, Ears]) -> None:
    """All of them rewritten contact nobody; each as it was does."""
    home, ears = site
    page = chromium.new_page()
    for number in range(len(PAGES)):
        page.goto(f"{home}/rewritten/{number}", wait_until="networkidle")
    assert 0 == ears.heard
    for number, html in enumerate(PAGES):
        before = ears.heard
        page.goto(f"{home}/raw/{number}", wait_until="load")
        assert ears.came_after(before), html
    page.close()
