"""What the thread that writes the counts takes: at several rates, flush and release included, on a clock of its own."""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, cast

from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.counting import facts_of, private_of, rule_of, sink_of
from consentkit.stats.flusher import Flusher, Stores
from consentkit.stats.model import Increments
from consentkit.stats.tally import Tally
from tests.benchmarks.report import Report
from tests.benchmarks.sites import TWELVE, consent_cookie, kit_in, receive, request, starlette_app, swallow
from tests.benchmarks.timing import prepared
from tests.benchmarks.traffic import BROWSERS, LINKS, NETWORK, PAGES, SOURCES, Traffic

RATES = (300, 1_000, 3_000)
"""Requests a second of one worker."""
BUSIEST = 6_000
"""About what one uvicorn worker can answer at most, as peers are measured: without pause."""
COUNTED: dict[str, tuple[str, ...]] = {"all": tuple(BREAKDOWNS), "12": TWELVE}
"""What the site counts by."""
SECONDS = 60
VARIETY = 50_000
"""Requests after which the same ones come again."""
BEGIN = 1_795_460_880.0


class _Timed:
    """Notes how much CPU parts of the work take."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def take(self, part: str, work: Callable[[], object]) -> None:
        """Do a part of the work."""
        begin = time.thread_time()
        work()
        self.seconds[part].append(time.thread_time() - begin)


class _Watched:
    """A tally as the flusher sees it, which notes what adding up takes."""

    def __init__(self, tally: Tally, timed: _Timed) -> None:
        self._tally = tally
        self._timed = timed

    def __getattr__(self, name: str) -> object:
        return getattr(self._tally, name)

    def take(self) -> Increments:
        """As a tally does."""
        found: list[Increments] = []
        self._timed.take("added up", lambda: found.append(self._tally.take()))
        return found[0]


class Case(NamedTuple):
    """What a thread is measured with: requests a second, whether they are `alike`, a key of COUNTED."""

    rate: int
    alike: bool
    counted: str

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.counted} breakdowns, {self.rate:,} a second{', much alike' * self.alike}"


CASES = [Case(rate, alike, counted) for alike in (False, True) for counted in COUNTED for rate in RATES]
CASES.append(Case(BUSIEST, alike=True, counted="12"))


def per_request(folder: Path, case: Case) -> dict[str, float]:
    """Microseconds of CPU for a request: to add it up, to write a second's counts, and a release over its minute."""
    rate, make = case.rate, request if case.alike else Traffic(VARIETY).request
    now = [BEGIN]
    kit = kit_in(folder, clock=lambda: now[0], breakdowns=COUNTED[case.counted])
    timed = _Timed()
    tally = Tally(kit.counting.observer.observe_all, kit.config.stats.crossings)
    kit.counting.recorder.tally = tally
    prepared(kit)
    config = kit.config
    stores = Stores(lambda: private_of(config), lambda: sink_of(config), facts_of(config))
    flusher = Flusher(cast("Tally", _Watched(tally, timed)), stores, rule_of(config), "bench")
    app, choice = kit.wrap(starlette_app()), (b"cookie", b"session=" + b"s" * 40 + b"; " + consent_cookie(kit))

    async def second(begin: int) -> None:
        for number in range(begin, begin + rate):
            await app(make(number, choice), receive, swallow)

    with closing(kit):
        for number in range(2 * SECONDS):
            asyncio.run(second(number * rate))
            now[0] += 1
            if number == SECONDS:
                timed.seconds.clear()
            # The release is due once a minute, and then takes place after the flush.
            timed.take("released" if number % 60 == 0 else "second", lambda: flusher.tick(now[0]))
        flusher.close(now[0])
    added, second_, released = (timed.seconds[part] for part in ("added up", "second", "released"))
    release = statistics.median(released) - statistics.median(second_)
    found = {
        "added up": statistics.median(added),
        "written": statistics.median(second_) - statistics.median(added),
        "released": release / 60,
    }
    return {part: seconds / rate * 1e6 for part, seconds in found.items()}


Taken = dict[str, dict[str, float]]
"""Microseconds of the thread for a request, by a key of COUNTED and the name of the case."""


def report(folder: Path) -> tuple[Report, Taken]:
    """The table, and what it comes to."""
    found = {case.name: per_request(folder / str(number), case) for number, case in enumerate(CASES)}
    notes = (
        "The real flusher, private store and sink in one process, on a clock of its own: a minute to warm up, then",
        f"medians of a minute. {PAGES} pages with {LINKS} links to each, {BROWSERS} browsers, {SOURCES} referring",
        f"sites by Zipf's law, 80 networks of {NETWORK} addresses, five languages; 6 crossings. Much alike: 50 pages,",
        "20 browsers, 80 addresses, all from one page of another site.",
    )
    columns = ("added up", "written", "released", "all")
    rows = {name: _row(parts) for name, parts in found.items()}
    sums = {
        counted: {case.name: sum(found[case.name].values()) for case in CASES if case.counted == counted}
        for counted in COUNTED
    }
    return Report("The thread that writes: µs of CPU for a request", columns, rows, notes), sums


def _row(parts: dict[str, float]) -> dict[str, float]:
    return {**{part: round(value, 2) for part, value in parts.items()}, "all": round(sum(parts.values()), 2)}
