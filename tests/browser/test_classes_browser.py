"""Nothing that a real browser asks for by https is taken for a program that only says it is one."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentkit.stats.classes import judge
from consentkit.stats.enrich.agent import agent_of
from consentkit.stats.facts import RequestFacts
from consentkit.traits import traits_of
from tests.browser.support import listening, served
from tests.stats.page_requests import CHROME, WHEN

PAGE = """<!doctype html><title>t</title><link rel=stylesheet href=/a.css>
<link rel=manifest href=/m.webmanifest><link rel=prefetch href=/next><img src=/i.png><video src=/v.mp4></video>
<iframe src=/frame></iframe><a id=two href=/two ping=/ping>x</a><form id=form action=/form method=post></form>
<script src=/s.js></script><script>
navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then(() => fetch("/through"));
fetch("/api"); navigator.sendBeacon("/beacon", "x"); new EventSource("/es"); new Worker("/w.js"); import("/module.js");
</script>"""
BODIES = {
    "/a.css": ("text/css", "body { background: url(/background.png) }"),
    "/sw.js": ("text/javascript", "addEventListener('fetch', event => event.respondWith(fetch(event.request)))"),
    "/w.js": ("text/javascript", "fetch('/by-worker')"),
    **dict.fromkeys(("/s.js", "/module.js"), ("text/javascript", "0")),
    **dict.fromkeys(("/", "/form"), ("text/html", PAGE)),
}
EXPECTED = {
    *BODIES,
    "/i.png",
    "/background.png",
    "/api",
    "/beacon",
    "/ping",
    "/by-worker",
    "/two",
    "/frame",
}


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """A certificate for this machine's own name."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(2)
    )
    found = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(
        key, hashes.SHA256()
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "certificate.pem").write_bytes(found.public_bytes(serialization.Encoding.PEM))
    return {"ssl_keyfile": str(tmp_path / "key.pem"), "ssl_certfile": str(tmp_path / "certificate.pem")}


def test_every_request_of_a_page_bears_the_marks_of_a_browser(chromium: Browser, certificate: dict[str, str]) -> None:
    """Documents, parts, workers, beacons, a form, a reload and a way back: each is a person's or a part of a page."""
    asked: list[RequestFacts] = []

    async def answer(request: Request) -> Response:
        # Without what tells that nobody looks at this browser.
        headers = {name: value for name, value in request.headers.raw if not name.startswith(b"sec-ch-ua")}
        traits = traits_of({**headers, b"user-agent": CHROME.encode()})
        asked.append(RequestFacts(WHEN, request.url.path, traits, request.method, 200, secure=True))
        kind, text = BODIES.get(request.url.path, ("text/html" if "." not in request.url.path else "image/png", "<p>x"))
        return Response(text, media_type=kind)

    listener = listening()
    home = f"https://localhost:{listener.getsockname()[1]}"
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    with served(app, listener, **certificate):
        context = chromium.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(home, wait_until="networkidle")
        page.reload(wait_until="load")
        page.locator("#two").click()
        page.wait_for_url(f"{home}/two")
        page.go_back(wait_until="load")
        with page.expect_navigation():
            page.evaluate("document.getElementById('form').submit()")
        context.close()
    assert EXPECTED <= {facts.path for facts in asked}
    classes = {judge(facts).judged(agent_of(CHROME.encode()))[0] for facts in asked}
    assert {"person", "asset", "prefetch"} == classes
