"""The ledger under real servers: what SIGKILL leaves, and several worker processes at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from consentkit.config import load
from consentkit.consent.ledger.store import ledger_of
from tests.support.ports import free_ports, wait_until_listening

pytestmark = pytest.mark.server

CONFIG = """
[site]
name = "Workers"
controller = "Workers"
contact = "x@example.com"
hosts = ["127.0.0.1"]
privacy_policy = "/privacy"

[[services]]
id = "ads"
name = "Ads"
purpose = "marketing"
description = "Ads."
storage = [{ name = "_ads", kind = "cookie", duration = "1 day" }]
"""

APP = """
from starlette.applications import Starlette
from consentkit import ConsentKit

app = ConsentKit.from_file("consentkit.toml").wrap(Starlette())
"""

HEADERS = {"sec-fetch-site": "same-origin", "user-agent": "canary-agent", "accept": "application/json"}


@contextmanager
def running(folder: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A site under uvicorn, in a process group of its own: its address and its process."""
    (folder / "consentkit.toml").write_text(CONFIG)
    (folder / "ledger_app.py").write_text(APP)
    port = free_ports()
    command = [sys.executable, "-m", "uvicorn", "ledger_app:app", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "CONSENTKIT_SECRET": "a secret for tests only with 40 characters"}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )  # fmt: skip
        try:
            wait_until_listening(port)
            yield f"http://127.0.0.1:{port}", server
        finally:
            if server.poll() is None:
                server.terminate()
            server.wait(timeout=20)


def accept(address: str) -> str:
    """Accept everything as a new visitor; the id that the consent cookie carries."""
    answer = httpx2.post(f"{address}/consent/", data={"choice": "accept_all"}, headers=HEADERS)
    assert 200 == answer.status_code
    return answer.headers["set-cookie"].partition("=")[2].split(".")[5]


@pytest.mark.parametrize("answers", [1, 25])
def test_choice_that_was_answered_survives_sigkill(tmp_path: Path, answers: int) -> None:
    """The server dies the moment the last answer is there: every event is in the ledger, and the chain holds."""
    with running(tmp_path, workers=1) as (address, server):
        ids = [accept(address) for _ in range(answers)]
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=20)
    ledger = ledger_of(load(tmp_path / "consentkit.toml"))
    assert [1] * answers == [len(ledger.of_subject(id_)) for id_ in ids]
    assert [] == ledger.verify()
    ledger.close()
    held = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir() if path.name.startswith("consent.db"))
    assert (False, False) == (b"canary-agent" in held, b"127.0.0.1" in held)


def test_several_workers_write_one_chain(tmp_path: Path) -> None:
    """Eight visitors at a time on three processes: every answered choice is there, once."""
    with running(tmp_path, workers=3) as (address, _), ThreadPoolExecutor(8) as visitors:
        ids = list(visitors.map(accept, [address] * 120))
    ledger = ledger_of(load(tmp_path / "consentkit.toml"))
    assert sorted(ids) == sorted(row.subject or "" for row in ledger.rows())
    assert ([], [120]) == (ledger.verify(), list(ledger.counts().values()))
    ledger.close()
