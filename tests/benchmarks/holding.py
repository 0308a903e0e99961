"""What counting holds: memory after a flood of distinct values, and the sink after a year."""

import multiprocessing
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from consentkit.config import Config, parse
from consentkit.stats.breakdowns import DEFAULT_CROSSINGS, crossings_of
from consentkit.stats.counting import observer_of, private_of, rule_of, sink_of
from consentkit.stats.facts import RequestFacts
from consentkit.stats.history import History
from consentkit.stats.tally import Tally
from consentkit.traits import traits_of
from tests.benchmarks.report import Report
from tests.support.logs import AGENTS
from tests.support.sites import settings

DISTINCT = int(os.environ.get("BENCH_DISTINCT", "100000"))
"""BENCH_DISTINCT=1000000 takes two minutes."""
MOST_MB = 64
FLUSH_EVERY = 2_000
"""Requests between two flushes: a flood of 2,000 a second."""
VIEWS = 200_000
DAYS = 365
START = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
MEGABYTE = 1 << 20


def reports() -> list[Report]:
    """Both, each in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        before, after = pool.apply(_flooded)
    with tempfile.TemporaryDirectory() as folder:
        sizes = _year(Path(folder))
    memory = {
        "before": {"MB": before},
        f"after {DISTINCT:,} distinct ones": {"MB": after},
        "more": {"MB": after - before},
    }
    return [
        Report(
            "memory of a worker after distinct paths, user agents, referrers and campaigns", ("MB",), memory,
            (f"Resident, by /proc; every value of every request is new; at most {MOST_MB} MB more is the aim.",),
        ),
        Report(
            f"files after {VIEWS:,} views in {DAYS} days", ("MB",), sizes,
            ("A site of 2,000 pages by Zipf's law, 60 referring domains, 8 campaigns.",),
        ),
    ]  # fmt: skip


def _resident() -> float:
    fields = Path("/proc/self/statm").read_text("ascii").split()
    return round(int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE, 1)


def _flooded() -> tuple[float, float]:
    """Resident megabytes before and after a flood."""
    with tempfile.TemporaryDirectory() as folder:
        config = parse(settings(), base=Path(folder))
        observer = observer_of(config)
        tally = Tally(observer.observe_all, crossings_of(DEFAULT_CROSSINGS))
        observer.prepare()
        _count(tally, _flood(FLUSH_EVERY))
        before = _resident()
        _count(tally, _flood(DISTINCT))
        return before, _resident()


def _count(tally: Tally, flood: Iterator[RequestFacts]) -> None:
    for number, facts in enumerate(flood, 1):
        tally.add(facts)
        if number % FLUSH_EVERY == 0:
            tally.take()


def _flood(count: int) -> Iterator[RequestFacts]:
    for number in range(count):
        word = f"{number:x}".translate(str.maketrans("0123456789", "ghijklmnop"))
        yield _facts(
            START + number / 2000, f"/{word}/{word}", f"utm_campaign={word}&utm_source={word}".encode(),
            f"https://{word}.example.net/".encode(), f"{AGENTS[number % 45]} {word}".encode(),
        )  # fmt: skip


def _facts(when: float, path: str, query: bytes, referer: bytes, agent: bytes) -> RequestFacts:
    traits = traits_of(
        {
            b"host": b"www.example.com", b"user-agent": agent, b"accept-language": b"nl,en;q=0.5",
            b"sec-fetch-site": b"cross-site", b"sec-fetch-mode": b"navigate", b"sec-fetch-dest": b"document",
        }
    )  # fmt: skip
    return RequestFacts(
        when=when, method="GET", path=path, status=200, traits=traits, referer=referer, query=query,
        content_type="text/html", size=20_000, took=0.02, secure=True,
    )  # fmt: skip


def _year(folder: Path) -> dict[str, dict[str, float]]:
    """Megabytes of each file."""
    config: Config = parse(settings(), base=folder)
    (folder / "var").mkdir()
    private, sink = private_of(config), sink_of(config)
    history = History(rule_of(config), config.stats.crossings)
    observer = observer_of(config)
    for facts in _traffic(random.Random(2026)):
        history.add(observer.observe(facts))
    history.commit(private, sink, "bench")
    private.close()
    sink.close()
    files = sorted(path for path in folder.rglob("*.db"))
    return {path.name: {"MB": round(path.stat().st_size / MEGABYTE, 1)} for path in files}


def _traffic(chance: random.Random) -> Iterator[RequestFacts]:
    pages = [1 / (rank + 1) for rank in range(2000)]
    domains = [1 / (rank + 1) for rank in range(60)]
    drawn = zip(
        chance.choices(range(2000), pages, k=VIEWS), chance.choices(range(60), domains, k=VIEWS), range(VIEWS),
        strict=True,
    )  # fmt: skip
    for page, domain, number in drawn:
        campaign = f"utm_campaign=letter-{'abcdefgh'[number % 8]}".encode() if number % 20 == 0 else b""
        yield _facts(
            START + number * DAYS * 86_400 / VIEWS, f"/shop/page-{_word(page)}", campaign,
            f"https://www.{_word(domain)}.example.org/".encode() if number % 3 else b"",
            AGENTS[number % len(AGENTS)].encode(),
        )  # fmt: skip


def _word(number: int) -> str:
    return "".join("bcdfghklmn"[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))
