"""Open pages are told of releases: by one look for all, with an end, and only those who are signed in."""

import asyncio
import datetime as dt
import http.client
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from consentkit.dashboard import sign_in_link
from consentkit.dashboard.live import (
    HEARTBEAT_SECONDS,
    LONGEST_SECONDS,
    LOOK_SECONDS,
    MOST_STREAMS,
    SESSION_SECONDS,
    Streams,
    Watcher,
)
from consentkit.stats.model import BatchId, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.markup import plain
from tests.dashboard.sinks import KEYS, NOW, OPENED, TODAY, VALUES, desk, make_sink, release_of
from tests.support.nginx import caching
from tests.support.ports import free_ports, wait_until_listening

RELEASED = "event: released\ndata: 1\n\n"


class World:
    """A clock that only waiting moves, a sink's version, and whether server and reader stay."""

    def __init__(self) -> None:
        self.now, self.number, self.looks = 0.0, 1, 0
        self.stops, self.stays, self.broken = False, True, False
        self.streams = Streams(Watcher(self.version, self.clock), self.clock, lambda: self.stops, self.sleep)
        self.at: dict[float, Callable[[], None]] = {}

    def clock(self) -> float:
        return self.now

    def version(self) -> int:
        self.looks += 1
        if self.broken:
            raise sqlite3.OperationalError("locked")
        return self.number

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        for moment in [moment for moment in self.at if moment <= self.now]:
            self.at.pop(moment)()
        await asyncio.sleep(0)

    def read(self, seen: str = "1") -> list[tuple[float, str]]:
        """Everything that one reader is sent, with its time."""

        async def all_of_it() -> list[tuple[float, str]]:
            return [(self.now, event.decode()) async for event in self.streams.events(seen, lambda: self.stays)]

        return asyncio.run(all_of_it())


@pytest.fixture
def world() -> World:
    return World()


def test_a_reader_is_told_once_of_each_release(world: World) -> None:
    """Of one that came before the stream was opened too; the number lets the browser go on where it was."""
    world.at = {10: lambda: setattr(world, "number", 2), 20: lambda: setattr(world, "broken", True)}
    told = [(at, event) for at, event in world.read("0") if "released" in event]
    assert [f"id: 1\n{RELEASED}", f"id: 2\n{RELEASED}"] == [event for _, event in told]
    assert 0 == told[0][0]
    assert 10 <= told[1][0] <= 10 + LOOK_SECONDS + 1


def test_a_quiet_stream_beats_and_ends_after_a_while(world: World) -> None:
    """So that proxies keep it, and a server that cannot tell that it stops waits a minute at most."""
    events = world.read()
    assert [HEARTBEAT_SECONDS, 2 * HEARTBEAT_SECONDS, 3 * HEARTBEAT_SECONDS] == [at for at, e in events if e == ":\n\n"]
    assert events[0][1].startswith("retry: ")
    assert LONGEST_SECONDS == world.now


def test_a_stream_ends_with_the_server_and_with_the_session(world: World) -> None:
    """At once with the server; within the interval with the session, and says so."""
    world.at = {5: lambda: setattr(world, "stops", True)}
    world.read()
    assert 5 <= world.now <= 6
    other = World()
    other.at = {SESSION_SECONDS + 1: lambda: setattr(other, "stays", False)}
    assert "event: over\ndata: 1\n\n" == other.read()[-1][1]
    assert other.now <= 2 * SESSION_SECONDS + 1


def test_the_sink_is_looked_at_once_for_all_readers(world: World) -> None:
    """Twenty readers for a minute: as many looks as one of them needs; and each place is given back."""

    async def all_of_them() -> None:
        async def one() -> None:
            async for _ in world.streams.events("1", lambda: True):
                pass

        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(all_of_them())
    assert world.looks <= LONGEST_SECONDS / LOOK_SECONDS + 2
    assert not world.streams.full


def test_there_are_only_so_many_streams(world: World) -> None:
    """A reader that goes away gives its place back."""

    async def many() -> list[bool]:
        streams = [world.streams.events("1", lambda: True) for _ in range(MOST_STREAMS)]
        for stream in streams:
            await anext(stream)
        found = [world.streams.full]
        await streams[0].aclose()  # type: ignore[attr-defined]
        return [*found, world.streams.full]

    assert [True, False] == asyncio.run(many())


def test_a_sink_that_cannot_be_read_is_no_end(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The stream goes on with what was known."""
    world.at = {10: lambda: setattr(world, "broken", True)}
    assert [] == [event for _, event in world.read() if "released" in event and world.broken is None]
    assert "cannot be watched: OperationalError" in caplog.text
    assert LONGEST_SECONDS == world.now


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A real uvicorn in a process of its own, and its address."""
    make_sink(tmp_path / "stats.db")
    port = free_ports()
    command = [sys.executable, "-m", "tests.dashboard.live_server", str(tmp_path), str(port)]
    process = subprocess.Popen(command)
    try:
        wait_until_listening(port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(20)


@pytest.mark.server
def test_an_open_stream_does_not_keep_the_server(server: tuple[subprocess.Popen[bytes], str], tmp_path: Path) -> None:
    """Refused without a session; with one its first event comes at once, through an nginx that buffers and caches; then
    SIGTERM ends the process long before the stream would have ended of its own."""
    process, address = server
    host = urlsplit(address).netloc
    with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
        connection.request("GET", "/live?seen=0")
        assert 403 == connection.getresponse().status
    with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
        connection.request("GET", sign_in_link(KEYS, "ann", "", NOW), headers=OPENED)
        cookie = (connection.getresponse().getheader("set-cookie") or "").split(";")[0]
    with (
        caching(address, tmp_path) as front,
        closing(http.client.HTTPConnection(urlsplit(front).netloc, timeout=20)) as stream,
    ):
        stream.request("GET", "/live?seen=0", headers={"cookie": cookie})
        answer = stream.getresponse()
        assert "text/event-stream; charset=utf-8" == answer.getheader("content-type")
        assert "no-transform" in (answer.getheader("cache-control") or "")
        lines = [answer.fp.readline() for _ in range(8)]
        assert any(b"event: released" in line for line in lines)
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST_SECONDS / 3)


@pytest.mark.browser
def test_an_open_page_shows_what_is_released(
    chromium: Browser, live_server: Callable[[ASGIApp], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures change in place, what is read by keyboard is left alone until it is left, the policy holds."""
    make_sink(tmp_path / "stats.db")
    monkeypatch.setattr("consentkit.dashboard.live.LOOK_SECONDS", 0.2)
    monkeypatch.setattr("consentkit.dashboard.live.STEP_SECONDS", 0.1)
    address = live_server(desk(tmp_path, root="/dash").app) + "/dash"
    context = chromium.new_context()
    page, overview = context.new_page(), context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    overview.on("console", lambda message: messages.append(message.text))
    page.goto(sign_in_link(KEYS, "ann", address, NOW))
    overview.goto(address + "/?period=today")
    assert "200" == overview.inner_text(".tile.requests .big")
    page.goto(address + "/load?period=today")
    page.wait_for_selector(".live[data-state=on]")
    figure = page.locator("#lead .tile.requests .big")
    assert "60" == figure.inner_text()
    page.click("#lead details.table summary")
    page.click(".dates")
    release(tmp_path, 1)
    page.locator("#lead .tile.requests .big", has_text="120").wait_for()
    assert page.locator("#lead details.table[open]").count()
    overview.locator(".tile.requests .big", has_text="400").wait_for()
    overview.locator("#pages .figure", has_text="120").wait_for()
    page.focus("#lead .chart")
    page.keyboard.press("End")
    assert "yet to come" in page.inner_text("#lead output")
    release(tmp_path, 2)
    page.locator("#makers-part .tick", has_text="600").wait_for()
    assert "120" == figure.inner_text()
    page.click(".dates")
    page.locator("#lead .tile.requests .big", has_text="180").wait_for()
    page.click("[data-live-pause]")
    assert page.inner_text(".live").startswith("Paused")
    release(tmp_path, 3)
    page.click("[data-live-pause]")
    page.locator("#lead .tile.requests .big", has_text="240").wait_for()
    assert [] == messages
    context.close()


def release(folder: Path, number: int) -> None:
    """The worker's next release: sixty requests more."""
    sink = SqliteSink(folder / "stats.db")
    sink.apply(BatchId("live", number), release_of(TODAY, VALUES))
    sink.close()


def test_a_day_without_figures_says_fewer_than_k(tmp_path: Path) -> None:
    """Of today nothing may be shown before ten have come, and zero would be a guess; other days are what they are."""
    morning = NOW + 86_400
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path, now=morning)
    front.client.get(sign_in_link(KEYS, "ann", str(front.client.base_url), morning), headers=OPENED)
    page = plain(front.get("/?period=today"))
    assert "Fewer than 10 views of today have come in so far, or none." in page
    assert "Fewer than" not in plain(front.get("/?from=2026-01-01&to=2026-01-01"))
    day = dt.date.fromordinal(TODAY.toordinal() + 1).isoformat()
    sink = SqliteSink(tmp_path / "stats.db")
    sink.apply(BatchId("bots", 1), Release(day, {}, {}, Counter({(day, "requests"): 30, (day, "class:crawler"): 30})))
    sink.close()
    assert "Views fewer than 10" in plain(front.get("/?period=today"))


def test_without_javascript_a_page_has_a_link_that_asks_for_it_again(tmp_path: Path) -> None:
    """Only on pages of a time that is not over."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path)
    front.sign_in()
    page = front.get("/load?period=today")
    assert '<a href="">Reload</a>' in page
    assert "As of 15:30." in page
    assert 'http-equiv="refresh"' not in page
    assert "data-live=" not in front.get("/load?period=yesterday")
