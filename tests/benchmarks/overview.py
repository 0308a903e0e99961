"""The dashboard's overview over a year of 1,000,000 views a day, while four processes write releases into it."""

import asyncio
import hashlib
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from rich.console import Console

from consentkit.dashboard import open_file
from consentkit.dashboard.sessions import Signed
from consentkit.roles import Role
from consentkit.stats import stores
from consentkit.stats.model import BatchId, Published, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.benchmarks.report import Report
from tests.dashboard.sinks import CHEAP, KEYS, PASSWORD
from tests.simulate import year

CACHE = Path("var/bench")
READERS = 20
WRITERS = 4
WRITES = 4.0
"""Seconds between two releases of a writer: all together write one a second, a site one a minute."""
PAUSE = 1.0
"""Seconds for which a reader looks at what they see."""
ALONE = 0.3
"""Seconds between two looks of the only reader: in most of them something was released."""
SECONDS = 10
PATIENCE = 60.0
MEGABYTE = 1 << 20
YEAR = f"/?from={year.LAST.replace(year=year.LAST.year - 1) + timedelta(days=1)}&to={year.LAST}"
PAGES = {"28 days": "/?period=28", "a year": YEAR, "a year, of one country": f"{YEAR}&only.country=DE"}
COLUMNS = ("p50 ms", "p95 ms", "p99 ms", "pages/s", "CPU ms")


def reports() -> list[Report]:
    """Times, memory and sizes."""
    kept = year_sink()
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        shutil.copyfile(kept, folder / "stats.db")
        cookies = _signed_in(folder)
        with _served(folder) as (port, process):
            _ask(port, "/sign-in", [""], 1)
            before = _resident(process)
            rows = _measured(port, process, folder, cookies)
            memory = {"MB": round(_resident(process) - before, 1)}
    return [
        Report(
            f"the overview of a year of {year.VIEWS:,} views a day", COLUMNS, rows,
            (
                f"One dashboard process; {WRITERS} processes write, together a release a second, a site one a minute.",
                f"{READERS} readers with sessions of their own: those who look ask again a second after a page,",
                "the others at once. A page is made once for all who ask the same between two releases. CPU: of the",
                "dashboard's process, for each page that was sent; busy neighbours disturb it least.",
            ),
        ),
        Report(
            "memory and file", ("MB",),
            {
                "the dashboard's process, more than with its sign-in page": memory,
                "the sink of the year": {"MB": round(kept.stat().st_size / MEGABYTE)},
                "… for each million views": {"MB": round(kept.stat().st_size / MEGABYTE / year.DAYS, 2)},
            },
            ("Resident, by /proc.",),
        ),
    ]  # fmt: skip


def year_sink() -> Path:
    """The sink of the year, made when it is not there or would be made otherwise now."""
    sources = (Path(year.__file__), Path(stores.__file__).with_name("sink.sql"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    path = CACHE / f"year-{digest}.db"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob("year-*"):
            old.unlink()
        Console().print("making the sink of a year, once; it takes about five minutes and 1 GB")
        year.make_year(path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)
    return path


def _measured(port: int, process: int, folder: Path, cookies: list[str]) -> dict[str, dict[str, float]]:
    rows = {}
    with _writers(folder):
        for name, page in PAGES.items():
            _ask(port, page, cookies[:1], 1)
            for who, asking, pause in (
                ("one reader", cookies[:1], ALONE),
                (f"{READERS} who look", cookies, PAUSE),
                (f"{READERS} who ask at once", cookies, 0.0),
            ):
                before = _cpu(process)
                took = _ask(port, page, asking, SECONDS, pause)
                rows[f"{name}, {who}"] = _figures(took, _cpu(process) - before)
    return rows


def _figures(took: list[float], cpu: float) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=100)
    figures = (cuts[49], cuts[94], cuts[98], len(took) / SECONDS, cpu / len(took) * 1000)
    return dict(zip(COLUMNS, (round(figure, 1) for figure in figures), strict=True))


def _signed_in(folder: Path) -> list[str]:
    """The cookies of as many users as there are readers."""
    store = open_file(folder / "dashboard.db", clock=lambda: year.NIGHT, hasher=CHEAP)
    signed = Signed(KEYS, clock=lambda: year.NIGHT)
    names = [f"reader-{number}" for number in range(READERS)]
    for name in names:
        store.users.add(name, PASSWORD, Role.READER)
    return [f"consentkit_staff={signed.session(store.sessions.begin(name))}" for name in names]


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of a dashboard."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.overview_server", str(port), str(folder)])
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the dashboard does not answer")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def _writers(folder: Path) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    over, ready = context.Event(), context.Barrier(WRITERS + 1)
    writers = [context.Process(target=_write, args=(folder, f"writer-{n}", ready, over)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        ready.wait(PATIENCE)
        yield
    finally:
        over.set()
        for writer in writers:
            writer.join(PATIENCE)
            if writer.exitcode != 0:
                raise RuntimeError(f"a writer ended with {writer.exitcode}")


def _write(folder: Path, source: str, ready: Barrier, over: Event) -> None:
    """Apply what a minute of such a site releases, again and again."""
    *_, day = year.releases(days=1)
    counts = {
        series: {value: Published(10, 1, 10) for value, found in values.items() if found.count >= 1_440 * 10}
        for series, values in day.counts.items()
    }
    load = {key: {begin: n for begin, n in times.items() if "T21:07" in begin} for key, times in day.load.items()}
    sink = SqliteSink(folder / "stats.db")
    number = 0
    ready.wait(PATIENCE)
    while not over.wait(WRITES):
        number += 1
        sink.apply(BatchId(source, number), Release(day.day, counts, day.proofs, day.totals, load))
    sink.close()


def _ask(port: int, path: str, cookies: list[str], seconds: float, pause: float = 0.0) -> list[float]:
    """Milliseconds of each answer, sorted: whoever holds a cookie asks again and again, `pause` seconds after each."""
    return sorted(asyncio.run(_asked(port, path, cookies, seconds, pause)))


async def _asked(port: int, path: str, cookies: list[str], seconds: float, pause: float) -> list[float]:
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def reader(cookie: str, late: float) -> None:
        await asyncio.sleep(late)
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\nCookie: {cookie}\r\n\r\n".encode()
        while (start := time.perf_counter()) < end:
            outgoing.write(request)
            head = await incoming.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await incoming.readexactly(length)
            took.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(pause)
        outgoing.close()

    await asyncio.gather(*(reader(cookie, pause * n / len(cookies)) for n, cookie in enumerate(cookies)))
    return took


def _resident(process: int) -> float:
    fields = Path(f"/proc/{process}/statm").read_text("ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
