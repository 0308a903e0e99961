"""Reports on paper, printed by a real Chromium."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from consentkit.audit.browser import BrowserError
from consentkit.reports.html import as_html
from consentkit.reports.pdf import PdfError, as_pdf
from tests.dashboard.sinks import make_sink
from tests.reports.making import said


@pytest.mark.browser
def test_the_report_is_a4_and_nothing_is_fetched(tmp_path: Path, chromium_path: str) -> None:
    """The page is printed as it is, even one that names a picture and runs a script; no request leaves."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    make_sink(tmp_path / "stats.db")
    page = as_html(said(tmp_path / "stats.db"))
    page = page.replace("Content-Security-Policy", "X-Nothing")  # which alone would keep the page from fetching
    hostile = f'<img src="{address}/a"><script>document.body.remove();fetch("{address}/b")</script>'
    try:
        pdf = as_pdf(page.replace("</body>", f"{hostile}</body>"), Path(chromium_path))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert pdf.startswith(b"%PDF-")
    boxes = [[round(float(side)) for side in box.split()] for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)]
    assert ([0, 0, 595, 842], True) == (boxes[0], len(boxes) <= 2 and boxes.count(boxes[0]) == len(boxes))
    assert [] == asked


def test_a_browser_that_is_none_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    with pytest.raises(BrowserError, match="--browser /nowhere/chromium is no program"):
        as_pdf("<p>", Path("/nowhere/chromium"))
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    fake.chmod(0o755)
    with pytest.raises(PdfError, match=f"{fake} does not print"):
        as_pdf("<p>", fake)
