"""How requests were served in a period, and on which way pages led on: figures made from what the sink holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.stats.about import counted_by
from consentkit.stats.breakdowns import MOVES, STEPS, VIEWS
from consentkit.stats.load import (
    BUSIEST,
    BYTES,
    MAXIMA,
    MINUTE,
    MOST_AT_ONCE,
    REQUESTS,
    SERVED,
    STATUS,
    TOOK,
    mean,
    quantile,
)
from consentkit.stats.spans import bounds_of, leftovers_of
from consentkit.stats.stores import SinkReader
from consentkit.stats.stores.reading import LoadSum
from consentkit.stats.visitor.funnels import step_name

QUANTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}


@dataclass(frozen=True, slots=True)
class Served:
    """Requests and how they were served: `bytes` sent, `statuses` (as `5xx`), times by QUANTILES and on average, in ms.

    Of the last few requests only their number is known; a time is None where none was told.
    """

    requests: int
    bytes: int
    statuses: Mapping[str, int]
    times: Mapping[str, float | None]
    mean: float | None

    @property
    def errors(self) -> int:
        """Answers with status 5xx."""
        return self.statuses.get("5xx", 0)

    def as_json(self) -> dict[str, Any]:
        """The figures as `consentkit report --json` has them."""
        times = {name: None if value is None else round(value, 3) for name, value in self.times.items()}
        return {"requests": self.requests, "bytes": self.bytes, "errors": self.errors, **times}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All requests of a period, the highest figures of a second, and each route, most requests first."""

    all: Served
    busiest_second: int
    most_at_once: int
    busiest_minute: tuple[str, int] | None
    routes: tuple[tuple[str, Served], ...]

    def as_json(self) -> dict[str, Any]:
        """The load as `consentkit report --json` has it."""
        minute = {"minute": self.busiest_minute[0], "requests": self.busiest_minute[1]} if self.busiest_minute else None
        return {
            **self.all.as_json(),
            "busiest_second": self.busiest_second,
            "busiest_minute": minute,
            "most_at_once": self.most_at_once,
            "routes": [{"route": route, **served.as_json()} for route, served in self.routes],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A page of a funnel: its views, the moves to it from the page before, and the measured visits that came so far.

    `moves` is None for the first page, and where moves are not counted. `reached` counts visits that had gone through
    all pages before, in their order.
    """

    page: str
    views: int
    moves: int | None
    reached: int = 0


def read_load(reader: SinkReader, first: date, last: date, timezone: ZoneInfo) -> LoadReport:
    """The load of a period, both days included, which begin and end in a time zone."""
    everything = read_all(reader, first, last, timezone)
    return LoadReport(
        all=served_of(everything, everything[REQUESTS]),
        busiest_second=everything[BUSIEST],
        most_at_once=everything[MOST_AT_ONCE],
        busiest_minute=busiest_minute(reader, *bounds_of(first, last, timezone)),
        routes=read_routes(reader, first, last, timezone),
    )


def read_all(reader: SinkReader, first: date, last: date, timezone: ZoneInfo) -> Counter[str]:
    """The figures of all requests of a period by metric: sums, and the highest of MAXIMA."""
    return added(reader.load_sums([bounds_of(first, last, timezone), *leftovers_of(first, last)]))


def added(sums: Iterable[LoadSum]) -> Counter[str]:
    """Figures of several times put together, by metric."""
    figures: Counter[str] = Counter()
    for _, _, metric, amount in sums:
        figures[metric] = max(figures[metric], amount) if metric in MAXIMA else figures[metric] + amount
    return figures


def read_routes(reader: SinkReader, first: date, last: date, timezone: ZoneInfo) -> tuple[tuple[str, Served], ...]:
    """Each route of a period, most requests first."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, route, metric, amount in reader.load_sums(
        [bounds_of(first, last, timezone), *leftovers_of(first, last)], None
    ):
        sums[route][metric] += amount
    routes = [(route, served_of(figures)) for route, figures in sums.items()]
    return tuple(sorted(routes, key=lambda route: (-route[1].requests, route[0])))


def busiest_minute(reader: SinkReader, begin: str, until: str) -> tuple[str, int] | None:
    """The UTC minute with the most requests, while load is still kept by the minute."""
    found = reader.highest_load(REQUESTS, begin, until)
    return found if found and len(found[0]) == MINUTE + 1 else None


def read_funnel(reader: SinkReader, funnel: str, steps: Sequence[str], first: date, last: date) -> tuple[Step, ...]:
    """The pages of a funnel (its id), by their names in the breakdown of pages.

    Views and moves are of everybody; who came all the way only a visitor's own state tells.
    """
    days = (first, last)
    counts_moves = "move" in counted_by(reader.meta())
    found = []
    for number, (before, page) in enumerate(zip(("", *steps), steps, strict=False), 1):
        moves = _counted(reader, ("move", f"{before} → {page}"), MOVES, days) if before else None
        moves = moves if moves or counts_moves else None
        reached = _counted(reader, ("funnel", step_name(funnel, number)), STEPS, days)
        found.append(Step(page, _counted(reader, ("page", page), VIEWS, days), moves, reached))
    return tuple(found)


def _counted(reader: SinkReader, cell: tuple[str, str], metric: str, days: tuple[date, date]) -> int:
    return reader.value_totals(*cell, *days).get(metric, 0)


def served_of(figures: Mapping[str, int], requests: int | None = None) -> Served:
    """From the figures of a time by metric; `requests` are those of all minutes, where they are known."""
    buckets = {int(name.removeprefix(TOOK)): count for name, count in figures.items() if name.startswith(TOOK)}
    return Served(
        requests=figures.get(SERVED, 0) if requests is None else requests,
        bytes=figures.get(BYTES, 0),
        statuses={name.removeprefix(STATUS): count for name, count in figures.items() if name.startswith(STATUS)},
        times={name: quantile(buckets, share) for name, share in QUANTILES.items()},
        mean=mean(buckets),
    )
