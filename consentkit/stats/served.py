"""How requests were served in a period, and on which way pages led on: figures made from what the sink holds."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.stats.breakdowns import MOVES, VIEWS
from consentkit.stats.load import BUSIEST, BYTES, DAY, MINUTE, MOST_AT_ONCE, REQUESTS, SERVED, TOOK, LoadCell, quantile
from consentkit.stats.stores import SinkReader

QUANTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}


@dataclass(frozen=True, slots=True)
class Served:
    """Requests and how they were served: `bytes` sent, `errors` (status 5xx), times by QUANTILES in milliseconds.

    Of the last few requests only their number is known; a time is None where none was told.
    """

    requests: int
    bytes: int
    errors: int
    times: Mapping[str, float | None]

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
    """A page of a funnel: its views, and the moves to it from the page before."""

    page: str
    views: int
    moves: int | None


def read_load(reader: SinkReader, first: date, last: date, timezone: ZoneInfo) -> LoadReport:
    """The load of a period, both days included, which begin and end in a time zone."""
    begin, end = _utc(first, timezone), _utc(last + timedelta(days=1), timezone)
    latest = f"{end[:DAY]}~"  # behind every time of that day

    def within(cell: LoadCell) -> bool:
        length = len(cell.begin) - 1
        if length == DAY:  # what is left of a UTC day counts for the day of that name
            return first.isoformat() <= cell.begin[:-1] <= last.isoformat()
        return begin[:length] <= cell.begin[:-1] < end[:length]

    everything, minutes, highest = _summed(
        (cell, count) for cell, count in reader.load(begin[:DAY], latest) if within(cell)
    )
    by_route: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for cell, count in reader.load(begin[:DAY], latest, None):
        if within(cell):
            by_route[cell.route][cell.metric] += count
    routes = [(route, _served(figures)) for route, figures in by_route.items()]
    return LoadReport(
        all=_served(everything, sum(minutes.values())),
        busiest_second=highest[BUSIEST],
        most_at_once=highest[MOST_AT_ONCE],
        busiest_minute=max(
            ((begin, count) for begin, count in minutes.items() if len(begin) == MINUTE + 1),
            key=lambda item: item[1],
            default=None,
        ),
        routes=tuple(sorted(routes, key=lambda route: (-route[1].requests, route[0]))),
    )


def read_funnel(reader: SinkReader, steps: Sequence[str], first: date, last: date) -> tuple[Step, ...]:
    """The pages of a funnel, by their names in the breakdown of pages.

    Views and moves of everybody, not of those alone who came all the way: that only a visitor's own state could tell.
    """
    views = _values(reader.top("page", VIEWS, first, last, None), steps)
    moves = {f"{before} → {after}" for before, after in itertools.pairwise(steps)}
    counted = _values(reader.top("move", MOVES, first, last, None), moves)
    found = [Step(steps[0], views.get(steps[0], 0), None)]
    for before, after in itertools.pairwise(steps):
        found.append(Step(after, views.get(after, 0), counted.get(f"{before} → {after}", 0)))
    return tuple(found)


def _values(rows: Iterable[tuple[str, int]], wanted: Iterable[str]) -> dict[str, int]:
    names = set(wanted)
    return {value: count for value, count in rows if value in names}


def _served(figures: Mapping[str, int], requests: int | None = None) -> Served:
    buckets = {int(name.removeprefix(TOOK)): count for name, count in figures.items() if name.startswith(TOOK)}
    return Served(
        requests=figures.get(SERVED, 0) if requests is None else requests,
        bytes=figures.get(BYTES, 0),
        errors=figures.get("status_5xx", 0),
        times={name: quantile(buckets, share) for name, share in QUANTILES.items()},
    )


def _summed(cells: Iterable[tuple[LoadCell, int]]) -> tuple[Counter[str], dict[str, int], dict[str, int]]:
    """The figures of all requests, the requests by minute, and the highest figures of a second."""
    everything: Counter[str] = Counter()
    minutes: dict[str, int] = {}
    highest = {BUSIEST: 0, MOST_AT_ONCE: 0}
    for cell, count in cells:
        if cell.metric in highest:
            highest[cell.metric] = max(highest[cell.metric], count)
        elif cell.metric == REQUESTS:
            minutes[cell.begin] = count
        else:
            everything[cell.metric] += count
    return everything, minutes, highest


def _utc(day: date, timezone: ZoneInfo) -> str:
    midnight = datetime.combine(day, time(), timezone)
    return f"{midnight.astimezone(UTC).isoformat()[:16]}Z"
