"""What the server did: requests by second, and how they were served (bytes, status, time) by minute, hour and route.

How many requests came in a minute says nothing of anybody. How many bytes they got, or how long they took, can tell
which page a single one was: those figures leave together, for a time that has at least as many requests as the
threshold. Pure functions over values.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

OTHER_ROUTES = "(other)"
ALL_ROUTES = ""

REQUESTS = "requests"
AT_ONCE = "at_once"
BUSIEST = "busiest_second"
MOST_AT_ONCE = "most_at_once"
MAXIMA = (BUSIEST, MOST_AT_ONCE)
"""Metrics of which the highest counts when two are put together; all others are added up."""

SERVED = "served"
"""How many requests the other figures of a time are of."""
BYTES = "bytes"
STATUS = "status_"
"""Begins the metrics of the classes of status, as `status_5xx`."""
TOOK = "took_"
"""Begins the metrics of the buckets of time, as `took_93`."""

STEPS = 8
"""Buckets for each doubling: the middle of one is at most 4.5 % (2 ** (1 / 16)) from everything in it."""
MOST = 320
NO_TIME = -1
"""Stands in the place of a bucket where it is not told how long an answer took."""
MAX_BYTES = 1 << 40
"""Bytes that one response may add, so that sums stay far below the 2^63 that a database can hold."""
MAX_SECONDS = 7_200
MAX_ROUTES = 1_000
"""Routes of one hour that a worker holds apart."""

SECOND, MINUTE, HOUR, DAY = 19, 16, 13, 10
"""Lengths of the UTC times by which load is kept: `2026-11-23T19:08:07`, a `Z` behind each."""


class LoadCell(NamedTuple):
    """One figure of a time: `begin` is a UTC second, minute, hour or day as `2026-11-23T19:08Z`, `2026-11-23T19Z`.

    `route` is a router's template, "" for all requests together.
    """

    begin: str
    route: str
    metric: str


Load = Mapping[LoadCell, int]
LoadSeries = dict[tuple[str, str], dict[str, int]]
"""By route and metric, then by the beginning of a time."""

_BUCKETS = [f"{TOOK}{number}" for number in range(MOST + 1)]
_BOUNDS = [2 ** (number / STEPS) / 1e6 for number in range(1, MOST + 1)]
"""In seconds, where each bucket but the first begins."""


def bucket_of(seconds: float) -> int:
    """The bucket of a duration: `STEPS` for each doubling from a microsecond on."""
    return bisect_right(_BOUNDS, seconds)


def milliseconds_of(bucket: float) -> float:
    """The middle of a bucket, in milliseconds."""
    return float(2 ** ((bucket + 0.5) / STEPS)) / 1000


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """The duration (ms) within which a share (0 to 1) of the requests were served, None where there are none."""
    total = sum(buckets.values())
    if not total:
        return None
    rank, seen = max(1, math.ceil(share * total)), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            break
    return milliseconds_of(bucket)


def mean(buckets: Mapping[int, int]) -> float | None:
    """The mean duration (ms), by the middle of each bucket; None where there are none."""
    total = sum(buckets.values())
    return sum(milliseconds_of(bucket) * count for bucket, count in buckets.items()) / total if total else None


Entry = tuple[str, float, float | None, int, int, str]
"""Of a request: ISO day, when it came (epoch seconds), how long its answer took (seconds, None if not told), bytes,
status, route."""


class Served(NamedTuple):
    """How requests were served, by columns: when each came, how long its answer took, bytes, status, route."""

    whens: Sequence[float]
    tooks: Sequence[float | None]
    sizes: Sequence[int]
    statuses: Sequence[int]
    routes: list[str]

    def entries(self, day: str) -> list[Entry]:
        """The requests one by one, all of an ISO day."""
        return [(day, *row) for row in zip(*self, strict=True)]


Columns = tuple[Sequence[str], Sequence[int], Sequence[int], Sequence[float | None]]
"""Routes, statuses, bytes and times of requests."""


def load_of(served: Served) -> Counter[LoadCell]:
    """When requests came and how they were served: all that is done for each of them is counting in C."""
    load: Counter[LoadCell] = Counter()
    whens, tooks, sizes, statuses, routes = served
    if not whens:
        return load
    moments = sorted(whens)
    for second, count in _by_second(moments):
        load[LoadCell(time_text(second, SECOND), ALL_ROUTES, REQUESTS)] = count
    named = _bounded(set(routes))
    if min(sizes) < 0 or max(sizes) > MAX_BYTES:
        sizes = [min(max(size, 0), MAX_BYTES) for size in sizes]
    for minute, part in _by_minute(whens, moments, (routes, statuses, sizes, tooks)):
        for route, figures in _figures(part).items():
            for begin, name in _places(minute, named[route]):
                for metric, count in figures.items():
                    load[LoadCell(begin, name, metric)] += count
    return load


def _by_second(moments: Sequence[float]) -> Iterator[tuple[int, int]]:
    """The seconds of moments that are in order, and how many fall into each."""
    begin = 0
    while begin < len(moments):
        second = int(moments[begin])
        end = bisect_left(moments, second + 1, begin)
        yield second, end - begin
        begin = end


def _by_minute(whens: Sequence[float], moments: Sequence[float], columns: Columns) -> Iterator[tuple[int, Columns]]:
    """The columns of each minute; mostly all requests came in one. `moments` are `whens` in order."""
    first, last = int(moments[0]) // 60, int(moments[-1]) // 60
    if first == last:
        yield first, columns
        return
    minutes = [int(when) // 60 for when in whens]
    for minute in set(minutes):
        chosen = [one == minute for one in minutes]
        routes, statuses, sizes, tooks = columns
        yield (
            minute,
            (
                list(compress(routes, chosen)),
                list(compress(statuses, chosen)),
                list(compress(sizes, chosen)),
                list(compress(tooks, chosen)),
            ),
        )


def _figures(columns: Columns) -> dict[str, dict[str, int]]:
    """How requests were served, by route and metric."""
    routes, statuses, sizes, tooks = columns
    found: dict[str, dict[str, int]] = {route: defaultdict(int) for route in set(routes)}
    buckets = [NO_TIME if took is None else bisect_right(_BOUNDS, took) for took in tooks]
    for (route, status, bucket), count in Counter(zip(routes, statuses, buckets, strict=True)).items():
        figures = found[route]
        figures[SERVED] += count
        figures[f"{STATUS}{status // 100}xx"] += count
        if bucket != NO_TIME:
            figures[_BUCKETS[bucket]] += count
    sums: defaultdict[str, int] = defaultdict(int)
    for route, size in zip(routes, sizes, strict=True):
        sums[route] += size
    for route, size in sums.items():
        found[route][BYTES] = size
    return found


def at_once(when: float, most: int) -> Counter[LoadCell]:
    """That at most so many requests were answered at once by one worker in a second."""
    return Counter({LoadCell(time_text(int(when), SECOND), ALL_ROUTES, AT_ONCE): most})


def bound(load: Counter[LoadCell]) -> None:
    """Keep the seconds of a long outage of the stores by the minute, and minutes by the hour."""
    for length, shorter in ((SECOND, MINUTE), (MINUTE, HOUR)):
        begins = {cell.begin for cell in load if len(cell.begin) == length + 1}
        if len(begins) > MAX_SECONDS:
            for cell in [cell for cell in load if len(cell.begin) == length + 1]:
                count = load.pop(cell)
                if cell.metric != AT_ONCE:
                    load[cell._replace(begin=f"{cell.begin[:shorter]}Z")] += count


def in_series(load: Load) -> LoadSeries:
    """The cells of a load in series."""
    series: LoadSeries = {}
    for (begin, route, metric), count in load.items():
        series.setdefault((route, metric), {})[begin] = count
    return series


def bytes_of(load: LoadSeries) -> int:
    """The bytes of all requests in a load."""
    return sum(load.get((ALL_ROUTES, BYTES), {}).values())


def _places(minute: int, route: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A request counts once by its minute, once by its route and hour."""
    return (time_text(minute * 60, MINUTE), ALL_ROUTES), (time_text(minute // 60 * 3600, HOUR), route)


def _bounded(routes: Iterable[str]) -> dict[str, str]:
    return {
        route: route if number < MAX_ROUTES and route.isprintable() else OTHER_ROUTES
        for number, route in enumerate(sorted(routes))
    }


@lru_cache(maxsize=512)
def time_text(second: int, length: int) -> str:
    """A UTC time as load is kept by; `length` is one of SECOND, MINUTE, HOUR, DAY."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:length] + "Z"
