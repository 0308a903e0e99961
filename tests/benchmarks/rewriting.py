"""How fast a page of 50 kB is rewritten for a visitor who agreed to none of ten services."""

import gc
import statistics
import time
from collections.abc import Callable

from lolhtml import HTMLRewriter

from consentkit.html.origins import closed_origins
from consentkit.html.page import PageRewriter, TagGate
from consentkit.html.tags import Addresses
from tests.benchmarks.report import Report
from tests.support.sites import declaration_of, service

ROUNDS = 200
SIZE = 50_000
HEAD = (
    b"<!doctype html><html lang=en><head><meta charset=utf-8><title>Page</title>"
    + b"".join(b'<link rel=stylesheet href="/static/part-%d.css">' % number for number in range(5))
    + b'<script src="/static/app.js" defer></script></head><body>'
)
CARD = (
    b'<div class="card"><h3><a href="https://www.example.com/p/item">Title</a></h3><p>Some words of a <em>page</em> '
    b"that people read, at length &amp; with joy, in all its lines.</p></div>\n"
)
TAGS = b"".join(b'<script async src="https://s%d.example.net/t.js"></script>' % number for number in range(10))
CLOSED = closed_origins(
    declaration_of(
        *(service(f"s{each}", "marketing", f"_s{each}", origins=[f"https://s{each}.example.net"]) for each in range(10))
    ),
    set[str]().__contains__,
)


def page(pictures: int) -> bytes:
    """A page of the site, with so many pictures of its own, and a tag of each service."""
    parts = [HEAD]
    while sum(map(len, parts)) < SIZE - len(TAGS):
        shown = len(parts) <= pictures
        parts.append((b'<img src="/img/%d.jpg" alt="" width=10 height=10>' % len(parts) if shown else b"") + CARD)
    return b"".join((*parts, TAGS, b"</body></html>"))


def gated(document: bytes, *, sealed: bool = True, chunk: int = SIZE * 2) -> Callable[[], None]:
    """Rewrites the page as a site does: closed tags out, banner and link in."""

    def work() -> None:
        gate = TagGate(Addresses(CLOSED, "https://www.example.com/page"), lambda *_: "[placeholder]", sealed=sealed)
        rewriter = PageRewriter(at_start=lambda _: "<banner>", at_end=lambda _: "<preferences>", gate=gate)
        for at in range(0, len(document), chunk):
            rewriter.feed(document[at : at + chunk])
        rewriter.finish()

    return work


def alone(document: bytes, selector: str = "") -> Callable[[], None]:
    """lol-html by itself, at most with one handler that does nothing."""

    class Idle:
        def element(self, element: object) -> None:
            """Takes an element."""

    def work() -> None:
        rewriter = HTMLRewriter(lambda _: None)
        if selector:
            rewriter.on(selector, Idle())
        rewriter.write(document)
        rewriter.end()

    return work


def reports() -> list[Report]:
    """Megabytes of HTML per second of CPU, all subjects in turn."""
    plain, pictures = page(0), page(80)
    subjects = {
        "lol-html alone": (plain, alone(plain)),
        "lol-html with one idle handler": (plain, alone(plain, "body")),
        "ten services closed, banner, link": (plain, gated(plain)),
        "… with 80 pictures of the site": (pictures, gated(pictures)),
        "… in chunks of 4 kB": (pictures, gated(pictures, chunk=4096)),
        "… without a Content-Security-Policy": (pictures, gated(pictures, sealed=False)),
    }
    took: dict[str, list[float]] = {name: [] for name in subjects}
    gc.collect()
    for _ in range(ROUNDS):
        for name, (_, work) in subjects.items():
            start = time.thread_time()
            work()
            took[name].append(time.thread_time() - start)
    report = Report(
        f"rewriting a page of {SIZE // 1000} kB",
        ("MB/s median", "MB/s best tenth"),
        notes=(f"CPU time, {ROUNDS} rounds, every subject once in each",),
    )
    for name, (document, _) in subjects.items():
        megabytes = len(document) / 1e6
        report.rows[name] = {
            "MB/s median": megabytes / statistics.median(took[name]),
            "MB/s best tenth": megabytes / statistics.quantiles(took[name], n=10)[0],
        }
    return [report]
