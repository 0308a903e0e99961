"""Several real worker processes on one set of SQLite files: what a stop keeps, and what a kill or a fault costs."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from consentkit.config import load
from consentkit.stats.counting import private_of
from consentkit.stats.flusher import SILENT_SECONDS
from consentkit.stats.stores import open_reader
from consentkit.stats.verify import verify
from tests.support.ports import wait_until
from tests.support.worker_site import APP, running

pytestmark = pytest.mark.server


def test_a_stopped_server_loses_nothing(tmp_path: Path) -> None:
    """SIGTERM right after the last response: every request of every worker is in the store."""
    with running(tmp_path) as site:
        answered = site.request(300)
        site.stop()
        assert (300, 300) == (answered, site.counted())


def test_a_killed_worker_loses_at_most_what_was_not_yet_flushed(tmp_path: Path) -> None:
    """SIGKILL: what was in the store before stays, once, and what comes after is counted."""
    with running(tmp_path) as site:
        first = site.request(200)
        killed = site.worker()
        wait_until(lambda: site.counted() == first + 1)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: f"[{killed}] died" in site.log())
        second = site.request(50)
        site.stop()
        assert (250, 251) == (first + second, site.counted())
        config = load(tmp_path / "consentkit.toml")
        private = private_of(config)
        findings = verify(open_reader(config.stats.sink, tmp_path), private)
        private.close()
        assert [] == findings


@pytest.mark.parametrize("lifespan", ["on", "off"])
def test_a_worker_killed_in_its_first_request_leaves_a_gap(tmp_path: Path, lifespan: str) -> None:
    """Also where no lifespan event tells that the server starts: then the first request makes the worker known."""
    app = APP.replace("return HTML", "os.kill(os.getpid(), 9) or HTML")
    with running(tmp_path, workers=1, app=app, settings={"UVICORN_LIFESPAN": lifespan}) as site:
        with pytest.raises(httpx2.RemoteProtocolError):
            site.request(1)
        site.server.wait(20)
        private = private_of(load(tmp_path / "consentkit.toml"))
        private.find_gaps(time.time() + SILENT_SECONDS + 1, SILENT_SECONDS)
        private.close()
    with closing(sqlite3.connect(tmp_path / "var" / "private.db")) as connection:
        assert [("killed",)] == connection.execute("SELECT reason FROM gaps").fetchall()


def test_pages_are_served_when_the_store_cannot_be_written(tmp_path: Path) -> None:
    """A folder in the place of the private store: pages come, one log line says so, nothing of a visitor is in it."""
    (tmp_path / "var" / "private.db").mkdir(parents=True)
    with running(tmp_path, workers=1) as site:
        assert 20 == site.request(20)
        wait_until(lambda: "private store" in site.log())
        assert 20 == site.request(20)
        site.stop()
        assert 1 == site.log().count("cannot be used")
        assert "40 requests are lost" in site.log()
