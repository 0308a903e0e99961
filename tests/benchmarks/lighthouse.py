"""What Lighthouse thinks of the demo's pages: those of the dashboard, and those that visitors see."""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.report import Report
from tests.prepare import NPM
from tests.support.ports import free_ports

LIGHTHOUSE = "lighthouse@12.8.2"
"""The last of its versions that runs on Node 20 (Apache-2.0)."""
CHROMIUM = "/usr/bin/chromium"
KINDS = ("performance", "accessibility", "best-practices")
PAGES = {
    "overview, 28 days": "dashboard/",
    "overview, a country": "dashboard/?only.country=NL",
    "load": "dashboard/load",
    "list of pages": "dashboard/list?card=page",
    "how figures are counted": "dashboard/explained",
    "links for partners": "dashboard/shares",
    "site with the banner": "",
    "preferences": "consent/",
}
LEAST = 98
RUNS = 3


def reports() -> list[Report]:
    """The scores of each page, 0 to 100."""
    if not (NPM / "node_modules" / "lighthouse").is_dir():
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent"]
        subprocess.run(["npm", "install", "--prefix", str(NPM), *options, LIGHTHOUSE], check=True)
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as (base, link):
        headers = Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": _signed_in(link)}), "utf-8")
        rows = {name: _scores(base + path, headers) for name, path in PAGES.items()}
    return [
        Report(
            "Lighthouse", KINDS, rows,
            (f"Medians of {RUNS} runs of {LIGHTHOUSE}, which slows a phone down; at least {LEAST} is the aim.",),
        )
    ]  # fmt: skip


@contextmanager
def _demo(folder: Path) -> Iterator[tuple[str, str]]:
    """The demo's address and a sign-in link, while it is served."""
    port = free_ports()
    command = [
        str(Path(sys.executable).with_name("consentkit")),
        "demo",
        "--port",
        str(port),
        "--data",
        str(folder / "demo"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            for line in server.stdout:
                if found := re.search(r"http://\S+token=\S+", line):
                    yield f"http://127.0.0.1:{port}/", found[0]
                    return
            raise RuntimeError("the demo ended before it told its sign-in link")
        finally:
            server.terminate()


def _signed_in(link: str) -> str:
    """The cookies of somebody who followed a sign-in link, as a header."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(link)
        page.wait_for_url("**/dashboard/")
        cookies = page.context.cookies()
        browser.close()
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)


def _scores(address: str, headers: Path) -> dict[str, float]:
    runs = [_run(address, headers) for _ in range(RUNS)]
    return {kind: statistics.median(run[kind] for run in runs) for kind in KINDS}


def _run(address: str, headers: Path) -> dict[str, float]:
    command = [
        "node", str(NPM / "node_modules" / "lighthouse" / "cli" / "index.js"), address, "--quiet", "--output=json",
        f"--only-categories={','.join(KINDS)}", f"--extra-headers={headers}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    answer = subprocess.run(command, check=True, capture_output=True, env={**os.environ, "CHROME_PATH": CHROMIUM})
    return {kind: 100 * found["score"] for kind, found in json.loads(answer.stdout)["categories"].items()}
