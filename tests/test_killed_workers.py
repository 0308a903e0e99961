"""Workers killed again and again under load: what of the answered responses is counted, where, and what is missing."""

import http.client
import itertools
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from consentkit.config import Config, load
from consentkit.stats.counting import private_of
from consentkit.stats.flusher import SILENT_SECONDS
from consentkit.stats.model import Gap
from consentkit.stats.stores import PrivateStore, open_reader
from consentkit.stats.verify import verify
from tests.support.ports import wait_until_listening
from tests.support.worker_site import BROWSER, Site, running

pytestmark = pytest.mark.server

KILLS = 50
WORKERS = 4
VISITORS = 6
SEED = 4
PAGES = 9_000
"""Each page is asked for once, so that the counts tell every single response; a day admits 10,000 names."""
BETWEEN = (10, 200)
"""Answered responses from one kill to the next; together fewer than there are pages."""
VIEWS = ("page", "views")
SPEED = 20
"""How fast the workers' clock runs: what they do each minute, they do every three seconds."""

# Threshold 1, which no configuration may have, publishes the single responses, so that they can be looked up.
APP = f"""
import asyncio, itertools, os, time
from dataclasses import replace
from pathlib import Path
from starlette.responses import HTMLResponse
from consentkit import ConsentKit
from consentkit.config import load
from consentkit.keys import keys_from
from consentkit.stats.enrich import agent
from consentkit.stats.stores import sqlite_aside

agent.prepare()  # before the workers are forked
sqlite_aside.MANY = 5  # so that most of what these few visitors bring is put aside first
numbers = itertools.count()


async def app(scope, receive, send):
    await asyncio.sleep(0.02)
    headers = {{"X-Worker": str(os.getpid()), "X-Number": str(next(numbers))}}
    await HTMLResponse("<!doctype html><html><body>page</body></html>", headers=headers)(scope, receive, send)


began = float(os.environ["CLOCK_BEGAN"])
config = load(Path("consentkit.toml"))
app = ConsentKit(
    replace(config, stats=replace(config.stats, threshold=1)),
    keys_from(os.environ),
    clock=lambda: began + (time.time() - began) * {SPEED},
).wrap(app)
"""

SYLLABLES = ("ba", "den", "ker", "lo", "mi", "na", "pel", "ro", "sta", "ter")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that a visitor got: which of its worker's it was, and when it was there on the workers' clock."""

    page: str
    worker: int
    number: int
    when: float


@dataclass(slots=True)
class Visitors:
    """Visitors who ask for one page after another, each page once, until they are told to go or pages are out."""

    site: Site
    began: float
    asked: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    more: threading.Condition = field(default_factory=threading.Condition)

    def visit(self, pages: Iterator[str]) -> None:
        """What one visitor does; a response that a kill cut off is nobody's."""
        port = int(self.site.address.rpartition(":")[2])
        while not self.gone.is_set():
            with self.more:
                page = next(pages)
                self.asked.append(page)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.request("GET", page, headers=BROWSER)
                response = connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException):
                continue
            finally:
                connection.close()
            assert 200 == response.status
            worker, number = int(response.headers["x-worker"]), int(response.headers["x-number"])
            when = self.began + (time.time() - self.began) * SPEED
            with self.more:
                self.answers.append(Answer(page, worker, number, when))
                self.more.notify_all()

    def wait_for(self, count: int) -> Answer:
        """Wait for so many further answers; returns the last."""
        with self.more:
            wanted = len(self.answers) + count
            assert self.more.wait_for(lambda: len(self.answers) >= wanted, timeout=60), "no answer came any more"
            return self.answers[-1]


def pages() -> Iterator[str]:
    """Paths of made-up words, which keep their names in the figures."""
    words = ["".join(word) for word in itertools.product(SYLLABLES, repeat=2)]
    return itertools.islice((f"/{first}-{second}" for first, second in itertools.product(words, repeat=2)), PAGES)


def killed_under_load(site: Site, visitors: Visitors) -> list[int]:
    """The workers that were killed: each a moment after it had answered, after a random number of answers."""
    chance, source, killed = random.Random(SEED), pages(), []
    threads = [threading.Thread(target=visitors.visit, args=(source,)) for _ in range(VISITORS)]
    wait_until_listening(int(site.address.rpartition(":")[2]))
    for thread in threads:
        thread.start()
    try:
        while len(killed) < KILLS:
            worker = visitors.wait_for(chance.randint(*BETWEEN)).worker
            if worker not in killed:
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)
    finally:
        visitors.gone.set()
        for thread in threads:
            thread.join()
    return killed


@dataclass(slots=True)
class Found:
    """How often each page was counted, by where the count is."""

    published: Counter[str] = field(default_factory=Counter)
    outbox: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)

    @property
    def counted(self) -> Counter[str]:
        """Wherever it is."""
        return self.published + self.outbox + self.waiting


def found_in(config: Config, private: PrivateStore) -> Found:
    """What the stores hold; nothing works on them any more."""
    found = Found()
    sink = open_reader(config.stats.sink, config.base)
    found.published.update({row.value: row.events for row in sink.cells(breakdown="page") if row.metric == "views"})
    for _, release in private.outbox():
        views = {cell: one.count for cell, one in release.cells.items() if (cell.breakdown, cell.metric) == VIEWS}
        found.outbox.update({cell.value: count for cell, count in views.items()})
    waiting = private.balance().cells.items()
    found.waiting.update({cell.value: count for cell, count in waiting if (cell.breakdown, cell.metric) == VIEWS})
    return found


def gaps_of(config: Config, private: PrivateStore, now: float) -> list[Gap]:
    """The gaps that are named once all workers are gone for good: in the sink, and for its next release."""
    private.find_gaps(now + SILENT_SECONDS + 1, SILENT_SECONDS)
    published = open_reader(config.stats.sink, config.base).gaps(date.min, date(9000, 1, 1))
    return published + [Gap(*row) for row in asked(config, "SELECT begin, until, reason, batches FROM gaps")]


def asked(config: Config, question: str, values: Sequence[str] = ()) -> list[Any]:
    """What the private store's file answers."""
    with closing(sqlite3.connect(config.base / "var" / "private.db")) as connection:
        return connection.execute(question, values).fetchall()


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()[:19] + "Z"


def is_inside(gaps: list[Gap], when: float) -> bool:
    """Whether a moment lies in a gap that names a killed worker."""
    return any(gap.reason == "killed" and gap.begin <= _utc(when) <= gap.until for gap in gaps)


def test_every_answer_is_counted_once_or_lies_in_a_named_gap(tmp_path: Path) -> None:
    """Four workers, 50 kills: published, on the way to it, waiting, or of the last that a worker in a gap answered."""
    began = time.time()
    with running(
        tmp_path, WORKERS, app=APP, supervisor="tests.support.forking", settings={"CLOCK_BEGAN": str(began)}
    ) as site:
        visitors = Visitors(site, began)
        killed = killed_under_load(site, visitors)
        site.stop()
    config = load(tmp_path / "consentkit.toml")
    private = private_of(config)
    found = found_in(config, private)
    assert [] == verify(open_reader(config.stats.sink, tmp_path), private)
    gaps = gaps_of(config, private, began + (time.time() - began) * SPEED)
    assert [] == verify(open_reader(config.stats.sink, tmp_path), private)
    private.close()

    counted = found.counted
    assert {1} == set(counted.values()), "a response is counted twice"
    assert set(counted) <= set(visitors.asked)
    lost = [answer for answer in visitors.answers if answer.page not in counted]
    assert [] == [answer for answer in lost if not is_inside(gaps, answer.when)], "a loss lies in no gap"
    assert {answer.worker for answer in lost} <= set(killed)
    assert len(gaps) >= len({answer.worker for answer in lost})
    assert [] == [worker for worker in killed if not is_suffix(worker, visitors.answers, counted)]
    # Otherwise the kills would prove nothing.
    assert (KILLS, True, True) == (len(killed), len(lost) > 0, len(found.published) > 0)


def is_suffix(worker: int, answers: list[Answer], counted: Counter[str]) -> bool:
    """Whether a worker lost nothing but the last of what it answered: all that came after one of its batches."""
    ours = sorted((answer.number, answer.page in counted) for answer in answers if answer.worker == worker)
    kept = [is_counted for _, is_counted in ours]
    return kept == sorted(kept, reverse=True)
