"""`make bench`: what consentkit adds to a page request, beside middleware that people know, in one interleaved run.

Each subject is the same Starlette app with one page, called as ASGI in this process. A round calls every subject in
turn; the figures are medians over the rounds of a subject's time less the bare app's in the same round, so that a
machine whose speed drifts compares fairly. Ratios are to starlette_exporter.
"""

import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette_exporter import PrometheusMiddleware

from consentkit import ConsentKit
from consentkit.config import parse

ROUNDS = 60
REQUESTS = 200
HEAD = "<!doctype html><html lang=en><head><title>Page</title></head><body>"
PAGE = HEAD + "<p>Words of a page.</p>" * 120 + "</body></html>"
AGENTS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36"
    for version in range(120, 140)
]
SECRET = "a secret of the benchmark with 40 characters"

App = Callable[..., Awaitable[None]]


def settings(link: str) -> dict[str, Any]:
    """A site with the services that a company site has."""
    return {
        "site": {
            "name": "Bench", "controller": "Bench", "contact": "x@example.com", "hosts": ["example.com"],
            "languages": ["en"], "privacy_policy": "/privacy", "timezone": "Europe/Amsterdam",
        },
        "consent": {"link": link},
        "services": [
            {
                "id": f"service{number}", "name": "Service", "purpose": "marketing", "description": "Bench.",
                "storage": [{"name": f"_s{number}_*", "kind": "cookie", "duration": "1 day"}],
            }
            for number in range(10)
        ],
    }  # fmt: skip


async def page(_: Request) -> HTMLResponse:
    """The page."""
    return HTMLResponse(PAGE)


def bare(*middleware: Middleware) -> Starlette:
    """The app, with middleware."""
    return Starlette(routes=[Route("/products/{name}", page)], middleware=list(middleware))


def scope(number: int, cookie: bytes) -> dict[str, Any]:
    """A page request as a browser sends it."""
    headers = [
        (b"host", b"example.com"),
        (b"user-agent", AGENTS[number % len(AGENTS)].encode()),
        (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"),
        (b"accept-language", b"nl-NL,nl;q=0.9,en;q=0.8"),
        (b"referer", b"https://www.example.org/page"),
        (b"sec-fetch-site", b"cross-site"),
        (b"sec-fetch-mode", b"navigate"),
        (b"sec-fetch-dest", b"document"),
    ]
    if cookie:
        headers.append((b"cookie", b"session=abc; " + cookie))
    path = f"/products/item-{number % 50}"
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("192.0.2.1", 1234), "server": ("127.0.0.1", 80),
    }  # fmt: skip


async def receive() -> dict[str, Any]:
    """The empty body of a request."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(_: object) -> None:
    """Takes the response."""


async def seconds(app: App, cookie: bytes) -> float:
    """The time of one request in a batch of them."""
    scopes = [scope(number, cookie) for number in range(REQUESTS)]
    start = time.perf_counter()
    for one in scopes:
        await app(one, receive, send)
    return (time.perf_counter() - start) / REQUESTS


async def consent_cookie(app: App) -> bytes:
    """The cookie of a visitor who agreed to everything."""
    found: list[bytes] = []

    async def keep(message: dict[str, Any]) -> None:
        found.extend(value for name, value in message.get("headers", ()) if name == b"set-cookie")

    async def body() -> dict[str, Any]:
        return {"type": "http.request", "body": b"choice=accept_all", "more_body": False}

    request = scope(0, b"")
    request |= {"method": "POST", "path": "/consent/", "raw_path": b"/consent/"}
    request["headers"] = [*request["headers"][:-3], (b"sec-fetch-site", b"same-origin")]
    await app(request, body, keep)
    return found[0].partition(b";")[0]


async def measure(subjects: dict[str, tuple[App, bytes]]) -> dict[str, list[float]]:
    """Microseconds that each subject adds to the bare app, by round."""
    added: dict[str, list[float]] = {name: [] for name in subjects if name != "bare"}
    for number in range(ROUNDS + 3):
        gc.collect()
        took = {name: await seconds(app, cookie) for name, (app, cookie) in subjects.items()}
        if number >= 3:
            for name, values in added.items():
                values.append((took[name] - took["bare"]) * 1e6)
    return added


async def run(folder: Path) -> dict[str, list[float]]:
    """Build the subjects and measure them."""
    kits = {link: ConsentKit(parse(settings(link), base=folder / link), [SECRET]) for link in ("template", "inject")}
    for link in kits:
        (folder / link / "var").mkdir(parents=True)
    gated = {link: kit.wrap(bare()) for link, kit in kits.items()}
    cookie = await consent_cookie(gated["template"])
    subjects: dict[str, tuple[App, bytes]] = {
        "bare": (bare(), b""),
        "consentkit, choice made": (gated["template"], cookie),
        "consentkit, banner injected": (gated["template"], b""),
        "consentkit, link injected": (gated["inject"], cookie),
        "starlette_exporter": (bare(Middleware(PrometheusMiddleware, group_paths=True)), b""),
        "SessionMiddleware": (bare(Middleware(SessionMiddleware, secret_key=SECRET)), b""),
    }
    added = await measure(subjects)
    for kit in kits.values():
        kit.close()
    return added


def main() -> None:
    """Measure, print the table and write var/bench.json."""
    with tempfile.TemporaryDirectory() as folder:
        added = asyncio.run(run(Path(folder)))
    base = statistics.median(added["starlette_exporter"])
    table = Table(title=f"µs added to a page request of {len(PAGE)} bytes; {ROUNDS} rounds of {REQUESTS} requests")
    for column in ("", "median", "fastest tenth", "÷ starlette_exporter"):
        table.add_column(column, justify="left" if not column else "right")
    rows = {}
    for name, values in added.items():
        median, low = statistics.median(values), statistics.quantiles(values, n=10)[0]
        rows[name] = {"median_us": round(median, 1), "p10_us": round(low, 1), "ratio": round(median / base, 2)}
        table.add_row(name, f"{median:.1f}", f"{low:.1f}", f"{median / base:.2f}")
    Console().print(table)
    out = Path("var/bench.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"rounds": ROUNDS, "requests": REQUESTS, "added": rows}, indent=2) + "\n", "utf-8")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
